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
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from engine.expression.parse import Source
from engine.parsing import parse_value
from engine.problems import Problem
from engine.texts import Text
from engine.values import Kind, Option, Value, ValueType

FLAT_OPTIONS = 5
FLAT_CHECKS = 7


@dataclass(frozen=True, slots=True)
class Control:
    """The input that shows a field: its kind, HTML attributes, a unit and where choices come from.

    kind: the name of a template of the pages, `components/controls/KIND.html`; the set is open.
    lookup: "record", "user" or "department" for a combobox that searches on the server; "branches" for
        what the type gives by `branches`.
    multiple: whether several values may be given; the value is a list then.
    """

    kind: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    unit: Text = Text("", "")
    options: tuple[Option, ...] = ()
    lookup: str = ""
    multiple: bool = False


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


@dataclass(frozen=True, slots=True)
class Part:
    """One of the fields that a field really is: its name inside the group, and how YAML would write it."""

    label: Text
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Branch:
    """One of the choices directly below another: its key, its name, and whether there are some below it."""

    key: str
    label: Text
    more: bool


@dataclass(frozen=True, slots=True)
class FileRules:
    """Which files a field takes: their extensions in small letters, and how large one may be."""

    extensions: tuple[str, ...]
    most_bytes: int


LayoutKind = Literal["tab", "section", "remark"]


@dataclass(frozen=True, kw_only=True)
class NoOptions:
    """For types without options of their own."""


class FieldType(ABC):
    """How one kind of field behaves. Subclasses set `name`, `label`, a docstring, perhaps `Options`.

    options_from: "roles" for a choice among the roles of the app, which no field knows by itself.
    """

    name: ClassVar[str]
    label: ClassVar[Text]
    Options: ClassVar[type] = NoOptions
    options_from: ClassVar[Literal["", "roles"]] = ""

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

    def rows(self, options: Any) -> Any:
        """Return the `FormOptions` of its rows, for types that hold rows of their own; None for all others.

        Such a field holds how many rows it has: `check` sees that number.
        """
        return None

    def parts(self, key: str, options: Any) -> Mapping[str, Part]:
        """Return the fields that it really is, for types that people fill in as one; empty for all others.

        key: the field's own; a part is stored, read and named `key_part` in expressions.
        """
        return {}

    def files(self, options: Any) -> FileRules | None:
        """Say which files may be sent for it; None for types that hold none."""
        return None

    def layout(self, options: Any) -> LayoutKind | None:
        """Say what it does to the page, for types that hold nothing; None for all others."""
        return None

    def series(self, options: Any, now: datetime, zone: ZoneInfo) -> Series | None:
        """Return the series that numbers new records, for types that the system fills."""
        return None


class Branching(ABC):
    """A part of a field type whose choices form a tree that is the same in every app.

    Its `control` has the lookup "branches". Everybody is told them: a form for strangers offers them too.
    """

    @abstractmethod
    def branches(self, above: str) -> tuple[Branch, ...]:
        """Return the choices directly below one, the first ones for ''."""


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
    if kind.kind is Kind.LIST and kind.item is not None:
        return _default_list(kind.item)
    if kind.kind is Kind.CHOICE:
        flat = len(kind.options) <= FLAT_OPTIONS
        return Control("radio" if flat else "select", options=kind.options)
    return _CONTROLS.get(kind.kind, Control("text"))


def _default_list(item: ValueType) -> Control:
    """Return the control for several values: boxes to tick while there are few, else a list to search."""
    if item.kind is Kind.CHOICE:
        flat = len(item.options) <= FLAT_CHECKS
        return Control("checkboxes" if flat else "select", options=item.options, multiple=True)
    return replace(default_control(item), multiple=True)
