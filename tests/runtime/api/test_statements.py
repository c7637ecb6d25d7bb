"""How many statements a request costs: few, and no more for a large table or a wide form."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from runtime.store.database import count_statements
from tests.runtime.office import Reply, World

LIST, SAVE = 6, 12
WIDE = """\
app: wide{count}
forms:
  targets:
    fields:
      name: {type: text}
{numbers}
  items:
    fields:
      name: {type: text}
      target: {type: link, to: targets}
{computed}
  parts:
    fields:
      item: {type: link, to: items}
      size: {type: number}
"""
NUMBER = "      n{at}: {type: number}"
COMPUTED = """\
      l{at}: {type: lookup, of: target.n{at}}
      f{at}: {type: money, formula: target.n{at} * 2}
      r{at}: {type: rollup, from: parts, link: item, field: size, how: sum}"""
KEYS = itertools.count()


def wide(count: int) -> str:
    """Write an app whose form `items` has `count` lookups, as many formulas and as many rollups."""

    def repeated(line: str) -> str:
        return "\n".join(line.replace("{at}", str(at)) for at in range(count))

    parts = {"{count}": str(count), "{numbers}": repeated(NUMBER), "{computed}": repeated(COMPUTED)}
    text = WIDE
    for name, part in parts.items():
        text = text.replace(name, part)
    return text


@pytest.fixture(scope="module")
def wide_world(world: World) -> World:
    for count in (1, 30):
        world.office.publisher.publish(wide(count), "wide.yaml")
    return world


def cost(world: World, call: Callable[[], Reply]) -> int:
    call()
    with count_statements(world.database) as statements:
        reply = call()
    assert reply.status < 300, reply.text
    return len(statements)


def new_target(world: World, count: int) -> int:
    path = f"apps/wide{count}/forms/targets/records"
    return int(world.admin.post(path, {"fields": {"name": "t", "n0": 1}}).data["id"])


def list_cost(world: World, count: int, rows: int) -> int:
    path, target = f"apps/wide{count}/forms/items/records", new_target(world, count)
    for _ in range(rows):
        assert world.admin.post(path, {"fields": {"name": "i", "target": target}}).status == 201
    return cost(world, lambda: world.admin.get(path, size=200, totals="true", sort="-l0,name"))


def save_costs(world: World, count: int) -> tuple[int, int]:
    """Return what a new record and a changed one cost, each under an idempotency key."""
    path, target = f"apps/wide{count}/forms/items/records", new_target(world, count)

    def create() -> Reply:
        fields = {"name": "x", "target": target}
        return world.admin.post(path, {"fields": fields}, Idempotency_Key=f"wide-{next(KEYS)}")

    record = create().data["id"]

    def change() -> Reply:
        number = next(KEYS)
        return world.admin.patch(f"{path}/{record}", {"name": f"n{number}"}, Idempotency_Key=f"wide-{number}")

    return cost(world, create), cost(world, change)


def test_a_list_costs_the_same_however_much_it_shows(wide_world: World) -> None:
    costs = {(count, rows): list_cost(wide_world, count, rows) for count in (1, 30) for rows in (2, 12)}
    assert len(set(costs.values())) == 1, costs
    assert max(costs.values()) <= LIST, costs


@pytest.mark.parametrize("who", ["rep", "keeper", "auditor"])
def test_a_members_list_costs_no_more(world: World, who: str) -> None:
    found = cost(world, lambda: world.as_(who).get("apps/store/forms/orders/records", totals="true"))
    assert found <= LIST


def test_a_save_costs_the_same_however_wide_the_form(wide_world: World) -> None:
    costs = {count: save_costs(wide_world, count) for count in (1, 30)}
    assert costs[1] == costs[30], costs


def test_a_save_is_cheap(wide_world: World) -> None:
    assert max(save_costs(wide_world, 1)) <= SAVE


def test_a_members_save_with_links_a_number_and_a_formula(world: World) -> None:
    """Two more: the linked table, whose records must be the person's to choose, and PostgreSQL's lock.

    The lock is shared among writers and keeps a publication from changing the tables under them.
    """
    fields = {"product": world.product(stock=5), "quantity": 2}

    def create() -> Reply:
        path = "apps/store/forms/orders/records"
        return world.as_("rep").post(path, {"fields": fields}, Idempotency_Key=f"member-{next(KEYS)}")

    assert cost(world, create) <= SAVE + 2


def test_a_batch_reads_and_locks_at_once(world: World) -> None:
    entry = {"fields": {"product": world.product(stock=5), "quantity": 1}}

    def batch_cost(count: int) -> int:
        path = "apps/store/forms/orders/records:batch"
        return cost(world, lambda: world.admin.post(path, {"create": [entry] * count}))

    # SQLite is asked for the last id first, because it does not say which of several new ids is whose.
    asked = 1 if world.database.dialect == "sqlite" else 0
    assert batch_cost(50) - batch_cost(1) == asked


def test_one_record_and_its_history(world: World) -> None:
    record = world.as_("rep").create("orders", product=world.product(stock=5))
    path = f"apps/store/forms/orders/records/{record}"
    assert cost(world, lambda: world.as_("rep").get(path)) <= LIST
    assert cost(world, lambda: world.as_("rep").get(f"{path}/history")) <= 10


def test_a_form_with_many_links_reads_their_names_at_once(world: World) -> None:
    text = """\
app: linked
forms:
  parts:
    fields:
      name: {type: text}
  kits:
    fields:
      parts: {type: links, to: parts}
"""
    world.office.publisher.publish(text, "linked.yaml")
    forms = "apps/linked/forms"
    parts = [
        world.admin.post(f"{forms}/parts/records", {"fields": {"name": f"Part {at}"}}).data["id"]
        for at in range(40)
    ]

    def page_cost(count: int) -> int:
        kit = world.admin.post(f"{forms}/kits/records", {"fields": {"parts": parts[:count]}}).data["id"]
        return cost(world, lambda: world.admin.ask("GET", f"/a/linked/f/kits/r/{kit}/edit"))

    assert page_cost(40) == page_cost(4)
