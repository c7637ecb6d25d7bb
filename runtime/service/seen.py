"""Values that did not come through the query compiler, as a person may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from engine.access import Rights
from engine.expression.sql import Frame
from engine.expression.tree import Aggregate, Scope
from engine.forms.model import Field, Form
from engine.masking import mask
from engine.scope import RecordScope
from engine.values import Value
from runtime.service.visit import Visit
from runtime.store.reader import Row


def seen_field(visit: Visit, field: Field, scope: RecordScope) -> Value:
    """Return a field of a record, stored or being entered, as the person may see it.

    What is computed at each read is worked out from what the person may see of other records, as lists do.
    """
    policy = visit.policy(field.form)
    if field.computed is None or policy.unlimited:
        return seen_value(visit, field.form, field.key, scope.read(field.key), scope.record_id)
    value = _seen_scope(scope, SeenReader(visit)).read(field.key)
    return seen_value(visit, field.form, field.key, value, scope.record_id)


def _seen_scope(scope: RecordScope, reader: SeenReader) -> RecordScope:
    """Return a scope that reads other records as the person does, with its rows and the record around it."""
    here = replace(scope, reader=reader)
    if isinstance(scope.parent, RecordScope):
        # Records and their rows name each other; one step in each direction is as far as a formula reads.
        above = replace(scope.parent, reader=reader)
        return replace(here, parent=replace(above, rows=_seen_rows(scope.parent, above)))
    return replace(here, rows=_seen_rows(scope, here))


def _seen_rows(scope: RecordScope, above: RecordScope) -> dict[str, Sequence[Scope]]:
    return {
        key: [
            replace(row, reader=above.reader, parent=above) if isinstance(row, RecordScope) else row
            for row in found
        ]
        for key, found in scope.rows.items()
    }


@dataclass(frozen=True)
class SeenReader:
    """Stored data as one person may see it: the counterpart of the guard that stands in every SELECT."""

    visit: Visit

    def follow(self, form: str, record: int, steps: tuple[str, ...]) -> Value:
        """Return the field at the end of `steps`; blank where something on the way may not be seen."""
        if form.startswith("@"):
            return self.visit.reader.follow(form, record, steps)
        shape = self.visit.app.definition.forms[form]
        found = shape.shape_fields()[steps[0]]
        row = self._row(shape, record)
        if row is None:
            return None
        if found.computed is None:
            value = row.get(steps[0])
        else:
            value = replace(self.visit.scope(shape, row), reader=self).read(steps[0])
            value = value if self._shows(shape, record, steps[0]) else None
        if len(steps) == 1:
            return value
        return self.follow(found.value_type.points_to, value, steps[1:]) if isinstance(value, int) else None

    def _row(self, form: Form, record: int) -> Row | None:
        """Return a record with the fields that the person may see in it."""
        row = self.visit.reader.row(form.key, record)
        rights = self.visit.policy(form.key).rights(self.visit.scope(form, row or {}))
        if row is None or "read" not in rights.actions:
            return None
        fields = self.visit.policy(form.key).fields
        seen = {key: value for key, value in row.items() if key not in fields or key in rights.readable}
        return {key: mask(value) if key in rights.masked else value for key, value in seen.items()}

    def _shows(self, form: Form, record: int, key: str) -> bool:
        row = self.visit.reader.row(form.key, record) or {}
        return key in self.visit.policy(form.key).rights(self.visit.scope(form, row)).readable

    def aggregate(self, node: Aggregate, scope: Scope) -> Value:
        """Compute an aggregate over the records that the person may see."""
        compiler = self.visit.queries.compiler()
        value: Value = self.visit.connection.execute(select(compiler.output(node, Frame(scope)))).scalar()
        return value

    def prepare(self, form: str, records: Sequence[int]) -> None:
        """Read records that will be followed with one statement."""
        self.visit.reader.prepare(form, records)

    def rows(self, form: str, record: int) -> tuple[Row, ...]:
        """Return the stored rows of a record's sub-table."""
        return self.visit.reader.rows(form, record)

    def reports_to(self, person: int, manager: int) -> bool:
        """Tell whether `manager` is above `person` in the reporting lines."""
        return self.visit.reader.reports_to(person, manager)

    def is_within(self, department: int, ancestor: int) -> bool:
        """Tell whether `department` is `ancestor` or lies below it."""
        return self.visit.reader.is_within(department, ancestor)


def seen_value(visit: Visit, form: str, key: str, value: Value, record: int) -> Value:
    """Return a field of a stored record as the person may see it; of a new one it is their own."""
    policy = visit.policy(form)
    if not record or not policy.masks(key):
        return value
    found = visit.app.definition.forms[form]
    rights = policy.rights(visit.scope(found, visit.reader.row(form, record) or {}))
    return mask(value) if key in rights.masked else value


def seen_changes(form: Form, changes: Mapping[str, Any], rights: Rights) -> dict[str, tuple[object, object]]:
    """Return changes of the history in the fields that the person may read, rows of sub-tables included."""
    found = {
        key: (_seen(form, key, before, rights), _seen(form, key, after, rights))
        for key, (before, after) in changes.items()
        if key in rights.readable
    }
    # Where only hidden columns of rows changed, nothing changed for this reader.
    return {key: pair for key, pair in found.items() if key not in form.row_forms or pair[0] != pair[1]}


def _seen(form: Form, key: str, value: Any, rights: Rights) -> object:
    if key in form.row_forms and isinstance(value, list):
        return [_seen_row(key, row, rights) for row in value]
    return mask(value) if key in rights.masked else value


def _seen_row(table: str, row: Mapping[str, Any], rights: Rights) -> dict[str, object]:
    return {
        name: mask(value) if f"{table}.{name}" in rights.masked else value
        for name, value in row.items()
        if name == "id" or f"{table}.{name}" in rights.readable
    }
