"""Carrying out a plan: tables, columns, indexes and converted values, inside one transaction.

Tables are changed through Alembic's operations. Nothing is dropped here: a retired column or table only
loses its place in the definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, bindparam, column, func, inspect, select, table, text, update

from engine.changes import (
    AddField,
    Change,
    ConvertField,
    CreateTable,
    DemandValue,
    Operation,
    Plan,
    Recompute,
    RemoveRole,
    ReplaceField,
    RetireField,
    RetireForm,
    SetUnique,
)
from engine.columns import column_type
from engine.expression.sql import Facts
from engine.forms.model import Field, Form
from engine.forms.tables import field_column, reference_of, system_columns
from engine.problems import DefinitionError, Problem, ProblemCode, Refusal
from engine.stored import StoredApp, StoredColumn, StoredTable, index_name, plain_key
from engine.texts import Text
from engine.values import Kind, Value, to_json, write_number
from runtime.store.definitions import count_members
from runtime.store.indexes import fits_index, indexed_fields, listed_orders, together_columns
from runtime.store.published import PublishedApp
from runtime.store.recomputing import recompute
from runtime.store.sounds import has_stale_sounds, refresh_sounds
from runtime.store.trying import try_formulas

DO_NOT_FIT = ProblemCode(
    "values-do-not-fit",
    Text(
        "「{field}」有 {count} 条记录的值转不过来,例如{examples}",
        "{count} records have a {field} that cannot be converted, for example {examples}",
    ),
    Text("先改这些记录,再发布", "Correct these records first, then publish"),
)
REPEATED = ProblemCode(
    "values-repeat",
    Text(
        "「{field}」有 {count} 个值是重复的,例如{examples}",
        "{count} values of {field} occur more than once, for example {examples}",
    ),
    Text("先改这些记录,再发布", "Correct these records first, then publish"),
)
_CHUNK = 1_000
_SHOWN = 5
_LONGEST_SHOWN = 40


@dataclass
class SchemaWriter:
    """Carries out the plan of one publication.

    app: the app as it is in force once the plan is carried out.
    """

    connection: Connection
    app: PublishedApp
    facts: Facts
    problems: list[Problem] = field(default_factory=list)
    unfit: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.operations = Operations(MigrationContext.configure(self.connection))
        self.is_sqlite = self.connection.dialect.name == "sqlite"
        self.definition = self.app.definition
        self.stored = self.app.tables.stored

    def carry_out(self, plan: Plan) -> None:
        """Do everything in order.

        Raises `DefinitionError` naming the records that stand in the way; the caller's transaction ends then.
        """
        operations = [change.operation for change in plan.changes]
        self._create_all([operation for operation in operations if isinstance(operation, CreateTable)])
        for operation in operations:
            self._change(operation)
        recomputed = [] if self.problems else [one for one in operations if isinstance(one, Recompute)]
        uniques = [operation for operation in operations if isinstance(operation, SetUnique)]
        for unique in uniques:
            self._drop_unique(unique)
        for one in recomputed:
            recompute(self.connection, self.app, self.definition.forms[one.form], (one.field,), self.facts)
        for unique in uniques:
            if unique.unique and (unique.form, unique.field) not in self.unfit:
                self._set_unique(unique)
        if self.problems:
            raise DefinitionError(self.problems)
        self._index()
        try_formulas(self.connection, self.app, self.facts)
        self._sound(operations)

    def _sound(self, operations: Sequence[Operation]) -> None:
        """Let records be found by what names them now."""
        touched = {
            (one.form, one.field)
            for one in operations
            if isinstance(one, Recompute | ConvertField | ReplaceField)
        }
        for form in self.definition.forms.values():
            if (form.key, form.named_by) in touched or has_stale_sounds(self.connection, self.app, form):
                refresh_sounds(self.connection, self.app, form)

    def _create_all(self, created: list[CreateTable]) -> None:
        """Create tables, then what refers from one to another, since they may refer in a circle."""
        for new in created:
            self._create(new)
        for new in created:
            self._refer(new)

    def _change(self, operation: Operation) -> None:
        """Carry out one operation on a table that is there."""
        match operation:
            case AddField(form=form, column=new) | ReplaceField(form=form, column=new, is_revived=False):
                self._add_column(self.stored.tables[form], new)
            case ConvertField():
                self._convert(operation)
            case _:
                pass

    # Tables and columns.

    def _create(self, operation: CreateTable) -> None:
        columns = [self._column(stored, inline=self.is_sqlite) for stored in operation.table.columns.values()]
        self.operations.create_table(operation.table.name, *system_columns(), *columns)

    def _column(self, stored: StoredColumn, *, inline: bool) -> Column[Any]:
        return field_column(stored, self.stored) if inline else Column(stored.name, column_type(stored.kind))

    def _refer(self, operation: CreateTable) -> None:
        if not self.is_sqlite:
            for stored in operation.table.columns.values():
                self._foreign_key(operation.table, stored)

    def _foreign_key(self, owner: StoredTable, stored: StoredColumn) -> None:
        reference = reference_of(stored.kind, self.stored)
        if reference is not None:
            target = reference.target_fullname.split(".")[0]
            self.operations.create_foreign_key(
                index_name("fk", owner.name, stored.name), owner.name, target, [stored.name], ["id"]
            )

    def _add_column(self, owner: StoredTable, stored: StoredColumn) -> None:
        if self.is_sqlite:
            self.operations.add_column(owner.name, self._column(stored, inline=True), inline_references=True)
            return
        self.operations.add_column(owner.name, self._column(stored, inline=False))
        self._foreign_key(owner, stored)

    # Values.

    def _convert(self, operation: ConvertField) -> None:
        """Fill the new column from the old one, value by value; what does not fit is reported.

        A record in the recycle bin cannot be corrected, so what does not fit there is left blank.
        """
        owner = self.stored.tables[operation.form]
        self._add_column(owner, operation.column)
        one = self.definition.forms[operation.form].fields[operation.field]
        target = table(
            owner.name, column("id"), column(operation.column.name, column_type(operation.column.kind))
        )
        statement = update(target).where(target.c.id == bindparam("b_id"))
        statement = statement.values({operation.column.name: bindparam("b_value")})
        bad: list[str] = []
        count = 0
        for chunk in self._values(owner.name, operation.old):
            done = []
            for record, value, is_deleted in chunk:
                try:
                    done.append({"b_id": record, "b_value": convert_value(value, one, self.definition.zone)})
                except Refusal:
                    if not is_deleted:
                        count += 1
                        bad = [*bad, f"#{record}: {_shown(value)}"][:_SHOWN]
            if done and not count:
                self.connection.execute(statement, done)
        if count:
            self.unfit.add((operation.form, operation.field))
            self.problems.append(self._complaint(DO_NOT_FIT, one, count, bad))
        elif operation.column.kind.sealed and not operation.old.kind.sealed:
            # What is encrypted from now on must not stay readable beside it.
            plain = table(owner.name, column(operation.old.name))
            self.connection.execute(update(plain).values({operation.old.name: None}))

    def _values(self, name: str, old: StoredColumn) -> Iterator[list[tuple[int, Value, bool]]]:
        """Yield the filled values of a column in chunks, by id, each with whether its record is deleted."""
        source = table(name, column("id"), column(old.name, column_type(old.kind)), column("deleted_at"))
        last = 0
        while True:
            query = select(source.c.id, source.c[old.name], source.c.deleted_at.is_not(None))
            query = query.where(source.c.id > last, source.c[old.name].is_not(None)).order_by(source.c.id)
            rows = [(row[0], row[1], bool(row[2])) for row in self.connection.execute(query.limit(_CHUNK))]
            if not rows:
                return
            last = rows[-1][0]
            yield rows

    def _complaint(self, code: ProblemCode, one: Field, count: int, examples: list[str]) -> Problem:
        path = ("forms", one.form, "fields", one.key)
        return code.at(one.location, path=path, field=one.label, count=count, examples=", ".join(examples))

    # Indexes.

    def _drop_unique(self, operation: SetUnique) -> None:
        owner = self.stored.tables[operation.form]
        index = index_name("u", owner.name, owner.columns[operation.field].name)
        if index in self._index_names(owner.name):
            self.operations.drop_index(index, owner.name)

    def _set_unique(self, operation: SetUnique) -> None:
        owner = self.stored.tables[operation.form]
        stored = owner.columns[operation.field]
        one = self.definition.forms[operation.form].fields[operation.field]
        target = table(owner.name, column("deleted_at"), column(stored.name, column_type(stored.kind)))
        value = target.c[stored.name]
        repeated = select(value).where(target.c.deleted_at.is_(None), value.is_not(None)).group_by(value)
        repeated = repeated.having(func.count() > 1)
        count = self.connection.execute(select(func.count()).select_from(repeated.subquery())).scalar_one()
        if count:
            found = self.connection.execute(repeated.order_by(value).limit(_SHOWN)).scalars()
            self.problems.append(self._complaint(REPEATED, one, count, [_shown(row) for row in found]))
            return
        index = index_name("u", owner.name, stored.name)
        # PostgreSQL holds no long text in an index, but a fingerprint of it.
        is_long = not self.is_sqlite and not fits_index(one)
        self._create_index(
            index, owner.name, [text(f"md5({stored.name})") if is_long else stored.name], unique=True
        )

    def _index(self) -> None:
        """Create the indexes that the definition asks for, and drop those that nothing asks for now."""
        for form in self.definition.forms.values():
            self._index_form(form)

    def _index_form(self, form: Form) -> None:
        owner = self.stored.tables[form.key]
        names = {
            key: owner.columns[key].name if key in owner.columns else key
            for key in indexed_fields(self.definition, form.key)
        }
        wanted = {index_name("i", owner.name, name): name for name in names.values()}
        unique = {
            index_name("u", owner.name, owner.columns[one.key].name)
            for one in form.stored_fields
            if one.unique
        }
        known = self._index_names(owner.name)
        orders = {
            index_name("i", owner.name, "_".join(order).replace("-", "d_")): order
            for order in listed_orders(self.definition, form.key)
        }
        together = {
            index_name("u", owner.name, "_".join(columns)): columns
            for columns in together_columns(form, owner)
        }
        for index in known - set(wanted) - set(orders) - unique - set(together):
            self.operations.drop_index(index, owner.name)
        for index, names_of_rule in together.items():
            if index not in known:
                self._set_together(form, owner, index, names_of_rule)
        for index, name in wanted.items():
            if index not in known:
                self._create_index(index, owner.name, (name, "id"))
        for index, order in orders.items():
            if index not in known:
                self._create_index(index, owner.name, self._ordered(owner, order))

    def _set_together(self, form: Form, owner: StoredTable, index: str, names: tuple[str, ...]) -> None:
        """Create the index over fields that together must not repeat, unless some records do."""
        target = table(owner.name, column("deleted_at"), *map(column, names))
        values = [target.c[name] for name in names]
        repeated = select(*values).where(target.c.deleted_at.is_(None), *(v.is_not(None) for v in values))
        repeated = repeated.group_by(*values).having(func.count() > 1)
        count = self.connection.execute(select(func.count()).select_from(repeated.subquery())).scalar_one()
        if count:
            shown = ["、".join(map(_shown, row)) for row in self.connection.execute(repeated.limit(_SHOWN))]
            raise DefinitionError([
                REPEATED.at(
                    form.location, path=("forms", form.key, "unique"), field=form.label, count=count,
                    examples=", ".join(shown),
                )
            ])  # fmt: skip
        self._create_index(index, owner.name, names, unique=True)

    def _ordered(self, owner: StoredTable, order: tuple[str, ...]) -> list[Any]:
        """Return the columns of an index that gives an order as lists read it: blanks last, newest first."""
        down = " DESC" if self.is_sqlite else " DESC NULLS LAST"
        found = []
        for name in order:
            key = name.lstrip("-")
            column = owner.columns[key].name if key in owner.columns else key
            found.append(text(f"{column}{down if name.startswith('-') else ''}"))
        return [*found, text("id DESC")]

    def _index_names(self, name: str) -> set[str]:
        """Return the names of the indexes of a table that are ours."""
        found = (str(index["name"]) for index in inspect(self.connection).get_indexes(name))
        return {index for index in found if index.startswith(("i_", "u_"))}

    def _create_index(self, index: str, name: str, columns: Sequence[Any], *, unique: bool = False) -> None:
        live = text("deleted_at IS NULL")
        self.operations.create_index(
            index, name, list(columns), unique=unique, sqlite_where=live, postgresql_where=live
        )


def convert_value(value: Value, one: Field, zone: ZoneInfo) -> Value:
    """Convert one stored value to what a field holds now; days begin in `zone`.

    Raises `Refusal` where it does not fit.
    """
    raw = to_json(value)
    is_text = one.value_type.kind in (Kind.TEXT, Kind.CHOICE)
    match value:
        case bool():
            raw = str(value).lower() if is_text else int(value)
        case datetime():
            raw = value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        case Decimal() if is_text:
            raw = write_number(value)
        case _ if is_text:
            raw = str(raw)
    return one.type.parse(raw, one.value_type, zone)


def _shown(value: Value) -> str:
    return str(to_json(value))[:_LONGEST_SHOWN]


@dataclass(frozen=True)
class RowCounter:
    """Counts the records that the changes of a plan concern: live ones, in what is stored so far."""

    connection: Connection
    app_id: int
    before: StoredApp
    after: StoredApp

    def count(self, change: Change) -> Change:
        """Return a change with its number, where it has one; a role that nobody has is no loss."""
        operation = change.operation
        match operation:
            case RemoveRole(role=role):
                members = count_members(self.connection, self.app_id, role)
                return replace(change.with_rows(members), risk="destructive" if members else "safe")
            case RetireForm(form=form) | Recompute(form=form):
                rows = self._rows(form)
            case RetireField(form=form, field=key):
                rows = self._rows(form, self._active_before(form, key, retired=True), blank=False)
            case ConvertField(form=form, old=old) | ReplaceField(form=form, old=old):
                rows = self._rows(form, old.name, blank=False)
            case DemandValue(form=form, field=key):
                name = self._active_before(form, key) or self._active_before(form, key, retired=True)
                rows = self._rows(form, name, blank=True)
            case _:
                return change
        return change if rows is None else change.with_rows(rows)

    def _active_before(self, form: str, key: str, *, retired: bool = False) -> str:
        """Return the name of a field's column if it was in use so far; '' for a new field."""
        table = self.after.tables[form]
        found = self.before.find_table(table.name)
        before = {column.name for column in found[1].active.values()} if found else set()
        columns = [c for name, c in table.columns.items() if plain_key(name) == key and c.retired == retired]
        return next((column.name for column in columns if column.name in before), "")

    def _rows(self, form: str, name: str = "", *, blank: bool | None = None) -> int | None:
        """Count the live records of a form, or only those that have a field blank or not."""
        if self.before.find_table(self.after.tables[form].name) is None:
            return None
        target = table(self.after.tables[form].name, column("deleted_at"), *([column(name)] if name else []))
        query = select(func.count()).select_from(target).where(target.c.deleted_at.is_(None))
        if name and blank is not None:
            query = query.where(target.c[name].is_(None) if blank else target.c[name].is_not(None))
        return int(self.connection.execute(query).scalar_one())
