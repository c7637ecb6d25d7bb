"""The contract of a field type: one class in one file says all that the platform needs to know.

    class Rating(FieldType):
        \"\"\"Stars from one to ten.\"\"\"

        name = "rating"
        label = Text("评分", "Rating")

        @dataclass(frozen=True, kw_only=True)
        class Options:
            max: int = option(Whole(1, 10), Text("最多几颗星", "How many stars at most"), default=5)

        def value_type(self, options):
            return ValueType(Kind.NUMBER, scale=0)

        def check(self, value, options, zone=None):
            if not 0 <= value <= options.max:
                yield OUT_OF_RANGE.here(...)

        def examples(self):
            return Examples(good=((3, Decimal(3)),), bad=(11, "many"), definition={"max": 5})

From the value type come the column, operators, filters, sorting, CSV, JSON and the input control; from the
options the schema, located errors, the reference and the designers' panel; from the docstring and the
examples the reference page and the contract tests of `engine.testing`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from engine.expression.parse import Source
from engine.parsing import parse_value
from engine.problems import Problem
from engine.texts import Text
from engine.values import Kind, Option, Value, ValueType

CONTROLS = (
    "text", "textarea", "number", "money", "date", "datetime", "select", "radio", "checkbox", "switch",
    "combobox", "readonly",
)  # fmt: skip
FLAT_OPTIONS = 5


@dataclass(frozen=True, slots=True)
class Control:
    """The input that shows a field: one of `CONTROLS`, HTML attributes, a unit and where choices come from.

    lookup: "record", "user" or "department" for a combobox that searches on the server.
    """

    kind: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    unit: Text = Text("", "")
    options: tuple[Option, ...] = ()
    lookup: str = ""


@dataclass(frozen=True, slots=True)
class Examples:
    """Values that a type accepts (raw, parsed) and refuses, with the options to try them with.

    definition: the whole field as YAML would write it, without `type`; used by the contract suite and by
        the reference.
    """

    good: tuple[tuple[object, Value], ...]
    bad: tuple[object, ...] = ()
    definition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers that the system hands out without gaps: which period counts, and how one is written."""

    period: str
    write: Callable[[int], str]


@dataclass(frozen=True, kw_only=True)
class NoOptions:
    """For types without options of their own."""


class FieldType(ABC):
    """How one kind of field behaves. Subclasses set `name`, `label`, a docstring, perhaps `Options`."""

    name: ClassVar[str]
    label: ClassVar[Text]
    Options: ClassVar[type] = NoOptions

    @abstractmethod
    def value_type(self, options: Any) -> ValueType:
        """Return what the field holds; for a type whose value is a formula, `BLANK` (the formula tells)."""

    @abstractmethod
    def examples(self) -> Examples:
        """Give values that are accepted and refused; they feed the tests and the reference."""

    def review(self, options: Any) -> Iterable[Problem]:
        """Yield what is wrong with options that are each right by themselves: limits that cross, a gap.

        Called while the definition is checked; the path of a problem begins with the option's key.
        """
        return ()

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Turn what a person, a file or a machine sent into a value; blank is None.

        raw: a text (pages, CSV) or a JSON value (API). zone: where a time without an offset is meant; UTC
        without it. Raises `Refusal` with a sentence for the person.
        """
        return parse_value(raw, kind, zone)

    def check(self, value: Any, options: Any, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Yield what is wrong with a value that is not blank, under options whose expressions are settled.

        A settled option is blank (None) where its expression was. zone: where a day begins.
        """
        return ()

    def control(self, options: Any, kind: ValueType) -> Control:
        """Say how the field is entered."""
        return default_control(kind)

    def formula(self, options: Any) -> Source | None:
        """Return the expression that gives the value, for types that are computed by nature."""
        return None

    def series(self, options: Any, now: datetime, zone: ZoneInfo) -> Series | None:
        """Return the series that numbers new records, for types that the system fills."""
        return None


_CONTROLS: dict[Kind, Control] = {
    Kind.NUMBER: Control("number", {"inputmode": "decimal"}),
    Kind.MONEY: Control("money", {"inputmode": "decimal"}),
    Kind.BOOLEAN: Control("switch"),
    Kind.DATE: Control("date"),
    Kind.DATETIME: Control("datetime"),
    Kind.USER: Control("combobox", lookup="user"),
    Kind.DEPARTMENT: Control("combobox", lookup="department"),
    Kind.RECORD: Control("combobox", lookup="record"),
}


def default_control(kind: ValueType) -> Control:
    """Return the usual control for a value type; a choice of few options is shown flat."""
    if kind.kind is Kind.CHOICE:
        flat = len(kind.options) <= FLAT_OPTIONS
        return Control("radio" if flat else "select", options=kind.options)
    return _CONTROLS.get(kind.kind, Control("text"))
