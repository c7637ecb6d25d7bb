"""A publication happens whole or not at all, one at a time, and whoever saves meanwhile loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, inspect

from engine.problems import DefinitionError
from engine.testing.apps import whole_catalog
from runtime.service.apps import Shelf, Terms
from runtime.store.database import count_statements
from tests.runtime.workshop import Workpiece, Workshop

BEFORE = """
former: {fields: {n: {type: text}}}
goods:
  fields:
    name: {type: text}
    price: {type: money}
    stock: {type: integer}
    gone: {type: text}
    value: {type: money, formula: price * stock}
"""
AFTER = """
brand: {fields: {name: {type: text, unique: true}, best: {type: link, to: wares}}}
wares:
  was: goods
  sort: [cost]
  fields:
    label: {type: text, was: name, unique: true}
    cost: {type: money, was: price, required: true}
    stock: {type: number, decimals: 2}
    made_by: {type: link, to: brand}
    value: {type: money, formula: cost * stock * 2}
"""


class Stopped(Exception):
    """What a test raises in the middle of something."""


@contextmanager
def on_statement(workshop: Workshop, act: Callable[[int, str], None]) -> Iterator[None]:
    """Call `act` with the number and the text of each statement that is about to be sent."""
    count = iter(range(1, 10_000))

    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        act(next(count), statement)

    for engine in workshop.database.engines:
        event.listen(engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        for engine in workshop.database.engines:
            event.remove(engine, "before_cursor_execute", look)


def everything(workshop: Workshop) -> dict[str, Any]:
    """Return all that the database holds, tables with their columns and indexes."""
    with workshop.database.reading() as connection:
        found = inspect(connection)
        names = sorted(found.get_table_names())
        indexes = {name: sorted(str(one["name"]) for one in found.get_indexes(name)) for name in names}
        rows = {
            name: sorted(map(str, connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall()))
            for name in names
        }
    return {"indexes": indexes, "rows": rows}


def a_full_app(workshop: Workshop) -> Workpiece:
    app = workshop.app(BEFORE, roles="{clerk: Clerk, boss: Boss}")
    app.save("former", n="1")
    for number in range(3):
        app.save("goods", name=f"n{number}", price=number, stock=number, gone="x")
    return app


def test_a_failure_at_any_statement_leaves_everything_as_it_was(workshop: Workshop) -> None:
    app = a_full_app(workshop)
    before = everything(workshop)
    failures = 0
    while True:

        def fail(number: int, _: str, at: int = failures + 1) -> None:
            if number == at:
                raise Stopped

        try:
            with on_statement(workshop, fail):
                app.publish(AFTER, roles="{clerk: Clerk}")
        except Stopped:
            failures += 1
            assert everything(workshop) == before, f"statement {failures} left something behind"
        else:
            break
    assert failures > 40
    assert app.read("wares", 3)["value"] == 8
    assert app.now.number == 2


def test_of_two_publishers_one_wins_and_the_other_is_told(workshop: Workshop) -> None:
    new = Workpiece(workshop, f"new{next(workshop.numbers)}")
    for app in (workshop.app(BEFORE), new):  # over a version, and a new app
        meeting, met = threading.Barrier(2), set[int]()

        def wait(_: int, statement: str, meeting: threading.Barrier = meeting, met: set[int] = met) -> None:
            writes = statement.startswith(("BEGIN IMMEDIATE", "BEGIN ISOLATION LEVEL READ COMMITTED"))
            if writes and threading.get_ident() not in met:
                met.add(threading.get_ident())
                meeting.wait(10)  # both have made their plan by now

        def publish(number: int, app: Workpiece = app) -> str:
            try:
                app.publish(BEFORE + f"more{number}: {{fields: {{x: {{type: text}}}}}}\n")
            except DefinitionError as error:
                return error.problems[0].code.name
            return "published"

        with ThreadPoolExecutor(2) as pool, on_statement(workshop, wait):
            assert sorted(pool.map(publish, range(2))) == ["published", "published-meanwhile"]
        kept = [form for form in app.now.definition.forms if form.startswith("more")]
        assert len(kept) == 1
        assert set(app.now.tables.stored.tables) == {"former", "goods", *kept}


def test_the_version_that_the_author_saw_must_still_be_in_force(workshop: Workshop) -> None:
    app = workshop.app(BEFORE)
    text = app.text(AFTER)
    for base in (None, 2, 7):
        with pytest.raises(DefinitionError, match="published-meanwhile"):
            workshop.publisher.publish(text, "t.yaml", terms=Terms(confirmed=True, base=base))
    workshop.publisher.publish(text, "t.yaml", terms=Terms(confirmed=True, base=1))
    with pytest.raises(DefinitionError, match="published-meanwhile"):
        workshop.publisher.publish(text, "t.yaml", terms=Terms(confirmed=True, base=1))


def test_a_save_that_meets_a_publication_is_in_the_new_version_or_before_it(workshop: Workshop) -> None:
    """It waits, or comes first; a value written into a column that was just converted would be lost."""
    app = workshop.app("a: {fields: {x: {type: integer}}}")
    app.save("a", x=0)
    published, saving = threading.Event(), threading.Event()
    threads = ThreadPoolExecutor(1)
    done: list[Any] = []

    def meet(_: int, statement: str) -> None:
        if statement.startswith("ALTER TABLE") and not saving.is_set():
            saving.set()
            done.append(threads.submit(app.save, "a", x=1))
            published.wait(0.5)  # time enough for the save to begin

    with on_statement(workshop, meet):
        app.publish("a: {fields: {x: {type: text}, y: {type: text, default: new}}}")
    with pytest.raises(Exception, match="text is expected"):
        done[0].result(10)
    assert app.values("a", "x") == ["0"]


def test_many_saves_lose_nothing_while_versions_change(workshop: Workshop) -> None:
    numbers = "a: {fields: {x: {type: integer}, double: {type: integer, formula: x * 2}}}"
    more = "a: {fields: {x: {type: number, decimals: 2}, double: {type: integer, formula: x * 2}, y: {type: text, default: d}}}"
    app = workshop.app(numbers)

    def save(number: int) -> int:
        return app.save("a", x=number)

    with ThreadPoolExecutor(6) as pool:
        saved = [pool.submit(save, number) for number in range(60)]
        for text in (more, numbers, more, numbers):
            app.publish(text)
        ids = [one.result() for one in saved]
    assert {app.read("a", record)["x"] for record in ids} == set(range(60))
    assert all(app.read("a", record)["double"] == app.read("a", record)["x"] * 2 for record in ids)


def test_a_field_that_was_just_added_is_there_for_every_process(workshop: Workshop) -> None:
    app = workshop.app(BEFORE)
    catalog = whole_catalog()
    shelves = [Shelf(catalog), Shelf(catalog)]

    def fields() -> list[set[str]]:
        found = []
        for shelf in shelves:
            with workshop.database.reading() as connection:
                seen = shelf.get(connection, app.key)
                assert seen is not None
                found.append(set(seen.definition.forms["goods"].fields))
                assert {column.name for column in seen.tables.tables["goods"].columns} >= {"id", "f_name"}
        return found

    assert fields()[0] == fields()[1] == {"name", "price", "stock", "gone", "value"}
    app.publish(BEFORE + "    extra: {type: text}\n")
    assert fields()[0] == fields()[1] == {"name", "price", "stock", "gone", "value", "extra"}
    with workshop.database.reading() as connection, count_statements(workshop.database) as count:
        shelves[0].get(connection, app.key)
    assert len(count) == 1, "an unchanged version is compiled once"
    assert app.read("goods", app.save("goods", extra="here"))["extra"] == "here"


def test_versions_stay_as_they_were_written(workshop: Workshop) -> None:
    app = workshop.app(BEFORE)
    odd = app.text(BEFORE).replace("goods:\n", "goods:   # 注释 with ünïcode\n\n\n") + "# no line end"
    workshop.publisher.publish(odd, "odd.yaml", note="odd", author=7)
    app.publish(AFTER)
    app.roll_back(2)
    query = "SELECT number, text, file, note, author FROM versions WHERE app_id = :app ORDER BY number"
    rows = workshop.rows(query, app=app.now.id)
    assert [tuple(row) for row in rows] == [
        (1, app.text(BEFORE), "test.yaml", "", None),
        (2, odd, "odd.yaml", "odd", 7),
        (3, app.text(AFTER), "test.yaml", "", None),
        (4, odd, "odd.yaml", "← v2", None),
    ]
    with pytest.raises(DefinitionError, match="no version 9"):
        app.roll_back(9)


def test_a_publication_gives_up_politely_while_somebody_holds_the_records(workshop: Workshop) -> None:
    if workshop.database.dialect == "sqlite":
        pytest.skip("there a publication waits in the queue of writers")
    app = workshop.app(BEFORE)
    with workshop.database.reading() as connection:
        connection.exec_driver_sql(f"SELECT * FROM {app.table('goods')}")
        assert list(app.refused(AFTER)) == ["app-in-use"]
    app.publish(AFTER)
