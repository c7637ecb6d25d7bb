"""Comments on records and the people that they mention, as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.access import ADMIN, EVERYONE
from runtime.store.companions import comments, mentions
from runtime.store.people import Person
from runtime.store.schema import role_members, users


@dataclass(frozen=True, slots=True)
class StoredComment:
    """One comment with the name of who wrote it."""

    id: int
    form: str
    record_id: int
    author: int
    author_name: str
    body: str
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of a person in a comment that is still there."""

    comment: int
    app_id: int
    form: str
    record_id: int
    author_name: str
    body: str
    at: datetime
    seen_at: datetime | None


_COMMENT = (
    comments.c.id, comments.c.form, comments.c.record_id, comments.c.author, users.c.name, comments.c.body,
    comments.c.created_at, comments.c.edited_at, comments.c.deleted_at,
)  # fmt: skip


def insert_comment(connection: Connection, row: Mapping[str, Any]) -> int:
    """Write a new comment and return its id."""
    return int(connection.execute(insert(comments).values(row).returning(comments.c.id)).scalar_one())


def update_comment(connection: Connection, comment: int, **values: Any) -> None:
    """Write some columns of a comment."""
    connection.execute(update(comments).where(comments.c.id == comment).values(values))


def find_comment(connection: Connection, app_id: int, comment: int) -> StoredComment | None:
    """Return a comment, removed or not, locked for the transaction."""
    query = select(*_COMMENT).join(users, users.c.id == comments.c.author)
    query = query.where(comments.c.app_id == app_id, comments.c.id == comment)
    row = connection.execute(query.with_for_update(of=comments)).one_or_none()
    return StoredComment(*row) if row is not None else None


def load_comments(
    connection: Connection, app_id: int, form: str, record: int, limit: int
) -> list[StoredComment]:
    """Return the comments of a record, removed ones too, the newest first."""
    query = (
        select(*_COMMENT)
        .join(users, users.c.id == comments.c.author)
        .where(comments.c.app_id == app_id, comments.c.form == form, comments.c.record_id == record)
        .order_by(comments.c.id.desc())
        .limit(limit)
    )
    return [StoredComment(*row) for row in connection.execute(query)]


def replace_mentions(connection: Connection, comment: int, people: Iterable[int]) -> None:
    """Let a comment mention exactly these people; who has seen it before has still seen it."""
    wanted = set(people)
    query = select(mentions.c.user_id).where(mentions.c.comment_id == comment)
    known = set(connection.execute(query).scalars())
    gone = known - wanted
    if gone:
        connection.execute(
            delete(mentions).where(mentions.c.comment_id == comment, mentions.c.user_id.in_(gone))
        )
    rows = [{"comment_id": comment, "user_id": person} for person in sorted(wanted - known)]
    if rows:
        connection.execute(insert(mentions), rows)


def mentioned_in(connection: Connection, found: Iterable[int]) -> dict[int, list[tuple[int, str, str]]]:
    """Return whom comments mention, by comment: id, name and sign-in name of each."""
    query = (
        select(mentions.c.comment_id, users.c.id, users.c.name, users.c.username)
        .join(users, users.c.id == mentions.c.user_id)
        .where(mentions.c.comment_id.in_(tuple(found)))
        .order_by(users.c.id)
    )
    people: dict[int, list[tuple[int, str, str]]] = {}
    for comment, person, name, username in connection.execute(query):
        people.setdefault(comment, []).append((person, name, username))
    return people


def mentions_of(
    connection: Connection, person: int, *, unseen: bool = False, limit: int = 100
) -> list[Mention]:
    """Return where a person is mentioned, the newest first; only what they have not seen, if asked."""
    query = (
        select(
            comments.c.id, comments.c.app_id, comments.c.form, comments.c.record_id, users.c.name,
            comments.c.body, comments.c.created_at, mentions.c.seen_at,
        )
        .join(comments, comments.c.id == mentions.c.comment_id)
        .join(users, users.c.id == comments.c.author)
        .where(mentions.c.user_id == person, comments.c.deleted_at.is_(None))
        .order_by(comments.c.id.desc())
        .limit(limit)
    )  # fmt: skip
    if unseen:
        query = query.where(mentions.c.seen_at.is_(None))
    return [Mention(*row) for row in connection.execute(query)]


def mark_seen(connection: Connection, person: int, found: Iterable[int], now: datetime) -> None:
    """Note that a person has seen where they are mentioned."""
    mine = (
        mentions.c.user_id == person,
        mentions.c.comment_id.in_(tuple(found)),
        mentions.c.seen_at.is_(None),
    )
    connection.execute(update(mentions).where(*mine).values(seen_at=now))


def people_called(connection: Connection, names: Iterable[str]) -> list[Person]:
    """Return the active people with one of these names or sign-in names."""
    wanted = tuple(names)
    if not wanted:
        return []
    columns = tuple(users.c[name] for name in Person.__dataclass_fields__)
    called = users.c.name.in_(wanted) | users.c.username.in_(wanted)
    query = select(*columns).where(users.c.is_active, called).order_by(users.c.id)
    return [Person(*row) for row in connection.execute(query)]


def roles_of(connection: Connection, app_id: int, people: Iterable[Person]) -> dict[int, frozenset[str]]:
    """Return the roles that people have in an app; everybody has that of everyone."""
    found = {person.id: {EVERYONE, *([ADMIN] if person.is_admin else [])} for person in people}
    mine = (role_members.c.app_id == app_id, role_members.c.user_id.in_(tuple(found)))
    for person, role in connection.execute(select(role_members.c.user_id, role_members.c.role).where(*mine)):
        found[person].add(role)
    return {person: frozenset(roles) for person, roles in found.items()}
