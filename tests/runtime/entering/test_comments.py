"""Comments follow the right to read a record; a mention reaches only somebody who has it."""

from __future__ import annotations

import re

import pytest

from runtime.web.activity import body_parts
from tests.runtime.office import Reply, World

RECORDS = "apps/store/forms/orders/records"


@pytest.fixture
def order(world: World) -> int:
    return world.as_("rep").create("orders", product=world.product())


def say(world: World, who: str, order: int, body: str) -> Reply:
    return world.as_(who).post(f"{RECORDS}/{order}/comments", {"body": body})


def read(world: World, who: str, order: int) -> list[str]:
    reply = world.as_(who).get(f"{RECORDS}/{order}/comments")
    return [one["body"] for one in reply.data["comments"]]


def page(world: World, who: str, order: int) -> str:
    return world.as_(who).ask("GET", f"/a/store/f/orders/r/{order}").text


def test_who_may_read_the_record_reads_and_writes_its_comments(world: World, order: int) -> None:
    assert say(world, "rep", order, "first").status == 201
    assert say(world, "lead", order, "second").status == 201
    assert read(world, "keeper", order) == ["second", "first"]
    assert "second" in page(world, "rep", order)


def test_nobody_else_learns_that_there_are_comments(world: World, order: int) -> None:
    say(world, "rep", order, "among ourselves")
    for who in ("peer", "outsider", "auditor"):
        assert world.as_(who).get(f"{RECORDS}/{order}/comments").status == 404
        assert say(world, who, order, "me too").status == 404


def test_a_mention_reaches_its_person_until_they_open_the_record(world: World, order: int) -> None:
    before = {who: unseen(world, who) for who in ("lead", "keeper")}
    reply = say(world, "rep", order, "@Lead please look, @keeper too")
    assert [one["title"] for one in reply.data["mentions"]] == ["Lead", "Keeper"]
    assert "please look" in world.as_("lead").ask("GET", "/me/mentions").text
    assert unseen(world, "lead") == before["lead"] + 1
    assert "comment-mention" in page(world, "lead", order)
    assert unseen(world, "lead") == before["lead"]
    assert unseen(world, "keeper") == before["keeper"] + 1


def unseen(world: World, who: str) -> int:
    """Return the number on a person's bell."""
    found = re.search(r'class="bell-count"[^>]*>(\d+)', world.as_(who).ask("GET", "/").text)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("name", ["Peer", "outsider"])
def test_nobody_is_mentioned_who_may_not_read_the_record(world: World, order: int, name: str) -> None:
    reply = say(world, "rep", order, f"@{name} see this")
    assert (reply.status, reply.codes) == (422, ["mention-not-a-reader"])
    assert read(world, "rep", order) == []
    form = {"body": f"@{name} see this"}
    answer = world.as_("rep").ask("POST", f"/a/store/f/orders/r/{order}/comments", data=form)
    assert answer.status == 422
    assert f"@{name} see this</textarea>" in answer.text
    assert "cannot be mentioned" in answer.text


@pytest.mark.parametrize("body", ["mail me at rep@lead.example", "@nobody-of-that-name", "50 % @ noon"])
def test_an_at_sign_alone_mentions_nobody(world: World, order: int, body: str) -> None:
    assert say(world, "rep", order, body).data["mentions"] == []


def test_two_people_of_one_name_are_told_apart_by_their_sign_in_name(world: World, order: int) -> None:
    for username in ("kim.a", "kim.b"):
        if world.office.people.find_people(username) == []:
            world.office.people.create_person({"username": username, "name": "Kim Park", "is_admin": True})
    assert say(world, "rep", order, "@Kim Park?").codes == ["mention-ambiguous"]
    assert [one["title"] for one in say(world, "rep", order, "@kim.a?").data["mentions"]] == ["Kim Park"]


def test_the_picker_offers_only_readers(world: World, order: int) -> None:
    def offered(words: str) -> list[str]:
        answer = world.as_("rep").ask("GET", f"/a/store/f/orders/r/{order}/readers?q={words}")
        return [one["username"] for one in answer.data["items"]]

    assert "lead" in offered("le")
    assert offered("peer") == offered("outsider") == []
    assert world.as_("peer").ask("GET", f"/a/store/f/orders/r/{order}/readers?q=le").status == 404


