"""Hidden fields: for their reader they do not exist, neither as output nor as an operand, to the byte."""

from __future__ import annotations

import pytest

from engine.filters import OPERATORS
from tests.runtime.office import Reply, World

ORDERS = "apps/store/forms/orders/records"
PRODUCTS = "apps/store/forms/products/records"
NOTES = "apps/store/forms/notes/records"
CANARY = "canary-7f3a"


@pytest.fixture(scope="module")
def product(world: World) -> int:
    return world.product(name="seen", cost="3.33", supplier=CANARY, stock=4)


def same_but_for_the_name(hidden: Reply, missing: Reply, name: str, nothing: str) -> None:
    assert hidden.status in (400, 422)
    assert len(name) == len(nothing), "so that even the length tells nothing"
    text, other = (reply.text.replace(used, "·") for reply, used in ((hidden, name), (missing, nothing)))
    assert (hidden.status, text) == (missing.status, other)
    assert hidden.headers["Content-Length"] == missing.headers["Content-Length"]


def test_a_hidden_field_is_in_no_answer(world: World, product: int) -> None:
    rep = world.as_("rep")
    world.admin.patch(f"{PRODUCTS}/{product}", {"cost": "4.44"})
    order = rep.create("orders", product=product)
    paths = ("", f"/{product}", f"/{product}/history")
    replies = [rep.get(PRODUCTS + path) for path in paths]
    replies += [rep.get(f"{ORDERS}/{order}"), rep.get("openapi.json"), rep.get("apps")]
    replies += [rep.patch(f"{PRODUCTS}/{product}", {"stock": 5}), rep.get(PRODUCTS, q="seen", totals="true")]
    for reply in replies:
        assert reply.status == 200
        for word in (CANARY, "3.33", "4.44", '"cost"', "supplier"):
            assert word not in reply.text, word


@pytest.mark.parametrize("name, nothing", [("cost", "xyzw"), ("supplier", "qqqqqqqq")])
def test_a_hidden_field_is_no_operand(world: World, product: int, name: str, nothing: str) -> None:
    rep = world.as_("rep")

    def queries(field: str) -> list[dict[str, str]]:
        found = [{"filter": f"{field}:{operator.name}:1"} for operator in OPERATORS]
        found += [{"filter": f"{field}:nothing:1"}, {"filter": f"{field}"}, {"filter": f"{field}:in:"}]
        found += [
            {"filter": f"replaces.{field}:is:1"},
            {"sort": f"replaces.{field}"},
            {"fields": f"product.{field}"},
        ]
        found += [{"sort": field}, {"sort": f"-{field}"}, {"sort": f"name,{field}"}]
        found += [{"fields": field}, {"fields": f"name,{field}"}, {"fields": field, "totals": "true"}]
        found += [{"filter": f"{field}:is:1", "any": "true"}, {"sort": field, "after": "W10"}]
        found += [{"sort": f"-{field}", "before": "W10"}, {"filter": f"{field}:titled:x"}]
        return found

    for hidden, missing in zip(queries(name), queries(nothing), strict=True):
        same_but_for_the_name(rep.get(PRODUCTS, **hidden), rep.get(PRODUCTS, **missing), name, nothing)
    for hidden, missing in zip(queries(f"product.{name}"), queries(f"product.{nothing}"), strict=True):
        same_but_for_the_name(rep.get(ORDERS, **hidden), rep.get(ORDERS, **missing), name, nothing)


@pytest.mark.parametrize("name, nothing", [("cost", "xyzw"), ("supplier", "qqqqqqqq")])
def test_a_hidden_field_cannot_be_written_or_guessed(
    world: World, product: int, name: str, nothing: str
) -> None:
    rep = world.as_("rep")

    def calls(field: str) -> list[Reply]:
        entry = {"name": "new", "price": 1, field: 1}
        return [
            rep.patch(f"{PRODUCTS}/{product}", {field: 1}),
            rep.patch(f"{PRODUCTS}/{product}", {field: None}),
            rep.post(PRODUCTS, {"fields": entry}),
            rep.post(f"{PRODUCTS}:batch", {"create": [{"fields": entry}]}),
            rep.post(f"{PRODUCTS}:batch", {"change": [{"id": product, "fields": {field: 1}}]}),
        ]

    for hidden, missing in zip(calls(name), calls(nothing), strict=True):
        same_but_for_the_name(hidden, missing, name, nothing)


