"""Counting how often one subject does something within a period."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from runtime.store.companions import throttle


def count_one(connection: Connection, scope: str, subject: str, begins_at: datetime) -> int:
    """Count once more for a subject in the period that begins then; returns how often it was so far."""
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"scope": scope, "subject": subject, "begins_at": begins_at, "count": 1}
    statement = (
        kind(throttle)
        .values(row)
        .on_conflict_do_update(
            index_elements=["scope", "subject", "begins_at"], set_={"count": throttle.c.count + 1}
        )
        .returning(throttle.c.count)
    )
    return int(connection.execute(statement).scalar_one())


def forget_before(connection: Connection, moment: datetime) -> None:
    """Remove what was counted in periods that began before a moment."""
    connection.execute(delete(throttle).where(throttle.c.begins_at < moment))
