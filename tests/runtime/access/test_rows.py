"""Row scopes: everybody sees, changes and creates the records of their own scope and no others."""

from __future__ import annotations

import pytest

from tests.runtime.office import World

ORDERS = "apps/store/forms/orders/records"
PRODUCTS = "apps/store/forms/products/records"

# Who sees the orders of whom.
SEES = {
    "rep": {"rep"},  # subordinates: nobody is below
    "peer": {"peer"},
    "lead": {"lead", "rep", "peer", "mine"},  # subordinates
    "mine": {"mine"},  # own
    "near": {"near", "above", "lead"},  # department: sales
    "above": {"above", "near", "lead", "rep", "peer", "mine"},  # department_and_below: sales with east
    "keeper": {"rep", "peer", "lead", "mine", "near", "above", "keeper"},  # all
    "admin": {"rep", "peer", "lead", "mine", "near", "above", "keeper"},
}
OWNERS = sorted(SEES["admin"])


@pytest.fixture(scope="module")
def orders(world: World) -> dict[str, int]:
    product = world.product(name="scoped", stock=500, grade="a")
    shared = {"product": product, "quantity": 2, "note": "scoped"}
    return {who: world.admin.create("orders", **shared, seller=world.people[who]) for who in OWNERS}


@pytest.mark.parametrize("who", SEES)
def test_a_list_a_count_and_a_record_keep_to_the_scope(
    world: World, orders: dict[str, int], who: str
) -> None:
    caller = world.as_(who)
    reply = caller.get(ORDERS, size=200, filter="note:is:scoped")
    seen = {orders[owner] for owner in SEES[who]}
    assert {record["id"] for record in reply.data["records"]} == seen
    assert reply.data["count"] == len(seen)
    assert caller.get(ORDERS, size=1, q="scoped").data["count"] == len(seen)
    for owner, record in orders.items():
        for path in (f"{ORDERS}/{record}", f"{ORDERS}/{record}/history"):
            assert caller.get(path).status == (200 if owner in SEES[who] else 404), (who, owner)


@pytest.mark.parametrize("who", ["rep", "lead", "mine", "near"])
def test_what_is_out_of_scope_looks_like_what_is_not_there(
    world: World, orders: dict[str, int], who: str
) -> None:
    caller = world.as_(who)
    for owner, record in orders.items():
        if owner in SEES[who]:
            continue
        for method, rest, body in (
            ("GET", "", None), ("GET", "/history", None), ("PATCH", "", {"fields": {"quantity": 3}}),
            ("PATCH", "", {"fields": {"nothing": 3}}), ("DELETE", "", None), ("POST", "/actions/send", None),
            ("POST", "/actions/nothing", None), ("POST", "/restore", None),
        ):  # fmt: skip
            there, missing = (
                caller.ask(method, f"/api/{ORDERS}/{number}{rest}", body) for number in (record, 999_999)
            )
            assert (there.status, there.text) == (missing.status, missing.text), (method, rest)
            assert there.status in (403, 404)
        found = caller.get(ORDERS, filter=f"id:is:{record}")
        assert found.data["count"] == 0


def test_totals_rollups_and_searches_are_over_visible_rows(world: World, orders: dict[str, int]) -> None:
    product = world.product(stock=5, price=10)
    for who, quantity in (("rep", 1), ("peer", 20), ("lead", 300)):
        world.admin.create(
            "orders", product=product, quantity=quantity, seller=world.people[who], note="needle"
        )
    expected = {"rep": 1, "peer": 20, "lead": 321, "admin": 321}
    for who, quantity in expected.items():
        caller = world.as_(who)
        assert caller.get(f"{PRODUCTS}/{product}").fields["ordered"] == quantity
        listed = caller.get(ORDERS, filter=f"product:is:{product}", fields="total", totals="true")
        total = sum(record["fields"]["total"] for record in listed.data["records"])
        assert total == quantity * 10
        assert listed.data.get("totals", {}).get("total", total) == total
        assert caller.get(ORDERS, q="needle").data["count"] == listed.data["count"]
        by_sum = caller.get(PRODUCTS, filter=[f"id:is:{product}", f"ordered:is:{quantity}"], fields="ordered")
        assert by_sum.data["count"] == 1


