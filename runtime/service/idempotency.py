"""Requests that may be sent twice and count once: the key of a request, its mark and its kept answer.

The mark is written first in the transaction of the request, so whoever comes with the same key meanwhile
waits for that transaction, and a request that fails takes its mark with it. The answer is kept for a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Connection, and_, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from engine.problems import DefinitionError, ProblemCode
from engine.texts import Text
from engine.turn import Refused
from runtime.service.apps import PUBLISHED_MEANWHILE, Publisher
from runtime.store.database import Database
from runtime.store.exact_json import read_json, write_json
from runtime.store.published import PublishedApp
from runtime.store.schema import apps, idempotency

Expected = int | None | Literal["any"]

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

    Waits while the same request is under way elsewhere. Raises `Refused` like `once`.
    """
    table = idempotency
    row: dict[str, Any] = {
        "actor": attempt.actor, "route": attempt.route, "key": attempt.key, "created_at": attempt.at,
        "request_hash": attempt.request_hash, "state": "running", "status": None, "body": None,
    }  # fmt: skip
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    expired = table.c.created_at < attempt.at - KEPT
    insert = (
        kind(table)
        .values(row)
        .on_conflict_do_update(index_elements=["actor", "route", "key"], set_=row, where=expired)
    )
    if connection.execute(insert.returning(table.c.state)).first() is not None:
        _clear(connection, attempt)
        return None
    return look_up(connection, attempt)


def look_up(connection: Connection, attempt: Attempt) -> Answer | None:
    """Return the kept answer of a request; None for a new one. Raises `Refused` like `once`."""
    table = idempotency
    query = select(table.c.request_hash, table.c.status, table.c.body)
    row = connection.execute(query.where(_same(attempt), table.c.created_at >= attempt.at - KEPT)).first()
    if row is None:
        return None
    if row.request_hash != attempt.request_hash or row.status is None:
        raise Refused({0: (KEY_REUSED.here(),)})
    text, headers = read_json(row.body)
    return Answer(row.status, text, headers)


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


# Publishing, whose transaction is the publisher's own.


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One try to publish: under which key, over which version, and what is answered with the new one.

    expected: the version that must still be in force, None where there must be none; "any" for whatever is.
    """

    app: str
    attempt: Attempt | None
    expected: Expected
    answer: Callable[[int], Answer]


def publish_once(
    publisher: Publisher, wanted: Publication, work: Callable[[Publisher], PublishedApp]
) -> Answer:
    """Publish with `work`, or return the answer that the same request got before.

    Raises `DefinitionError` like the publisher, and where another version is in force than expected.
    """
    if wanted.attempt is not None:
        with publisher.database.reading() as connection:
            kept = look_up(connection, wanted.attempt)
        if kept is not None:
            return kept
    database = _Claiming(publisher.database, wanted)
    try:
        work(replace(publisher, database=cast(Database, database)))
    except _AnsweredBefore as before:
        return before.answer
    except IntegrityError as error:
        raise DefinitionError([PUBLISHED_MEANWHILE.here()]) from error
    return database.answer


class _AnsweredBefore(Exception):
    """Raised to leave a transaction in which there is nothing left to do."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


@dataclass
class _Claiming:
    """A database for one publication: its transaction begins with the mark and ends with the answer."""

    database: Database
    wanted: Publication
    answer: Answer = Answer(500)

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection that sees one snapshot."""
        return self.database.reading()

    @contextmanager
    def changing_schema(self) -> Iterator[Connection]:
        """Give the connection to publish with; the app stays locked until the end."""
        wanted = self.wanted
        with self.database.changing_schema() as connection:
            kept = begin(connection, wanted.attempt) if wanted.attempt else None
            if kept is not None:
                raise _AnsweredBefore(kept)
            version = select(apps.c.current_version).where(apps.c.key == wanted.app)
            before = connection.execute(version.with_for_update()).scalar()
            if wanted.expected not in ("any", before):
                raise DefinitionError([PUBLISHED_MEANWHILE.here()])
            yield connection
            self.answer = wanted.answer(int(connection.execute(version).scalar_one()))
            if wanted.attempt:
                finish(connection, wanted.attempt, self.answer)
