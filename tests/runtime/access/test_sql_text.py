"""SQL in a name, a filter, an order, a search or a value is only text, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.office import World

RECORDS = "apps/store/forms/products/records"
TEXTS = (
    "'; DROP TABLE users; --", "\" OR \"1\"=\"1", "' OR 1=1 --", "') UNION SELECT password_hash FROM users --",
    "%", "_", "a%b_c", "\\", "\\%", "{0}", "%s", "%(name)s", ":name", "?", "$1", "/* */", "NULL", "1;SELECT 1",
    "name\"; DELETE FROM platform; --",
)  # fmt: skip
FINE = (200, 400, 404, 422)


@pytest.fixture(scope="module")
def named(world: World) -> dict[str, int]:
    """Store a record called like each text."""
    return {text: world.admin.create("products", name=f"sql {text} end", price="1") for text in TEXTS}


def ids(world: World, **query: Any) -> set[int]:
    reply = world.admin.get(RECORDS, size=200, **query)
    assert reply.status == 200, reply.text
    return {one["id"] for one in reply.data["records"]}


@pytest.mark.parametrize("text", TEXTS)
def test_a_value_is_found_by_itself_and_nothing_else_is(
    world: World, named: dict[str, int], text: str
) -> None:
    mine = {number for other, number in named.items() if text in other}
    assert ids(world, filter=f"name:is:sql {text} end") == {named[text]}
    assert ids(world, filter=f"name:contains:sql {text} end") == {named[text]}
    assert ids(world, filter=f"name:starts:sql {text} e") == {named[text]}
    words = text.casefold().split()
    worded = {number for other, number in named.items() if all(word in other.casefold() for word in words)}
    assert ids(world, q=f"sql {text} end") - worded == set()
    assert named[text] in ids(world, q=f"sql {text} end")
    found = {one for one in ids(world, filter=f"name:contains:{text}") if one in named.values()}
    if not set(text.casefold()) & set("sqlend "):
        assert found == mine


@pytest.mark.parametrize("text", TEXTS)
def test_a_name_that_is_sql_is_an_unknown_name(world: World, named: dict[str, int], text: str) -> None:
    before = world.admin.get(RECORDS, size=1).data["count"]
    for query in (
        {"filter": f"{text}:is:1"}, {"filter": f"name:{text}:1"}, {"sort": text}, {"sort": f"-name,{text}"},
        {"fields": text}, {"after": text}, {"before": text}, {"page": text}, {"size": text},
    ):  # fmt: skip
        reply = world.admin.get(RECORDS, **query)
        assert reply.status in FINE, (query, reply.text)
    for path in (f"apps/{text}/forms/products/records", f"apps/store/forms/{text}/records"):
        assert world.admin.ask("GET", f"/api/{path.replace('?', '%3F')}").status in (404, 400, 308)
    assert world.admin.get(RECORDS, size=1).data["count"] == before


def test_the_users_are_still_there(world: World, named: dict[str, int]) -> None:
    with world.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM users").scalar_one() > 0
