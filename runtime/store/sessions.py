"""Who is signed in, on whose behalf programs come, and how often a password was tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from runtime.store.schema import api_tokens, sessions, sign_in_attempts, users


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in that may still last. The token itself is nowhere, only its hash."""

    token_hash: str
    user_id: int
    csrf_token: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One token of a program, as its owner sees it."""

    id: int
    user_id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tries:
    """How often something was tried in vain, and when it may be tried again."""

    failures: int
    last_at: datetime
    next_at: datetime


Subject = tuple[str, str]

_SESSION = tuple(sessions.c[name] for name in Session.__dataclass_fields__)
_TOKEN = tuple(api_tokens.c[name] for name in ApiToken.__dataclass_fields__)


def insert_session(connection: Connection, session: Session) -> None:
    """Write a new session."""
    values = {name: getattr(session, name) for name in Session.__dataclass_fields__}
    connection.execute(insert(sessions).values(**values))


def find_session(connection: Connection, token_hash: str) -> Session | None:
    """Return the session with this token, whether or not it has expired."""
    row = connection.execute(select(*_SESSION).where(sessions.c.token_hash == token_hash)).one_or_none()
    return Session(*row) if row is not None else None


def sessions_of(connection: Connection, user_id: int) -> list[Session]:
    """Return a person's sessions, the latest used first."""
    query = select(*_SESSION).where(sessions.c.user_id == user_id).order_by(sessions.c.last_seen_at.desc())
    return [Session(*row) for row in connection.execute(query)]


def touch_session(connection: Connection, token_hash: str, now: datetime) -> None:
    """Note that a session was used."""
    connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(last_seen_at=now))


def end_session(connection: Connection, token_hash: str) -> None:
    """End one session."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def end_sessions_of(connection: Connection, user_id: int) -> None:
    """End all sessions of a person."""
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id))


def end_all_sessions(connection: Connection) -> None:
    """End every session there is, as after a restore."""
    connection.execute(delete(sessions))


def insert_token(connection: Connection, values: Mapping[str, Any]) -> int:
    """Write a new API token and return its id."""
    return int(
        connection.execute(insert(api_tokens).values(**values).returning(api_tokens.c.id)).scalar_one()
    )


def find_token(connection: Connection, token_hash: str) -> ApiToken | None:
    """Return the API token with this hash, whether or not it is still good."""
    row = connection.execute(select(*_TOKEN).where(api_tokens.c.token_hash == token_hash)).one_or_none()
    return ApiToken(*row) if row is not None else None


def tokens_of(connection: Connection, user_id: int) -> list[ApiToken]:
    """Return a person's API tokens, the newest first."""
    query = select(*_TOKEN).where(api_tokens.c.user_id == user_id).order_by(api_tokens.c.id.desc())
    return [ApiToken(*row) for row in connection.execute(query)]


def touch_token(connection: Connection, token_id: int, now: datetime) -> None:
    """Note that an API token was used."""
    connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(last_used_at=now))


def revoke_tokens(connection: Connection, user_id: int, now: datetime, token_id: int | None = None) -> int:
    """End one API token of a person, or all; returns how many were still good."""
    statement = update(api_tokens).where(api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None))
    if token_id is not None:
        statement = statement.where(api_tokens.c.id == token_id)
    return connection.execute(statement.values(revoked_at=now)).rowcount


def find_password_hash(connection: Connection, username: str) -> tuple[int, str | None] | None:
    """Return the id and the password hash of an active person; None for anybody else."""
    query = select(users.c.id, users.c.password_hash).where(users.c.username == username, users.c.is_active)
    row = connection.execute(query).one_or_none()
    return (row.id, row.password_hash) if row is not None else None


def set_password_hash(
    connection: Connection, user_id: int, password_hash: str, *, instead_of: str | None = None
) -> bool:
    """Write the hash of a password; False if `instead_of` is given and is no longer the one there."""
    statement = update(users).where(users.c.id == user_id)
    if instead_of is not None:
        statement = statement.where(users.c.password_hash == instead_of)
    return connection.execute(statement.values(password_hash=password_hash)).rowcount == 1


def set_missing_password_hashes(connection: Connection, user_ids: Iterable[int], password_hash: str) -> None:
    """Give a password to those of some people who have none."""
    found = users.c.id.in_(list(user_ids)), users.c.password_hash.is_(None)
    connection.execute(update(users).where(*found).values(password_hash=password_hash))


def lock_tries(connection: Connection, subjects: Iterable[Subject], now: datetime) -> dict[Subject, Tries]:
    """Return the tries of each subject, locked until the transaction ends so that none is counted twice."""
    ordered = sorted(subjects)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    blank = [{"scope": s, "subject": t, "failures": 0, "last_at": now, "next_at": now} for s, t in ordered]
    connection.execute(dialect.insert(sign_in_attempts).on_conflict_do_nothing(), blank)
    table = sign_in_attempts.c
    query = (
        select(table.scope, table.subject, table.failures, table.last_at, table.next_at)
        .where(tuple_(table.scope, table.subject).in_(ordered))
        .order_by(table.scope, table.subject)
        .with_for_update()
    )
    return {(row.scope, row.subject): Tries(*row[2:]) for row in connection.execute(query)}


def write_tries(connection: Connection, tries: Mapping[Subject, Tries]) -> None:
    """Write what `lock_tries` returned, changed."""
    table = sign_in_attempts.c
    for (scope, subject), one in sorted(tries.items()):
        statement = update(sign_in_attempts).where(table.scope == scope, table.subject == subject)
        connection.execute(statement.values(failures=one.failures, last_at=one.last_at, next_at=one.next_at))


def clear_tries(connection: Connection, subjects: Iterable[Subject]) -> None:
    """Forget the tries of subjects."""
    table = sign_in_attempts.c
    connection.execute(
        delete(sign_in_attempts).where(tuple_(table.scope, table.subject).in_(sorted(subjects)))
    )


def remove_old(connection: Connection, now: datetime, tried_before: datetime) -> int:
    """Remove sessions past their end and tries that are long ago; returns how many rows."""
    ended = connection.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount
    old = delete(sign_in_attempts).where(sign_in_attempts.c.last_at < tried_before)
    return ended + connection.execute(old).rowcount
