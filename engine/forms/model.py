"""What a form is once its definition is checked: frozen values that pages, storage and rules read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.actions.contract import PlannedAction
from engine.expression.evaluate import evaluate, holds
from engine.expression.tree import Expression, FieldShape, Scope
from engine.forms.contract import FieldType
from engine.forms.repeats import Repeat
from engine.forms.views import View
from engine.problems import Location
from engine.texts import Text
from engine.values import Kind, Option, Value, ValueType

WHEN = "when "  # before the key of an option: the condition under which it is offered


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form.

    expressions: the checked expressions by the key under which they stand in the definition ("formula",
        "visible", "max" …).
    stored: whether the value has a column of its own; otherwise it is computed at each read.
    was: the key that the field had in an earlier version.
    system: whether the system alone writes it. short: its name inside the field that it is a part of.
    masked: whether most people see only its beginning and its end.
    """

    form: str
    key: str
    label: Text
    type: FieldType
    options: Any
    value_type: ValueType
    help: Text | None = None
    required: bool = False
    readonly: bool = False
    unique: bool = False
    default: Value = None
    stored: bool = True
    was: str = ""
    system: bool = False
    short: Text | None = None
    masked: bool = False
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    location: Location | None = None

    @property
    def rows(self) -> str:
        """Return the form of the rows of a sub-table; '' for every other field."""
        return self.value_type.rows

    @property
    def offered_by(self) -> tuple[str, ...]:
        """Return the fields of the record itself that decide which records a picker offers."""
        only = self.expressions.get("only")
        return tuple(path.steps[0] for path in only.paths if path.root == "record") if only else ()

    @property
    def formula(self) -> Expression | None:
        """The expression that gives the value, stored or not."""
        return self.expressions.get("formula")

    @property
    def computed(self) -> Expression | None:
        """The expression that gives the value at each read; None when it is stored."""
        return None if self.stored else self.formula or self.expressions.get("rows")

    @property
    def is_entered(self) -> bool:
        """Tell whether people give the value: neither a formula nor the system does."""
        return self.formula is None and not self.is_numbered and not self.system

    @property
    def is_numbered(self) -> bool:
        """Tell whether the system hands the value out from a series."""
        return type(self.type).series is not FieldType.series

    def offered(self, scope: Scope) -> tuple[Option, ...] | None:
        """Return the options that can be chosen while the record stands so; None where all always can."""
        if not any(name.startswith(WHEN) for name in self.expressions):
            return None
        kind = self.value_type.item or self.value_type
        conditions = ((one, self.expressions.get(WHEN + one.key)) for one in kind.options)
        return tuple(one for one, when in conditions if when is None or holds(when, scope))

    def settle(self, scope: Scope) -> Any:
        """Return the type's options with every expression among them replaced by its value."""
        names = {row.name for row in dataclasses.fields(self.options)}
        found = {
            name: evaluate(e, scope)
            for name, e in self.expressions.items()
            if name in names and name not in ("only", "rows")
        }
        return dataclasses.replace(self.options, **found) if found else self.options


@dataclass(frozen=True, slots=True)
class SystemField:
    """A field that every record has: its id, and who created and changed it and when."""

    key: str
    label: Text
    value_type: ValueType
    computed: Expression | None = None
    rows: str = ""


def system_fields(form: str) -> dict[str, SystemField]:
    """Return the fields that the system keeps for every record of a form."""
    fields = (
        SystemField("id", Text("编号", "Id"), ValueType(Kind.RECORD, form=form)),
        SystemField("created_at", Text("创建时间", "Created"), ValueType(Kind.DATETIME)),
        SystemField("created_by", Text("创建人", "Created by"), ValueType(Kind.USER)),
        SystemField("updated_at", Text("修改时间", "Changed"), ValueType(Kind.DATETIME)),
        SystemField("updated_by", Text("修改人", "Changed by"), ValueType(Kind.USER)),
    )
    return {one.key: one for one in fields}


@dataclass(frozen=True, slots=True)
class Check:
    """A condition over several fields that a record must meet, with the sentence for when it does not."""

    must: Expression
    say: Text
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """Something that people do to a record: when it is there, for which roles (none: all), what it runs."""

    key: str
    label: Text
    when: Expression | None
    actions: tuple[PlannedAction, ...]
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a form's page with a title: its fields and remarks in order, and the tab that it is on."""

    title: Text
    fields: tuple[str, ...]
    tab: Text | None = None
    help: Text | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Words on a form's page that belong to no field, and when they are there."""

    text: Text
    visible: Expression | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that people fill in as one: what they are called together, their keys, and the control."""

    label: Text
    fields: tuple[str, ...]
    control: str


@dataclass(frozen=True, slots=True)
class PublicForm:
    """How anybody with the link may fill the form in: these fields, under this heading, until `closed`."""

    fields: tuple[str, ...]
    title: Text | None = None
    say: Text | None = None
    closed: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form: its fields, what must hold, and how its records are shown.

    named_by: the field whose value names a record in pickers, links and titles.
    owner: the form and the field of the sub-table whose rows these are; None for a form of its own.
    row_forms: the forms of the rows of sub-tables, by field.
    formula_order: the stored formulas, each after those that it reads.
    """

    key: str
    label: Text
    fields: Mapping[str, Field]
    help: Text | None = None
    named_by: str = "id"
    checks: tuple[Check, ...] = ()
    unique: tuple[Repeat, ...] = ()
    similar: tuple[Repeat, ...] = ()
    buttons: Mapping[str, Button] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    remarks: Mapping[str, Remark] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    owner: tuple[str, str] | None = None
    row_forms: Mapping[str, Form] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    public: PublicForm | None = None
    was: str = ""
    formula_order: tuple[str, ...] = ()
    location: Location | None = None

    def shape_fields(self) -> Mapping[str, FieldShape]:
        """Return every field that an expression may name, the system's included."""
        return self._shape

    @cached_property
    def _shape(self) -> dict[str, FieldShape]:
        return {**system_fields(self.key), **self.fields}

    @cached_property
    def tables(self) -> tuple[Field, ...]:
        """Return the sub-tables."""
        return tuple(one for one in self.fields.values() if one.rows)

    @property
    def stored_fields(self) -> tuple[Field, ...]:
        """Return the fields that have a column."""
        return tuple(one for one in self.fields.values() if one.stored)

    def field_label(self, key: str) -> Text:
        """Return the label of a field or a system field."""
        found = self._shape.get(key)
        return found.label if found else Text.same(key)
