"""Apps, their versions and drafts, and how their records are stored: the SQL behind publishing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from engine.stored import StoredApp, StoredColumn, StoredTable, kind_from_json, kind_to_json
from runtime.store import schema


@dataclass(frozen=True, slots=True)
class AppRow:
    """One app as it is listed: `number` is the version in force, None before the first publication."""

    id: int
    key: str
    title: dict[str, str]
    number: int | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One published version; `text` is its definition as it was uploaded."""

    number: int
    hash: str
    text: str
    file: str
    author: int | None
    note: str
    published_at: datetime


def find_app(connection: Connection, key: str) -> AppRow | None:
    """Return the app with this key."""
    rows = _app_rows(connection, schema.apps.c.key == key)
    return rows[0] if rows else None


def list_apps(connection: Connection) -> list[AppRow]:
    """Return every app that is in use, by key."""
    return _app_rows(connection, schema.apps.c.archived_at.is_(None))


def _app_rows(connection: Connection, condition: Any) -> list[AppRow]:
    table = schema.apps
    query = select(table.c.id, table.c.key, table.c.title, table.c.current_version).where(condition).order_by(table.c.key)
    return [AppRow(*row) for row in connection.execute(query)]


def create_app(connection: Connection, key: str, title: dict[str, str], now: datetime) -> int:
    """Register an app that has no version yet and return its id."""
    statement = insert(schema.apps).values(key=key, title=title, created_at=now).returning(schema.apps.c.id)
    return int(connection.execute(statement).scalar_one())


def add_version(
    connection: Connection, app_id: int, version: dict[str, Any], title: dict[str, str], expected: int | None
) -> int | None:
    """Add a version and make it the one in force; returns its number.

    expected: the version that must still be in force. Returns None when another one is.
    """
    table = schema.versions
    newest = connection.execute(select(func.max(table.c.number)).where(table.c.app_id == app_id)).scalar()
    number = int(newest or 0) + 1
    apps = schema.apps
    unchanged = apps.c.current_version.is_not_distinct_from(expected)
    moved = update(apps).where(apps.c.id == app_id, unchanged).values(current_version=number, title=title)
    if connection.execute(moved).rowcount != 1:
        return None
    connection.execute(insert(table).values(app_id=app_id, number=number, **version))
    return number


def find_version(connection: Connection, app_id: int, number: int) -> VersionRow | None:
    """Return one version with its text."""
    table = schema.versions
    query = select(*_version_columns()).where(table.c.app_id == app_id, table.c.number == number)
    row = connection.execute(query).first()
    return VersionRow(*row) if row else None


def list_versions(connection: Connection, app_id: int) -> list[VersionRow]:
    """Return the versions of an app, newest first."""
    table = schema.versions
    query = select(*_version_columns()).where(table.c.app_id == app_id).order_by(table.c.number.desc())
    return [VersionRow(*row) for row in connection.execute(query)]


def _version_columns() -> list[Any]:
    table = schema.versions
    return [table.c[name] for name in ("number", "hash", "text", "file", "author", "note", "published_at")]


def read_stored(connection: Connection, app_id: int) -> StoredApp:
    """Return how an app's records are stored."""
    forms, columns = schema.form_tables, schema.form_columns
    tables = {
        row.form: (row.table_name, row.retired_at is not None)
        for row in connection.execute(select(forms).where(forms.c.app_id == app_id))
    }
    found: dict[str, dict[str, StoredColumn]] = {form: {} for form in tables}
    query = select(columns).where(columns.c.app_id == app_id).order_by(columns.c.form, columns.c.column_name)
    for row in connection.execute(query):
        retired = row.retired_at is not None
        key = f"{row.field}@{row.column_name}" if retired else row.field
        found[row.form][key] = StoredColumn(row.column_name, kind_from_json(row.kind), retired)
    return StoredApp({form: StoredTable(name, found[form], gone) for form, (name, gone) in tables.items()})


def write_stored(connection: Connection, app_id: int, stored: StoredApp, now: datetime) -> None:
    """Write down how an app's records are stored from now on."""
    forms, columns = schema.form_tables, schema.form_columns
    connection.execute(delete(columns).where(columns.c.app_id == app_id))
    connection.execute(delete(forms).where(forms.c.app_id == app_id))
    for form, table in stored.tables.items():
        gone = now if table.retired else None
        connection.execute(insert(forms).values(app_id=app_id, form=form, table_name=table.name, retired_at=gone))
        rows = [
            {
                "app_id": app_id, "form": form, "field": key.split("@")[0], "column_name": column.name,
                "kind": kind_to_json(column.kind), "retired_at": now if column.retired else None,
            }
            for key, column in table.columns.items()
        ]  # fmt: skip
        if rows:
            connection.execute(insert(columns), rows)


def table_names(connection: Connection) -> frozenset[str]:
    """Return the name of every table that an app ever got."""
    return frozenset(row[0] for row in connection.execute(select(schema.form_tables.c.table_name)))


def rename_history(connection: Connection, app_id: int, was: str, form: str) -> None:
    """Let the history and the numbers of a renamed form follow it."""
    history = schema.history
    connection.execute(update(history).where(history.c.app_id == app_id, history.c.form == was).values(form=form))
