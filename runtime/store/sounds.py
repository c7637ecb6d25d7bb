"""The words and the pinyin of what names a record, kept beside it so that the database finds it by sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, update

from engine.forms.model import Form
from engine.values import Value, to_json
from runtime.store.database import Database
from runtime.store.migrations import read_fact, write_fact
from runtime.store.people import search_text
from runtime.store.published import PublishedApp

_CHUNK = 1_000
_SAMPLE = 50
_LONGEST = 200
_FACT = "sounds"


def sound_of(form: Form, values: Mapping[str, Value]) -> str:
    """Return what a record is found by: its name casefolded, in pinyin and by initials; '' without a name."""
    named = form.fields.get(form.named_by)
    value = values.get(form.named_by)
    if named is None or value is None or named.value_type.points_to or named.value_type.sealed:
        return ""
    return search_text(str(to_json(value))[:_LONGEST], "")


def sound_change(form: Form, values: Mapping[str, Value]) -> dict[str, str]:
    """Return the column to write with some changed fields; nothing where the name is not among them."""
    return {"sound": sound_of(form, values)} if form.named_by in values else {}


def refresh_sounds(connection: Connection, app: PublishedApp, form: Form, record: int | None = None) -> None:
    """Work out anew what records are found by: one, or all of a form, in chunks."""
    if record is not None:
        _write(connection, app, form, _names(connection, app, form, record - 1, 1))
        return
    last = 0
    while rows := _names(connection, app, form, last, _CHUNK):
        last = rows[-1][0]
        _write(connection, app, form, rows)


def has_stale_sounds(connection: Connection, app: PublishedApp, form: Form) -> bool:
    """Tell by a few records, the newest, whether another field names them than when they were written."""
    table = app.tables.tables[form.key]
    column = _name_column(app, form, table)
    query = select(table.c.sound, column).order_by(table.c.id.desc()).limit(_SAMPLE)
    return any(sound != _sound(form, value) for sound, value in connection.execute(query))


def fill_sounds(database: Database, apps: Any) -> None:
    """Write what records are found by where an older version has not, once; each chunk commits by itself.

    apps: gives the apps in force for a connection.
    """
    with database.reading() as connection:
        if read_fact(connection, _FACT):
            return
        found = list(apps(connection))
    for app in found:
        for form in app.definition.forms.values():
            _fill(database, app, form)
    with database.writing() as connection:
        write_fact(connection, _FACT, 1)


def _fill(database: Database, app: PublishedApp, form: Form) -> None:
    last, rows = 0, True
    while rows:
        with database.writing() as connection:
            found = _names(connection, app, form, last, _CHUNK, missing=True)
            _write(connection, app, form, found)
            last, rows = (found[-1][0], True) if found else (last, False)


def _name_column(app: PublishedApp, form: Form, table: Table) -> Any:
    return table.c.get(app.tables.column(form.key, form.named_by), table.c.id)


def _names(
    connection: Connection, app: PublishedApp, form: Form, last: int, most: int, *, missing: bool = False
) -> list[tuple[int, Value]]:
    table = app.tables.tables[form.key]
    query = select(table.c.id, _name_column(app, form, table)).where(table.c.id > last)
    if missing:
        query = query.where(table.c.sound.is_(None))
    return [(row[0], row[1]) for row in connection.execute(query.order_by(table.c.id).limit(most))]


def _sound(form: Form, value: Value) -> str:
    named = form.fields.get(form.named_by)
    return sound_of(form, {form.named_by: value}) if named is not None and named.stored else ""


def _write(connection: Connection, app: PublishedApp, form: Form, rows: list[tuple[int, Value]]) -> None:
    table = app.tables.tables[form.key]
    statement = update(table).where(table.c.id == bindparam("b_id")).values(sound=bindparam("b_sound"))
    if rows:
        connection.execute(
            statement, [{"b_id": record, "b_sound": _sound(form, value)} for record, value in rows]
        )
