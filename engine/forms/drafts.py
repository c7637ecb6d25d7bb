"""Fields while a definition is being checked: what they hold is found out when it is first asked.

A formula may read a field whose own formula stands further down or in another form, so types are worked
out on demand; asking in a circle is the problem `formula-cycle`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

from engine.definition.cursor import Cursor
from engine.expression.check import Environment
from engine.expression.parse import Source, parse
from engine.expression.tree import Expression, FieldShape
from engine.forms.contract import FieldType, LayoutKind
from engine.forms.declared import FieldOptions, FormOptions
from engine.forms.model import SystemField, system_fields
from engine.parsing import CURRENCIES
from engine.problems import Problem, ProblemCode, Refusal
from engine.texts import Text
from engine.values import BLANK, Kind, Option, ValueType

COMPUTED_DIGITS = 6
CENTS = 2
FORMULA_CYCLE = ProblemCode(
    "formula-cycle",
    Text("「{field}」的公式绕回了自己:{chain}", "The formula of '{field}' leads back to itself: {chain}"),
    Text("让其中一个字段不再依赖另一个", "Let one of the fields not depend on the other"),
)


class Checking(Protocol):
    """What a field asks of the compiler that checks it."""

    def environment(self, form: str) -> Environment:
        """Return what names mean in the expressions of a form."""

    def follows(self, problem: Problem) -> bool:
        """Tell whether a problem only follows from one that has been reported."""

    @property
    def role_options(self) -> tuple[Option, ...]:
        """The roles of the app, for fields that choose one."""


@dataclass(eq=False)
class FieldDraft:
    """One field being checked.

    system: whether the system alone writes it; short: its name inside the field that it is a part of;
    rows: the form of its rows, where it is a sub-table.
    """

    form: str
    key: str
    label: Text
    type: FieldType
    common: FieldOptions
    options: Any
    cursor: Cursor
    compiler: Checking
    system: bool = False
    short: Text | None = None
    rows: str = ""
    is_circular: bool = False
    _formula: Expression | None = None
    _asked: bool = False
    _asking: bool = False

    @property
    def source(self) -> Source | None:
        """The text of the formula, from the field or from its type."""
        return self.common.formula or self.type.formula(self.options)

    @property
    def value_type(self) -> ValueType:
        """What the field holds; for types that leave it to the formula, what that gives."""
        if self.rows:
            return ValueType(Kind.NUMBER, scale=0, form=self.rows)
        declared = self._declared()
        if declared.kind is not Kind.BLANK or self.source is None:
            return declared
        formula = self.formula
        return _with_digits(formula.type) if formula else BLANK

    @property
    def formula(self) -> Expression | None:
        """The checked formula; problems are reported once, going in a circle by whoever asked first."""
        if self._asking:
            self.is_circular = True
            return None
        if not self._asked and self.source is not None:
            self._asking = True
            try:
                self._formula = parse(self.source, self.compiler.environment(self.form), self._expected())
            except Refusal as refusal:
                if not self.compiler.follows(refusal.problem):
                    self.cursor.add(refusal.problem)
            finally:
                self._asking, self._asked = False, True
        return self._formula

    def _declared(self) -> ValueType:
        declared = self.type.value_type(self.options)
        if self.type.options_from == "roles":
            declared = replace(declared, options=self.compiler.role_options)
        return replace(declared, sealed=True) if self.common.encrypted else declared

    def _expected(self) -> ValueType | None:
        declared = self._declared()
        return declared if declared.kind is not Kind.BLANK else None

    @property
    def computed(self) -> Expression | None:
        """Not known while drafting; only the finished fields are compiled to SQL."""
        return None


def _with_digits(kind: ValueType) -> ValueType:
    """Give a computed number the digits that are kept of it; money has those of its currency."""
    if not kind.is_numeric or (kind.scale is not None and not kind.form):
        return kind
    currency = CURRENCIES.get(kind.currency)
    money = currency.scale if currency else CENTS
    return replace(kind, scale=money if kind.kind is Kind.MONEY else COMPUTED_DIGITS, form="")


@dataclass(frozen=True, slots=True)
class LayoutDraft:
    """A section, a tab or a remark: what it is, and the entry that it was written as."""

    kind: LayoutKind
    entry: FieldDraft


@dataclass(eq=False)
class FormDraft:
    """One form being checked; it is the shape that expressions see meanwhile.

    owner: the form and the field of a sub-table whose rows these are.
    layout: sections, tabs and remarks by key; groups: for fields with parts the label, the keys of the parts
    and the control; order: the keys of fields and of the layout as they are written.
    """

    key: str
    label: Text
    options: FormOptions
    cursor: Cursor
    fields: dict[str, FieldDraft] = field(default_factory=dict)
    owner: tuple[str, str] | None = None
    layout: dict[str, LayoutDraft] = field(default_factory=dict)
    groups: dict[str, tuple[Text, tuple[str, ...], str]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def shape_fields(self) -> Mapping[str, FieldShape]:
        """Return the drafts and the system's fields by key."""
        return self._shape

    @cached_property
    def _shape(self) -> _Shape:
        return _Shape(self)


class _Shape(Mapping[str, FieldShape]):
    """The fields of a draft, as a map that never goes out of date."""

    def __init__(self, draft: FormDraft) -> None:
        self.draft = draft
        self.system = system_fields(draft.key)

    def __getitem__(self, key: str) -> FieldShape:
        found: FieldShape | None = self.draft.fields.get(key)
        return found or self.system[key]

    def __iter__(self) -> Iterator[str]:
        yield from self.draft.fields
        yield from self.system

    def __len__(self) -> int:
        return len(self.draft.fields) + len(self.system)


@dataclass(frozen=True, slots=True)
class UnknownShape:
    """A form that could not be read, or that is not there: whatever is asked of it is blank.

    Its problem has been reported, so what refers to it is not reported as well.
    """

    key: str

    @property
    def label(self) -> Text:
        """Go by the key."""
        return Text.same(self.key)

    def shape_fields(self) -> Mapping[str, FieldShape]:
        """Return a map that has every field."""
        return _AnyField()


class _AnyField(Mapping[str, FieldShape]):
    """Fields of which only the name is known."""

    def __getitem__(self, key: str) -> FieldShape:
        return SystemField(key, Text.same(key), BLANK)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
