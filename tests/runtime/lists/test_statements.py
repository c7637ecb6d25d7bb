"""A page of a list takes as many statements whatever its size, and kept statements give nobody another's rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from runtime.service import paging
from runtime.service.people import People
from runtime.store.database import count_statements
from runtime.store.people import Actor
from tests.runtime.lists.shop import open_shop, read, titles, with_roles
from tests.runtime.workshop import Workpiece, Workshop

ACCESS = """{customers: {clerk: {can: read}, boss: {can: read}},
  orders: {clerk: {can: all, rows: department, owner: owner},
           boss: {can: read, rows: '=customer.level == "a"'}}}"""
LOOKUPS = (
    "customer", "customer.level", "customer.created_at", "customer.updated_at", "customer.name",
    "customer.created_by", "owner", "owner.department", "owner.supervisor", "created_by", "updated_by.department",
)  # fmt: skip


@pytest.fixture(scope="module")
def people(workshop: Workshop) -> list[int]:
    """Two people of one department, one of another and one of none."""
    office = People(workshop.database, workshop.clock, "en")
    sales, stock = (office.create_department({"key": key, "name": key}) for key in ("sales", "stock"))
    return [
        office.create_person({"username": f"p{at}", "name": f"P {at}", "department_id": department})
        for at, department in enumerate((sales, sales, stock, None))
    ]


@pytest.fixture(scope="module")
def shop(workshop: Workshop, people: list[int]) -> Iterator[Workpiece]:
    """For each person twenty-five orders; each fifth order has a customer of level a."""
    made = open_shop(workshop, access=ACCESS)
    customers = made.save_all("customers", [{"name": f"C {at}", "level": "abcbb"[at]} for at in range(5)])
    made.save_all("orders", [
        {"title": f"{person}-{at}", "customer": customers[at % 5], "owner": person, "amount": "2", "state": "open"}
        for at in range(25)
        for person in people
    ])  # fmt: skip
    yield made


def as_(shop: Workpiece, person: int, *roles: str) -> Workpiece:
    actor: Actor = with_roles(shop, *roles, number=person)
    return replace(shop, actor=actor)


def statements(shop: Workpiece, workshop: Workshop, **asked: Any) -> int:
    with count_statements(workshop.database) as count:
        read(shop, **asked)
    return len(count)


@pytest.mark.parametrize("role", ["admin", "clerk", "boss"])
def test_a_page_takes_as_many_statements_whatever_its_columns_and_rows(
    workshop: Workshop, shop: Workpiece, people: list[int], role: str
) -> None:
    who = shop if role == "admin" else as_(shop, people[0], role)
    for more in (
        {},
        {"words": "1"},
        {"filters": ["customer.level:is:a"]},
        {"sort": ["-due"]},
        {"group": ["state"]},
    ):
        found = {
            statements(who, workshop, columns=list(LOOKUPS[:columns]), size=size, **more)
            for columns in (1, 4, len(LOOKUPS))
            for size in (2, 4)
        }
        assert len(found) == 1, more
        # The writers' lock of the workshop on PostgreSQL, the version in force, the scope, the page, the count.
        assert max(found) <= 6, more


def test_lists_of_references_take_one_more_each(workshop: Workshop, people: list[int]) -> None:
    app = workshop.app(
        "a:\n  fields:\n    name: {type: text}\n    who: {type: users}\n    b: {type: links, to: b}\nb:\n  fields:\n    name: {type: text}\n"
    )
    first, second = app.save("b", name="B 1"), app.save("b", name="B 2")
    app.save_all("a", [{"name": "x", "who": people[:2], "b": [first, second]} for _ in range(12)])
    plain = statements(app, workshop, form="a", columns=["name"])
    assert statements(app, workshop, form="a", columns=["name", "who"]) == plain + 1
    assert statements(app, workshop, form="a", columns=["name", "who", "b"]) == plain + 2


def test_kept_statements_give_each_person_their_own_rows(shop: Workpiece, people: list[int]) -> None:
    mates = {people[0]: people[:2], people[1]: people[:2], people[2]: [people[2]], people[3]: [people[3]]}
    for _ in range(2):
        for person, whose in mates.items():
            page = read(as_(shop, person, "clerk"), size=200)
            assert {title.split("-")[0] for title in titles(page)} == {str(one) for one in whose}, person
            assert page.count == 25 * len(whose)
    assert read(as_(shop, 0, "clerk"), size=200).count == 0
    assert read(as_(shop, people[0], "clerk", "boss"), size=200).count == 60
    assert read(shop, size=200).count == 100


def test_few_rows_come_in_the_same_order_as_many(
    monkeypatch: pytest.MonkeyPatch, shop: Workpiece, people: list[int]
) -> None:
    clerk = as_(shop, people[1], "clerk")
    asked: dict[str, Any]
    for asked in (
        {},
        {"sort": ["title"]},
        {"sort": ["-customer", "title"]},
        {"sort": ["due", "-owner.department"]},
    ):
        pages = []
        for few in (1_000, 0):
            # Either way of reading, whatever the number of records: both must give the same order.
            monkeypatch.setattr(paging, "_FEW", few)
            first = read(clerk, size=20, **asked)
            second = read(clerk, size=20, after=first.after, **asked)
            assert titles(read(clerk, size=20, before=second.before, **asked)) == titles(first)
            pages.append((titles(first), titles(second), first.count))
        assert pages[0] == pages[1]
        assert len({*pages[0][0], *pages[0][1]}) == 40


def test_a_statement_that_asks_for_the_day_is_not_kept(workshop: Workshop, shop: Workpiece) -> None:
    today = workshop.clock().astimezone(shop.now.definition.zone).date()
    saved = shop.save("orders", title="due now", due=str(today))
    assert titles(read(shop, filters=["due:is:today"])) == ["due now"]
    workshop.clock.forward(days=1)
    try:
        assert titles(read(shop, filters=["due:is:today"])) == []
        assert titles(read(shop, filters=["due:is:yesterday"])) == ["due now"]
    finally:
        shop.delete("orders", saved)
        workshop.clock.forward(days=-1)


def test_what_is_kept_is_bounded(shop: Workpiece) -> None:
    for number in range(230):
        read(shop, words=f"w{number}", size=1)
    assert len(shop.now.kept) <= shop.now.kept.most
