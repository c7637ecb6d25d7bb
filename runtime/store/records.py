"""Writing records: inserts, changes, counted fields, serial numbers and the recycle bin, with history.

Every write raises the record's version and leaves a line of history. Statements do not depend on how many
records a batch has: each kind of write is one statement a batch where the database allows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Connection,
    Numeric,
    Table,
    and_,
    func,
    insert,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from engine.decisions import Adjust, RowsChange
from engine.expression.sql import Facts
from engine.forms.model import Field, Form
from engine.masking import HIDDEN
from engine.problems import Problem, ProblemCode, Refusal
from engine.stored import index_name
from engine.texts import Text
from engine.values import Value, to_json, write_number
from runtime.store import schema
from runtime.store.indexes import together_columns
from runtime.store.published import PublishedApp
from runtime.store.reader import StoredReader
from runtime.store.recomputing import largest, recompute
from runtime.store.rows import RowsWriter
from runtime.store.sounds import refresh_sounds, sound_change, sound_of

NOT_UNIQUE = ProblemCode(
    "not-unique",
    Text("「{label}」已经有这个值了", "Another record has this {label} already"),
    Text("换一个值", "Use another value"),
)
NOT_UNIQUE_TOGETHER = ProblemCode(
    "not-unique-together",
    Text("{say}", "{say}"),
    Text("换一个值,或打开已有的那条记录", "Use another value, or open the record that there is"),
)
NOT_ENOUGH = ProblemCode(
    "not-enough",
    Text(
        "「{label}」不够:现有 {current},要减 {amount}",
        "Not enough {label}: {current} left, {amount} asked for",
    ),
    Text("减少数量", "Ask for less"),
)
TOO_MUCH = ProblemCode(
    "too-much",
    Text(
        "「{label}」超出上限 {limit}:现有 {current},要加 {amount}",
        "{label} would pass {limit}: {current} now, {amount} to add",
    ),
    Text("减少数量", "Add less"),
)
GONE = ProblemCode(
    "record-gone",
    Text("记录不在了", "The record is no longer there"),
    Text("回到列表看看", "Go back to the list"),
)


class Conflict(Exception):
    """Raised when a record has changed since the version that was expected."""

    def __init__(self, form: str, record: int, version: int | None) -> None:
        super().__init__(f"{form} {record} has changed")
        self.form = form
        self.record = record
        self.version = version


@dataclass
class RecordWriter:
    """Writes the records of one app inside one transaction."""

    connection: Connection
    app: PublishedApp
    reader: StoredReader
    actor: int | None
    now: datetime
    zone: ZoneInfo
    cause: Mapping[str, object]

    @property
    def _rows(self) -> RowsWriter:
        return RowsWriter(self.connection, self.app, self.actor, self.now)

    @property
    def dialect(self) -> Any:
        """The database's dialect by name."""
        return self.connection.dialect.name

    # New records.

    def create(
        self,
        form: Form,
        rows: Sequence[Mapping[str, Value]],
        *,
        stamps: Sequence[Mapping[str, Any]] = (),
        tables: Sequence[Mapping[str, RowsChange]] = (),
    ) -> list[int]:
        """Insert records and return their ids in order.

        stamps: creation times and people, where they are not now and the actor (demo data, imports).
        tables: the rows of the sub-tables of each.
        Raises `Refusal` where a value must be unique and is not.
        """
        table = self._table(form.key)
        fields = form.stored_fields
        stored = {one.key: self._column(form, one.key) for one in fields}
        series = {one.key: self._numbers(form, one, len(rows)) for one in fields if one.is_numbered}
        whole = [
            {**row, **{key: numbers[position] for key, numbers in series.items()}}
            for position, row in enumerate(rows)
        ]
        values = []
        for position, row in enumerate(whole):
            stamp = stamps[position] if stamps else {}
            who, when = stamp.get("created_by", self.actor), stamp.get("created_at", self.now)
            system = {
                "version": 1, "created_at": when, "created_by": who, "updated_at": when, "updated_by": who,
                "sound": sound_of(form, row),
            }  # fmt: skip
            values.append({stored[key]: value for key, value in row.items() if key in stored} | system)
        try:
            ids = self._insert(table, values)
        except IntegrityError as error:
            raise Refusal(self._unique_problem(form, error)) from error
        inner = tables or [{}] * len(ids)
        changed = zip(ids, inner, strict=True)
        self._rows.write([(i, change) for i, found in changed for change in found.values()])
        self._remember(
            form,
            [
                (i, 1, "create", _changes(form, {}, row) | _row_stories(found), w)
                for i, row, found, w in zip(ids, whole, inner, values, strict=True)
            ],
        )
        return ids

    def _insert(self, table: Table, values: Sequence[dict[str, Any]]) -> list[int]:
        """Insert rows with one statement and return their ids in order.

        SQLite gives no ids back in order, but nobody else writes meanwhile, so they are known before.
        """
        if self.dialect == "sqlite" and len(values) > 1:
            last = int(self.connection.execute(select(func.max(table.c.id))).scalar() or 0)
            ids = list(range(last + 1, last + 1 + len(values)))
            self.connection.execute(
                insert(table), [row | {"id": i} for row, i in zip(values, ids, strict=True)]
            )
            return ids
        statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return [int(row[0]) for row in self.connection.execute(statement, values)]

    def _numbers(self, form: Form, one: Field, count: int) -> list[str]:
        """Take the next numbers of a series: one statement, gapless, serialised by the row's lock."""
        series = one.type.series(one.options, self.now, self.zone)
        if series is None:
            return []
        table = schema.counters
        # By the names in the database, which stay when a form or a field is renamed.
        name = f"{self._table(form.key).name}.{self._column(form, one.key)}"
        key = {"app_id": self.app.id, "series": name, "period": series.period}
        kind = postgresql.insert if self.dialect == "postgresql" else sqlite.insert
        added = kind(table).values(**key, value=count).on_conflict_do_update(
            index_elements=["app_id", "series", "period"], set_={"value": table.c.value + count}
        )  # fmt: skip
        last = int(self.connection.execute(added.returning(table.c.value)).scalar_one())
        return [series.write(number) for number in range(last - count + 1, last + 1)]

    # Changes.

    def change(
        self,
        form: Form,
        record: int,
        values: Mapping[str, Value],
        old: Mapping[str, Value],
        expected: int | None,
        rows: Mapping[str, RowsChange] | None = None,
    ) -> int:
        """Write changed fields, and changed rows of sub-tables, and return the new version.

        Raises `Conflict` when the record has not the expected version any more, `Refusal` for a unique value.
        """
        table = self._table(form.key)
        columns = {self._column(form, key): value for key, value in values.items()}
        columns |= sound_change(form, values)
        version = expected if expected is not None else old.get("version")
        statement = (
            update(table)
            .where(table.c.id == record, table.c.version == version, table.c.deleted_at.is_(None))
            .values(**columns, version=table.c.version + 1, updated_at=self.now, updated_by=self.actor)
        )
        try:
            done = self.connection.execute(statement).rowcount
        except IntegrityError as error:
            raise Refusal(self._unique_problem(form, error)) from error
        if done != 1:
            raise Conflict(form.key, record, self.version(form.key, record))
        self.reader.forget()
        after = int(version or 0) + 1 if isinstance(version, int) else 0
        self._rows.write([(record, change) for change in (rows or {}).values()])
        self._remember(
            form, [(record, after, "update", _changes(form, old, values) | _row_stories(rows or {}), {})]
        )
        return after

    def version(self, form: str, record: int) -> int | None:
        """Return the version that a live record has now."""
        table = self._table(form)
        query = select(table.c.version).where(table.c.id == record, table.c.deleted_at.is_(None))
        found = self.connection.execute(query).scalar()
        return int(found) if found is not None else None

    def adjust(self, decision: Adjust) -> int:
        """Change a counted field by one conditional statement and return the record's new version.

        The field's own limits hold too, as far as they are plain numbers.
        Raises `Refusal` where the field would pass a limit.
        """
        form = self.app.definition.forms[decision.form]
        table = self._table(form.key)
        column = table.c[self._column(form, decision.field)]
        scale = form.fields[decision.field].value_type.scale or 0
        base = type_coerce(column, BigInteger) if self.dialect == "sqlite" else column
        result = func.coalesce(base, 0) + _stored_number(decision.change, scale, self.dialect)
        limit = _limit_of(form.fields[decision.field], decision)
        within = result >= _stored_number(limit, scale, self.dialect)
        if decision.change > 0:
            within = result <= _stored_number(limit, scale, self.dialect)
        live = and_(table.c.id == decision.record, table.c.deleted_at.is_(None))
        stamp = {
            column: result, table.c.version: table.c.version + 1,
            table.c.updated_at: self.now, table.c.updated_by: self.actor,
        }  # fmt: skip
        statement = update(table).where(live, within).values(stamp).returning(column, table.c.version)
        row = self.connection.execute(statement).first()
        if row is None:
            current = self.connection.execute(select(column).where(live)).first()
            raise Refusal(_limit_problem(decision, current[0], limit) if current else GONE.here())
        self.reader.forget()
        self._recompute(form, decision.record)
        changes = {decision.field: [to_json(row[0] - decision.change), to_json(row[0])]}
        self._remember(form, [(decision.record, row[1], "update", changes, {})])
        return int(row[1])

    def _recompute(self, form: Form, record: int) -> None:
        """Work out the stored formulas of a record again, after a field was changed in the database."""
        if form.formula_order:
            recompute(self.connection, self.app, form, form.formula_order, Facts(self.now, self.zone), record)
        if form.named_by in form.formula_order:
            refresh_sounds(self.connection, self.app, form, record)

    # Recycle bin.

    def delete(self, form: Form, record: int, expected: int | None) -> int:
        """Move a record to the recycle bin, with the rows of its sub-tables, and return its new version."""
        self._rows.remove_all(form, record)
        table = self._table(form.key)
        live = [table.c.id == record, table.c.deleted_at.is_(None)]
        if expected is not None:
            live.append(table.c.version == expected)
        values = {"deleted_at": self.now, "deleted_by": self.actor, "version": table.c.version + 1}
        return self._flip(
            form, record, update(table).where(*live).values(**values).returning(table.c.version), "delete"
        )

    def restore(self, form: Form, record: int) -> int:
        """Bring a record back and return its new version.

        Raises `Refusal` where one of its unique values has been given to another record since.
        """
        self._rows.restore_all(form, record)
        table = self._table(form.key)
        binned = [table.c.id == record, table.c.deleted_at.is_not(None)]
        values = {"deleted_at": None, "deleted_by": None, "version": table.c.version + 1}
        return self._flip(
            form, record, update(table).where(*binned).values(**values).returning(table.c.version), "restore"
        )

    def _flip(self, form: Form, record: int, statement: Any, action: str) -> int:
        try:
            version = self.connection.execute(statement).scalar()
        except IntegrityError as error:
            raise Refusal(self._unique_problem(form, error)) from error
        if version is None:
            raise Conflict(form.key, record, self.version(form.key, record))
        self.reader.forget()
        self._remember(form, [(record, int(version), action, {}, {})])
        return int(version)

    # What all share.

    def _table(self, form: str) -> Table:
        return self.app.tables.tables[form]

    def _column(self, form: Form, key: str) -> str:
        return self.app.tables.column(form.key, key)

    def _remember(
        self, form: Form, lines: Sequence[tuple[int, int, str, Mapping[str, Any], Mapping[str, Any]]]
    ) -> None:
        rows = [
            {
                "app_id": self.app.id, "form": form.key, "record_id": record, "version": version,
                "action": action,
                "actor": stamp.get("created_by", self.actor), "at": stamp.get("created_at", self.now),
                "changes": changes, "cause": dict(self.cause),
            }
            for record, version, action, changes, stamp in lines
        ]  # fmt: skip
        if rows:
            self.connection.execute(insert(schema.history), rows)

    def _unique_problem(self, form: Form, error: IntegrityError) -> Problem:
        """Name the field whose value another record has; the value itself may hold any words."""
        diagnosis = getattr(error.orig, "diag", None)
        words = diagnosis.constraint_name or "" if diagnosis else str(error.orig).rpartition("failed: ")[2]
        table = self._table(form.key).name
        for one in form.stored_fields:
            column = self._column(form, one.key)
            if one.unique and words in (index_name("u", table, column), f"{table}.{column}"):
                return NOT_UNIQUE.at(None, path=(one.key,), label=one.label)
        owner = self.app.tables.stored.tables[form.key]
        for rule, columns in zip(form.unique, together_columns(form, owner), strict=True):
            listed = ", ".join(f"{table}.{column}" for column in columns)
            if words in (index_name("u", table, "_".join(columns)), listed):
                return NOT_UNIQUE_TOGETHER.at(None, path=(rule.fields[0],), say=rule.say)
        return GONE.here()


