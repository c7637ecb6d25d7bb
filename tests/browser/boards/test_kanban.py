"""The kanban: cards are moved by hand, by menu and by keys; what is refused goes back with the reason."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.walking import Visitor, ui

BOARD = "/a/activities/f/activities?as=kanban"
PLANNER, VIEWER = "chengyu", "guanlan"


def lane(page: Page, key: str) -> Locator:
    return page.locator(f"[data-lane='{key}']")


def card(page: Page, title: str) -> Locator:
    return ui(page, "card").filter(has_text=title)


def handle(page: Page, title: str) -> Locator:
    return ui(card(page, title), "card-handle")


def counts(page: Page) -> list[int]:
    return [int(re.sub(r"\D.*", "", text.strip())) for text in ui(page, "lane-count").all_inner_texts()]


def drag(page: Page, title: str, key: str) -> None:
    """Take a card at its handle and carry it over a lane, in several steps like a hand."""
    start, end = handle(page, title).bounding_box(), lane(page, key).bounding_box()
    assert start is not None and end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 90, steps=6)


def total(page: Page, key: str) -> float:
    """Return the money that stands above a lane."""
    shown = ui(lane(page, key), "lane-total")
    return float(shown.inner_text().replace(",", "")) if shown.count() else 0.0


def test_a_card_is_dragged_and_the_counts_and_totals_follow(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, BOARD)
    before, money = counts(page), total(page, "running")
    drag(page, "新品线上发布", "running")
    expect(lane(page, "running")).to_have_class(re.compile("is-over"))
    page.mouse.up()
    expect(card(lane(page, "running"), "新品线上发布")).to_be_visible()
    expect(page.locator("[data-live]")).to_have_text("「新品线上发布」移到了「进行中」")
    after = counts(page)
    assert after == [before[0] - 1, before[1] + 1, *before[2:]]
    expect(ui(lane(page, "running"), "lane-total")).to_have_text(f"{money + 15_000:,.2f}")
    page.reload()
    assert counts(page) == after
    card(page, "新品线上发布").locator("a").click()
    expect(ui(page, "page-head")).to_contain_text("进行中")


def test_escape_ends_a_drag_where_it_began(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, BOARD)
    before = counts(page)
    drag(page, "活动照片整理", "stopped")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".card-ghost")).to_have_count(0)
    assert counts(page) == before


def test_a_card_is_moved_with_keys_and_keeps_the_focus(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, BOARD)
    handle(page, "冬季促单周").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("[data-live]")).to_have_text("「冬季促单周」移到了「进行中」")
    expect(handle(page, "冬季促单周")).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    expect(card(lane(page, "planned"), "冬季促单周")).to_be_visible()


def test_a_card_is_moved_by_the_menu_of_its_handle(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, BOARD)
    handle(page, "明年活动排期").focus()
    page.keyboard.press("Enter")
    expect(ui(page, "move-to").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(handle(page, "明年活动排期")).to_be_focused()
    handle(page, "明年活动排期").click()
    expect(ui(page, "move-to")).to_have_count(4)
    page.get_by_role("menuitem", name="移到「未填」").click()
    expect(card(lane(page, ""), "明年活动排期")).to_be_visible()


def test_a_refused_move_goes_back_with_the_sentence(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, BOARD)
    before = counts(page)
    drag(page, "到场客户回访", "done")
    with page.expect_response(lambda response: response.url.endswith("/move")) as refused:
        page.mouse.up()
    assert refused.value.status == 422
    expect(ui(page, "toast")).to_contain_text("完成之前要填预算")
    expect(page.locator("[data-alert]")).to_contain_text("完成之前要填预算")
    expect(card(lane(page, "planned"), "到场客户回访")).to_be_visible()
    assert counts(page) == before
    visit.browser.faults.clear()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(visit: Visitor) -> None:
    page, other = visit.sign_in(PLANNER, BOARD), visit.sign_in(PLANNER, BOARD)
    handle(other, "华南路演").focus()
    other.keyboard.press("Alt+ArrowLeft")
    expect(card(lane(other, "done"), "华南路演")).to_be_visible()
    handle(page, "华南路演").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(ui(page, "toast")).to_contain_text("有人刚改过这条记录")
    expect(card(lane(page, "stopped"), "华南路演")).to_be_visible()
    visit.browser.faults.clear()


@pytest.mark.parametrize(("field", "is_known"), [("status", True), ("kind", False)])
def test_who_may_not_change_has_no_handles_and_knows_no_hidden_field(
    visit: Visitor, field: str, is_known: bool
) -> None:
    page = visit.sign_in(VIEWER, f"{BOARD}&by={field}")
    expect(ui(page, "card-handle")).to_have_count(0)
    expect(ui(page, "kanban")).to_have_count(1 if is_known else 0)
    expect(ui(page, "error")).to_have_count(0 if is_known else 1)
    assert "预算" not in page.content() and "类型" not in page.content()


def test_filters_of_the_list_hold_on_the_board(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, f"{BOARD}&f=kind:is:fair&q=展")
    assert ui(page, "card").count() == 2
    expect(ui(page, "filter-chip")).to_have_count(1)
