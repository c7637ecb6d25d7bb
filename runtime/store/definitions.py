"""Apps, their versions and drafts, and how their records are stored: the SQL behind publishing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, text, update

from engine.stored import StoredApp, StoredColumn, StoredTable, kind_from_json, kind_to_json, plain_key
from runtime.store import schema
from runtime.store.companions import views
from runtime.store.exact_json import write_json

_LOCKS = 0x51415050  # one number for every app; the second one is the app's own


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


# Every request asks for its app: the statements are made once.
_APPS = select(schema.apps.c.id, schema.apps.c.key, schema.apps.c.title, schema.apps.c.current_version)
_BY_KEY = _APPS.where(schema.apps.c.key == bindparam("wanted"))
_IN_USE = _APPS.where(schema.apps.c.archived_at.is_(None)).order_by(schema.apps.c.key)


def find_app(connection: Connection, key: str) -> AppRow | None:
    """Return the app with this key."""
    row = connection.execute(_BY_KEY, {"wanted": key}).first()
    return None if row is None else AppRow(*row)


def list_apps(connection: Connection) -> list[AppRow]:
    """Return every app that is in use, by key."""
    return [AppRow(*row) for row in connection.execute(_IN_USE)]


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


def list_hashes(connection: Connection, app_id: int) -> dict[int, str]:
    """Return the fingerprint of the text of each version, oldest first."""
    table = schema.versions
    query = select(table.c.number, table.c.hash).where(table.c.app_id == app_id).order_by(table.c.number)
    return {row.number: row.hash for row in connection.execute(query)}


def count_members(connection: Connection, app_id: int, role: str) -> int:
    """Return how many people have a role."""
    table = schema.role_members
    query = select(func.count()).where(table.c.app_id == app_id, table.c.role == role)
    return int(connection.execute(query).scalar_one())


def remove_role(connection: Connection, app_id: int, role: str) -> None:
    """Take a role from everybody who has it."""
    table = schema.role_members
    connection.execute(delete(table).where(table.c.app_id == app_id, table.c.role == role))


def _version_columns() -> list[Any]:
    table = schema.versions
    return [table.c[name] for name in ("number", "hash", "text", "file", "author", "note", "published_at")]


def read_stored(connection: Connection, app_id: int) -> StoredApp:
    """Return how an app's records are stored; the columns of a field that are out of use, oldest first."""
    forms, columns = schema.form_tables, schema.form_columns
    tables = {
        row.form: (row.table_name, row.retired_at is not None)
        for row in connection.execute(select(forms).where(forms.c.app_id == app_id))
    }
    found: dict[str, dict[str, StoredColumn]] = {form: {} for form in tables}
    query = select(columns).where(columns.c.app_id == app_id)
    for row in connection.execute(
        query.order_by(columns.c.form, columns.c.retired_at, columns.c.column_name)
    ):
        retired = row.retired_at is not None
        key = f"{row.field}@{row.column_name}" if retired else row.field
        found[row.form][key] = StoredColumn(row.column_name, kind_from_json(row.kind), retired)
    return StoredApp({form: StoredTable(name, found[form], gone) for form, (name, gone) in tables.items()})


def write_stored(connection: Connection, app_id: int, stored: StoredApp, now: datetime) -> None:
    """Write down how an app's records are stored from now on; what is out of use already keeps its time."""
    forms, columns = schema.form_tables, schema.form_columns
    gone: dict[tuple[str, ...], datetime | None] = {
        (row.table_name,): row.retired_at
        for row in connection.execute(select(forms).where(forms.c.app_id == app_id))
    }
    query = select(forms.c.table_name, columns.c.column_name, columns.c.retired_at).where(
        columns.c.app_id == app_id
    )
    query = query.join(forms, (forms.c.app_id == columns.c.app_id) & (forms.c.form == columns.c.form))
    gone |= {(row.table_name, row.column_name): row.retired_at for row in connection.execute(query)}

    def retired(is_retired: bool, *name: str) -> datetime | None:  # noqa: FBT001 - what a column says of itself
        return (gone.get(name) or now) if is_retired else None

    connection.execute(delete(columns).where(columns.c.app_id == app_id))
    connection.execute(delete(forms).where(forms.c.app_id == app_id))
    tables = [
        {
            "app_id": app_id,
            "form": form,
            "table_name": table.name,
            "retired_at": retired(table.retired, table.name),
        }
        for form, table in stored.tables.items()
    ]
    rows = [
        {
            "app_id": app_id, "form": form, "field": plain_key(key), "column_name": column.name,
            "kind": kind_to_json(column.kind), "retired_at": retired(column.retired, table.name, column.name),
        }
        for form, table in stored.tables.items()
        for key, column in table.columns.items()
    ]  # fmt: skip
    if tables:
        connection.execute(insert(forms), tables)
    if rows:
        connection.execute(insert(columns), rows)


def table_names(connection: Connection) -> frozenset[str]:
    """Return the name of every table that an app ever got."""
    return frozenset(row[0] for row in connection.execute(select(schema.form_tables.c.table_name)))


# While an app changes its tables, nobody writes its records with the definition of before.


def hold_app(connection: Connection, key: str) -> None:
    """Let no new version of an app be published before the end of this transaction.

    SQLite lets one transaction write at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(_LOCKS, func.hashtext(key))))


def seize_app(connection: Connection, key: str) -> None:
    """Wait until nobody writes records of an app, and keep everybody from it for the whole transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(schema.apps.c.id).where(schema.apps.c.key == key).with_for_update())
        connection.execute(select(func.pg_advisory_xact_lock(_LOCKS, func.hashtext(key))))


# History goes by the keys that forms and fields have now.


def move_history(connection: Connection, app_id: int, moved: Mapping[str, str]) -> None:
    """Let the history and views of renamed forms follow them; `moved` has the new keys by the old ones."""
    if not moved:
        return
    history = schema.history
    mine = (history.c.app_id == app_id) & history.c.form.in_(tuple(moved))
    connection.execute(update(history).where(mine).values(form=case(dict(moved), value=history.c.form)))
    of_them = (views.c.app_id == app_id) & views.c.form.in_(tuple(moved))
    connection.execute(update(views).where(of_them).values(form=case(dict(moved), value=views.c.form)))


def move_changes(connection: Connection, app_id: int, form: str, moved: Mapping[str, str]) -> None:
    """Let the history of renamed fields of a form follow them, all at once, without reading it."""
    if moved:
        statement = _MOVE[connection.dialect.name]
        connection.execute(text(statement), {"app": app_id, "form": form, "moved": write_json(dict(moved))})


_MOVE = {
    "sqlite": """
        UPDATE history SET changes = (
            SELECT json_group_object(coalesce(m.value, e.key), json(e.value))
            FROM json_each(history.changes) e LEFT JOIN json_each(:moved) m ON m.key = e.key)
        WHERE app_id = :app AND form = :form AND EXISTS (
            SELECT 1 FROM json_each(history.changes) e JOIN json_each(:moved) m ON m.key = e.key)""",
    "postgresql": """
        UPDATE history SET changes = (
            SELECT json_object_agg(coalesce(m.value, e.key), e.value)
            FROM json_each(history.changes) e
            LEFT JOIN json_each_text(CAST(:moved AS json)) m ON m.key = e.key)
        WHERE app_id = :app AND form = :form AND EXISTS (
            SELECT 1 FROM json_each(history.changes) e
            JOIN json_each(CAST(:moved AS json)) m ON m.key = e.key)""",
}
