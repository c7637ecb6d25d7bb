"""Masked and encrypted fields: who sees what, and what the database holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.problems import Refusal
from engine.turn import Refused
from runtime.service.changes import read_history
from runtime.service.listing import Filter, ListRequest, get_record, list_records
from runtime.store.people import Actor
from tests.runtime.workshop import Workpiece, Workshop

FORMS = """
people:
  fields:
    name: {type: text}
    mobile: {type: text, masked: true}
    card: {type: text, encrypted: true}
    boss: {type: user}
"""
HEAD: dict[str, Any] = {
    "roles": "{clerk: Clerk, head: Head}",
    "access": "{people: {clerk: {can: all}, head: [{can: read}, {can: read, rows: own, owner: boss, reveal: [mobile]}]}}",
}
CLERK = Actor(21, "Clerk", "clerk", None, is_admin=False, language="en", theme="auto")


@pytest.fixture(scope="module")
def app(workshop: Workshop) -> Workpiece:
    made = workshop.app(FORMS, **HEAD)
    for number, name in ((21, "clerk"), (22, "head")):
        workshop_person(made, number, name)
    return made


def workshop_person(app: Workpiece, number: int, role: str) -> None:
    with app.shop.database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO users (id, username, name, language, theme, is_admin, is_active, search, created_at, version)"
            f" VALUES ({number}, '{role}{app.key}', '{role}', 'en', 'auto', {_no(connection)}, {_yes(connection)}, '', "
            "'2026-01-01 00:00:00.000000', 1)"
        )


def _no(connection: Any) -> str:
    return "0" if connection.dialect.name == "sqlite" else "false"


def _yes(connection: Any) -> str:
    return "1" if connection.dialect.name == "sqlite" else "true"


def as_(app: Workpiece, role: str) -> Workpiece:
    number = 21 if role == "clerk" else 22
    return replace(app, actor=replace(CLERK, id=number, roles={app.key: frozenset({role})}))


@pytest.fixture
def person(app: Workpiece) -> int:
    return app.save("people", name="Li", mobile="13812345678", card="6222 0210 0111 2222", boss=22)


def shown(app: Workpiece, record: int, key: str) -> str:
    return app.do(lambda visit: get_record(visit, "people", record, (key,))).cells[key].text


def test_most_people_see_the_ends_of_a_masked_field_only(app: Workpiece, person: int) -> None:
    assert shown(app, person, "mobile") == "13812345678"
    assert shown(as_(app, "clerk"), person, "mobile") == "138****5678"
    assert shown(as_(app, "head"), person, "mobile") == "13812345678"


def test_nobody_filters_or_searches_by_what_is_masked_from_them(app: Workpiece, person: int) -> None:
    clerk = as_(app, "clerk")
    for value, count in (("1381234", 0), ("138****", 1)):
        asked = ListRequest(filters=(Filter("mobile", "starts", value), Filter("name", "is", "Li")))
        found = clerk.do(lambda visit, asked=asked: list_records(visit, "people", asked))
        assert bool(found.lines) is bool(count)
    assert not clerk.do(lambda visit: list_records(visit, "people", ListRequest(words="12345"))).lines


def test_what_is_masked_cannot_be_changed_but_can_be_entered(app: Workpiece, person: int) -> None:
    clerk = as_(app, "clerk")
    with pytest.raises(Refused):
        clerk.change("people", person, mobile="13900001111")
    clerk.change("people", person, name="Li Na")
    assert clerk.save("people", name="Wu", mobile="13900001111")


def test_the_history_is_masked_as_well(app: Workpiece, person: int) -> None:
    app.change("people", person, mobile="13900002222")

    def history(visit: Any) -> Any:
        form = visit.form("people")
        rights = visit.policy("people").rights(visit.scope(form, visit.reader.row("people", person)))
        return read_history(visit, form, person, rights)[0].changes["mobile"]

    assert as_(app, "clerk").do(history) == ("138****5678", "139****2222")
    assert app.do(history) == ("13812345678", "13900002222")


def test_an_encrypted_field_is_not_readable_in_the_database(app: Workpiece, person: int) -> None:
    assert shown(app, person, "card") == "6222 0210 0111 2222"
    column = app.column("people", "card")
    (stored,) = app.shop.rows(f"SELECT {column} FROM {app.table('people')} WHERE id = {person}")[0]
    assert "6222" not in stored
    assert "6222" not in str(app.history("people", person))


def test_an_encrypted_field_is_no_part_of_a_filter_an_order_or_a_formula(app: Workpiece, person: int) -> None:
    for asked in (ListRequest(filters=(Filter("card", "contains", "6222"),)), ListRequest(sort=("card",))):
        with pytest.raises(Refusal):
            app.do(lambda visit, asked=asked: list_records(visit, "people", asked))
    filled = ListRequest(filters=(Filter("card", "filled"),))
    assert app.do(lambda visit: list_records(visit, "people", filled)).lines
    refused = app.shop.app("a: {fields: {n: {type: text}}}").refused(
        "a: {fields: {n: {type: text, encrypted: true}, m: {type: formula, of: n}}}"
    )
    assert "encrypted-operand" in refused


def test_encrypting_a_field_encrypts_what_it_held(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {n: {type: text}}}")
    record = app.save("a", n="plain words")
    app.publish("a: {fields: {n: {type: text, encrypted: true}}}")
    assert app.read("a", record)["n"] == "plain words"
    (stored,) = app.shop.rows(f"SELECT {app.column('a', 'n')} FROM {app.table('a')}")[0]
    assert stored.startswith("v1:")


def test_fields_that_together_must_not_repeat(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {n: {type: text}, m: {type: integer}}}")
    app.save("a", n="x", m=1)
    app.save("a", n="x", m=1)
    rule = "a: {unique: [{fields: [n, m], say: {zh: 重复, en: Twice}}], fields: {n: {type: text}, m: {type: integer}}}"
    assert "values-repeat" in app.refused(rule)
    app.delete("a", 2)
    app.publish(rule)
    with pytest.raises(Refusal) as refused:
        app.save("a", n="x", m=1)
    assert refused.value.problem.sentence.en == "Twice"
    app.save("a", n="x", m=2)
    app.save("a", n="x")
    app.save("a", n="x")
