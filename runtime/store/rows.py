"""Writing the rows of sub-tables: with their record, in its transaction, and without a history of their own.

What became of rows stands in the history of the record that they belong to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, update

from engine.decisions import RowsChange
from engine.expression.tree import PARENT
from engine.forms.model import Form
from engine.forms.rows import POSITION
from engine.values import Value
from runtime.store.published import PublishedApp


@dataclass(frozen=True)
class RowsWriter:
    """Writes rows inside one transaction: one statement a sub-table and kind of write."""

    connection: Connection
    app: PublishedApp
    actor: int | None
    now: datetime

    def write(self, changes: Sequence[tuple[int, RowsChange]]) -> None:
        """Write what becomes of the rows of some records: pairs of a record's id and its change."""
        by_form: dict[str, list[tuple[int, RowsChange]]] = {}
        for record, change in changes:
            by_form.setdefault(change.form, []).append((record, change))
        for key, found in by_form.items():
            form = self.app.definition.forms[key]
            self._remove(form, [number for _, change in found for number in change.removed])
            self._change(form, [pair for _, change in found for pair in change.changed.items()])
            self._add(form, [(record, row) for record, change in found for row in change.created])

    def remove_all(self, form: Form, record: int) -> None:
        """Let the rows of a record go with it into the recycle bin."""
        for one in form.tables:
            table, parent = self._table(one.rows)
            live = table.c.deleted_at.is_(None)
            self.connection.execute(
                update(table).where(parent == record, live).values(deleted_at=self.now, deleted_by=self.actor)
            )

    def restore_all(self, form: Form, record: int) -> None:
        """Bring the rows back that went with their record; those removed before have lost their place."""
        for one in form.tables:
            table, parent = self._table(one.rows)
            place = table.c[self.app.tables.column(one.rows, POSITION)]
            self.connection.execute(
                update(table)
                .where(parent == record, place.is_not(None))
                .values(deleted_at=None, deleted_by=None)
            )

    def _table(self, form: str) -> tuple[Table, Any]:
        table = self.app.tables.tables[form]
        return table, table.c[self.app.tables.column(form, PARENT)]

    def _remove(self, form: Form, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        table, _ = self._table(form.key)
        place = self.app.tables.column(form.key, POSITION)
        gone = {"deleted_at": self.now, "deleted_by": self.actor, place: None}
        self.connection.execute(update(table).where(table.c.id.in_(numbers)).values(**gone))

    def _change(self, form: Form, rows: Sequence[tuple[int, Mapping[str, Value]]]) -> None:
        """Write changed rows; those with the same changed fields go together."""
        table, _ = self._table(form.key)
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for number, values in rows:
            columns = self._columns(form, values)
            alike.setdefault(tuple(sorted(columns)), []).append({"row_id": number, **columns})
        for names, found in alike.items():
            changed: dict[Any, Any] = {table.c[name]: bindparam(name) for name in names}
            stamp = {
                table.c.version: table.c.version + 1, table.c.updated_at: self.now,
                table.c.updated_by: self.actor,
            }  # fmt: skip
            self.connection.execute(
                update(table).where(table.c.id == bindparam("row_id")).values({**changed, **stamp}), found
            )

    def _add(self, form: Form, rows: Sequence[tuple[int, Mapping[str, Value]]]) -> None:
        if not rows:
            return
        table, _ = self._table(form.key)
        stamp = {
            "version": 1, "created_at": self.now, "created_by": self.actor,
            "updated_at": self.now, "updated_by": self.actor,
        }  # fmt: skip
        keys = dict.fromkeys(key for _, row in rows for key in row)
        values = [
            self._columns(form, {**dict.fromkeys(keys), **row, PARENT: record}) | stamp
            for record, row in rows
        ]
        self.connection.execute(insert(table), values)

    def _columns(self, form: Form, values: Mapping[str, Value]) -> dict[str, Any]:
        return {self.app.tables.column(form.key, key): value for key, value in values.items()}
