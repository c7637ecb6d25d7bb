"""Records by API: what is written comes back, lists are filtered, sorted and paged in the database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.filters import OPERATORS
from engine.values import Kind
from tests.runtime.office import Reply, World

PRODUCTS = "apps/store/forms/products/records"
ORDERS = "apps/store/forms/orders/records"


@pytest.fixture(scope="module")
def shop(world: World) -> dict[str, int]:
    """Five products with orders, for lists."""
    rows: dict[str, dict[str, Any]] = {
        "anvil": {"price": "100.50", "stock": 3, "grade": "a", "since": "2026-01-31", "supplier": "Acme"},
        "bolt": {"price": "0.05", "stock": 900, "grade": "b", "since": "2026-11-22", "supplier": "acme ltd"},
        "crate": {"price": "20", "stock": 0, "grade": "b", "supplier": "100% wood_"},
        "drill": {"price": "340", "stock": 7, "since": "2025-12-01"},
        "钳子": {"price": "18.8", "stock": 40, "grade": "c", "supplier": "五金'; DROP TABLE users; --"},
    }
    ids = {name: world.admin.create("products", name=name, **fields) for name, fields in rows.items()}
    for name, quantity in (("anvil", 2), ("anvil", 5), ("bolt", 100), ("钳子", 1)):
        world.admin.create("orders", product=ids[name], quantity=quantity, urgent=quantity == 5)
    return ids


def names(reply: Reply, field: str = "name") -> list[str]:
    assert reply.status == 200, reply.text
    return [record["fields"][field] for record in reply.data["records"]]


def listed(world: World, **query: Any) -> list[str]:
    return names(world.admin.get(PRODUCTS, **query))


# --- one record ---


def test_a_record_is_created_read_changed_deleted_and_brought_back(world: World) -> None:
    sent = {"name": "chisel", "price": 12.34, "stock": 3}
    made = world.admin.post(PRODUCTS, {"fields": sent})
    assert (made.status, made.headers["ETag"]) == (201, '"1"')
    path = made.headers["Location"].removeprefix("/api/")
    assert made.fields["value"] == Decimal("37.02")

    changed = world.admin.patch(path, {"price": "12.50"}, If_Match='"1"')
    assert (changed.status, changed.headers["ETag"], changed.fields["value"]) == (200, '"2"', Decimal("37.5"))
    assert world.admin.get(path).data == changed.data

    assert world.admin.delete(path, If_Match='"2"').status == 204
    assert world.admin.get(path).status == 404
    assert world.admin.patch(path, {"price": 1}).status == 404
    assert "chisel" in listed(world, deleted="true")
    assert world.admin.get(path, deleted="true").fields["name"] == "chisel"

    back = world.admin.post(f"{path}/restore")
    assert (back.status, back.headers["ETag"]) == (200, '"4"')
    assert world.admin.post(f"{path}/restore").status == 404
    actions = [line["action"] for line in world.admin.get(f"{path}/history").data["history"]]
    assert actions == ["restore", "delete", "update", "create"]


def test_numbers_stay_exact(world: World) -> None:
    for text in ("0.1", "1234567890123456.78", "-0.01", "100"):
        path = f"{PRODUCTS}/{world.product(cost=None)}"
        reply = world.admin.ask(
            "PATCH", f"/api/{path}", f'{{"fields": {{"cost": {text}, "price": {9 * 10**15}}}}}'.encode()
        )
        assert reply.status == 200, reply.text
        assert f'"cost":{text}' in reply.text


def test_a_change_over_a_newer_version_is_refused(world: World) -> None:
    path = f"{PRODUCTS}/{world.product()}"
    assert world.admin.patch(path, {"stock": 1}, If_Match='"1"').status == 200
    for call in (
        lambda: world.admin.patch(path, {"stock": 2}, If_Match='"1"'),
        lambda: world.admin.delete(path, If_Match='W/"1"'),
    ):
        late = call()
        assert (late.status, late.data["version"]) == (412, 2)
    assert world.admin.patch(path, {"stock": 2}, If_Match="soon").status == 400
    assert world.admin.patch(path, {"stock": 2}).headers["ETag"] == '"3"'
    assert world.admin.patch(path, {"stock": 2}, If_Match="*").headers["ETag"] == '"3"', "nothing changed"


def test_what_a_form_refuses_is_refused_by_field(world: World) -> None:
    wrong = {"price": -1, "stock": "many", "grade": "z", "since": "2026-02-30"}
    reply = world.admin.post(PRODUCTS, {"fields": wrong})
    assert (reply.status, reply.headers["Content-Type"]) == (422, "application/problem+json")
    assert {error["field"] for error in reply.data["errors"]} == {"name", "price", "stock", "grade", "since"}
    dear = {"name": world.unique("p"), "price": 1, "cost": 2}
    assert world.admin.post(PRODUCTS, {"fields": dear}).codes == ["check-failed"]


def test_a_value_that_must_be_unique_is_a_problem_of_its_field(world: World) -> None:
    name = world.unique("only")
    world.product(name=name)
    reply = world.admin.post(PRODUCTS, {"fields": {"name": name, "price": 1}})
    assert (reply.status, reply.codes, reply.data["errors"][0]["field"]) == (422, ["not-unique"], "name")


@pytest.mark.parametrize("raw", [0, -1, 10**17, 2**63, "²", "١", True, 1.5, {}, [1], "1; DROP TABLE users"])
def test_a_link_to_what_is_not_there_is_refused(world: World, raw: object) -> None:
    reply = world.admin.post(ORDERS, {"fields": {"product": raw, "quantity": 1}})
    assert (reply.status, reply.data["errors"][0]["field"]) == (422, "product"), reply.text


@pytest.mark.parametrize("record", ["0", "99999999", str(2**53), str(2**63), str(10**40)])
@pytest.mark.parametrize("rest", ["", "/history", "/actions/send", "/restore"])
def test_an_id_of_nothing_is_not_found(world: World, record: str, rest: str) -> None:
    method = "POST" if rest in ("/actions/send", "/restore") else "GET"
    assert world.admin.ask(method, f"/api/{ORDERS}/{record}{rest}").status == 404


@pytest.mark.parametrize(
    "app, form", [("store", "%00"), ("%00", "products"), ("sto\ud7ffre", "x"), ("store", "' or 1=1 --")]
)
def test_a_name_of_nothing_is_not_found(world: World, app: str, form: str) -> None:
    assert world.admin.ask("GET", f"/api/apps/{app}/forms/{form}/records").status == 404


# --- mass assignment ---


SYSTEM = [
    "id",
    "version",
    "created_by",
    "created_at",
    "updated_by",
    "updated_at",
    "deleted_at",
    "app_id",
    "is_admin",
]


@pytest.mark.parametrize(
    "name", [*SYSTEM, "number", "total", "grade", "price", "code", "discount", "state", "", "product.name"]
)
def test_nobody_writes_what_is_not_theirs_to_write(world: World, name: str) -> None:
    product = world.product(stock=5)
    rep = world.as_("rep")
    path = f"{ORDERS}/{rep.create('orders', product=product)}"
    before = world.admin.get(path, fields="code,discount,state,number,total,price,created_by,updated_by").text
    for reply in (
        rep.patch(path, {name: "1"}),
        rep.post(ORDERS, {"fields": {"product": product, name: "1"}}),
        rep.post(f"{ORDERS}:batch", {"create": [{"fields": {"product": product, name: "1"}}]}),
    ):
        assert reply.status == 422, reply.text
        assert reply.data["errors"][0]["field"] == name
    assert (
        world.admin.get(path, fields="code,discount,state,number,total,price,created_by,updated_by").text
        == before
    )


# --- lists ---


def test_a_list_has_pages_and_a_count(world: World, shop: dict[str, int]) -> None:
    found: list[str] = []
    for page in (1, 2, 3):
        reply = world.admin.get(PRODUCTS, sort="name", size=2, page=page, filter=wanted(shop))
        assert (reply.data["count"], reply.data["pages"], reply.data["size"]) == (5, 3, 2)
        found += names(reply)
    assert found == sorted(shop)
    assert world.admin.get(PRODUCTS, page=99, filter=wanted(shop)).data["records"] == []
    assert world.admin.get(PRODUCTS, page=9999, filter=wanted(shop)).codes == ["page-too-far"]


def test_a_list_is_walked_by_its_cursors(world: World, shop: dict[str, int]) -> None:
    query = {"sort": "-price", "size": 2, "filter": wanted(shop)}
    first = world.admin.get(PRODUCTS, **query)
    second = world.admin.get(PRODUCTS, **query, after=first.data["after"])
    third = world.admin.get(PRODUCTS, **query, after=second.data["after"])
    assert [*names(first), *names(second), *names(third)] == ["drill", "anvil", "crate", "钳子", "bolt"]
    assert (first.data["before"], third.data["after"]) == ("", "")
    assert names(world.admin.get(PRODUCTS, **query, before=second.data["before"])) == names(first)
    wrong = world.admin.get(PRODUCTS, sort="price", after=first.data["after"])
    assert (wrong.status, wrong.codes) == (400, ["wrong-cursor"])


def test_one_of_the_filters_is_enough_where_that_is_asked(world: World, shop: dict[str, int]) -> None:
    either = ["grade:is:c", "stock:gt:100"]
    assert set(listed(world, filter=either, any="true")) >= {"钳子", "bolt"}
    assert listed(world, filter=either) == []


def wanted(shop: dict[str, int]) -> str:
    return f"name:in:{','.join(shop)}"


CASES = {
    "is": [("name:is:anvil", {"anvil"}), ("price:is:0.05", {"bolt"}), ("grade:is:b", {"bolt", "crate"}),
           ("since:is:2026-01-31", {"anvil"}), ("stock:is:7.0", {"drill"}), ("supplier:is:", {"drill"})],
    "not": [("grade:not:b", {"anvil", "drill", "钳子"})],
    "in": [("grade:in:a,c", {"anvil", "钳子"}), ("name:in:bolt,nothing", {"bolt"})],
    "contains": [("supplier:contains:cme", {"anvil", "bolt"}), ("supplier:contains:%", {"crate"}),
                 ("supplier:contains:'", {"钳子"})],
    "starts": [("name:starts:钳", {"钳子"}), ("supplier:starts:100%", {"crate"})],
    "gt": [("stock:gt:7", {"bolt", "钳子"}), ("value:gt:301.50", {"drill", "钳子"})],
    "gte": [("price:gte:100.5", {"anvil", "drill"}), ("ordered:gte:7", {"anvil", "bolt"})],
    "lt": [("since:lt:2026-01-01", {"drill"}), ("ordered:lt:1", {"crate", "drill"})],
    "lte": [("stock:lte:3", {"anvil", "crate"}), ("orders:lte:1", {"bolt", "crate", "drill", "钳子"})],
    "today": [("since:today:", {"bolt"})],
    "within": [("since:within:this_month", {"bolt"}), ("since:within:this_year", {"anvil", "bolt"}),
               ("since:within:past_400_days", {"anvil", "bolt", "drill"})],
    "not_within": [("since:not_within:this_year", {"crate", "drill", "钳子"})],
    "not_in": [("grade:not_in:a,c", {"bolt", "crate", "drill"})],
    "not_contains": [("supplier:not_contains:cme", {"crate", "drill", "钳子"})],
    "contains_all": [("supplier:contains_all:cme,lt", {"bolt"})],
    "contains_any": [("supplier:contains_any:100,lt", {"bolt", "crate"})],
    "contains_none": [("supplier:contains_none:cme,100", {"drill", "钳子"})],
    "not_starts": [("name:not_starts:钳", {"anvil", "bolt", "crate", "drill"})],
    "ends": [("name:ends:l", {"anvil", "drill"})],
    "not_ends": [("name:not_ends:l", {"bolt", "crate", "钳子"})],
    "below": [("name:below:anvil", {"anvil"})],
    "not_below": [("name:not_below:anvil", {"bolt", "crate", "drill", "钳子"})],
    "between": [("price:between:18.8,100.5", {"anvil", "crate", "钳子"}), ("stock:between:,3", {"anvil", "crate"})],
    "not_between": [("price:not_between:18.8,100.5", {"bolt", "drill"})],
    "titled": [("created_by:titled:Admin", {"anvil", "bolt", "crate", "drill", "钳子"})],
    "not_titled": [("created_by:not_titled:Admin", set())],
    "my_team": [("created_by:my_team", {"anvil", "bolt", "crate", "drill", "钳子"})],
    "my_reports": [("created_by:my_reports", set())],
    "mine": [("created_by:mine:", {"anvil", "bolt", "crate", "drill", "钳子"})],
    "empty": [("grade:empty:", {"drill"}), ("replaces:empty:", {"anvil", "bolt", "crate", "drill", "钳子"})],
    "filled": [("since:filled:", {"anvil", "bolt", "drill"})],
}  # fmt: skip


def test_there_is_a_case_for_every_operator() -> None:
    """What fits only lists, flags and departments, which a product has none of: see tests/properties."""
    kinds = {Kind.TEXT, Kind.MONEY, Kind.CHOICE, Kind.DATE, Kind.USER, Kind.RECORD}
    assert set(CASES) == {operator.name for operator in OPERATORS if operator.kinds & kinds}


@pytest.mark.parametrize("text, expected", [case for cases in CASES.values() for case in cases])
def test_a_filter_finds(world: World, shop: dict[str, int], text: str, expected: set[str]) -> None:
    assert set(listed(world, filter=[wanted(shop), text])) == expected
    count = world.admin.get(PRODUCTS, filter=[wanted(shop), text], size=1).data["count"]
    assert count == len(expected)


def test_filters_reach_through_links_lookups_and_formulas(world: World, shop: dict[str, int]) -> None:
    def orders(*filters: str) -> list[Any]:
        mine = f"product.name:in:{','.join(shop)}"
        return names(
            world.admin.get(ORDERS, filter=[mine, *filters], sort="quantity", fields="quantity"), "quantity"
        )

    assert orders() == [1, 2, 5, 100]
    assert orders("product.grade:is:a") == [2, 5]
    assert orders("grade:is:a", "urgent:is:true") == [5]
    assert orders("total:gte:201") == [2, 5]
    assert orders(f"product:is:{shop['bolt']}") == [100]
    assert orders("created_by.department.name:is:Company", "quantity:lt:5") == [1, 2]


@pytest.mark.parametrize("sort, expected", [
    ("name", "anvil bolt crate drill 钳子"), ("-price", "drill anvil crate 钳子 bolt"),
    ("grade,-stock", "anvil bolt crate 钳子 drill"), ("-value", "drill 钳子 anvil bolt crate"),
    ("-ordered,name", "bolt anvil 钳子 crate drill"), ("since", "drill anvil bolt 钳子 crate"),
])  # fmt: skip
def test_a_list_is_sorted(world: World, shop: dict[str, int], sort: str, expected: str) -> None:
    assert listed(world, filter=wanted(shop), sort=sort) == expected.split()


def test_a_search_looks_at_texts_and_names_of_links(world: World, shop: dict[str, int]) -> None:
    assert listed(world, q="ANVIL") == ["anvil"]
    assert set(listed(world, q="acme")) == {"anvil", "bolt"}
    assert listed(world, q="100%") == ["crate"]
    found = names(world.admin.get(ORDERS, q="钳子", fields="quantity"), "quantity")
    assert found == [1]


def test_fields_and_totals_are_asked_for(world: World, shop: dict[str, int]) -> None:
    reply = world.admin.get(
        ORDERS, filter=f"product:is:{shop['anvil']}", fields="product.price,total,product", totals="true"
    )
    assert reply.data["totals"] == {"product.price": Decimal("201"), "total": Decimal("703.5")}
    assert reply.data["records"][0]["fields"] == {
        "product.price": Decimal("100.5"),
        "total": Decimal("502.5"),
        "product": {"id": shop["anvil"], "title": "anvil"},
    }


@pytest.mark.parametrize("query", [
    {"page": "0"}, {"page": "-1"}, {"page": "9" * 30}, {"page": "x"}, {"size": "201"}, {"size": "²"},
    {"filtre": "a"}, {"deleted": "1"}, {"fields": "name,,price"}, {"fields": "nothing"}, {"sort": "nothing"},
    {"filter": "nothing:is:1"}, {"filter": "name:like:x"}, {"filter": "price:is:cheap"},
    {"filter": "price + 1:is:2"}, {"filter": ":is:"},
    {"filter": "COUNTIFS(orders.id, orders.id > 0):gt:1"}, {"filter": "since:is:2026-13-01"},
    {"filter": "name:in:" + "," * 300}, {"filter": ["name:is:x"] * 21},
    {"sort": "name,price,stock,grade,since,cost"},
    {"q": "a\0b"}, {"q": "x" * 201}, {"filter": "name:is:a\0b"}, {"fields": "replaces" + ".replaces" * 80},
    {"fields": "created_by" + ".supervisor" * 80 + ".name"},
    {"sort": "replaces" + ".replaces" * 40 + ".name"},
    {"size": ["1", "2"]}, {"id": "1"},
])  # fmt: skip
def test_what_a_list_cannot_do_is_a_problem_document(world: World, query: dict[str, Any]) -> None:
    reply = world.admin.get(PRODUCTS, **query)
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/problem+json"), reply.text
    assert len(reply.text) < 3_000


# --- SQL is only text ---


SQL = [
    "' OR 1=1 --", "name\"; DROP TABLE users; --", "1) UNION SELECT password_hash FROM users --",
    "%' ESCAPE '", "\\", "_%", "name;", "$1", ":v", "%s", "(select 1)", "{0}",
]  # fmt: skip


@pytest.mark.parametrize("text", SQL)
def test_sql_is_only_text(world: World, text: str) -> None:
    made = world.product(supplier=text)
    found = world.admin.get(PRODUCTS, filter=[f"supplier:is:{text}", f"id:is:{made}"], fields="id,supplier")
    assert [record["id"] for record in found.data["records"]] == [made]
    assert made in [record["id"] for record in world.admin.get(PRODUCTS, q=text, size=200).data["records"]]
    field = text.replace(":", "")
    for query in (
        {"sort": text},
        {"fields": text},
        {"filter": f"{field}:is:1"},
        {"filter": f"name:{field}:1"},
    ):
        assert world.admin.get(PRODUCTS, **query).status == 400
    assert world.admin.get(PRODUCTS, filter=f"price:is:{text}").status == 400
    copied = world.admin.patch(f"{PRODUCTS}/{world.product()}", {"supplier": text})
    assert copied.fields["supplier"] == text
    assert world.admin.patch(f"{PRODUCTS}/{made}", {text: "x"}).codes == ["unknown-field"]
