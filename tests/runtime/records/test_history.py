"""What happened to a record stays written down, and can be taken back by the same rules."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.turn import Refused
from runtime.service.visit import Forbidden, NotFound
from runtime.store import schema
from tests.runtime.workshop import ADMIN, Workpiece, Workshop

APP = """
goods:
  fields: {name: {type: text, unique: true}, price: {type: money}}
orders:
  fields:
    number: {type: serial, format: "{0000}"}
    good: {type: link, to: goods}
    price: {type: money, fill: good.price, readonly: true}
    n: {type: integer, min: 1, max: 10}
    sum: {type: money, formula: n * price}
    state: {type: choice, options: [open, done], default: open, readonly: true}
    note: {type: text, readonly: =state == "done"}
    secret: {type: text}
  buttons:
    close: {title: Close, when: state == "open", do: [set: {state: done}]}
"""


@pytest.fixture(scope="module")
def app(workshop: Workshop) -> Workpiece:
    made = workshop.app(
        APP,
        roles="{clerk: Clerk}",
        access="{orders: {clerk: {can: all, read_only: [secret]}}, goods: {clerk: {can: read}}}",
    )
    made.save("goods", name="tea", price=2)
    made.save("goods", name="salt", price=5)
    return made


def test_history_has_old_and_new_values(app: Workpiece) -> None:
    one = app.save("orders", good=1, n=2)
    app.change("orders", one, n=3, note="x")
    app.change("orders", one, n=3)
    app.press("orders", one, "close")
    app.delete("orders", one)
    app.bring_back("orders", one)
    number = app.read("orders", one)["number"]
    assert app.history("orders", one) == [
        ("create", {"number": [None, number], "good": [None, 1], "price": [None, 2], "n": [None, 2], "sum": [None, 4], "state": [None, "open"]}),
        ("update", {"n": [2, 3], "note": [None, "x"], "sum": [4, 6]}),
        ("update", {"state": ["open", "done"]}),
        ("delete", {}),
        ("restore", {}),
    ]  # fmt: skip
    assert app.read("orders", one)["version"] == 5


def test_history_says_why_and_who(app: Workpiece) -> None:
    one = app.save("orders", n=1)
    app.press("orders", one, "close")
    query = select(schema.history.c.cause, schema.history.c.actor).where(
        schema.history.c.app_id == app.now.id,
        schema.history.c.form == "orders",
        schema.history.c.record_id == one,
    )
    with app.shop.database.reading() as connection:
        assert [tuple(row) for row in connection.execute(query.order_by(schema.history.c.id))] == [
            ({}, 1),
            ({"button": "close"}, 1),
        ]
        steps = connection.execute(select(schema.traces.c.steps).order_by(schema.traces.c.id.desc())).scalar()
    assert [(step["what"], step["result"]) for step in steps["steps"]] == [
        ("condition", "yes"),
        ("decision", "changed"),
    ]
    assert steps["steps"][0]["values"] == {"state": "open"}
    assert steps["steps"][1]["values"] == {"state": "done"}
    assert steps["steps"][1]["path"] == ["forms", "orders", "buttons", "close", "do", 0, "set"]


def test_every_version_can_be_gone_back_to(app: Workpiece) -> None:
    one = app.save("orders", good=1, n=2, note="first")
    app.change("orders", one, good=2, n=3)
    app.change("orders", one, n=4, note=None)
    assert app.restore("orders", one, 2) == 4
    assert {k: app.read("orders", one)[k] for k in ("good", "n", "note", "sum")} == {
        "good": 2,
        "n": 3,
        "note": "first",
        "sum": 15,
    }
    assert app.restore("orders", one, 1) == 5
    assert {k: app.read("orders", one)[k] for k in ("good", "n", "price", "sum")} == {
        "good": 1,
        "n": 2,
        "price": 2,
        "sum": 4,
    }
    assert app.restore("orders", one, 1) == 5, "there is nothing left to change"
    for version in (0, 99):
        with pytest.raises(NotFound):
            app.restore("orders", one, version)


def test_going_back_does_not_go_round_the_rules(app: Workpiece) -> None:
    one = app.save("orders", good=1, n=2, note="first", secret="s1")
    app.change("orders", one, note="second", secret="s2")
    app.press("orders", one, "close")
    with pytest.raises(Refused, match="note cannot be filled in"):
        app.restore("orders", one, 1)
    two = app.save("orders", n=2, secret="s1")
    app.change("orders", two, n=3, secret="s2")
    app.press("orders", two, "close")
    clerk = dataclasses.replace(ADMIN, is_admin=False, roles={app.key: frozenset({"clerk"})})
    dataclasses.replace(app, actor=clerk).restore("orders", two, 1)
    row = app.read("orders", two)
    assert (row["n"], row["secret"], row["state"]) == (2, "s2", "done"), "not what the person could not enter"
    with pytest.raises(Forbidden):
        dataclasses.replace(app, actor=clerk).restore("goods", 1, 1)


def test_values_that_are_no_longer_allowed_do_not_come_back(workshop: Workshop) -> None:
    app = workshop.app(
        "a: {fields: {n: {type: integer}, t: {type: link, to: b}}}\nb: {fields: {x: {type: text}}}"
    )
    target = app.save("b")
    one = app.save("a", n=100, t=target)
    app.change("a", one, n=1, t=None)
    app.publish(
        "a: {fields: {n: {type: integer, max: 10}, t: {type: link, to: b}}}\nb: {fields: {x: {type: text}}}"
    )
    with pytest.raises(Refused, match="The most is 10"):
        app.restore("a", one, 1)
    app.publish("a: {fields: {n: {type: integer}, t: {type: link, to: b}}}\nb: {fields: {x: {type: text}}}")
    app.delete("b", target)
    with pytest.raises(Refused, match="does not exist"):
        app.restore("a", one, 1)


def test_a_value_of_another_kind_comes_back_only_if_it_fits(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {x: {type: text}}}")
    one = app.save("a", x="7")
    app.change("a", one, x="seven")
    app.change("a", one, x="8")
    app.publish("a: {fields: {x: {type: integer}}}")
    assert app.restore("a", one, 1) == 4
    assert app.read("a", one)["x"] == 7
    with pytest.raises(Refused, match="not a number"):
        app.restore("a", one, 2)


def test_a_unique_value_given_away_keeps_a_record_in_the_bin(app: Workpiece) -> None:
    first = app.save("goods", name="unique")
    app.delete("goods", first)
    second = app.save("goods", name="unique")
    with pytest.raises(Exception, match="Another record has this name"):
        app.bring_back("goods", first)
    app.change("goods", second, name="other")
    app.bring_back("goods", first)
    with pytest.raises(NotFound):
        app.bring_back("goods", first)
    with pytest.raises(Exception, match="Another record has this name"):
        app.change("goods", second, name="unique")


def test_numbers_stay_exact_in_history(app: Workpiece) -> None:
    one = app.save("goods", name="exact", price="1234567890123456.78")
    assert app.history("goods", one)[0][1]["price"] == [None, Decimal("1234567890123456.78")]
