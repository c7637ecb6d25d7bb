"""Batches by API: all or none, with the problems of every entry."""

from __future__ import annotations

from typing import Any

from tests.runtime.office import Reply, World

PRODUCTS = "apps/store/forms/products/records"
ORDERS = "apps/store/forms/orders/records"


def send(world: World, who: str = "admin", form: str = PRODUCTS, **parts: Any) -> Reply:
    return world.as_(who).post(f"{form}:batch", parts)


def count(world: World) -> int:
    return int(world.admin.get(PRODUCTS, size=1).data["count"])


def places(reply: Reply) -> list[tuple[str, int, str]]:
    return [(error["part"], error["index"], error["code"]) for error in reply.data["errors"]]


def test_a_batch_creates_changes_and_deletes(world: World) -> None:
    first, second, third = (world.product() for _ in range(3))
    reply = send(
        world,
        create=[{"fields": {"name": world.unique("new"), "price": "1.5", "stock": n}} for n in range(3)],
        change=[
            {"id": first, "version": 1, "fields": {"stock": 9}},
            {"id": second, "fields": {"price": "10"}},
        ],
        delete=[{"id": third, "version": 1}],
    )
    assert reply.status == 200, reply.text
    assert [entry["version"] for entry in reply.data["create"]] == [1, 1, 1]
    assert reply.data["change"] == [{"id": first, "version": 2}, {"id": second, "version": 1}]
    assert reply.data["delete"] == [{"id": third, "version": 2}]
    stocks = [world.admin.get(f"{PRODUCTS}/{entry['id']}").fields["stock"] for entry in reply.data["create"]]
    assert stocks == [0, 1, 2]
    assert world.admin.get(f"{PRODUCTS}/{third}").status == 404


def test_one_wrong_entry_undoes_all_and_every_entry_has_its_problems(world: World) -> None:
    first, second, third = (world.product() for _ in range(3))
    before = count(world)
    reply = send(
        world,
        create=[{"fields": {"name": world.unique("new"), "price": 1}}, {"fields": {"price": -1}}],
        change=[
            {"id": first, "version": 7, "fields": {"stock": 1}},
            {"id": second, "fields": {"prize": 1}},
            {"id": 10**12, "fields": {"stock": 1}},
            {"id": second, "fields": {"stock": 1}},
        ],
        delete=[{"id": third, "version": 2}, {"id": first}],
    )
    assert reply.status == 422
    assert places(reply) == [
        ("create", 1, "missing-value"),
        ("create", 1, "below-least"),
        ("change", 0, "changed-meanwhile"),
        ("change", 1, "unknown-field"),
        ("change", 2, "no-such-record"),
        ("change", 3, "record-twice"),
        ("delete", 0, "changed-meanwhile"),
        ("delete", 1, "record-twice"),
    ]
    assert count(world) == before
    assert world.admin.get(f"{PRODUCTS}/{second}").data["version"] == 1


def test_a_unique_value_twice_in_a_batch_undoes_all(world: World) -> None:
    before, name = count(world), world.unique("same")
    reply = send(world, create=[{"fields": {"name": name, "price": 1}}] * 2)
    assert (reply.status, reply.codes) == (422, ["not-unique"])
    assert count(world) == before


def test_a_batch_asks_for_each_right(world: World) -> None:
    product = world.product(stock=5)
    mine = world.as_("rep").create("orders", product=product)
    theirs = world.admin.create("orders", product=product)
    reply = send(
        world, "rep", ORDERS, change=[{"id": mine, "fields": {"quantity": 2}}, {"id": theirs, "fields": {}}]
    )
    assert places(reply) == [("change", 1, "no-such-record")]
    assert send(world, "rep", PRODUCTS, delete=[{"id": product}]).status == 403
    assert send(world, "outsider", PRODUCTS, delete=[{"id": product}]).status == 404
    assert send(world, "rep", ORDERS, delete=[{"id": theirs}, {"id": mine}]).status == 422
    assert send(world, "rep", ORDERS, delete=[{"id": mine}]).status == 200


def test_an_odd_batch_is_refused_whole(world: World) -> None:
    for body in (
        {"create": {}}, {"create": [1]}, {"create": [{}]}, {"change": [{"fields": {}}]},
        {"change": [{"id": 0}]},
        {"delete": [{"id": True}]}, {"delete": [{"id": 1, "version": "1"}]}, {"update": []},
        {"create": [{"fields": {}, "id": 3}]}, {"create": [{"fields": {}}] * 501},
        {"delete": [{"id": 2**70}]},
    ):  # fmt: skip
        reply = world.admin.post(f"{PRODUCTS}:batch", body)
        assert (reply.status, reply.headers["Content-Type"]) == (400, "application/problem+json"), body
    assert send(world).data == {"create": [], "change": [], "delete": [], "restore": []}


def test_a_batch_of_five_hundred(world: World) -> None:
    product = world.product(stock=5)
    reply = send(world, form=ORDERS, create=[{"fields": {"product": product, "quantity": 1}}] * 500)
    assert reply.status == 200
    ids = [entry["id"] for entry in reply.data["create"]]
    assert len(set(ids)) == 500
    reply = send(world, form=ORDERS, change=[{"id": i, "version": 1, "fields": {"quantity": 2}} for i in ids])
    assert {entry["version"] for entry in reply.data["change"]} == {2}
    assert send(world, form=ORDERS, delete=[{"id": i, "version": 2} for i in ids]).status == 200


def test_a_batch_brings_records_back_as_well(world: World) -> None:
    first, second, stays = (world.product() for _ in range(3))
    assert send(world, delete=[{"id": first}, {"id": second}]).status == 200
    refused = send(world, restore=[{"id": first}, {"id": stays}])
    assert places(refused) == [("restore", 1, "no-such-record")]
    assert world.admin.get(f"{PRODUCTS}/{first}").status == 404
    reply = send(world, restore=[{"id": first}, {"id": second}])
    assert reply.data["restore"] == [{"id": first, "version": 3}, {"id": second, "version": 3}]
    assert world.admin.get(f"{PRODUCTS}/{first}").status == 200
    assert send(world, "rep", restore=[{"id": first}]).status == 403
