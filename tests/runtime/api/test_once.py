"""What counts once: keys of requests, and counted fields under many buttons at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from runtime.service import idempotency
from runtime.store.schema import idempotency as table
from tests.runtime.office import Reply, World

PRODUCTS = "apps/store/forms/products/records"
ORDERS = "apps/store/forms/orders/records"


def at_once(times: int, work: Callable[[int], Reply]) -> list[Reply]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def kept(world: World) -> int:
    with world.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_twenty_equal_posts_have_one_effect_and_one_answer(world: World) -> None:
    name, key = world.unique("twenty"), world.unique("key").replace(" ", "-")
    body = {"fields": {"name": name, "price": 1}}
    replies = at_once(20, lambda _: world.admin.post(PRODUCTS, body, Idempotency_Key=key))
    assert {reply.status for reply in replies} == {201}, Counter(reply.text for reply in replies)
    assert len({(reply.text, reply.headers["ETag"], reply.headers["Location"]) for reply in replies}) == 1
    assert world.admin.get(PRODUCTS, filter=f"name:is:{name}").data["count"] == 1

    other = world.admin.post(PRODUCTS, {"fields": {"name": name, "price": 2}}, Idempotency_Key=key)
    assert (other.status, other.codes) == (422, ["idempotency-key-reused"])


def test_a_key_belongs_to_a_person_and_a_route(world: World) -> None:
    key = "mine-1"
    first = world.admin.post(
        PRODUCTS, {"fields": {"name": world.unique("k"), "price": 1}}, Idempotency_Key=key
    )
    second = world.as_("rep").post(
        PRODUCTS, {"fields": {"name": world.unique("k"), "price": 1}}, Idempotency_Key=key
    )
    third = world.admin.post(ORDERS, {"fields": {"product": first.data["id"]}}, Idempotency_Key=key)
    assert [reply.status for reply in (first, second, third)] == [201, 201, 201]


def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    name, before = world.unique("again"), kept(world)
    assert (
        world.admin.post(PRODUCTS, {"fields": {"name": name, "price": -1}}, Idempotency_Key="again").status
        == 422
    )
    assert kept(world) == before
    assert (
        world.admin.post(PRODUCTS, {"fields": {"name": name, "price": 1}}, Idempotency_Key="again").status
        == 201
    )


def test_every_write_honours_the_key(world: World) -> None:
    product = world.product(stock=10)
    order = world.admin.create("orders", product=product, quantity=3)
    path = f"{PRODUCTS}/{product}"

    def twice(call: Callable[[str], Reply]) -> Reply:
        key = world.unique("every").replace(" ", "-")
        first, second = call(key), call(key)
        assert (first.status, first.text) == (second.status, second.text)
        assert first.status < 300, first.text
        return first

    changed = twice(lambda key: world.admin.patch(path, {"stock": 7}, If_Match='"1"', Idempotency_Key=key))
    assert changed.headers["ETag"] == '"2"'
    twice(lambda key: world.admin.post(f"{ORDERS}/{order}/actions/send", Idempotency_Key=key))
    assert world.admin.get(path).fields["stock"] == 4
    batch = {"create": [{"fields": {"product": product}}]}
    twice(lambda key: world.admin.post(f"{ORDERS}:batch", batch, Idempotency_Key=key))
    assert world.admin.get(ORDERS, filter=f"product:is:{product}").data["count"] == 2
    twice(lambda key: world.admin.delete(f"{ORDERS}/{order}", Idempotency_Key=key))
    twice(lambda key: world.admin.post(f"{ORDERS}/{order}/restore", Idempotency_Key=key))


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 201, "\t"])
def test_an_odd_key_is_refused(world: World, key: str) -> None:
    reply = world.admin.post(PRODUCTS, {"fields": {}}, Idempotency_Key=key)
    assert (reply.status, reply.codes) == (400, ["wrong-header"])


def test_answers_are_kept_for_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    name = world.unique("day")
    body: dict[str, Any] = {"fields": {"name": name, "price": 1}}
    assert world.admin.post(PRODUCTS, body, Idempotency_Key="day").status == 201
    world.clock.forward(hours=23)
    assert world.admin.post(PRODUCTS, body, Idempotency_Key="day").status == 201
    world.clock.forward(hours=2)
    assert world.admin.post(PRODUCTS, body, Idempotency_Key="day").codes == ["not-unique"]
    for number in range(64):
        body = {"fields": {"name": f"{name} {number}", "price": 1}}
        assert world.admin.post(PRODUCTS, body, Idempotency_Key=f"later-{number}").status == 201
    with world.database.reading() as connection:
        oldest = connection.execute(select(func.min(table.c.created_at))).scalar_one()
    assert oldest >= world.clock() - idempotency.KEPT


# --- counted fields ---


def test_twenty_take_ten(world: World) -> None:
    product = world.product(stock=10)
    orders = [world.admin.create("orders", product=product, quantity=1) for _ in range(20)]
    replies = at_once(20, lambda at: world.admin.post(f"{ORDERS}/{orders[at]}/actions/send"))
    assert Counter(reply.status for reply in replies) == {200: 10, 422: 10}, replies
    assert {code for reply in replies if reply.status == 422 for code in reply.codes} == {"not-enough"}
    found = world.admin.get(f"{PRODUCTS}/{product}")
    assert (found.fields["stock"], found.data["version"]) == (0, 11)
    sent = world.admin.get(ORDERS, filter=[f"product:is:{product}", "state:is:sent"])
    assert sent.data["count"] == 10


def test_one_button_pressed_by_twenty_counts_once(world: World) -> None:
    product = world.product(stock=10)
    order = world.admin.create("orders", product=product, quantity=4)
    replies = at_once(20, lambda _: world.admin.post(f"{ORDERS}/{order}/actions/send"))
    assert Counter(reply.status for reply in replies) == {200: 1, 422: 19}
    assert world.admin.get(f"{PRODUCTS}/{product}").fields["stock"] == 6


def test_put_stops_at_its_ceiling_and_stored_formulas_follow(world: World) -> None:
    product = world.product(stock=10, price="2.50")
    order = world.admin.create("orders", product=product, quantity=10)
    assert world.admin.post(f"{ORDERS}/{order}/actions/send").fields["state"] == "sent"
    assert world.admin.get(f"{PRODUCTS}/{product}").fields["value"] == 0
    assert world.admin.patch(f"{PRODUCTS}/{product}", {"stock": 995}).status == 200
    assert world.as_("keeper").post(f"{ORDERS}/{order}/actions/bring_back").codes == ["too-much"]
    assert world.admin.patch(f"{PRODUCTS}/{product}", {"stock": 1}).status == 200
    assert world.as_("keeper").post(f"{ORDERS}/{order}/actions/bring_back", If_Match='"2"').status == 200
    assert float(world.admin.get(f"{PRODUCTS}/{product}").fields["value"]) == 27.5


def test_a_button_is_for_its_roles_and_its_time(world: World) -> None:
    order = world.as_("rep").create("orders", product=world.product(stock=5))
    path = f"{ORDERS}/{order}/actions"
    rep = world.as_("rep")
    foreign, unknown = rep.post(f"{path}/bring_back"), rep.post(f"{path}/nothing")
    assert (foreign.status, unknown.status) == (404, 404)
    assert foreign.text.replace("bring_back", "nothing") == unknown.text
    assert world.as_("keeper").post(f"{path}/bring_back").codes == ["button-not-now"]
    assert rep.post(f"{path}/send", If_Match='"9"').status == 412
    assert world.as_("peer").post(f"{path}/send").status == 404, "not among the rows of this person"
    assert rep.post(f"{path}/send").status == 200
