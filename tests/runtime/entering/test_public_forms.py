"""Forms for strangers: only the public fields are written or told of, by the system, not too often."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from runtime.store import schema
from tests.runtime.office import Reply, World

MANAGE = "/a/store/f/notes/public"


@pytest.fixture
def token(world: World) -> str:
    """Open the form of notes to everybody, an hour after the last test did."""
    world.clock.forward(hours=1)
    assert world.admin.ask("POST", f"{MANAGE}/open", data={}).status == 303
    found = re.search(r"/p/([\w-]+)", world.admin.ask("GET", MANAGE).text)
    assert found
    return found[1]


def key_of(page: str) -> str:
    found = re.search(r'name="Idempotency-Key" value="([^"]+)"', page)
    assert found
    return found[1]


def send(world: World, token: str, key: str | None = None, **fields: Any) -> Reply:
    given = key or key_of(world.nobody.ask("GET", f"/p/{token}").text)
    return world.nobody.ask("POST", f"/p/{token}", data={"Idempotency-Key": given, **fields})


def notes(world: World, words: str) -> list[dict[str, Any]]:
    return world.admin.get("apps/store/forms/notes/records", q=words).data["records"]


def test_a_stranger_fills_it_in_and_the_system_saves_it(world: World, token: str) -> None:
    page = world.nobody.ask("GET", f"/p/{token}")
    assert (page.status, "Leave a note" in page.text) == (200, True)
    answer = send(world, token, text="from the street")
    assert (answer.status, answer.headers["Location"]) == (303, f"/p/{token}/done")
    (note,) = notes(world, "from the street")
    query = select(schema.history.c.actor, schema.history.c.cause).where(
        schema.history.c.form == "notes", schema.history.c.record_id == note["id"]
    )
    with world.database.reading() as connection:
        assert connection.execute(query).one() == (None, {"public": "notes"})
    assert "Fill in another" in world.nobody.ask("GET", f"/p/{token}/done").text


def test_nothing_inside_is_told(world: World, token: str) -> None:
    send(world, token, text="a private matter")
    texts = [world.nobody.ask("GET", f"/p/{token}{rest}").text for rest in ("", "/done", "?text=pre")]
    texts.append(
        world.nobody.ask("POST", f"/p/{token}/preview", {"record": {"text": "x", "secret": "y"}}).text
    )
    for text in texts:
        for word in ("secret", "hidden_link", "private matter", "/a/store", "Admin", "products"):
            assert word not in text
    assert 'value="pre"' in texts[2]


@pytest.mark.parametrize("name", ["secret", "hidden_link", "id", "created_by", "nonsense", "text.x"])
def test_only_the_public_fields_are_written(world: World, token: str, name: str) -> None:
    words = f"sneaky {name}"
    answer = send(world, token, text=words, **{name: "1"})
    assert answer.status == 422
    assert notes(world, words) == []


def test_the_preview_tells_of_public_fields_only(world: World, token: str) -> None:
    body = {"record": {"text": "x", "secret": "y", "hidden_link": "1"}, "edited": ["text", "secret"]}
    answer = world.nobody.ask("POST", f"/p/{token}/preview", body)
    assert (answer.status, list(answer.data["fields"]), answer.data["problems"]) == (200, ["text"], [])


def test_the_same_page_sent_twice_counts_once(world: World, token: str) -> None:
    key = key_of(world.nobody.ask("GET", f"/p/{token}").text)
    for _ in range(2):
        assert send(world, token, key, text="double tap").status == 303
    assert len(notes(world, "double tap")) == 1
    assert send(world, token, key, text="double other").status == 303
    assert len(notes(world, "double")) == 2


@pytest.mark.parametrize("key", ["", "made-up", "eA.abc"])
def test_a_page_that_is_not_ours_is_sent_again_by_the_person(world: World, token: str, key: str) -> None:
    answer = world.nobody.ask("POST", f"/p/{token}", data={"Idempotency-Key": key, "text": "forged page"})
    assert (answer.status, "submit it once more" in answer.text) == (422, True)
    assert "forged page" in answer.text
    assert notes(world, "forged page") == []


def test_a_page_that_was_open_for_days_is_sent_again(world: World, token: str) -> None:
    key = key_of(world.nobody.ask("GET", f"/p/{token}").text)
    world.clock.forward(hours=25)
    assert send(world, token, key, text="slow writer").status == 422


def test_a_foreign_site_cannot_send_it(world: World, token: str) -> None:
    key = key_of(world.nobody.ask("GET", f"/p/{token}").text)
    form = {"Idempotency-Key": key, "text": "from elsewhere"}
    answer = world.nobody.ask("POST", f"/p/{token}", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403


def test_who_sends_too_often_waits(world: World, token: str) -> None:
    world.clock.forward(seconds=60 - world.clock.now.second)
    statuses = [send(world, token, text=f"again {number}").status for number in range(11)]
    assert statuses == [303] * 10 + [429]
    refused = send(world, token, text="kept while waiting")
    assert (refused.status, int(refused.headers["Retry-After"]) <= 60) == (429, True)
    assert "kept while waiting" in refused.text
    assert "try again in" in refused.text
    world.clock.forward(minutes=1)
    assert send(world, token, text="patience").status == 303


def test_a_hundred_an_hour_is_the_end(world: World, token: str) -> None:
    world.clock.forward(minutes=60 - world.clock.now.minute)
    statuses = []
    for _ in range(11):
        statuses += [send(world, token, "bad", text="many").status for _ in range(10)]
        world.clock.forward(minutes=1)
    assert (statuses.count(422), statuses.count(429)) == (100, 10)


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(world: World, token: str) -> None:
    answer = send(world, token, text="buy now", homepage__text="http://spam.example")
    assert answer.status == 303
    assert notes(world, "buy now") == []


def test_closed_is_said_and_the_link_comes_back(world: World, token: str) -> None:
    key = key_of(world.nobody.ask("GET", f"/p/{token}").text)
    assert world.admin.ask("POST", f"{MANAGE}/close", data={}).status == 303
    closed = world.nobody.ask("GET", f"/p/{token}")
    assert (closed.status, "not taking entries" in closed.text) == (410, True)
    assert send(world, token, key, text="too late").status == 410
    assert world.nobody.ask("POST", f"/p/{token}/preview", {"record": {}}).status == 410
    assert "Fill in another" not in world.nobody.ask("GET", f"/p/{token}/done").text
    world.admin.ask("POST", f"{MANAGE}/open", data={})
    assert world.nobody.ask("GET", f"/p/{token}").status == 200


def test_a_new_link_ends_the_old_one(world: World, token: str) -> None:
    world.admin.ask("POST", f"{MANAGE}/open", data={"renew": "true"})
    assert world.nobody.ask("GET", f"/p/{token}").status == 404


def test_a_condition_of_the_definition_closes_it(world: World, token: str) -> None:
    full = world.admin.create("notes", text="full")
    try:
        assert world.nobody.ask("GET", f"/p/{token}").status == 410
    finally:
        world.admin.delete(f"apps/store/forms/notes/records/{full}")
    assert world.nobody.ask("GET", f"/p/{token}").status == 200


def test_only_an_administrator_opens_and_closes(world: World, token: str) -> None:
    for who in ("rep", "outsider"):
        for path in (f"{MANAGE}/open", f"{MANAGE}/close"):
            assert world.as_(who).ask("POST", path, data={}).status in (403, 404)
        assert world.as_(who).ask("GET", MANAGE).status in (403, 404)
    assert world.admin.ask("GET", "/a/store/f/orders/public").status == 404
    assert world.nobody.ask("GET", f"/p/{token}").status == 200


def test_the_code_to_scan_is_an_image(world: World, token: str) -> None:
    code = world.admin.ask("GET", f"{MANAGE}/qr.svg")
    assert (code.headers["Content-Type"].split(";")[0], "<svg" in code.text) == ("image/svg+xml", True)


def test_both_languages_are_spoken(world: World, token: str) -> None:
    chinese = world.nobody.ask("GET", f"/p/{token}", headers={"Accept-Language": "zh-CN"}).text
    assert ("留言" in chinese, "提交" in chinese, 'lang="zh-CN"' in chinese) == (True, True, True)
