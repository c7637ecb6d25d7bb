"""Two databases, equal but for what a person may not see, give that person the same bytes on every route."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from engine.filters import OPERATORS
from tests.conftest import DATABASES, empty_database
from tests.runtime.office import Reply, World, open_world

Worlds = tuple[World, World]
CANARY = "canary"
EXAMPLES = max(60, settings.default.max_examples)
OPERANDS = ("is", "contains", "gt", "empty")
READERS = ("rep", "peer", "lead", "auditor", "mine", "near", "outsider")
FIELDS = (
    "name", "price", "stock", "grade", "since", "cost", "supplier", "value", "ordered", "orders", "replaces",
    "replaces.name", "number", "product", "product.name", "product.cost", "product.ordered", "quantity",
    "total", "seller", "seller.department.name", "note", "code", "discount", "urgent", "at", "state", "text",
    "secret", "hidden_link", "hidden_link.name", "created_by", "id", "nothing",
)  # fmt: skip
VALUES = (
    "1",
    "2",
    "7",
    "100",
    "a",
    "b",
    "canary",
    "plain",
    "true",
    "2026-11-22",
    "",
    "x,canary,1",
    "this_month",
    "3_days_ago,today",
    "2026-11-22 10:00",
)


def furnish(world: World, secret: int) -> None:
    """Fill a store. `secret` tells the worlds apart, and stands only in what some readers may not see."""
    word = f"{CANARY}-{'one' if secret else 'the other'}"
    products = [
        world.product(
            name=f"item {at}",
            grade="aab"[at % 3],
            stock=at,
            price=at + 10,
            cost=secret * at + 1,
            supplier=word,
        )
        for at in range(6)
    ]
    for at, who in enumerate(("rep", "peer", "lead", "near", "keeper", "mine") * 3):
        shown: dict[str, Any] = {"product": products[at % 6], "quantity": at + 1, "seller": world.people[who]}
        world.admin.create("orders", **shown, note=f"plain {at}", code=word, urgent=at % 2 == 0)
        world.admin.create("notes", text=f"plain {at}", secret=word, hidden_link=products[secret + at % 3])


def hide(world: World, secret: int) -> None:
    """Add records that only administrators and keepers see, with different values in the two worlds."""
    word = f"{CANARY} {secret}"
    for at in range(4):
        target = 1 + at * secret
        world.admin.create(
            "orders",
            product=target,
            quantity=1 + secret * at,
            seller=world.people["keeper"],
            note=word,
            code=word,
        )


@contextmanager
def pair(kind: str, folders: pytest.TempPathFactory) -> Iterator[Worlds]:
    with ExitStack() as stack:
        worlds = []
        for secret in (0, 1):
            url = stack.enter_context(contextmanager(empty_database)(kind, folders))
            world = stack.enter_context(open_world(url, folders.mktemp("data")))
            furnish(world, secret)
            hide(world, secret)
            worlds.append(world)
        yield worlds[0], worlds[1]


@pytest.fixture(scope="module", params=DATABASES)
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with pair(request.param, tmp_path_factory) as both:
        yield both


def reading_routes(world: World) -> list[Rule]:
    """Return every route of the API that reads."""
    rules = world.site.url_map.iter_rules()
    return sorted(
        (r for r in rules if "GET" in (r.methods or ()) and r.rule.startswith("/api/")), key=lambda r: r.rule
    )


names = st.sampled_from(FIELDS)
filters = st.builds(
    lambda name, operator, value: f"{name}:{operator}:{value}",
    names, st.sampled_from([operator.name for operator in OPERATORS]), st.sampled_from(VALUES),
)  # fmt: skip
queries = st.fixed_dictionaries(
    {},
    optional={
        "filter": st.lists(filters, max_size=3),
        "sort": st.lists(names.flatmap(lambda n: st.sampled_from([n, f"-{n}"])), min_size=1, max_size=3).map(
            ",".join
        ),
        "fields": st.lists(names, min_size=1, max_size=6).map(",".join),
        "q": st.sampled_from(["canary", "one", "item", "plain 1", "SO-2026", "zzz"]),
        "page": st.integers(1, 4),
        "size": st.sampled_from([1, 2, 5, 50]),
        "totals": st.sampled_from(["true", "false"]),
        "any": st.sampled_from(["true", "false"]),
        "deleted": st.sampled_from(["true", "false"]),
    },
)
arguments = st.fixed_dictionaries(
    {
        "app": st.sampled_from(["store", "store", "store", "nowhere"]),
        "form": st.sampled_from(["products", "orders", "notes", "nothing"]),
        "record": st.integers(1, 40),
        "number": st.integers(1, 2),
    }
)


def address(rule: Rule, values: dict[str, Any]) -> str:
    path = rule.rule
    for name in rule.arguments:
        path = path.replace(f"<int:{name}>", str(values[name])).replace(f"<{name}>", str(values[name]))
    return path


def compare(worlds: Worlds, who: str, path: str, query: dict[str, Any]) -> Reply:
    one, other = (world.as_(who).ask("GET", path, query_string=query) for world in worlds)
    assert (one.status, one.headers, one.text) == (other.status, other.headers, other.text), (
        who,
        path,
        query,
    )
    return one


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(values=arguments, query=queries, who=st.sampled_from(READERS), data=st.data())
def test_what_one_may_not_see_changes_no_byte(
    worlds: Worlds, values: dict[str, Any], query: dict[str, Any], who: str, data: st.DataObject
) -> None:
    rule = data.draw(st.sampled_from(reading_routes(worlds[0])))
    compare(worlds, who, address(rule, values), query if data.draw(st.booleans()) else {})


@settings(max_examples=2 * EXAMPLES, suppress_health_check=list(HealthCheck), deadline=None)
@given(form=st.sampled_from(["products", "orders", "notes"]), query=queries, who=st.sampled_from(READERS))
def test_no_list_tells_what_one_may_not_see(
    worlds: Worlds, form: str, query: dict[str, Any], who: str
) -> None:
    compare(worlds, who, f"/api/apps/store/forms/{form}/records", query)


@pytest.mark.parametrize("who", ["rep", "auditor"])
@pytest.mark.parametrize("form", ["products", "orders", "notes"])
def test_each_field_alone_as_filter_sort_and_column(worlds: Worlds, who: str, form: str) -> None:
    path = f"/api/apps/store/forms/{form}/records"
    for name in FIELDS:
        compare(worlds, who, path, {"fields": name, "size": 200})
        compare(worlds, who, path, {"sort": f"-{name}", "size": 200})
        for operator in OPERANDS:
            compare(worlds, who, path, {"filter": f"{name}:{operator}:canary", "size": 200})


@pytest.mark.parametrize("who", ["rep", "peer", "mine"])
def test_the_canary_is_nowhere(worlds: Worlds, who: str) -> None:
    for form in ("products", "orders", "notes"):
        base = f"/api/apps/store/forms/{form}/records"
        visible = compare(worlds, who, base, {"size": 200}).text
        for record in range(1, 23):
            visible += compare(worlds, who, f"{base}/{record}", {}).text
            visible += compare(worlds, who, f"{base}/{record}/history", {}).text
        assert CANARY not in visible
