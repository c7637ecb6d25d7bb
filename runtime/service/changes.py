"""What has become of a record: who changed what, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engine.access import Rights
from engine.forms.model import Form
from runtime.service.seen import seen_changes
from runtime.service.visit import Visit
from runtime.store import schema


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of a record, as far as the person may see it."""

    version: int
    action: str
    actor: str
    at: datetime
    changes: Mapping[str, tuple[object, object]]


def read_history(
    visit: Visit, form: Form, record: int, rights: Rights, limit: int = 50
) -> tuple[HistoryLine, ...]:
    """Return who changed what in a record, newest first, in the fields that the person may read there."""
    table, people = schema.history, schema.users
    query = (
        select(table.c.version, table.c.action, people.c.name, table.c.at, table.c.changes)
        .select_from(table.outerjoin(people, people.c.id == table.c.actor))
        .where(table.c.app_id == visit.app.id, table.c.form == form.key, table.c.record_id == record)
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    lines = []
    for version, action, name, at, changes in visit.connection.execute(query):
        seen = seen_changes(form, changes, rights)
        if seen or not changes or action != "update":
            lines.append(HistoryLine(version, action, name or "", at, seen))
    return tuple(lines)
