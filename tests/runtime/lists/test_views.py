"""Saved views: one's own and shared ones, changed by their owners, without what their reader may not see."""

from dataclasses import replace

import pytest

from engine.problems import Refusal
from runtime.service.views import MOST_VIEWS, ViewTab, change_view, delete_view, save_view, view_tabs
from runtime.service.visit import NotFound, Visit
from runtime.store.people import Actor, insert_people
from tests.runtime.lists.shop import ACCESS, clerk, open_shop, read, titles, with_roles
from tests.runtime.workshop import Workpiece, Workshop

VIEWS = """
  views:
    big:
      title: {zh: 大单, en: Big ones}
      filter: ["amount:gte:100", "customer.level:is:a"]
      columns: [title, amount, margin]
      sort: [-amount]
      group: [state]
    profitable:
      title: Profitable
      filter: =margin > 10
    nearly:
      title: Not done
      filter: =state != "done" and amount > 1
"""


@pytest.fixture(scope="module", autouse=True)
def people(workshop: Workshop) -> None:
    """Owners of views must be there."""
    with workshop.database.writing() as connection:
        for name in ("one", "two", "three"):
            row = {
                "username": name, "name": name, "language": "en", "theme": "system", "is_admin": False,
                "is_active": True, "search": name, "created_at": workshop.clock(), "version": 1,
            }  # fmt: skip
            insert_people(connection, [row])


def as_(shop: Workpiece, number: int, *roles: str) -> Workpiece:
    return replace(shop, actor=with_roles(shop, *roles, number=number))


def tabs(shop: Workpiece) -> dict[str, ViewTab]:
    def work(visit: Visit) -> tuple[ViewTab, ...]:
        return view_tabs(visit, visit.form("orders"))

    return {tab.title: tab for tab in shop.do(work)}


def save(shop: Workpiece, title: str, address: str, roles: tuple[str, ...] = ()) -> int:
    return shop.do(lambda visit: save_view(visit, "orders", title, address, roles))


def test_a_view_is_its_owners_until_it_is_shared(workshop: Workshop) -> None:
    shop = open_shop(workshop)
    one, two, admin = as_(shop, 1, "clerk"), as_(shop, 2, "clerk"), shop
    view = save(one, "Mine", "?f=state:is:open&sort=-amount&page=7&after=xyz&view=3")
    assert tabs(one)["Mine"].pairs == (("f", "state:is:open"), ("sort", "-amount"))
    assert "Mine" not in tabs(two)
    one.do(lambda visit: change_view(visit, view, title="Ours", roles=("clerk",)))
    assert set(tabs(two)) == {"Ours"}
    assert not tabs(two)["Ours"].changes
    assert tabs(admin)["Ours"].changes
    for change in (
        lambda visit: change_view(visit, view, title="Stolen"),
        lambda visit: delete_view(visit, view),
    ):
        with pytest.raises(NotFound):
            two.do(change)
    admin.do(lambda visit: delete_view(visit, view))
    assert not tabs(one)


def test_an_administrator_does_not_see_what_somebody_keeps_to_themselves(workshop: Workshop) -> None:
    shop = open_shop(workshop)
    view = save(as_(shop, 2, "clerk"), "Private", "")
    other = replace(shop, actor=replace(shop.actor, id=3))
    assert "Private" not in tabs(other)
    with pytest.raises(NotFound):
        other.do(lambda visit: delete_view(visit, view))


def test_a_view_is_shown_without_what_its_reader_may_not_see(workshop: Workshop) -> None:
    shop = open_shop(workshop)
    address = "f=margin:gt:5&f=state:is:open&f=customer.secret:is:x&sort=-margin,amount&cols=title,margin&group=margin"
    save(shop, "Everything", address, ("clerk",))
    seen = tabs(as_(shop, 2, "clerk"))["Everything"].pairs
    assert seen == (("f", "state:is:open"), ("sort", "amount"), ("cols", "title"))
    assert "margin" not in str(seen)


def test_views_of_the_definition_are_there_for_those_who_see_what_they_ask(workshop: Workshop) -> None:
    shop = open_shop(workshop, more=VIEWS)
    assert set(tabs(shop)) == {"Big ones", "Profitable", "Not done"}
    assert set(tabs(clerk(shop))) == {"Big ones", "Not done"}
    assert tabs(clerk(shop))["Big ones"].pairs == (
        ("f", "amount:gte:100"), ("f", "customer.level:is:a"), ("sort", "-amount"), ("cols", "title,amount"),
        ("group", "state"),
    )  # fmt: skip
    for title, amount, state in (("a", 5, "open"), ("b", 0, "open"), ("c", 9, "done")):
        shop.save("orders", title=title, amount=amount, state=state, margin=11)
    assert titles(read(clerk(shop), view="nearly")) == ["a"]
    assert read(shop, view="profitable").count == 3
    for name in ("profitable", "nothing"):
        with pytest.raises(Refusal) as refused:
            read(clerk(shop), view=name)
        assert refused.value.problem.code.name == "no-such-view"


@pytest.mark.parametrize(
    ("title", "address", "roles", "code"),
    [
        ("", "", (), "view-title"),
        ("x" * 61, "", (), "view-title"),
        ("\u200b\n", "", (), "view-title"),
        ("a", "f=" + "x" * 9_000, (), "view-too-long"),
        ("a", "&".join(f"f={n}" for n in range(200)), (), "view-too-long"),
        ("a", "", ("nobody",), "no-such-role"),
    ],
)
def test_what_cannot_be_a_view_is_said(
    workshop: Workshop, title: str, address: str, roles: tuple[str, ...], code: str
) -> None:
    shop = open_shop(workshop)
    with pytest.raises(Refusal) as refused:
        save(shop, title, address, roles)
    assert refused.value.problem.code.name == code


def test_nobody_saves_views_without_end(workshop: Workshop) -> None:
    shop = open_shop(workshop)
    for number in range(MOST_VIEWS):
        save(shop, f"view {number}", "")
    with pytest.raises(Refusal) as refused:
        save(shop, "c", "")
    assert refused.value.problem.code.name == "too-many-views"


def test_views_follow_a_form_that_is_renamed(workshop: Workshop) -> None:
    shop = workshop.app("orders:\n  fields:\n    title: {type: text}\n")
    save(shop, "Mine", "q=x")
    shop.publish("sales:\n  was: orders\n  fields:\n    title: {type: text}\n")
    found = shop.do(lambda visit: view_tabs(visit, visit.form("sales")))
    assert [tab.title for tab in found] == ["Mine"]


def test_who_may_not_read_the_form_saves_no_view_of_it(workshop: Workshop) -> None:
    shop = open_shop(workshop, access=ACCESS)
    nobody: Actor = with_roles(shop, number=2)
    with pytest.raises(NotFound):
        save(replace(shop, actor=nobody), "a", "")