def test_a_mention_is_not_shown_once_the_record_may_not_be_read(world: World, order: int) -> None:
    say(world, "rep", order, "@Keeper the secret plan")
    office, keeper = world.office, world.people["keeper"]
    with office.database.reading() as connection:
        app = office.shelf.get(connection, "store")
    assert app is not None
    office.people.set_roles(app.id, keeper, ())
    try:
        assert "secret plan" not in world.as_("keeper").ask("GET", "/me/mentions").text
        assert 'class="bell-count"' not in world.as_("keeper").ask("GET", "/").text
    finally:
        office.people.set_roles(app.id, keeper, ("keeper",))
    assert "secret plan" in world.as_("keeper").ask("GET", "/me/mentions").text
    world.as_("rep").delete(f"{RECORDS}/{order}")
    assert "secret plan" not in world.as_("keeper").ask("GET", "/me/mentions").text


def test_one_changes_ones_own_comment_for_a_quarter_of_an_hour(world: World, order: int) -> None:
    comment = say(world, "rep", order, "tpyo").data["id"]
    address = f"/a/store/f/orders/r/{order}/comments/{comment}/edit"
    assert world.as_("lead").ask("POST", address, data={"body": "mine now"}).status == 422
    assert world.as_("rep").ask("POST", address, data={"body": "typo, @Lead"}).status == 303
    (found,) = world.as_("rep").get(f"{RECORDS}/{order}/comments").data["comments"]
    assert (found["body"], found["edited_at"] is not None) == ("typo, @Lead", True)
    assert [one["title"] for one in found["mentions"]] == ["Lead"]
    world.clock.forward(minutes=16)
    late = world.as_("rep").ask("POST", address, data={"body": "too late"})
    assert (late.status, "after 15 minutes" in late.text) == (422, True)
    assert read(world, "rep", order) == ["typo, @Lead"]


def test_a_removed_comment_leaves_a_mark_and_no_words(world: World, order: int) -> None:
    mine = say(world, "rep", order, "@Lead forget this").data["id"]
    theirs = say(world, "lead", order, "and this").data["id"]
    address = f"/a/store/f/orders/r/{order}/comments"
    world.as_("rep").ask("POST", f"{address}/{theirs}/delete", data={})
    assert "and this" in read(world, "rep", order)
    assert world.as_("rep").ask("POST", f"{address}/{mine}/delete", data={}).status == 303
    assert world.admin.ask("POST", f"{address}/{theirs}/delete", data={}).status == 303
    shown = page(world, "rep", order)
    assert ("forget this" in shown, "and this" in shown, shown.count("comment was removed")) == (
        False,
        False,
        2,
    )
    assert "forget this" not in world.as_("lead").ask("GET", "/me/mentions").text
    assert world.as_("rep").ask("POST", f"{address}/{mine}/edit", data={"body": "again"}).status == 404


@pytest.mark.parametrize(("body", "code"), [("  \n ", "comment-blank"), ("x" * 4001, "comment-too-long")])
def test_a_comment_has_words_and_an_end(world: World, order: int, body: str, code: str) -> None:
    assert say(world, "rep", order, body).codes == [code]


def test_the_same_comment_sent_twice_is_one(world: World, order: int) -> None:
    form = {"body": "only once", "Idempotency-Key": f"key-{order}"}
    for _ in range(2):
        assert world.as_("rep").ask("POST", f"/a/store/f/orders/r/{order}/comments", data=form).status == 303
    assert read(world, "rep", order) == ["only once"]


def test_a_comment_of_another_record_is_not_reached_through_this_one(world: World, order: int) -> None:
    other = world.as_("rep").create("orders", product=world.product())
    comment = say(world, "rep", other, "over there").data["id"]
    wrong = f"/a/store/f/orders/r/{order}/comments/{comment}"
    assert world.as_("rep").ask("POST", f"{wrong}/edit", data={"body": "x"}).status == 404
    assert world.as_("rep").ask("POST", f"{wrong}/delete", data={}).status == 404


def test_words_are_never_html(world: World, order: int) -> None:
    say(world, "rep", order, "<img src=x onerror=alert(1)> https://a.example/<b>")
    shown = page(world, "rep", order)
    assert "<img src=x" not in shown
    assert 'href="https://a.example/"' in shown


def test_links_end_where_a_sentence_does() -> None:
    assert body_parts("看 https://a.example/b?c=1。好", []) == [
        {"text": "看 "}, {"url": "https://a.example/b?c=1"}, {"text": "。好"},
    ]  # fmt: skip
    assert body_parts("javascript:alert(1)", []) == [{"text": "javascript:alert(1)"}]
