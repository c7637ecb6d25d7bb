"""Pages by key: no record twice and none lost, in both directions, over ties and blanks, while rows come in."""

import random

import pytest

from engine.problems import Refusal
from runtime.service.listing import ListPage
from tests.runtime.lists.shop import clerk, open_shop, read, titles
from tests.runtime.workshop import Workpiece, Workshop

ORDERS = ("", "amount", "-amount", "state,-due", "-urgent,weight", "customer.name", "-at", "double", "owner",
          "-created_at", "customer,-amount", "id", "-title")  # fmt: skip


@pytest.fixture(scope="module")
def shop(workshop: Workshop) -> Workpiece:
    made = open_shop(workshop)
    draw = random.Random(7)
    names = [made.save("customers", name=name, level="a") for name in ("Ann", "Bob", "Ann")]
    for number in range(90):
        made.save(
            "orders",
            title=f"o{number:02}",
            customer=draw.choice([None, *names]),
            owner=None,
            amount=draw.choice([None, "0", "1.50", "-3", "10"]),
            weight=draw.choice([None, "0.125", "2"]),
            due=draw.choice([None, "2026-11-01", "2026-11-02"]),
            at=draw.choice([None, "2026-11-01 10:00", "2026-11-02 11:30"]),
            urgent=draw.choice([None, True, False]),
            state=draw.choice([None, "open", "sent", "done"]),
        )
    return made


def walk(shop: Workpiece, **asked: object) -> list[ListPage]:
    pages = [read(shop, **asked)]
    while pages[-1].after:
        pages.append(read(shop, **asked, after=pages[-1].after, page=len(pages) + 1))
    return pages


@pytest.mark.parametrize("sort", ORDERS)
def test_pages_by_key_are_the_whole_list(shop: Workpiece, sort: str) -> None:
    order = [name for name in sort.split(",") if name]
    whole = titles(read(shop, sort=order, size=200))
    pages = walk(shop, sort=order, size=7)
    assert [title for page in pages for title in titles(page)] == whole
    assert len(whole) == 90
    back = pages[-1]
    seen = [titles(back)]
    while back.before:
        back = read(shop, sort=order, size=7, before=back.before)
        seen.append(titles(back))
    assert [title for part in reversed(seen) for title in part] == whole


@pytest.mark.parametrize("sort", ORDERS[:6])
def test_what_comes_in_meanwhile_neither_repeats_nor_hides_a_record(workshop: Workshop, sort: str) -> None:
    shop = open_shop(workshop)
    for number in range(20):
        shop.save("orders", title=f"old{number}", amount=str(number % 4), state="open")
    order = [name for name in sort.split(",") if name]
    page, seen = read(shop, sort=order, size=6), []
    for number in range(50):
        seen += titles(page)
        if not page.after:
            break
        shop.save("orders", title=f"new{number}", amount=str(number % 3), state="sent")
        page = read(shop, sort=order, size=6, after=page.after)
    old = [title for title in seen if title.startswith("old")]
    assert len(old) == len(set(old)) == 20


def test_numbers_of_pages_hold_for_the_first_ten_thousand(shop: Workpiece) -> None:
    assert titles(read(shop, size=10, page=3)) == titles(read(shop, size=30))[20:]
    with pytest.raises(Refusal) as refused:
        read(shop, size=50, page=201)
    assert refused.value.problem.code.name == "page-too-far"


@pytest.mark.parametrize("text", ["x", "AAAA", "bnVsbA", "W10", "WzEsMiwzXQ", "' or 1=1 --", "W251bGxd", "é"])
def test_a_made_up_cursor_is_refused(shop: Workpiece, text: str) -> None:
    for place in ("after", "before"):
        with pytest.raises(Refusal) as refused:
            read(shop, sort=["amount"], **{place: text})
        assert refused.value.problem.code.name == "wrong-cursor"


def test_a_cursor_of_another_order_is_refused(shop: Workpiece) -> None:
    page = read(shop, sort=["amount"], size=5)
    with pytest.raises(Refusal, match="wrong-cursor|order"):
        read(shop, sort=["-amount"], size=5, after=page.after)


def test_a_hidden_field_gives_no_cursor(shop: Workpiece) -> None:
    page = read(shop, sort=["margin"], size=5)
    with pytest.raises(Refusal) as hidden:
        read(clerk(shop), sort=["margin"], size=5, after=page.after)
    with pytest.raises(Refusal) as nothing:
        read(clerk(shop), sort=["nothin"], size=5, after=page.after)
    assert hidden.value.problem.code is nothing.value.problem.code
    assert str(hidden.value.problem.sentence.en).replace("margin", "nothin") == str(
        nothing.value.problem.sentence.en
    )