def test_a_hidden_link_is_not_followed_nor_checked(world: World) -> None:
    note = world.admin.create("notes", text="a", hidden_link=world.product(name="behind"))
    rep = world.as_("rep")
    for link in (1, 999_999, "x"):
        hidden = rep.patch(f"{NOTES}/{note}", {"hidden_link": link})
        missing = rep.patch(f"{NOTES}/{note}", {"missinglink": link})
        same_but_for_the_name(hidden, missing, "hidden_link", "missinglink")
    assert rep.get(NOTES, fields="hidden_link.name").status == 400
    assert rep.get(NOTES, q="behind").data["count"] == 0


def test_a_near_miss_never_suggests_a_hidden_field(world: World) -> None:
    rep = world.as_("rep")
    for reply in (
        rep.get(PRODUCTS, sort="suplier"), rep.get(PRODUCTS, filter="suppliers:is:x"),
        rep.get(PRODUCTS, fields="csot"),
        rep.post(PRODUCTS, {"fields": {"suplier": "x"}}), rep.post(NOTES, {"fields": {"secrets": "x"}}),
        rep.get(ORDERS, fields="product.suplier"), rep.get("apps/store/forms/note/records"),
    ):  # fmt: skip
        assert reply.status in (400, 404, 422)
        assert "Did you mean 'supplier'" not in reply.text
        assert "'cost'" not in reply.text
        assert "'secret'" not in reply.text


def test_the_forms_own_order_does_not_tell_a_hidden_field(world: World) -> None:
    names = [world.unique("ordered") for _ in range(4)]
    for name, cost in zip(names, (2, 9, 1, 5), strict=True):
        world.product(name=name, cost=cost)
    reply = world.as_("rep").get(PRODUCTS, filter=f"name:in:{','.join(names)}")
    assert [record["fields"]["name"] for record in reply.data["records"]] == sorted(names)


def test_a_search_does_not_look_into_hidden_fields(world: World, product: int) -> None:
    assert world.as_("keeper").get(PRODUCTS, q=CANARY).data["count"] == 1
    assert world.as_("rep").get(PRODUCTS, q=CANARY[:5]).data["count"] == 0
    assert world.as_("rep").get(ORDERS, q=CANARY[:5]).data["count"] == 0


def test_a_field_hidden_on_some_rows_is_blank_there_and_no_oracle(world: World) -> None:
    item = world.product(stock=50, grade="a")
    world.admin.create("orders", product=item, quantity=9, note="note-a", code="code-a", discount="1.5")
    urgent = {"urgent": True, "note": "note-b", "code": "code-b", "discount": "2.5"}
    world.admin.create("orders", product=item, quantity=2, **urgent)
    world.admin.create("orders", product=item, quantity=8, **{**urgent, "note": "note-c", "discount": "3.5"})
    auditor, mine = world.as_("auditor"), f"product:is:{item}"

    def found(**query: str) -> list[tuple[object, ...]]:
        asked = {"fields": "quantity,note,discount", "sort": "quantity", **query}
        filters = [mine, *([query["filter"]] if "filter" in query else [])]
        records = auditor.get(ORDERS, **{**asked, "filter": filters}).data["records"]
        return [tuple(str(one) if one is not None else None for one in r["fields"].values()) for r in records]

    assert found() == [("2", "note-b", None), ("8", "note-c", "3.5"), ("9", None, "1.5")]
    assert found(filter="note:is:note-a") == []
    assert found(filter="note:contains:note") == found(filter="urgent:is:true")
    assert found(filter="note:empty:") == [("9", None, "1.5")]
    assert found(filter="discount:gt:2") == [("8", "note-c", "3.5")]
    assert [row[0] for row in found(sort="discount")] == ["9", "8", "2"]
    assert [row[0] for row in found(q="note-a")] == []
    listed = auditor.get(ORDERS, filter=mine, fields="code")
    assert listed.status == 400, "no grant shows it on any row"
    for record in auditor.get(ORDERS, filter=mine).data["records"]:
        history = auditor.get(f"{ORDERS}/{record['id']}/history").text
        assert "code-" not in history
        assert ("note-" in history) == (record["fields"]["note"] is not None)
        single = auditor.get(f"{ORDERS}/{record['id']}").fields
        assert single["note"] == record["fields"]["note"]


def test_a_field_that_may_only_be_read_is_not_written(world: World) -> None:
    order = world.as_("rep").create("orders", product=world.product(stock=5))
    reply = world.as_("rep").patch(f"{ORDERS}/{order}", {"discount": 99})
    assert (reply.status, reply.codes) == (422, ["not-writable"])
    assert world.as_("keeper").patch(f"{PRODUCTS}/{world.product()}", {"price": 1}).codes == ["not-writable"]
