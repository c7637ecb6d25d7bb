"""The engine's read-only view of stored data, inside the transaction that is under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, exists, select

from engine.expression.sql import Facts, Frame, SqlCompiler
from engine.expression.tree import PARENT, Aggregate, Scope
from engine.forms.rows import POSITION
from engine.values import Value
from runtime.store.published import PublishedApp

Row = dict[str, Value]
_WORTH_IT = 3  # as many records or more are read at once


@dataclass
class StoredReader:
    """Reads what expressions ask for: linked records, people, aggregates.

    A record is read once and kept until `forget`; nothing is kept longer than the transaction.
    """

    connection: Connection
    app: PublishedApp
    dialect: Any
    now: datetime
    zone: ZoneInfo
    _rows: dict[tuple[str, int], Row | None] = field(default_factory=dict)

    def follow(self, form: str, record: int, steps: tuple[str, ...]) -> Value:
        """Return the field at the end of `steps`; blank where a link is blank or its record deleted."""
        row = self.row(form, record)
        if row is None:
            return None
        shape = self.app.definition.shape(form)
        found = shape.shape_fields()[steps[0]] if shape else None
        if found is None:
            return None
        value = row.get(steps[0]) if found.computed is None else self._computed(form, record, steps[0])
        if len(steps) == 1:
            return value
        return self.follow(found.value_type.points_to, value, steps[1:]) if isinstance(value, int) else None

    def row(self, form: str, record: int) -> Row | None:
        """Return the stored fields of a live record, of a person or of a department."""
        key = (form, record)
        if key not in self._rows:
            self._rows[key] = self._read_row(form, record)
        return self._rows[key]

    def prepare(self, form: str, records: Sequence[int]) -> None:
        """Read records that will be followed with one statement."""
        wanted = sorted({one for one in records if (form, one) not in self._rows})
        if len(wanted) < _WORTH_IT:
            return
        table = self.app.tables.table(form)
        query = select(table).where(table.c.id.in_(wanted))
        if "deleted_at" in table.c:
            query = query.where(table.c.deleted_at.is_(None))
        found = {row["id"]: row for row in self.connection.execute(query).mappings()}
        for one in wanted:
            row = found.get(one)
            self._rows[(form, one)] = None if row is None else self.name_columns(form, dict(row))

    def rows(self, form: str, record: int) -> tuple[Row, ...]:
        """Return the live rows of a record's sub-table in their order."""
        table = self.app.tables.table(form)
        parent, place = (table.c[self.app.tables.column(form, name)] for name in (PARENT, POSITION))
        live = table.c.deleted_at.is_(None)
        query = select(table).where(parent == record, live).order_by(place, table.c.id)
        return tuple(self.name_columns(form, dict(row)) for row in self.connection.execute(query).mappings())

    def forget(self) -> None:
        """Read everything anew from now on, because something was written."""
        self._rows.clear()

    def _read_row(self, form: str, record: int) -> Row | None:
        table = self.app.tables.table(form)
        query = select(table).where(table.c.id == record)
        if "deleted_at" in table.c:
            query = query.where(table.c.deleted_at.is_(None))
        found = self.connection.execute(query).mappings().first()
        return None if found is None else self.name_columns(form, dict(found))

    def name_columns(self, form: str, row: dict[str, Any]) -> Row:
        """Return a row of a form's table by field keys."""
        shape = self.app.definition.shape(form)
        fields = shape.shape_fields() if shape else {}
        named = {
            key: row[column]
            for key, one in fields.items()
            if one.computed is None and (column := self.app.tables.column(form, key)) in row
        }
        return named | ({"version": row["version"]} if "version" in row and not form.startswith("@") else {})

    def _computed(self, form: str, record: int, key: str) -> Value:
        compiler = self.compiler()
        source = compiler.source(form)
        element = compiler.field(source, (key,))
        query = select(element).select_from(source.from_clause()).where(source.table.c.id == record)
        return self._scalar(query)

    def aggregate(self, node: Aggregate, scope: Scope) -> Value:
        """Compute an aggregate; the outer record's values come from the scope."""
        compiler = self.compiler()
        return self._scalar(select(compiler.output(node, Frame(scope))))

    def _scalar(self, query: Select[Any]) -> Value:
        value: Value = self.connection.execute(query).scalar()
        return value

    def compiler(self) -> SqlCompiler:
        """Return a compiler that sees everything: rules and stored values are the system's own reading."""
        definition = self.app.definition
        return SqlCompiler(self.dialect, self.app.tables, definition.shape, Facts(self.now, self.zone))

    def reports_to(self, person: int, manager: int) -> bool:
        """Tell whether `manager` is above `person` in the reporting lines."""
        table = self.app.tables.table("@supervision")
        query = select(exists().where(table.c.person == person, table.c.manager == manager))
        return bool(self.connection.execute(query).scalar())

    def is_within(self, department: int, ancestor: int) -> bool:
        """Tell whether `department` is `ancestor` or lies below it."""
        table = self.app.tables.table("@within")
        query = select(exists().where(table.c.department == department, table.c.ancestor == ancestor))
        return bool(self.connection.execute(query).scalar())
