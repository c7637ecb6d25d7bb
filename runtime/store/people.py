"""People, departments and roles as they are stored, and the actor that a request is made by."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.access import ADMIN
from engine.texts import Language
from runtime.store.schema import apps, departments, role_members, users

_NO_ROLES: Mapping[str, frozenset[str]] = MappingProxyType({})
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever makes a request.

    roles: by the key of the app, the roles that the person was given there.
    """

    id: int
    name: str
    username: str
    department_id: int | None
    is_admin: bool
    language: Language
    theme: str
    roles: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NO_ROLES)

    def roles_in(self, app: str) -> frozenset[str]:
        """Return the person's roles in an app; an administrator has the app's administration as well."""
        given = self.roles.get(app, frozenset())
        return given | {ADMIN} if self.is_admin else given


@dataclass(frozen=True, slots=True)
class Person:
    """One person, active or not."""

    id: int
    username: str
    name: str
    email: str | None
    department_id: int | None
    supervisor_id: int | None
    language: Language
    theme: str
    is_admin: bool
    is_active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Department:
    """One department."""

    id: int
    key: str
    name: str
    parent_id: int | None
    head_id: int | None


_PERSON = tuple(users.c[name] for name in Person.__dataclass_fields__)
_DEPARTMENT = tuple(departments.c[name] for name in Department.__dataclass_fields__)


def load_actor(connection: Connection, user_id: int) -> Actor | None:
    """Return an active person as an actor, in one statement; None for anybody else."""
    columns = (users.c.id, users.c.name, users.c.username, users.c.department_id, users.c.is_admin)
    rows = connection.execute(
        select(*columns, users.c.language, users.c.theme, apps.c.key, role_members.c.role)
        .outerjoin(role_members, role_members.c.user_id == users.c.id)
        .outerjoin(apps, apps.c.id == role_members.c.app_id)
        .where(users.c.id == user_id, users.c.is_active)
    ).all()
    if not rows:
        return None
    roles: dict[str, set[str]] = {}
    for row in rows:
        if row.role is not None:
            roles.setdefault(row.key, set()).add(row.role)
    given = MappingProxyType({app: frozenset(names) for app, names in roles.items()})
    return Actor(*rows[0][:7], roles=given)


def load_person(connection: Connection, user_id: int) -> Person | None:
    """Return a person by id."""
    return _one_person(connection, users.c.id == user_id)


def find_username(connection: Connection, username: str) -> Person | None:
    """Return the person with this sign-in name, as `fold_username` writes it."""
    return _one_person(connection, users.c.username == username)


def _one_person(connection: Connection, condition: ColumnElement[bool]) -> Person | None:
    row = connection.execute(select(*_PERSON).where(condition)).one_or_none()
    return Person(*row) if row is not None else None


def load_people(connection: Connection, ids: Iterable[int] | None = None) -> dict[int, Person]:
    """Return people by id: these, or all."""
    query = select(*_PERSON) if ids is None else select(*_PERSON).where(users.c.id.in_(tuple(ids)))
    return {row.id: Person(*row) for row in connection.execute(query)}


def load_departments(connection: Connection) -> dict[int, Department]:
    """Return every department by id."""
    query = select(*_DEPARTMENT).order_by(departments.c.id)
    return {row.id: Department(*row) for row in connection.execute(query)}


def load_department(connection: Connection, department_id: int) -> Department | None:
    """Return a department by id."""
    row = connection.execute(select(*_DEPARTMENT).where(departments.c.id == department_id)).one_or_none()
    return Department(*row) if row is not None else None


def search_people(connection: Connection, words: str, *, limit: int = 20) -> list[Person]:
    """Return active people whose name, sign-in name or pinyin holds every word, the best first."""
    query = _matching(select(*_PERSON).where(users.c.is_active), users, words)
    return [Person(*row) for row in connection.execute(query.limit(limit))]


def search_departments(connection: Connection, words: str, *, limit: int = 20) -> list[Department]:
    """Return departments whose name, key or pinyin holds every word, the best first."""
    query = _matching(select(*_DEPARTMENT), departments, words)
    return [Department(*row) for row in connection.execute(query.limit(limit))]


