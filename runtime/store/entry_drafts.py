"""What people have typed into forms and not submitted, as it is stored: for its owner alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from runtime.store.companions import entry_drafts


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One draft. record_id: the record that is being changed, None for a new one."""

    id: int
    app_id: int
    form: str
    record_id: int | None
    owner: int
    raw: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime


_COLUMNS = tuple(entry_drafts.c[name] for name in EntryDraft.__dataclass_fields__)


def insert_draft(connection: Connection, row: Mapping[str, Any]) -> int:
    """Write a new draft and return its id."""
    return int(connection.execute(insert(entry_drafts).values(row).returning(entry_drafts.c.id)).scalar_one())


def update_draft(connection: Connection, draft: int, raw: Mapping[str, Any], now: datetime) -> None:
    """Replace the content of a draft."""
    statement = update(entry_drafts).where(entry_drafts.c.id == draft)
    connection.execute(statement.values(raw=raw, updated_at=now))


def delete_draft(connection: Connection, owner: int, draft: int) -> bool:
    """Remove a draft of its owner; False where there is none."""
    mine = (entry_drafts.c.id == draft, entry_drafts.c.owner == owner)
    return connection.execute(delete(entry_drafts).where(*mine)).rowcount == 1


def find_draft(connection: Connection, owner: int, draft: int) -> EntryDraft | None:
    """Return a draft of its owner."""
    mine = (entry_drafts.c.id == draft, entry_drafts.c.owner == owner)
    row = connection.execute(select(*_COLUMNS).where(*mine)).one_or_none()
    return EntryDraft(*row) if row is not None else None


def load_drafts(
    connection: Connection, owner: int, app_ids: Iterable[int], form: str = "", record: int | None = None
) -> list[EntryDraft]:
    """Return the drafts of a person in some apps, the newest first; `record` 0 means those of new records."""
    chosen: list[ColumnElement[bool]] = [
        entry_drafts.c.owner == owner,
        entry_drafts.c.app_id.in_(tuple(app_ids)),
    ]
    if form:
        chosen.append(entry_drafts.c.form == form)
    if record is not None:
        of_record = entry_drafts.c.record_id
        chosen.append(of_record == record if record else of_record.is_(None))
    query = (
        select(*_COLUMNS).where(*chosen).order_by(entry_drafts.c.updated_at.desc(), entry_drafts.c.id.desc())
    )
    return [EntryDraft(*row) for row in connection.execute(query)]


def count_drafts(connection: Connection, owner: int, app_ids: Iterable[int], form: str = "") -> int:
    """Return how many drafts a person has in some apps."""
    query = select(func.count()).where(
        entry_drafts.c.owner == owner, entry_drafts.c.app_id.in_(tuple(app_ids))
    )
    if form:
        query = query.where(entry_drafts.c.form == form)
    return int(connection.execute(query).scalar_one())
