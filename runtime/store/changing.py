"""Carrying out a plan: tables, columns, indexes and converted values, inside one transaction.

Tables are changed through Alembic's operations. Nothing is dropped here: a retired column or table only
loses its place in the definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, bindparam, column, func, inspect, select, table, text, update

from engine.app import AppDefinition
from engine.changes import (
    AddField,
    Change,
    ConvertField,
    CreateTable,
    DemandValue,
    Plan,
    Recompute,
    RetireField,
    RetireForm,
    SetUnique,
)
from engine.columns import column_type
from engine.expression.sql import Facts
from engine.forms.model import Field
from engine.forms.tables import field_column, reference_of, system_columns
from engine.problems import DefinitionError, Problem, ProblemCode, Refusal
from engine.stored import StoredApp, StoredColumn, StoredTable
from engine.texts import Text
from engine.values import Kind, Value, ValueType, to_json
from runtime.store.published import PublishedApp
from runtime.store.records import recompute

DO_NOT_FIT = ProblemCode(
    "values-do-not-fit",
    Text("「{field}」有 {count} 条记录的值转不过来,例如{examples}", "{count} records have a {field} that cannot be converted, for example {examples}"),
    Text("先改这些记录,再发布", "Correct these records first, then publish"),
)
REPEATED = ProblemCode(
    "values-repeat",
    Text("「{field}」有 {count} 个值是重复的,例如{examples}", "{count} values of {field} occur more than once, for example {examples}"),
    Text("先改这些记录,再发布", "Correct these records first, then publish"),
)
_CHUNK = 1_000
_SHOWN = 5


@dataclass
class SchemaWriter:
    """Carries out the plan of one publication.

    stored: how records are stored once the plan is carried out.
    """

    connection: Connection
    app_id: int
    definition: AppDefinition
    stored: StoredApp
    facts: Facts
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.operations = Operations(MigrationContext.configure(self.connection))
        self.is_sqlite = self.connection.dialect.name == "sqlite"

    def carry_out(self, plan: Plan, app: PublishedApp) -> None:
        """Do everything in order.

        Raises `DefinitionError` naming the records that stand in the way; the caller's transaction ends then.
        """
        created = [c.operation for c in plan.changes if isinstance(c.operation, CreateTable)]
        for operation in created:
            self._create(operation)
        for operation in created:
            self._refer(operation)
        for change in plan.changes:
            match change.operation:
                case AddField(form=form, column=new):
                    self._add_column(self.stored.tables[form], new)
                case ConvertField():
                    self._convert(change.operation)
                case SetUnique():
                    self._set_unique(change.operation)
                case _:
                    pass
        if self.problems:
            raise DefinitionError(self.problems)
        self._index()
        for change in plan.changes:
            if isinstance(change.operation, Recompute):
                form = self.definition.forms[change.operation.form]
                recompute(self.connection, app, form, (change.operation.field,), self.facts)

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
                f"fk_{owner.name}_{stored.name}"[:63], owner.name, target, [stored.name], ["id"]
            )

    def _add_column(self, owner: StoredTable, stored: StoredColumn) -> None:
        if self.is_sqlite:
            self.operations.add_column(owner.name, self._column(stored, inline=True), inline_references=True)
            return
        self.operations.add_column(owner.name, self._column(stored, inline=False))
        self._foreign_key(owner, stored)

    # Values.

    def _convert(self, operation: ConvertField) -> None:
        """Fill the new column from the old one, value by value; what does not fit is reported."""
        owner = self.stored.tables[operation.form]
        self._add_column(owner, operation.column)
        one = self.definition.forms[operation.form].fields[operation.field]
        target = table(owner.name, column("id"), column(operation.column.name, column_type(operation.column.kind)))
        bad: list[tuple[int, Value]] = []
        count = 0
        for chunk in self._values(owner.name, operation.old):
            done = []
            for record, value in chunk:
                try:
                    done.append({"b_id": record, "b_value": convert_value(value, operation.old.kind, one)})
                except Refusal:
                    count += 1
                    bad = [*bad, (record, value)][:_SHOWN]
            if done and not count:
                statement = update(target).where(target.c.id == bindparam("b_id"))
                self.connection.execute(statement.values({operation.column.name: bindparam("b_value")}), done)
        if count:
            self.problems.append(self._complaint(DO_NOT_FIT, one, count, [f"#{r}: {v}" for r, v in bad]))

    def _values(self, name: str, old: StoredColumn) -> Iterator[list[tuple[int, Value]]]:
        """Yield the filled values of a column in chunks, by id."""
        source = table(name, column("id"), column(old.name, column_type(old.kind)))
        last = 0
        while True:
            query = select(source).where(source.c.id > last, source.c[old.name].is_not(None)).order_by(source.c.id)
            rows = [(row[0], row[1]) for row in self.connection.execute(query.limit(_CHUNK))]
            if not rows:
                return
            last = rows[-1][0]
            yield rows

    def _complaint(self, code: ProblemCode, one: Field, count: int, examples: list[str]) -> Problem:
        return code.at(one.location, path=("forms", one.key), field=one.label, count=count, examples=", ".join(examples))

    # Indexes.

    def _set_unique(self, operation: SetUnique) -> None:
        owner = self.stored.tables[operation.form]
        name = owner.columns[operation.field].name if operation.field in owner.columns else ""
        index = f"u_{owner.name}_{name}"[:63]
        if not operation.unique:
            if index in self._index_names(owner.name):
                self.operations.drop_index(index, owner.name)
            return
        one = self.definition.forms[operation.form].fields[operation.field]
        target = table(owner.name, column("deleted_at"), column(name, column_type(owner.columns[operation.field].kind)))
        value = target.c[name]
        query = select(value).where(target.c.deleted_at.is_(None), value.is_not(None)).group_by(value).having(func.count() > 1)
        repeated = [str(row[0]) for row in self.connection.execute(query.limit(1_000))]
        if repeated:
            self.problems.append(self._complaint(REPEATED, one, len(repeated), repeated[:_SHOWN]))
            return
        self._create_index(index, owner.name, (name,), unique=True)

    def _index(self) -> None:
        """Create the indexes that the definition asks for and that are not there yet."""
        for form in self.definition.forms.values():
            owner = self.stored.tables[form.key]
            known = self._index_names(owner.name)
            for key in indexed_fields(self.definition, form.key):
                name = owner.columns[key].name if key in owner.columns else key
                index = f"i_{owner.name}_{name}"[:63]
                if index not in known:
                    self._create_index(index, owner.name, (name, "id"))

    def _index_names(self, name: str) -> set[str]:
        return {str(index["name"]) for index in inspect(self.connection).get_indexes(name)}

    def _create_index(self, index: str, name: str, columns: tuple[str, ...], *, unique: bool = False) -> None:
        live = text("deleted_at IS NULL")
        self.operations.create_index(
            index, name, list(columns), unique=unique, sqlite_where=live, postgresql_where=live
        )


def indexed_fields(definition: AppDefinition, form: str) -> tuple[str, ...]:
    """Return the fields that lists filter and sort by: links, people, what row scopes read, sorted columns."""
    found = definition.forms[form]
    pointing = (Kind.RECORD, Kind.USER, Kind.DEPARTMENT)
    wanted = [one.key for one in found.stored_fields if one.value_type.kind in pointing]
    for grant in definition.access.grants.get(form, ()):
        if grant.rows is not None:
            wanted += [path.steps[0] for path in grant.rows.paths if path.root == "record" and path.steps]
    wanted += [name.lstrip("-") for name in found.sort]
    stored = {one.key for one in found.stored_fields} | {"created_by", "created_at", "updated_at"}
    return tuple(key for key in dict.fromkeys(wanted) if key in stored)


def convert_value(value: Value, old: ValueType, one: Field) -> Value:
    """Convert one stored value to what a field holds now.

    Raises `Refusal` where it does not fit.
    """
    if value is None:
        return None
    raw = to_json(value)
    if one.value_type.kind in (Kind.TEXT, Kind.CHOICE) or isinstance(raw, bool):
        raw = str(raw) if not isinstance(raw, bool) else ("1" if raw else "0")
    if old.kind in (Kind.USER, Kind.DEPARTMENT, Kind.RECORD) and one.value_type.kind is not Kind.TEXT:
        raw = f"id {raw}"
    return one.type.parse(raw, one.value_type)


def count_rows(connection: Connection, before: StoredApp, change: Change) -> int | None:
    """Return how many live records a change concerns; None where none can be."""
    operation = change.operation
    form = getattr(operation, "form", "")
    owner = before.tables.get(form)
    if owner is None or not isinstance(operation, RetireField | RetireForm | ConvertField | Recompute | DemandValue):
        return None
    known = None if isinstance(operation, RetireForm | Recompute) else owner.columns.get(operation.field)
    target = table(owner.name, column("deleted_at"), *([column(known.name)] if known else []))
    where = [target.c.deleted_at.is_(None)]
    if known is not None:
        value = target.c[known.name]
        where.append(value.is_(None) if isinstance(operation, DemandValue) else value.is_not(None))
    return int(connection.execute(select(func.count()).select_from(target).where(*where)).scalar_one())

