"""Drafts: kept for their owner alone, opened by the rights of the day, gone once they are submitted."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.service.apps import Terms
from runtime.service.entry_drafts import MOST_DRAFTS
from tests.runtime.office import Reply, World

DRAFTS = "/a/store/f/orders/drafts"


def keep(world: World, who: str, record: dict[str, Any], path: str = DRAFTS, **more: Any) -> Reply:
    return world.as_(who).ask("POST", path, {"record": record, "edited": list(record), **more})


def discard_all(world: World, who: str) -> None:
    page = world.as_(who).ask("GET", "/me/drafts").text
    for part in page.split("/me/drafts/")[1:]:
        world.as_(who).ask("POST", f"/me/drafts/{part.split('/')[0]}/discard", data={})


@pytest.fixture(autouse=True)
def _no_drafts(world: World) -> None:
    for who in ("rep", "peer"):
        discard_all(world, who)


def test_a_draft_comes_back_as_it_was_typed(world: World) -> None:
    draft = keep(world, "rep", {"note": "half a sent", "quantity": "12x"}).data["draft"]
    page = world.as_("rep").ask("GET", f"{DRAFTS}/{draft}")
    assert page.status == 200
    assert "half a sent" in page.text
    assert 'value="12x"' in page.text
    assert f'name="draft" value="{draft}"' in page.text
    assert "This is the draft" in page.text


def test_the_same_draft_is_kept_again_and_several_are_possible(world: World) -> None:
    first = keep(world, "rep", {"note": "one"}).data["draft"]
    assert keep(world, "rep", {"note": "one more"}, draft=first).data["draft"] == first
    assert keep(world, "rep", {"note": "two"}).data["draft"] != first
    page = world.as_("rep").ask("GET", "/me/drafts").text
    assert ("one more" in page, page.count('data-ui="draft"')) == (True, 2)
    assert "Drafts 2" in world.as_("rep").ask("GET", "/").text
    assert "Drafts 2" in world.as_("rep").ask("GET", "/a/store/f/orders").text
    assert "You have 2 unsubmitted drafts" in world.as_("rep").ask("GET", "/a/store/f/orders/new").text


def test_a_draft_is_nobody_elses(world: World) -> None:
    draft = keep(world, "rep", {"note": "mine alone"}).data["draft"]
    for who in ("peer", "lead", "admin"):
        caller = world.as_(who)
        assert caller.ask("GET", f"{DRAFTS}/{draft}").status == 404
        assert caller.ask("POST", f"/me/drafts/{draft}/discard", data={}).status == 404
        assert keep(world, who, {"note": "yours"}, draft=draft).status == 404
        assert "mine alone" not in caller.ask("GET", "/me/drafts").text
    assert "mine alone" in world.as_("rep").ask("GET", f"{DRAFTS}/{draft}").text


def test_a_submitted_draft_is_gone(world: World) -> None:
    product = world.product()
    draft = keep(world, "rep", {"note": "soon sent"}).data["draft"]
    form = {"product": str(product), "quantity": "2", "note": "soon sent", "draft": str(draft)}
    assert world.as_("rep").ask("POST", "/a/store/f/orders/new", data=form).status == 303
    assert world.as_("rep").ask("GET", f"{DRAFTS}/{draft}").status == 404


def test_a_refused_submit_keeps_the_draft(world: World) -> None:
    draft = keep(world, "rep", {"quantity": "0"}).data["draft"]
    refused = world.as_("rep").ask(
        "POST", "/a/store/f/orders/new", data={"quantity": "0", "draft": str(draft)}
    )
    assert refused.status == 422
    assert f'name="draft" value="{draft}"' in refused.text
    assert world.as_("rep").ask("GET", f"{DRAFTS}/{draft}").status == 200


def test_a_draft_of_a_change_belongs_to_its_record(world: World) -> None:
    order = world.as_("rep").create("orders", product=world.product(), note="as it was")
    draft = keep(world, "rep", {"note": "as it will be"}, id=str(order), version="1").data["draft"]
    assert (
        "You have an unsubmitted draft"
        in world.as_("rep").ask("GET", f"/a/store/f/orders/r/{order}/edit").text
    )
    assert "unsubmitted" not in world.as_("rep").ask("GET", "/a/store/f/orders/new").text
    world.as_("rep").patch(f"apps/store/forms/orders/records/{order}", {"quantity": 7})
    page = world.as_("rep").ask("GET", f"{DRAFTS}/{draft}").text
    assert "as it will be" in page
    assert "Somebody has changed the record" in page
    assert 'value="7"' in page
    form = {"note": "as it will be", "version": "2", "draft": str(draft)}
    assert world.as_("rep").ask("POST", f"/a/store/f/orders/r/{order}/edit", data=form).status == 303
    assert world.as_("rep").ask("GET", f"{DRAFTS}/{draft}").status == 404


def test_nobody_keeps_a_draft_of_a_record_that_they_may_not_change(world: World) -> None:
    order = world.as_("rep").create("orders", product=world.product())
    assert keep(world, "outsider", {"note": "x"}, id=str(order)).status == 404
    assert keep(world, "auditor", {"note": "x"}, id=str(order)).status == 403


def test_what_can_no_longer_be_entered_is_left_out_and_said(world: World) -> None:
    record = {"note": "stays", "discount": "3", "gone_field": "old words", "product": "999999"}
    draft = keep(world, "rep", record).data["draft"]
    page = world.as_("rep").ask("GET", f"{DRAFTS}/{draft}").text
    assert "stays" in page
    assert "left out: discount, gone_field" in page


def test_only_what_was_typed_is_entered_again(world: World) -> None:
    body = {"record": {"note": "typed", "quantity": "44"}, "edited": ["note"]}
    draft = world.as_("rep").ask("POST", DRAFTS, body).data["draft"]
    assert 'value="44"' not in world.as_("rep").ask("GET", f"{DRAFTS}/{draft}").text


def test_a_draft_has_its_bounds_and_says_them(world: World) -> None:
    large = keep(world, "rep", {"note": "x" * 70_000})
    assert (large.status, "64 KB" in large.data["problem"]) == (422, True)
    for number in range(MOST_DRAFTS):
        assert keep(world, "peer", {"note": f"n {number}"}).status == 200
    many = keep(world, "peer", {"note": "one too many"})
    assert (many.status, str(MOST_DRAFTS) in many.data["problem"]) == (422, True)
    discard_all(world, "peer")
    assert keep(world, "peer", {"note": "room again"}).status == 200


def test_a_draft_of_a_form_that_is_gone_can_be_discarded(world: World) -> None:
    text = "app: passing\nforms:\n  {form}:\n    fields:\n      name: {{type: text}}\n"
    world.office.publisher.publish(text.format(form="before"), "passing.yaml")
    draft = keep(world, "admin", {"name": "lost form"}, "/a/passing/f/before/drafts").data["draft"]
    world.office.publisher.publish(text.format(form="after"), "passing.yaml", terms=Terms(confirmed=True))
    page = world.admin.ask("GET", "/me/drafts")
    assert (page.status, "before" in page.text) == (200, True)
    assert world.admin.ask("GET", f"/a/passing/f/before/drafts/{draft}").status == 404
    assert world.admin.ask("POST", f"/me/drafts/{draft}/discard", data={}).status == 303
