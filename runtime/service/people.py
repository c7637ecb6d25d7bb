"""What administrators do with people, departments and roles, and how a request learns who makes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import Connection

from engine.problems import Problem, ProblemCode, sort_problems
from engine.texts import LANGUAGES, Language, Text
from runtime.store import people as store
from runtime.store.database import Database
from runtime.store.hierarchy import DEPARTMENTS, REPORTING, Hierarchy, lock_hierarchies
from runtime.store.people import Actor, Department, Person
from runtime.store.sessions import end_sessions_of, revoke_tokens

THEMES = ("system", "light", "dark")
NAME_LIMIT = 100

NO_NAME = ProblemCode(
    "name-needed",
    Text("名称要有 1 到 100 个字", "A name has 1 to 100 characters"),
    Text("填写名称", "Fill in the name"),
)
BAD_USERNAME = ProblemCode(
    "username-not-allowed",
    Text("登录名「{username}」不能用", "The sign-in name '{username}' cannot be used"),
    Text(
        "用 1 到 64 个字母、数字、汉字或 . _ - @ +", "Use 1 to 64 letters, digits or the characters . _ - @ +"
    ),
)
TAKEN = ProblemCode(
    "already-taken",
    Text("「{name}」已经有了", "'{name}' exists already"),
    Text("换一个名称", "Choose another one"),
)
BAD_MAIL = ProblemCode(
    "mail-address-wrong",
    Text("「{email}」不是邮箱地址", "'{email}' is not a mail address"),
    Text("写成 name@example.com 的样子,或留空", "Write it like name@example.com, or leave it blank"),
)
UNKNOWN = ProblemCode(
    "unknown-reference",
    Text("没有「{name}」", "There is no '{name}'"),
    Text("选一个已有的", "Choose one that exists"),
)
CIRCLE = ProblemCode(
    "organisation-circle",
    Text("「{name}」不能在自己的下级之下", "'{name}' cannot be placed below itself"),
    Text("换一个上级", "Choose another one above"),
)
NOT_A_CHOICE = ProblemCode(
    "not-a-choice",
    Text("「{value}」不能选,可选的有:{choices}", "'{value}' is not a choice; there are: {choices}"),
    Text("选其中之一", "Choose one of them"),
)
CHANGED_MEANWHILE = ProblemCode(
    "changed-meanwhile",
    Text("「{name}」刚被别人改过", "Somebody else has just changed '{name}'"),
    Text("看过新的内容后再改", "Look at what it is now, then change it again"),
)


class PeopleError(Exception):
    """Raised when something about people cannot be done as asked; carries every problem, by field."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sort_problems(problems)
        super().__init__("\n".join(problem.line("en") for problem in self.problems))


class PersonFields(TypedDict, total=False):
    """What can be said of a person."""

    username: str
    name: str
    email: str | None
    department_id: int | None
    supervisor_id: int | None
    language: Language
    theme: str
    is_admin: bool


class DepartmentFields(TypedDict, total=False):
    """What can be said of a department."""

    key: str
    name: str
    parent_id: int | None
    head_id: int | None


