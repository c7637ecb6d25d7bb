"""A place where tests publish small apps and work with their records, without the web around it."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from engine.changes import Change
from engine.problems import DefinitionError
from engine.testing.apps import whole_catalog
from runtime.adapters.sealing import KeySealer
from runtime.service import records
from runtime.service.apps import Publisher, PublishPlan, Shelf, Terms
from runtime.service.visit import Visit
from runtime.store.database import Database
from runtime.store.migrations import migrate
from runtime.store.people import Actor
from runtime.store.published import PublishedApp
from tests.runtime.clocks import Clock

Result = TypeVar("Result")
ADMIN = Actor(1, "Admin", "admin", None, is_admin=True, language="en", theme="auto")


@dataclass
class Workshop:
    """A database with a publisher; each test makes its own app in it."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        catalog = whole_catalog()
        self.publisher = Publisher(self.database, catalog, Shelf(catalog), self.clock)

    def app(self, forms: str, **head: object) -> Workpiece:
        """Publish an app of its own."""
        made = Workpiece(self, f"app{next(self.numbers)}")
        made.publish(forms, **head)
        return made

    def rows(self, query: str, **facts: object) -> list[Any]:
        with self.database.reading() as connection:
            return list(connection.execute(text(query), facts))

    def value(self, query: str, **facts: object) -> Any:
        return self.rows(query, **facts)[0][0]


@dataclass
class Workpiece:
    """One app, whose definition a test changes and whose records it works with as an administrator."""

    shop: Workshop
    key: str
    actor: Actor = ADMIN

    # The definition.

    def text(self, forms: str, **head: object) -> str:
        """Write a definition: `forms` is what stands below the key `forms`."""
        lines = [f"app: {self.key}", *(f"{name}: {value}" for name, value in head.items()), "forms:"]
        return "\n".join(lines) + "\n" + textwrap.indent(textwrap.dedent(forms).strip("\n"), "  ") + "\n"

    def plan(self, forms: str, **head: object) -> PublishPlan:
        return self.shop.publisher.plan(self.text(forms, **head), "test.yaml")

    def publish(self, forms: str, *, confirmed: bool = True, **head: object) -> PublishedApp:
        self.shop.clock.forward(seconds=1)
        return self.shop.publisher.publish(
            self.text(forms, **head), "test.yaml", terms=Terms(confirmed=confirmed)
        )

    def refused(self, forms: str, **head: object) -> dict[str, str]:
        """Return why a definition is not published: the sentences by code."""
        try:
            self.publish(forms, **head)
        except DefinitionError as error:
            return {problem.code.name: problem.sentence.en for problem in error.problems}
        raise AssertionError("it was published")

    def roll_back(self, number: int) -> PublishedApp:
        self.shop.clock.forward(seconds=1)
        return self.shop.publisher.roll_back(self.key, number, confirmed=True)

    @property
    def now(self) -> PublishedApp:
        """The version in force."""
        with self.shop.database.reading() as connection:
            found = self.shop.publisher.shelf.get(connection, self.key)
        assert found is not None
        return found

    def table(self, form: str) -> str:
        return self.now.tables.tables[form].name

    def column(self, form: str, key: str) -> str:
        return self.now.tables.column(form, key)

    # Records.

    def do(self, work: Callable[[Visit], Result]) -> Result:
        """Do something in one transaction, as a request does."""

        def inside(connection: Connection) -> Result:
            app = self.shop.publisher.shelf.get(connection, self.key, hold=True)
            assert app is not None
            return work(Visit(connection, app, self.actor, self.shop.clock(), "en"))

        return self.shop.database.in_transaction(inside)

    def save(self, form: str, **values: object) -> int:
        return self.save_all(form, [values])[0]

    def save_all(self, form: str, entries: list[Mapping[str, object]]) -> tuple[int, ...]:
        return self.do(lambda visit: records.create_records(visit, form, entries)).created

    def change(self, form: str, record: int, version: int | None = None, **values: object) -> int:
        return self.do(lambda visit: records.change_record(visit, form, record, values, version))

    def delete(self, form: str, record: int) -> None:
        self.do(lambda visit: records.delete_record(visit, form, record, None))

    def bring_back(self, form: str, record: int) -> None:
        self.do(lambda visit: records.undelete_record(visit, form, record))

    def restore(self, form: str, record: int, version: int) -> int:
        return self.do(lambda visit: records.restore_version(visit, form, record, version))

    def press(self, form: str, record: int, button: str) -> None:
        self.do(lambda visit: records.press_button(visit, form, record, button))

    def read(self, form: str, record: int) -> dict[str, Any]:
        """Return every field of a record, computed ones too; nothing for one that is not there."""

        def look(visit: Visit) -> dict[str, Any]:
            row = visit.reader.row(form, record)
            if row is None:
                return {}
            scope = visit.scope(visit.form(form), row)
            return {key: scope.read(key) for key in visit.form(form).fields} | {"version": row["version"]}

        return self.do(look)

    def values(self, form: str, key: str) -> list[Any]:
        """Return the values of one field in all live records, by id."""
        ids = self.shop.rows(f"SELECT id FROM {self.table(form)} WHERE deleted_at IS NULL ORDER BY id")
        return [self.read(form, row[0])[key] for row in ids]

    def history(self, form: str, record: int) -> list[tuple[str, dict[str, list[Any]]]]:
        """Return what happened to a record, oldest first."""
        query = self.now.tables.platform["history"].select()
        with self.shop.database.reading() as connection:
            rows = connection.execute(query.order_by("id")).mappings().all()
        mine = [r for r in rows if (r["app_id"], r["form"], r["record_id"]) == (self.now.id, form, record)]
        return [(row["action"], dict(row["changes"])) for row in mine]


def sentences(changes: tuple[Change, ...]) -> list[str]:
    """Say what a plan changes, each with its risk and the number of records."""
    marks = {"safe": "+", "slow": "~", "destructive": "-"}
    counts = ("" if change.rows is None else f" ({change.rows})" for change in changes)
    return [f"{marks[c.risk]} {c.sentence.en}{count}" for c, count in zip(changes, counts, strict=True)]


@contextmanager
def open_workshop(url: str) -> Iterator[Workshop]:
    """Open a workshop over an empty database."""
    database = Database.open(url, whole_catalog().function_map, connections=30)
    database.seal_with(KeySealer("k" * 40))
    try:
        migrate(database)
        yield Workshop(database)
    finally:
        database.close()
