"""Bring in departments and people from plain data, as demo apps and bundles have them.

What is there already, found by the department's key or the sign-in name, is changed; what the data does not
mention stays. The number of statements does not depend on how many people there are.

    departments: {sales: {title: 销售部, parent: company, head: wang}}
    people: {wang: {name: 王磊, department: sales, supervisor: chen, email: …, roles: {travel: [clerk]}}}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, update

from engine.problems import Path, Problem, suggest
from engine.texts import Language
from runtime.service.people import (
    CIRCLE,
    UNKNOWN,
    People,
    PeopleError,
    check_email,
    check_name,
    check_username,
    fold_username,
)
from runtime.store import people as store
from runtime.store.hierarchy import DEPARTMENTS, REPORTING, find_circle, lock_hierarchies
from runtime.store.schema import departments, users

Spec = Mapping[str, Mapping[str, Mapping[str, Any]]]
_DEPARTMENT_COLUMNS = ("name", "parent_id", "head_id", "search")
_PERSON_COLUMNS = ("name", "email", "department_id", "supervisor_id", "search")


def import_people(people: People, spec: Spec) -> None:
    """Create or change the departments and people of a specification, with their roles, all or none.

    Raises `PeopleError` with every problem, each with its path in the specification.
    """

    def work(connection: Connection) -> None:
        lock_hierarchies(connection)
        _Import(people, connection, spec).run()

    people.database.in_transaction(work)


@dataclass
class _Import:
    """One run: the ids by key and sign-in name, and the problems so far."""

    people: People
    connection: Connection
    spec: Spec
    problems: list[Problem] = field(default_factory=list)
    department_ids: dict[str, int] = field(default_factory=dict)
    person_ids: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Create what is missing, then write what is said of each, then work the closures out anew."""
        new_departments = self.spec.get("departments", {})
        new_people = {fold_username(name): said for name, said in self.spec.get("people", {}).items()}
        known_departments = store.load_departments(self.connection)
        known_people = store.load_people(self.connection)
        self.department_ids = {one.key: one.id for one in known_departments.values()}
        self.person_ids = {one.username: one.id for one in known_people.values()}
        self._check_names(new_departments, new_people)
        self._create(new_departments, new_people)
        department_rows = [self._department(*one, known_departments) for one in new_departments.items()]
        person_rows = [self._person(*one, known_people) for one in new_people.items()]
        roles = list(self._roles(new_people))
        self._stop_at_problems()
        self._write(departments, _DEPARTMENT_COLUMNS, department_rows)
        self._write(users, _PERSON_COLUMNS, person_rows)
        self._check_circles()
        DEPARTMENTS.rebuild(self.connection)
        REPORTING.rebuild(self.connection)
        store.give_roles(self.connection, roles)

    def _stop_at_problems(self) -> None:
        if self.problems:
            raise PeopleError(self.problems)

    def _check_names(self, new_departments: Mapping[str, Any], new_people: Mapping[str, Any]) -> None:
        for key, said in new_departments.items():
            title = self._title(said, key)
            self._add(("departments", key), check_name(key), check_name(title))
        for username, said in new_people.items():
            path = ("people", username)
            self._add(path, check_username(username), check_name(str(said.get("name", username))))
            self._add((*path, "email"), check_email(said.get("email")))
        self._stop_at_problems()

    def _create(self, new_departments: Mapping[str, Any], new_people: Mapping[str, Any]) -> None:
        """Write the rows that are missing, still without what points to others."""
        keys = [key for key in new_departments if key not in self.department_ids]
        rows = [{"key": key, "name": key, "search": ""} for key in keys]
        self.department_ids |= store.insert_departments(self.connection, rows)
        names = [name for name in new_people if name not in self.person_ids]
        common: dict[str, Any] = {
            "language": self.people.language,
            "theme": "system",
            "is_admin": False,
            "is_active": True,
        }
        common |= {"created_at": self.people.clock(), "version": 0, "search": ""}
        rows = [{"username": name, "name": name, **common} for name in names]
        self.person_ids |= store.insert_people(self.connection, rows)

    def _department(
        self, key: str, said: Mapping[str, Any], known: Mapping[int, store.Department]
    ) -> dict[str, Any]:
        path: Path = ("departments", key)
        before = known.get(self.department_ids[key])
        parent, head = (before.parent_id, before.head_id) if before else (None, None)
        title = self._title(said, before.name if before else key)
        return {
            "row": self.department_ids[key],
            "name": title,
            "search": store.search_text(title, key),
            "parent_id": self._find(path, said, "parent", self.department_ids, parent),
            "head_id": self._find(path, said, "head", self.person_ids, head),
        }

    def _person(
        self, username: str, said: Mapping[str, Any], known: Mapping[int, store.Person]
    ) -> dict[str, Any]:
        path: Path = ("people", username)
        before = known.get(self.person_ids[username])
        name = str(said.get("name", before.name if before else username))
        email = said.get("email", before.email if before else None)
        department = before.department_id if before else None
        supervisor = before.supervisor_id if before else None
        return {
            "row": self.person_ids[username],
            "name": name,
            "email": email or None,
            "search": store.search_text(name, username),
            "department_id": self._find(path, said, "department", self.department_ids, department),
            "supervisor_id": self._find(path, said, "supervisor", self.person_ids, supervisor),
        }

    def _roles(self, new_people: Mapping[str, Any]) -> Iterator[tuple[int, str, int]]:
        """Yield the members that the specification names; report apps that are not there."""
        apps = store.app_ids(self.connection)
        for username, said in new_people.items():
            for app, roles in (said.get("roles") or {}).items():
                if app in apps:
                    yield from ((apps[app], role, self.person_ids[username]) for role in roles)
                else:
                    self._unknown(("people", username, "roles", app), app, apps)

    def _find(
        self,
        path: Path,
        said: Mapping[str, Any],
        key: str,
        ids: Mapping[str, int],
        otherwise: int | None,
    ) -> int | None:
        """Return the id of what is named under `key`; what is there now if nothing is said."""
        if key not in said or said[key] is None:
            return None if key in said else otherwise
        wanted = str(said[key])
        found = ids.get(fold_username(wanted)) if ids is self.person_ids else ids.get(wanted)
        if found is None:
            self._unknown((*path, key), wanted, ids)
        return found

    def _title(self, said: Mapping[str, Any], otherwise: str) -> str:
        title = said.get("title", otherwise)
        return _in_language(title, self.people.language) if isinstance(title, Mapping) else str(title)

    def _unknown(self, path: Path, name: str, known: Mapping[str, int]) -> None:
        self._add(path, UNKNOWN.here(name=name, suggestions=suggest(name, known)))

    def _add(self, path: Path, *problems: Problem | None) -> None:
        self.problems.extend(problem.within(path) for problem in problems if problem is not None)

    def _write(self, table: Any, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
        if rows:
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
            if table is users:
                values["version"] = users.c.version + 1
            bound = [{"row": row["row"], **{f"new_{name}": row[name] for name in columns}} for row in rows]
            self.connection.execute(update(table).where(table.c.id == bindparam("row")).values(values), bound)

    def _check_circles(self) -> None:
        """Look at everybody, since new lines and old ones may close a circle together."""
        everybody = store.load_people(self.connection)
        every_department = store.load_departments(self.connection)
        checks: tuple[tuple[str, Mapping[int, int | None], Callable[[int], str]], ...] = (
            ("people", {i: p.supervisor_id for i, p in everybody.items()}, lambda i: everybody[i].username),
            (
                "departments",
                {i: d.parent_id for i, d in every_department.items()},
                lambda i: every_department[i].key,
            ),
        )
        for section, parents, name in checks:
            for node in find_circle(parents)[:1]:
                self._add((section, name(node)), CIRCLE.here(name=name(node)))
        self._stop_at_problems()


def _in_language(title: Mapping[str, str], language: Language) -> str:
    return title.get(language) or next(iter(title.values()), "")