def _matching(query: Select[Any], table: Table, words: str) -> Select[Any]:
    """Keep the rows that hold every word; those where every word begins a term come first."""
    column = table.c.search
    wanted = words.casefold().split()
    if wanted:
        query = query.where(*(column.contains(word, autoescape=True) for word in wanted))
        begins = and_(*(column.contains(f" {word}", autoescape=True) for word in wanted))
        query = query.order_by(begins.desc())
    return query.order_by(table.c.name, table.c.id)


def search_text(name: str, key: str) -> str:
    """Return what words are looked for in: the name, its pinyin and its initials, and the key.

    >>> search_text("张伟", "zhangw")
    ' 张伟 zhangwei zw zhangw'
    """
    terms = [name, *_pinyin(name), key]
    return "".join(f" {term}" for term in dict.fromkeys(" ".join(terms).casefold().split()))


def sounds_are_known() -> bool:
    """Tell whether the tables of pinyin are loaded."""
    return "pypinyin" in sys.modules


def learn_sounds() -> None:
    """Load the tables of pinyin, which takes a moment."""
    _pinyin("字")


@lru_cache(maxsize=1024)
def _pinyin(name: str) -> tuple[str, ...]:
    if not _CHINESE.search(name):
        return ()
    from pypinyin import lazy_pinyin  # 50 MB, which a process that writes no Chinese name can do without

    syllables: list[str] = lazy_pinyin(name)
    return ("".join(syllables).replace(" ", ""), "".join(one[0] for one in syllables if one.strip()))


def insert_people(connection: Connection, rows: list[dict[str, Any]]) -> dict[str, int]:
    """Write new people with one statement and return their ids by sign-in name."""
    return _insert(connection, users.c.username, rows)


def insert_departments(connection: Connection, rows: list[dict[str, Any]]) -> dict[str, int]:
    """Write new departments with one statement and return their ids by key."""
    return _insert(connection, departments.c.key, rows)


def _insert(connection: Connection, key: Column[str], rows: list[dict[str, Any]]) -> dict[str, int]:
    if not rows:
        return {}
    statement = insert(key.table).returning(key, key.table.c.id)
    return {row[0]: int(row[1]) for row in connection.execute(statement, rows)}


def update_person(
    connection: Connection, user_id: int, values: Mapping[str, Any], version: int | None = None
) -> bool:
    """Write some columns of a person and raise the version; False if the version is no longer that."""
    statement = update(users).where(users.c.id == user_id)
    if version is not None:
        statement = statement.where(users.c.version == version)
    return connection.execute(statement.values(**values, version=users.c.version + 1)).rowcount == 1


def update_department(connection: Connection, department_id: int, values: Mapping[str, Any]) -> None:
    """Write some columns of a department."""
    connection.execute(update(departments).where(departments.c.id == department_id).values(**values))


def give_roles(connection: Connection, members: Iterable[tuple[int, str, int]]) -> None:
    """Write role members (app, role, person) that are not there yet."""
    rows = [{"app_id": app, "role": role, "user_id": user} for app, role, user in members]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    if rows:
        connection.execute(dialect.insert(role_members).on_conflict_do_nothing(), rows)


def take_roles(connection: Connection, app_id: int, user_ids: Iterable[int]) -> None:
    """Remove every role that people have in an app."""
    connection.execute(
        delete(role_members).where(
            role_members.c.app_id == app_id, role_members.c.user_id.in_(tuple(user_ids))
        )
    )


def members_of(connection: Connection, app_id: int, role: str) -> list[int]:
    """Return the active people who have a role, by id in order."""
    query = (
        select(users.c.id)
        .join(role_members, role_members.c.user_id == users.c.id)
        .where(role_members.c.app_id == app_id, role_members.c.role == role, users.c.is_active)
        .order_by(users.c.id)
    )
    return list(connection.execute(query).scalars())


def app_ids(connection: Connection) -> dict[str, int]:
    """Return the id of every app by its key."""
    return {row.key: row.id for row in connection.execute(select(apps.c.key, apps.c.id))}