@dataclass(frozen=True)
class People:
    """The use cases around people. Every one is a transaction of its own.

    language: what a new person gets who has not chosen one.
    """

    database: Database
    clock: Callable[[], datetime]
    language: Language = "zh"

    def create_person(self, fields: PersonFields) -> int:
        """Create an active person, without a password yet, and return the id. Raises `PeopleError`."""

        def work(connection: Connection) -> int:
            values = _person_values(connection, {"username": "", "name": "", **fields}, None)
            blank = {"email": None, "department_id": None, "supervisor_id": None, "is_admin": False}
            row = {**blank, "language": self.language, "theme": "system", **values}
            row |= {"is_active": True, "created_at": self.clock(), "version": 1}
            (created,) = store.insert_people(connection, [row]).values()
            REPORTING.add(connection, created, row["supervisor_id"])
            return created

        return self.database.in_transaction(work)

    def change_person(self, person_id: int, fields: PersonFields, *, version: int | None = None) -> None:
        """Change some of what is said of a person.

        version: what the person's version must still be. Raises `PeopleError`.
        """

        def work(connection: Connection) -> None:
            before = _existing(store.load_person(connection, person_id), person_id)
            values = _person_values(connection, fields, before)
            if not store.update_person(connection, person_id, values, version):
                raise PeopleError([CHANGED_MEANWHILE.here(name=before.name)])
            if values.get("supervisor_id", before.supervisor_id) != before.supervisor_id:
                REPORTING.move(connection, person_id, values["supervisor_id"])

        self.database.in_transaction(work)

    def set_active(self, person_id: int, *, active: bool) -> None:
        """Let a person in again, or out: a deactivated person's sessions and API tokens end at once."""

        def work(connection: Connection) -> None:
            _existing(store.load_person(connection, person_id), person_id)
            store.update_person(connection, person_id, {"is_active": active})
            if not active:
                end_sessions_of(connection, person_id)
                revoke_tokens(connection, person_id, self.clock())

        self.database.in_transaction(work)

    def create_department(self, fields: DepartmentFields) -> int:
        """Create a department and return the id. Raises `PeopleError`."""

        def work(connection: Connection) -> int:
            values = _department_values(connection, {"key": "", "name": "", **fields}, None)
            row = {"parent_id": None, "head_id": None, **values}
            (created,) = store.insert_departments(connection, [row]).values()
            DEPARTMENTS.add(connection, created, row["parent_id"])
            return created

        return self.database.in_transaction(work)

    def change_department(self, department_id: int, fields: DepartmentFields) -> None:
        """Change some of what is said of a department; what lies within moves with it."""

        def work(connection: Connection) -> None:
            before = _existing(store.load_department(connection, department_id), department_id)
            values = _department_values(connection, fields, before)
            store.update_department(connection, department_id, values)
            if values.get("parent_id", before.parent_id) != before.parent_id:
                DEPARTMENTS.move(connection, department_id, values["parent_id"])

        self.database.in_transaction(work)

    def set_roles(self, app_id: int, person_id: int, roles: Iterable[str]) -> None:
        """Give a person exactly these roles in an app."""
        members = [(app_id, role, person_id) for role in sorted(set(roles))]

        def work(connection: Connection) -> None:
            store.take_roles(connection, app_id, [person_id])
            store.give_roles(connection, members)

        self.database.in_transaction(work)

    def actor(self, person_id: int) -> Actor | None:
        """Return an active person as whoever makes a request."""
        with self.database.reading() as connection:
            return store.load_actor(connection, person_id)

    def find_people(self, words: str, *, limit: int = 20) -> list[Person]:
        """Return active people for a picker: by name, sign-in name, pinyin or its initials."""
        with self.database.reading() as connection:
            return store.search_people(connection, words, limit=limit)

    def find_departments(self, words: str, *, limit: int = 20) -> list[Department]:
        """Return departments for a picker: by name, key, pinyin or its initials."""
        with self.database.reading() as connection:
            return store.search_departments(connection, words, limit=limit)

    def head_of(self, department_id: int) -> int | None:
        """Return the head of a department; None if it has none or there is no such department."""
        with self.database.reading() as connection:
            found = store.load_department(connection, department_id)
        return found.head_id if found is not None else None


def fold_username(username: str) -> str:
    """Return a sign-in name as it is stored and compared: without regard to case and width.

    >>> fold_username(" Zhang.Wei ")
    'zhang.wei'
    """
    return unicodedata.normalize("NFKC", username).strip().casefold()


def check_name(name: str) -> Problem | None:
    """Return what is wrong with a name for people or departments."""
    printable = name.isprintable() and 0 < len(name.strip()) <= NAME_LIMIT
    return None if printable else NO_NAME.here()


def check_username(username: str) -> Problem | None:
    """Return what is wrong with a folded sign-in name."""
    sound = re.fullmatch(r"[\w.@+-]{1,64}", username)
    return None if sound else BAD_USERNAME.here(username=username)


def check_email(email: str | None) -> Problem | None:
    """Return what is wrong with a mail address; blank is right."""
    if not email:
        return None
    sound = len(email) <= 254 and re.fullmatch(r"[^\s@<>,;\"\x00-\x1f]+@[^\s@<>,;\"\x00-\x1f]+", email)
    return None if sound else BAD_MAIL.here(email=email)