def _limit_of(found: Field, decision: Adjust) -> Decimal:
    """Return the nearest limit in the direction of a change: the action's, the field's or the column's."""
    scale = found.value_type.scale or 0
    most = largest(scale) - Decimal(1).scaleb(-scale)
    if decision.change > 0:
        own = getattr(found.options, "max", None)
        return min(x for x in (decision.most, own, most) if isinstance(x, Decimal))
    own = getattr(found.options, "min", None)
    return max(x for x in (decision.least, own, -most) if isinstance(x, Decimal))


def _limit_problem(decision: Adjust, current: Value, limit: Decimal) -> Problem:
    shown = write_number(current) if isinstance(current, Decimal) else "0"
    code = NOT_ENOUGH if decision.change < 0 else TOO_MUCH
    return code.here(
        label=decision.label,
        current=shown,
        amount=write_number(abs(decision.change)),
        limit=write_number(limit),
    )


def _stored_number(number: Decimal, scale: int, dialect: str) -> Any:
    """Return a number in the form that the column adds up in."""
    if dialect == "sqlite":
        return literal(int(number.scaleb(scale)), BigInteger)
    return literal(number, Numeric)


def _changes(form: Form, old: Mapping[str, Value], new: Mapping[str, Value]) -> dict[str, list[object]]:
    """Return what changed; of an encrypted field only that it did."""
    return {
        key: _told(form, key, old.get(key), value)
        for key, value in new.items()
        if value is not None or old.get(key) is not None
    }


def _row_stories(rows: Mapping[str, RowsChange]) -> dict[str, list[object]]:
    """Return what became of sub-tables as the record's history keeps it: all rows before and after."""
    return {key: [list(change.before), list(change.after)] for key, change in rows.items()}


def _told(form: Form, key: str, before: Value, after: Value) -> list[object]:
    """Return a value before and after as the history keeps it."""
    sealed = form.fields[key].value_type.sealed
    return [HIDDEN, HIDDEN] if sealed else [to_json(before), to_json(after)]
