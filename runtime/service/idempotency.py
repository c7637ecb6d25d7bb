"""Requests that may be sent twice and count once: the key of a request, its mark and its kept answer.

The mark is written first in the transaction of the request, so whoever comes with the same key meanwhile
waits for that transaction, and a request that fails takes its mark with it. The answer is kept for a day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.problems import ProblemCode
from engine.texts import Text
from engine.turn import Refused
from runtime.store.exact_json import read_json, write_json
from runtime.store.schema import idempotency

KEPT = timedelta(hours=24)
_MOST_CLEARED = 200

KEY_REUSED = ProblemCode(
    "idempotency-key-reused",
    Text("这个 Idempotency-Key 已经用于另一个请求", "This Idempotency-Key belongs to another request"),
    Text("每个新请求用一个新的键", "Use a new key for each new request"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to a request: the status, the body as text, and headers beside the usual ones."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a request: who sends it where under which key, what it says, and when.

    request_hash: of all that makes the request this one and no other.
    """

    actor: int
    route: str
    key: str
    request_hash: str
    at: datetime


def once(connection: Connection, attempt: Attempt, work: Callable[[], Answer]) -> Answer:
    """Do the work of a request, or return the answer that it got before.

    `work` writes in the same transaction. Raises `Refused` where the key belongs to another request.
    """
    kept = begin(connection, attempt)
    if kept is not None:
        return kept
    answer = work()
    finish(connection, attempt, answer)
    return answer


def begin(connection: Connection, attempt: Attempt) -> Answer | None:
    """Mark the request as under way; returns the kept answer if it was answered before.

    Waits while the same request is under way elsewhere. Raises `Refused` where the key belongs to another one.
    """
    table = idempotency
    row: dict[str, Any] = {
        "actor": attempt.actor, "route": attempt.route, "key": attempt.key, "created_at": attempt.at,
        "request_hash": attempt.request_hash, "state": "running", "status": None, "body": None,
    }  # fmt: skip
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = kind(table).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["actor", "route", "key"], set_=row, where=table.c.created_at < attempt.at - KEPT
    ).returning(table.c.state)
    if connection.execute(statement).first() is not None:
        _clear(connection, attempt)
        return None
    query = select(table.c.request_hash, table.c.status, table.c.body).where(_same(attempt))
    request_hash, status, body = connection.execute(query).one()
    if request_hash != attempt.request_hash or status is None:
        raise Refused({0: (KEY_REUSED.here(),)})
    text, headers = read_json(body)
    return Answer(status, text, headers)


def finish(connection: Connection, attempt: Attempt, answer: Answer) -> None:
    """Keep the answer for whoever comes with the same key."""
    body = write_json([answer.body, answer.headers])
    values = {"state": "done", "status": answer.status, "body": body}
    connection.execute(update(idempotency).where(_same(attempt)).values(values))


def _same(attempt: Attempt) -> ColumnElement[bool]:
    table = idempotency
    return and_(table.c.actor == attempt.actor, table.c.route == attempt.route, table.c.key == attempt.key)


def _clear(connection: Connection, attempt: Attempt) -> None:
    """Remove some answers that need not be kept any more; one request in sixteen does it for all.

    Rows that another transaction holds are left to the next one, so that nobody waits.
    """
    if not attempt.request_hash.startswith("0"):
        return
    table = idempotency
    key = (table.c.actor, table.c.route, table.c.key)
    old = select(*key).where(table.c.created_at < attempt.at - KEPT).limit(_MOST_CLEARED)
    connection.execute(delete(table).where(tuple_(*key).in_(old.with_for_update(skip_locked=True))))
