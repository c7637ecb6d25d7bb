"""A form as a SQLAlchemy table: the system's columns and one column of the right type a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Column, ForeignKey, FromClause, Integer, MetaData, Table

from engine.columns import CODE_POINT_TEXT, IDENTIFIER, Moment, column_type
from engine.stored import StoredApp, StoredColumn
from engine.values import DEPARTMENT_SHAPE, USER_SHAPE, Kind, ValueType

PLATFORM_TABLES = {USER_SHAPE: "users", DEPARTMENT_SHAPE: "departments"}
PLATFORM_COLUMNS: Mapping[tuple[str, str], str] = {
    (USER_SHAPE, "department"): "department_id",
    (USER_SHAPE, "supervisor"): "supervisor_id",
    (DEPARTMENT_SHAPE, "parent"): "parent_id",
    (DEPARTMENT_SHAPE, "head"): "head_id",
}


@dataclass(frozen=True)
class AppTables:
    """The tables of one app, described; no connection is needed.

    platform: the platform's own tables by name ("users", "departments", "supervision", "within").
    """

    stored: StoredApp
    platform: Mapping[str, Table]
    tables: dict[str, Table] = field(default_factory=dict)

    def table(self, form: str) -> FromClause:
        """Return the table of a form, or one of the platform's ("@user", "@supervision" …)."""
        if form.startswith("@"):
            return self.platform[PLATFORM_TABLES.get(form, form[1:])]
        return self.tables[form]

    def column(self, form: str, name: str) -> str:
        """Return the name of a field's column."""
        if form.startswith("@"):
            return PLATFORM_COLUMNS.get((form, name), name)
        found = self.stored.tables[form].columns.get(name)
        return found.name if found else name


def build_tables(stored: StoredApp, platform: Mapping[str, Table]) -> AppTables:
    """Describe every table of an app that is in use."""
    metadata = MetaData()
    built = {
        form: Table(
            table.name,
            metadata,
            *system_columns(),
            *(Column(column.name, column_type(column.kind)) for column in table.active.values()),
        )
        for form, table in stored.tables.items()
        if not table.retired
    }
    return AppTables(stored, platform, built)


def system_columns() -> list[Column[object]]:
    """Return fresh columns that every form's table has."""
    return [
        Column("id", IDENTIFIER, primary_key=True, autoincrement=True),
        Column("version", Integer, nullable=False, default=1),
        Column("created_at", Moment, nullable=False),
        Column("created_by", IDENTIFIER),
        Column("updated_at", Moment, nullable=False),
        Column("updated_by", IDENTIFIER),
        Column("deleted_at", Moment),
        Column("deleted_by", IDENTIFIER),
        Column("sound", CODE_POINT_TEXT),  # what the record is found by; see runtime/store/sounds.py
    ]


def reference_of(kind: ValueType, stored: StoredApp) -> ForeignKey | None:
    """Return the foreign key of a column that refers to records, people or departments."""
    target = {Kind.USER: "users", Kind.DEPARTMENT: "departments"}.get(kind.kind)
    if kind.kind is Kind.RECORD and kind.form in stored.tables:
        target = stored.tables[kind.form].name
    return ForeignKey(f"{target}.id") if target else None


def field_column(column: StoredColumn, stored: StoredApp) -> Column[object]:
    """Return a field's column with its foreign key, as it is created."""
    reference = reference_of(column.kind, stored)
    return Column(column.name, column_type(column.kind), *([reference] if reference is not None else []))