def test_an_expression_scope_follows_the_values(world: World) -> None:
    good, bad = world.product(grade="a"), world.product(grade="b")
    auditor = world.as_("auditor")
    assert auditor.get(f"{PRODUCTS}/{good}").status == 200
    assert auditor.get(f"{PRODUCTS}/{bad}").status == 404
    assert world.admin.patch(f"{PRODUCTS}/{bad}", {"grade": "a"}).status == 200
    assert auditor.get(f"{PRODUCTS}/{bad}").status == 200
    assert auditor.get(PRODUCTS, filter="grade:is:b").data["count"] == 0


def test_nobody_creates_a_record_for_others_or_moves_one_away(world: World) -> None:
    product = world.product(stock=5)
    mine = world.as_("mine")
    entry = {"product": product, "seller": world.people["lead"]}
    assert mine.post(ORDERS, {"fields": entry}).codes == ["outside-your-rows"]
    assert mine.post(f"{ORDERS}:batch", {"create": [{"fields": entry}]}).codes == ["outside-your-rows"]
    assert mine.create("orders", product=product) > 0
    assert world.as_("lead").create("orders", product=product, seller=world.people["rep"]) > 0


def test_a_link_leads_only_to_what_one_may_see(world: World) -> None:
    order = world.admin.create("orders", product=world.product(grade="b", name="unseen"), quantity=9)
    auditor = world.as_("auditor")
    reply = auditor.get(f"{ORDERS}/{order}", fields="product,product.name,product.price,grade,quantity")
    assert reply.fields["quantity"] == 9
    assert "unseen" not in reply.text
    assert [reply.fields[name] for name in ("product.name", "product.price", "grade")] == [None, None, None]
    assert auditor.get(ORDERS, filter=[f"id:is:{order}", "product.name:is:unseen"]).data["count"] == 0
    assert auditor.get(ORDERS, filter=[f"id:is:{order}", "grade:is:b"]).data["count"] == 0
    assert auditor.get(ORDERS, q="unseen").data["count"] == 0


def test_the_recycle_bin_is_for_who_may_delete(world: World) -> None:
    product = world.product()
    assert world.admin.delete(f"{PRODUCTS}/{product}").status == 204
    assert product in [r["id"] for r in world.as_("keeper").get(PRODUCTS, deleted="true").data["records"]]
    for path in (PRODUCTS, f"{PRODUCTS}/{product}"):
        assert world.as_("rep").get(path, deleted="true").status == 403
        assert world.as_("outsider").get(path, deleted="true").status == 404
    assert world.as_("rep").post(f"{PRODUCTS}/{product}/restore").status == 403
    order = world.as_("rep").create("orders", product=world.product())
    assert world.as_("rep").delete(f"{ORDERS}/{order}").status == 204
    assert world.as_("peer").post(f"{ORDERS}/{order}/restore").status == 404
    assert world.as_("peer").get(f"{ORDERS}/{order}", deleted="true").status == 404
    assert world.as_("rep").post(f"{ORDERS}/{order}/restore").status == 200


def test_who_may_only_create_gets_no_more_than_the_number_back(world: World) -> None:
    mine = world.as_("mine")
    reply = mine.post("apps/store/forms/notes/records", {"fields": {"text": "a", "secret": "b"}})
    assert (reply.status, reply.data["fields"]) == (201, {})
    record = reply.data["id"]
    assert mine.get(f"apps/store/forms/notes/records/{record}").status == 403
    assert mine.get("apps/store/forms/notes/records").status == 403
    assert world.admin.get(f"apps/store/forms/notes/records/{record}").fields["secret"] == "b"


def test_a_role_that_is_taken_away_counts_at_once(world: World) -> None:
    with world.database.reading() as connection:
        app = world.office.shelf.get(connection, "store")
    assert app is not None
    body = {"fields": {"product": world.product(stock=5)}}
    rep = world.as_("rep")
    assert rep.post(ORDERS, body, Idempotency_Key="before").status == 201
    world.office.people.set_roles(app.id, world.people["rep"], ())
    try:
        assert rep.get(ORDERS).status == 404
        assert rep.post(ORDERS, body, Idempotency_Key="before").status == 404, (
            "a kept answer is no way around"
        )
        assert rep.get("apps").data == {"apps": []}
    finally:
        world.office.people.set_roles(app.id, world.people["rep"], ("seller",))
    world.office.people.set_active(world.people["peer"], active=False)
    assert world.as_("peer").get(ORDERS).status == 401
    world.office.people.set_active(world.people["peer"], active=True)
    _, world.tokens["peer"] = world.office.sign_in.create_token(world.people["peer"], "again")
