"""The outbox: what is to leave the process, written in the transaction that asked for it, delivered after.

A row is ready, then leased to one worker for a while, then done; or ready again after a pause when the try
failed; or dead when trying again is of no use or was tried often enough. A dead row waits for a person, who
retries or skips it. Rows of one stream go out one after another, in the order in which they were written; a
dead one holds the stream up.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Text,
    cast,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from engine.decisions import RequestEffect
from runtime.store.schema import outbox, platform

MOST_ATTEMPTS = 16
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=2)
ERROR_LIMIT = 2000
LEASE_RAN_OUT = "the process that was to deliver this stopped before it was done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Where effects come from.

    version: of the app's definition. root_id: the turn that everything began with; an effect's key is unique
    within it. causation_id: what asked for these, such as a trace or an outbox row.
    """

    app_id: int
    version: int
    root_id: str
    depth: int = 0
    causation_id: str | None = None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One effect on its way. `uuid` is the same at every try, so a receiver can tell a repeated one."""

    id: int
    uuid: str
    created_at: datetime
    app_id: int
    version: int
    action: str
    key: str
    origin: Sequence[str | int]
    stream_key: str
    payload: Mapping[str, Any]
    state: str
    attempts: int
    next_at: datetime
    lease_token: str | None
    lease_until: datetime | None
    last_error: str | None
    result: Any
    causation_id: str | None
    root_id: str
    depth: int
    ended_at: datetime | None


_COLUMNS = tuple(outbox.c[name] for name in OutboxRow.__dataclass_fields__)
_EPOCH = (
    select(cast(cast(platform.c.value, Text), Integer))
    .where(platform.c.key == "restore_epoch")
    .scalar_subquery()
)


def add_effects(
    connection: Connection, cause: Cause, effects: Iterable[RequestEffect], now: datetime
) -> None:
    """Write effects, due at once, with one statement; one that its root already asked for is not repeated."""
    rows = [
        {
            "uuid": str(uuid.uuid4()),
            "created_at": now,
            "app_id": cause.app_id,
            "version": cause.version,
            "action": effect.action,
            "key": effect.key,
            "origin": list(effect.origin),
            "stream_key": f"{cause.app_id}/{effect.stream}" if effect.stream else "",
            "payload": dict(effect.payload),
            "state": "ready",
            "attempts": 0,
            "next_at": now,
            "causation_id": cause.causation_id,
            "root_id": cause.root_id,
            "depth": cause.depth,
        }
        for effect in effects
    ]
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(outbox).values(restore_epoch=_EPOCH).on_conflict_do_nothing()
        connection.execute(statement, rows)


def is_due(connection: Connection, now: datetime) -> bool:
    """Tell whether there may be something to lease or to recover; reads only."""
    return (
        connection.execute(select(outbox.c.id).where(or_(_due(now), _lost(now))).limit(1)).first() is not None
    )


def lease(connection: Connection, now: datetime, *, until: datetime, limit: int) -> list[OutboxRow]:
    """Take up to `limit` due rows for oneself, in order; the attempt counts from here on."""
    earlier = outbox.alias()
    blocked = exists().where(
        outbox.c.stream_key != "",
        earlier.c.stream_key == outbox.c.stream_key,
        earlier.c.id < outbox.c.id,
        earlier.c.ended_at.is_(None),
    )
    picked = (
        select(outbox.c.id).where(_due(now), ~blocked).order_by(outbox.c.next_at, outbox.c.id).limit(limit)
    )
    token = str(uuid.uuid4())
    change = update(outbox).values(
        state="leased", attempts=outbox.c.attempts + 1, lease_token=token, lease_until=until
    )
    if connection.dialect.name == "postgresql":
        mine = picked.with_for_update(skip_locked=True, of=outbox).cte("mine")
        change = change.where(outbox.c.id == mine.c.id)
    else:
        change = change.where(outbox.c.id.in_(picked), outbox.c.state == "ready")
    rows = [OutboxRow(*row) for row in connection.execute(change.returning(*_COLUMNS))]
    return sorted(rows, key=lambda row: row.id)


def finish(connection: Connection, row: OutboxRow, result: Any, now: datetime) -> bool:
    """Note that a leased row was delivered, and the answer; False if the lease was lost meanwhile."""
    return _settle(connection, row, state="done", result=result, ended_at=now, last_error=None)


def fail(
    connection: Connection,
    row: OutboxRow,
    error: str,
    now: datetime,
    *,
    final: bool = False,
    draw: Callable[[], float],
) -> bool:
    """Note that a try failed: another one follows after a pause, unless this was final or the last.

    draw: a random number from 0 to 1, which spreads the pauses. False if the lease was lost meanwhile.
    """
    words = error[:ERROR_LIMIT]
    if final or row.attempts >= MOST_ATTEMPTS:
        return _settle(connection, row, state="dead", last_error=words)
    next_at = now + pause_after(row.attempts, draw())
    return _settle(connection, row, state="ready", next_at=next_at, last_error=words)


def pause_after(attempts: int, drawn: float) -> timedelta:
    """Return how long to wait after that many tries: anything up to 10 s, doubling, at most 2 h.

    >>> pause_after(1, 1.0), pause_after(3, 0.5), pause_after(16, 1.0)
    (datetime.timedelta(seconds=10), datetime.timedelta(seconds=20), datetime.timedelta(seconds=7200))
    """
    doublings: int = 2 ** min(attempts - 1, 20)
    return min(LONGEST_PAUSE, FIRST_PAUSE * doublings) * drawn


def give_back(connection: Connection, rows: Sequence[OutboxRow]) -> None:
    """Return leased rows that were not tried, as if they had never been leased."""
    tokens = {row.lease_token for row in rows}
    change = update(outbox).where(
        outbox.c.id.in_([row.id for row in rows]),
        outbox.c.lease_token.in_(tokens),
        outbox.c.state == "leased",
    )
    connection.execute(
        change.values(state="ready", attempts=outbox.c.attempts - 1, lease_token=None, lease_until=None)
    )


def recover(connection: Connection, now: datetime, *, draw: Callable[[], float]) -> int:
    """Fail the tries whose lease ran out, because their worker died or was cut off; returns how many."""
    query = select(*_COLUMNS).where(_lost(now)).order_by(outbox.c.id).limit(100)
    rows = [OutboxRow(*row) for row in connection.execute(query.with_for_update(skip_locked=True))]
    return sum(fail(connection, row, LEASE_RAN_OUT, now, draw=draw) for row in rows)


def retry(connection: Connection, ids: Iterable[int], now: datetime) -> int:
    """Let dead or held rows be tried again, with fresh attempts; returns how many there were."""
    return _release(connection, ids, state="ready", attempts=0, next_at=now)


def skip(connection: Connection, ids: Iterable[int], now: datetime) -> int:
    """Give dead or held rows up, which frees their streams; returns how many there were."""
    return _release(connection, ids, state="skipped", ended_at=now)


def hold_all(connection: Connection) -> int:
    """Keep everything that waits from going out until a person retries or skips it, as after a restore."""
    change = update(outbox).where(outbox.c.state.in_(("ready", "leased")))
    return connection.execute(change.values(state="held", lease_token=None, lease_until=None)).rowcount


def list_rows(
    connection: Connection, state: str, *, app_id: int | None = None, limit: int = 100
) -> list[OutboxRow]:
    """Return rows in a state, the newest first: dead ones are the incidents."""
    query = select(*_COLUMNS).where(outbox.c.state == state).order_by(outbox.c.id.desc()).limit(limit)
    if app_id is not None:
        query = query.where(outbox.c.app_id == app_id)
    return [OutboxRow(*row) for row in connection.execute(query)]


def count_states(connection: Connection) -> dict[str, int]:
    """Return how many rows there are in each state, for health checks and the jobs page."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def remove_ended(connection: Connection, before: datetime) -> int:
    """Remove rows that were done or skipped before a time; returns how many."""
    return connection.execute(delete(outbox).where(outbox.c.ended_at < before)).rowcount


def _due(now: datetime) -> ColumnElement[bool]:
    return (outbox.c.state == "ready") & (outbox.c.next_at <= now)


def _lost(now: datetime) -> ColumnElement[bool]:
    return (outbox.c.state == "leased") & (outbox.c.lease_until <= now)


def _settle(connection: Connection, row: OutboxRow, **values: Any) -> bool:
    """End a lease that is still one's own."""
    mine = (outbox.c.lease_token == row.lease_token) if row.lease_token else false()
    change = update(outbox).where(outbox.c.id == row.id, outbox.c.state == "leased", mine)
    return connection.execute(change.values(**values, lease_token=None, lease_until=None)).rowcount == 1


def _release(connection: Connection, ids: Iterable[int], **values: Any) -> int:
    waiting = outbox.c.state.in_(("dead", "held"))
    return connection.execute(
        update(outbox).where(outbox.c.id.in_(tuple(ids)), waiting).values(**values)
    ).rowcount
