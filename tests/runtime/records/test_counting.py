"""Counted fields, serial numbers and versions under many threads: nothing below zero, no gap, no lost change."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from engine.turn import Refused
from runtime.service import records
from runtime.store.records import Conflict
from tests.runtime.workshop import Workpiece, Workshop

SHOP = """
goods:
  fields:
    name: {type: text}
    stock: {type: number, decimals: 1, min: 0, max: 100}
    price: {type: money}
    value: {type: money, formula: stock * price}
claims:
  fields:
    number: {type: serial, format: "C-{yyyy}{MM}-{0000}"}
    good: {type: link, to: goods}
    amount: {type: number, decimals: 2}
    state: {type: choice, options: [open, done], default: open}
    note: {type: text}
  buttons:
    issue:
      title: Issue
      when: state == "open"
      do:
        - take: {record: good, field: stock, amount: amount}
        - set: {state: done}
    back:
      title: Back
      do: [put: {record: good, field: stock, amount: amount}]
"""


@pytest.fixture(scope="module")
def app(workshop: Workshop) -> Workpiece:
    return workshop.app(SHOP)


def test_many_who_take_at_once_never_take_more_than_there_is(app: Workpiece) -> None:
    good = app.save("goods", name="tea", stock=10, price=3)
    amounts = [random.Random(n).randint(1, 3) for n in range(50)]
    claims = app.save_all("claims", [{"good": good, "amount": amount} for amount in amounts])

    def issue(claim: int) -> bool:
        try:
            app.press("claims", claim, "issue")
        except Exception as refused:  # noqa: BLE001 - what it is, the next line says
            assert refused.problem.code.name == "not-enough"
            return False
        return True

    with ThreadPoolExecutor(25) as pool:
        issued = list(pool.map(issue, claims))
    taken = sum(amount for amount, done in zip(amounts, issued, strict=True) if done)
    row = app.read("goods", good)
    assert 0 <= row["stock"] == 10 - taken
    assert row["value"] == row["stock"] * 3
    assert row["version"] == 1 + sum(issued)
    assert [app.read("claims", claim)["state"] == "done" for claim in claims] == issued
    lines = [line for _, line in app.history("goods", good)[1:]]
    assert [Decimal(line["stock"][0]) - Decimal(line["stock"][1]) for line in lines].count(0) == 0
    assert lines[-1]["stock"][1] == row["stock"]


def test_a_refused_action_leaves_nothing_of_the_others(app: Workpiece) -> None:
    good = app.save("goods", stock=1)
    claim = app.save("claims", good=good, amount=2)
    traces = app.shop.value("SELECT count(*) FROM traces")
    with pytest.raises(Exception, match=r"Not enough stock: 1 left, 2 asked for"):
        app.press("claims", claim, "issue")
    assert (app.read("claims", claim)["state"], app.read("goods", good)["stock"]) == ("open", 1)
    assert app.shop.value("SELECT count(*) FROM traces") == traces


def test_what_is_put_stays_below_the_ceiling_of_the_field(app: Workpiece) -> None:
    good = app.save("goods", stock=99)
    with pytest.raises(Exception, match=r"stock would pass 100: 99 now, 2 to add"):
        app.press("claims", app.save("claims", good=good, amount=2), "back")
    app.press("claims", app.save("claims", good=good, amount=1), "back")
    assert app.read("goods", good)["stock"] == 100
    empty = app.save("goods", name="no stock yet")
    app.press("claims", app.save("claims", good=empty, amount="0.1"), "back")
    assert app.read("goods", empty)["stock"] == Decimal("0.1")


def test_an_amount_that_the_field_cannot_hold_is_rounded_as_people_round(app: Workpiece) -> None:
    good = app.save("goods", stock=10)
    app.press("claims", app.save("claims", good=good, amount="0.25"), "issue")
    assert app.read("goods", good)["stock"] == Decimal("9.7")
    for amount in ("0.04", "0", None, "-1"):
        with pytest.raises(Exception, match="above 0"):
            app.press("claims", app.save("claims", good=good, amount=amount), "issue")
    with pytest.raises(Exception, match="no record"):
        app.press("claims", app.save("claims", amount=1), "issue")
    last = app.save("claims", good=good, amount=1)
    app.delete("goods", good)
    with pytest.raises(Exception, match="no longer there"):
        app.press("claims", last, "back")


def test_numbers_are_consecutive_whatever_fails_and_whichever_month_it_is(workshop: Workshop) -> None:
    app = workshop.app(SHOP)

    def save(number: int) -> int | None:
        def work(visit: records.Visit) -> int:
            done = records.create_records(visit, "claims", [{"amount": 1}])
            if number % 5 == 0:
                raise ZeroDivisionError  # fails late, when it has its number
            return done.created[0]

        try:
            return app.do(work)
        except ZeroDivisionError:
            return None

    for _ in range(2):
        with ThreadPoolExecutor(20) as pool:
            saved = [record for record in pool.map(save, range(50)) if record]
        numbers = sorted(app.read("claims", record)["number"] for record in saved)
        month = f"{workshop.clock.now:%Y%m}"
        assert numbers == [f"C-{month}-{n:04}" for n in range(1, 41)]
        workshop.clock.forward(days=20)


def test_of_two_changes_over_one_version_one_wins(app: Workpiece) -> None:
    for _ in range(10):
        claim = app.save("claims", amount=1)

        def change(field: str, claim: int = claim) -> int | Conflict:
            try:
                return app.change("claims", claim, version=1, **{field: "7"})
            except Conflict as conflict:
                return conflict

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(change, ("amount", "note"))
        assert {type(first), type(second)} == {int, Conflict}
        row = app.read("claims", claim)
        assert row["version"] == 2
        assert (row["amount"] == 7) != (row["note"] == "7")


def test_changes_of_different_fields_without_a_version_both_last(app: Workpiece) -> None:
    claim = app.save("claims")
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: app.change("claims", claim, **{"amount" if n % 2 else "note": str(n + 1)}),
                range(16),
            )
        )
    row = app.read("claims", claim)
    assert row["version"] == 17
    assert row["amount"] is not None
    assert row["note"] is not None


def test_who_edits_while_a_button_counts_is_told(app: Workpiece) -> None:
    good = app.save("goods", stock=10)
    app.press("claims", app.save("claims", good=good, amount=1), "issue")
    with pytest.raises(Conflict):
        app.change("goods", good, version=1, name="late")


def test_buttons_that_touch_two_records_in_either_order_do_not_fail_each_other(workshop: Workshop) -> None:
    app = workshop.app(
        """
        a: {fields: {n: {type: integer}}}
        b:
          fields: {x: {type: link, to: a}, y: {type: link, to: a}, n: {type: integer, default: 0}}
          buttons:
            go: {title: Go, do: [put: {record: x, field: n, amount: 1}, put: {record: y, field: n, amount: 1}, set: {n: =n + 1}]}
        """
    )
    one, two = app.save_all("a", [{"n": 0}, {"n": 0}])
    pairs = app.save_all("b", [{"x": one, "y": two} if n % 2 else {"x": two, "y": one} for n in range(30)])
    with ThreadPoolExecutor(15) as pool:
        list(pool.map(lambda record: app.press("b", record, "go"), pairs))
    assert app.values("a", "n") == [30, 30]


def test_a_unique_value_goes_to_one_of_many(workshop: Workshop) -> None:
    app = workshop.app("a: {fields: {x: {type: text, unique: true}, y: {type: text}}}")

    def save(number: int) -> str:
        try:
            app.save("a", x="same", y=str(number))
        except Exception as refused:  # noqa: BLE001 - what it is, the next lines say
            problem = refused.first[0] if isinstance(refused, Refused) else refused.problem
            return f"{problem.code.name} {problem.path}"
        return "saved"

    with ThreadPoolExecutor(10) as pool:
        answers = sorted(pool.map(save, range(10)))
    assert answers == ["not-unique ('x',)"] * 9 + ["saved"]