def _existing(found: Any, wanted: int) -> Any:
    if found is None:
        raise PeopleError([UNKNOWN.here(name=wanted)])
    return found


def _only(kind: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields, and refuse what may not be written this way, such as the hash of a password."""
    surplus = fields.keys() - kind.__annotations__.keys()
    if surplus:
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(surplus))}")
    return dict(fields)


def _raise_any(problems: Mapping[str, Problem | None]) -> None:
    found = [problem.within((key,)) for key, problem in problems.items() if problem is not None]
    if found:
        raise PeopleError(found)


def _person_values(connection: Connection, fields: PersonFields, before: Person | None) -> dict[str, Any]:
    """Check what is to be written of a person, and return it as columns."""
    lock_hierarchies(connection)
    values = _only(PersonFields, fields)
    if "username" in values:
        values["username"] = fold_username(values["username"])
    if "name" in values:
        values["name"] = values["name"].strip()
    if "email" in values:
        values["email"] = (values["email"] or "").strip() or None
    checks: dict[str, Callable[[Any], Problem | None]] = {
        "username": lambda username: _check_free(connection, username, before),
        "name": check_name,
        "email": check_email,
        "department_id": lambda one: _check_there(one, one and store.load_department(connection, one)),
        "supervisor_id": lambda one: _check_above(
            connection, REPORTING, before, one, one and store.load_person(connection, one)
        ),
        "language": lambda one: _check_choice(one, LANGUAGES),
        "theme": lambda one: _check_choice(one, THEMES),
    }
    _raise_any({key: checks[key](value) for key, value in values.items() if key in checks})
    if "username" in values or "name" in values:
        name = values.get("name", before.name if before else "")
        values["search"] = store.search_text(name, values.get("username", before.username if before else ""))
    return values


def _department_values(
    connection: Connection, fields: DepartmentFields, before: Department | None
) -> dict[str, Any]:
    """Check what is to be written of a department, and return it as columns."""
    lock_hierarchies(connection)
    said = _only(DepartmentFields, fields)
    values = {key: value.strip() if isinstance(value, str) else value for key, value in said.items()}
    others = {one.key: one.id for one in store.load_departments(connection).values()}
    mine = before.id if before else None
    checks: dict[str, Callable[[Any], Problem | None]] = {
        "key": lambda key: (
            check_name(key) or (TAKEN.here(name=key) if others.get(key, mine) != mine else None)
        ),
        "name": check_name,
        "head_id": lambda one: _check_there(one, one and store.load_person(connection, one)),
        "parent_id": lambda one: _check_above(
            connection, DEPARTMENTS, before, one, one and store.load_department(connection, one)
        ),
    }
    _raise_any({key: checks[key](value) for key, value in values.items()})
    if "key" in values or "name" in values:
        name = values.get("name", before.name if before else "")
        values["search"] = store.search_text(name, values.get("key", before.key if before else ""))
    return values


def _check_free(connection: Connection, username: str, before: Person | None) -> Problem | None:
    wrong = check_username(username)
    other = None if wrong else store.find_username(connection, username)
    if other is not None and (before is None or other.id != before.id):
        return TAKEN.here(name=username)
    return wrong


def _check_there(wanted: int | None, found: object) -> Problem | None:
    return UNKNOWN.here(name=wanted) if wanted is not None and found is None else None


def _check_above(
    connection: Connection,
    tree: Hierarchy,
    before: Person | Department | None,
    parent: int | None,
    found: object,
) -> Problem | None:
    """Check who or what is to stand above: it must exist, and not be below already."""
    if parent is None or found is None:
        return _check_there(parent, found)
    turns = before is not None and tree.would_turn(connection, before.id, parent)
    return CIRCLE.here(name=before.name) if before is not None and turns else None


def _check_choice(value: str, choices: tuple[str, ...]) -> Problem | None:
    return None if value in choices else NOT_A_CHOICE.here(value=value, choices=", ".join(choices))
