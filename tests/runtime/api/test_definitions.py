"""Definitions by API: planned, published, imported and rolled back, by administrators only, once a key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.runtime.office import STORE, World

DEFINITION = "apps/shop/definition"
SHOP = STORE.replace("app: store", "app: shop")
MORE = SHOP.replace(
    "      supplier: {type: text}\n", "      supplier: {type: text}\n      shelf: {type: text}\n"
)
LESS = SHOP.replace("    sections", "").replace("      since: {type: date}\n", "", 1)
WRONG = SHOP.replace("type: money, formula: price * stock", "type: money, formula: prize * stock").replace(
    "to: products, required", "to: prodcts, required"
)


@pytest.fixture(scope="module")
def shop(world: World) -> None:
    reply = world.admin.ask("POST", "/api/apps", SHOP.encode(), headers={"Content-Type": "text/yaml"})
    assert (reply.status, reply.data["version"], reply.headers["ETag"]) == (201, 1, '"1"')


@pytest.fixture(autouse=True)
def start(world: World, shop: None) -> None:
    """Let every test begin with the same definition in force."""
    assert world.admin.put(f"{DEFINITION}?confirm=true", SHOP).status == 200


def version(world: World) -> int:
    return int(world.admin.get(DEFINITION).headers["ETag"].strip('"'))


def test_a_definition_comes_back_as_it_was_written(world: World) -> None:
    reply = world.admin.get(DEFINITION)
    assert reply.headers["Content-Type"].startswith("text/yaml")
    assert reply.text == SHOP
    assert world.admin.put(DEFINITION, reply.text).status == 200


def test_a_plan_says_what_would_change_and_changes_nothing(world: World) -> None:
    before = version(world)
    plan = world.admin.put(f"{DEFINITION}?plan=true", MORE)
    assert plan.status == 200
    assert plan.data["can_publish"]
    assert not plan.data["needs_confirmation"]
    assert [change["risk"] for change in plan.data["changes"]] == ["safe"]
    assert world.admin.put(f"{DEFINITION}?plan=true", LESS).data["needs_confirmation"]
    broken = world.admin.put(f"{DEFINITION}?plan=true", WRONG).data
    assert not broken["can_publish"]
    assert len(broken["problems"]) >= 2
    assert version(world) == before


def test_every_problem_has_its_line_and_column(world: World) -> None:
    before = version(world)
    reply = world.admin.put(DEFINITION, WRONG)
    assert reply.status == 422
    lines = WRONG.splitlines()
    found = {
        (error["code"], lines[error["line"] - 1][error["column"] - 1 :][:7]) for error in reply.data["errors"]
    }
    assert {place for _, place in found} >= {"prize *"[:7], "prodcts"}
    assert version(world) == before
    for odd in ("", "app: [", "a: 1\na: 2", "- x", "\ufeff", "app: shop\nforms: {}", "&a [*a]", "[" * 20_000):
        assert world.admin.put(DEFINITION, odd).status == 422, odd[:20]


def test_a_definition_of_another_app_is_refused(world: World) -> None:
    assert world.admin.put(DEFINITION, STORE).codes == ["other-app"]
    taken = world.admin.ask("POST", "/api/apps", SHOP.encode(), headers={"Content-Type": "text/yaml"})
    assert (taken.status, taken.codes) == (409, ["app-exists"])


def test_data_goes_out_of_use_only_with_a_yes(world: World) -> None:
    assert world.admin.put(DEFINITION, LESS).codes == ["needs-confirmation"]
    assert world.admin.put(f"{DEFINITION}?confirm=true", LESS).status == 200
    now = version(world)
    back = world.admin.post(f"apps/shop/versions/{now - 1}/rollback")
    assert (back.status, back.data["version"]) == (200, now + 1)
    versions = world.admin.get("apps/shop/versions").data["versions"]
    assert versions[0]["number"] == now + 1
    assert versions[0]["hash"] == versions[2]["hash"]
    assert world.admin.post("apps/shop/versions/999/rollback").status == 404
    assert world.admin.post(f"apps/shop/versions/{2**60}/rollback").status == 404


def test_who_publishes_over_a_newer_version_is_told(world: World) -> None:
    now = version(world)
    assert world.admin.put(DEFINITION, MORE, If_Match=f'"{now}"').data["version"] == now + 1
    late = world.admin.put(DEFINITION, SHOP, If_Match=f'"{now}"')
    assert (late.status, late.data["version"]) == (412, now + 1)
    assert world.admin.post(f"apps/shop/versions/{now}/rollback", If_Match='"1"').status == 412


def test_a_publication_counts_once(world: World) -> None:
    now = version(world)
    text = MORE.replace("Store", "Shop once")

    def publish(_: int) -> tuple[int, str]:
        reply = world.admin.put(DEFINITION, text, Idempotency_Key="publish-1", If_Match=f'"{now}"')
        return reply.status, reply.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(publish, range(8)))
    assert answers == {(200, f'{{"app":"shop","version":{now + 1}}}')}
    assert version(world) == now + 1
    other = world.admin.put(DEFINITION, SHOP, Idempotency_Key="publish-1", If_Match=f'"{now}"')
    assert (other.status, other.codes) == (422, ["idempotency-key-reused"])


def test_the_same_import_twice_at_once_makes_one_app(world: World) -> None:
    text = STORE.replace("app: store", "app: twice")

    def bring(_: int) -> int:
        headers = {"Content-Type": "application/yaml"}
        return world.admin.ask("POST", "/api/apps", text.encode(), headers=headers).status

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(bring, range(4))) == [201, 409, 409, 409]


def test_only_administrators_see_and_change_definitions(world: World) -> None:
    for who, status in (("rep", 403), ("outsider", 404)):
        caller = world.as_(who)
        for reply in (
            caller.get("apps/store/definition"),
            caller.get("apps/store/versions"),
            caller.put("apps/store/definition", STORE),
            caller.put("apps/store/definition?plan=true", STORE),
            caller.post("apps/store/versions/1/rollback"),
        ):
            assert reply.status == status
        assert (
            caller.ask("POST", "/api/apps", SHOP.encode(), headers={"Content-Type": "text/yaml"}).status
            == 403
        )
        missing = caller.get("apps/nowhere/definition")
        assert missing.status == 404
        if status == 404:
            assert missing.text == caller.get("apps/store/definition").text


def test_a_definition_is_sent_as_what_it_is(world: World) -> None:
    for kind in ("text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data"):
        reply = world.admin.ask("PUT", f"/api/{DEFINITION}", SHOP.encode(), headers={"Content-Type": kind})
        assert reply.status == 415, kind
    assert world.admin.ask("PUT", f"/api/{DEFINITION}", b"{}").status == 422


def test_apps_are_those_that_one_may_use(world: World) -> None:
    assert [app["key"] for app in world.as_("rep").get("apps").data["apps"]] == ["store"]
    assert world.as_("outsider").get("apps").data == {"apps": []}
    (app,) = world.as_("mine").get("apps").data["apps"]
    assert [(form["key"], form["actions"]) for form in app["forms"]] == [
        ("products", ["read"]),
        ("orders", ["create", "read", "update"]),
        ("notes", ["create"]),
    ]
    me = world.as_("rep").get("me").data
    assert (me["username"], me["roles"], me["is_admin"]) == ("rep", {"store": ["seller"]}, False)
