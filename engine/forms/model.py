"""What a form is once its definition is checked: frozen values that pages, storage and rules read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.actions.contract import PlannedAction
from engine.expression.evaluate import evaluate
from engine.expression.tree import Expression, FieldShape, Scope
from engine.forms.contract import FieldType
from engine.problems import Location
from engine.texts import Text
from engine.values import Kind, Value, ValueType


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form.

    expressions: the checked expressions by the key under which they stand in the definition ("formula",
        "visible", "max" …).
    stored: whether the value has a column of its own; otherwise it is computed at each read.
    was: the key that the field had in an earlier version.
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
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    location: Location | None = None

    @property
    def formula(self) -> Expression | None:
        """The expression that gives the value, stored or not."""
        return self.expressions.get("formula")

    @property
    def computed(self) -> Expression | None:
        """The expression that gives the value at each read; None when it is stored."""
        return None if self.stored else self.formula

    @property
    def is_entered(self) -> bool:
        """Tell whether people give the value: neither a formula nor the system does."""
        return self.formula is None and not self.is_numbered

    @property
    def is_numbered(self) -> bool:
        """Tell whether the system hands the value out from a series."""
        return type(self.type).series is not FieldType.series

    def settle(self, scope: Scope) -> Any:
        """Return the type's options with every expression among them replaced by its value."""
        names = {row.name for row in dataclasses.fields(self.options)}
        found = {
            name: evaluate(e, scope)
            for name, e in self.expressions.items()
            if name in names and name != "only"
        }
        return dataclasses.replace(self.options, **found) if found else self.options


@dataclass(frozen=True, slots=True)
class SystemField:
    """A field that every record has: its id, and who created and changed it and when."""

    key: str
    label: Text
    value_type: ValueType
    computed: Expression | None = None


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
    """A part of a form's page with a title."""

    title: Text
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form: its fields, what must hold, and how its records are shown.

    named_by: the field whose value names a record in pickers, links and titles.
    formula_order: the stored formulas, each after those that it reads.
    """

    key: str
    label: Text
    fields: Mapping[str, Field]
    help: Text | None = None
    named_by: str = "id"
    checks: tuple[Check, ...] = ()
    buttons: Mapping[str, Button] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    columns: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    was: str = ""
    formula_order: tuple[str, ...] = ()
    location: Location | None = None

    def shape_fields(self) -> Mapping[str, FieldShape]:
        """Return every field that an expression may name, the system's included."""
        return self._shape

    @cached_property
    def _shape(self) -> dict[str, FieldShape]:
        return {**system_fields(self.key), **self.fields}

    @property
    def stored_fields(self) -> tuple[Field, ...]:
        """Return the fields that have a column."""
        return tuple(one for one in self.fields.values() if one.stored)

    def field_label(self, key: str) -> Text:
        """Return the label of a field or a system field."""
        found = self._shape.get(key)
        return found.label if found else Text.same(key)
