"""Lists: the address is the state, filters as chips, Back keeps everything, empty lists say what to do."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.walking import FINANCE, REQUESTS, SALES, STOREKEEPER, Visitor, ui


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def rows(page: Page) -> list[str]:
    return [text.split("\t")[0].strip() for text in ui(page, "row").all_inner_texts()]


def add_filter(page: Page, field: str, operator: str, value: str) -> None:
    ui(page, "filter-menu").locator("summary").click()
    ui(page, "filter-field").fill(field)
    ui(page, "filter-field-option").get_by_text(field, exact=True).click()
    ui(page, "filter-operator").select_option(label=operator)
    ui(page, "filter-value").select_option(label=value)
    ui(page, "filter-add").click()


def test_filters_sort_and_columns_live_in_the_address(visit: Visitor) -> None:
    page = visit.sign_in(FINANCE, REQUESTS)
    everything = ui(page, "row").count()
    add_filter(page, "状态", "等于", "待出库")
    expect(ui(page, "filter-chip")).to_contain_text("状态 等于 待出库")
    assert 0 < ui(page, "row").count() < everything
    page.get_by_role("columnheader").get_by_role("link", name="总件数").click()
    page.wait_for_url("**sort=**")
    quantities = page.locator("td[data-column=pieces]").all_inner_texts()
    assert quantities == sorted(quantities, key=int)
    ui(page, "column-menu").locator("summary").click()
    ui(page, "column-menu").get_by_label("申请部门").uncheck()
    ui(page, "columns-apply").click()
    page.wait_for_url("**cols=**")
    assert set(asked(page)) == {"f", "sort", "cols"}
    assert "申请部门" not in page.locator("thead").inner_text()

    same = visit.sign_in("gaoxiang", page.url)
    assert rows(same) == rows(page)
    page.reload()
    assert rows(same) == rows(page)


def test_back_from_a_record_keeps_the_filters(visit: Visitor) -> None:
    page = visit.sign_in(SALES, f"{REQUESTS}?f=status:is:issued&sort=pieces")
    before = rows(page)
    ui(page, "row").nth(2).click(position={"x": 400, "y": 10})
    expect(page).to_have_url(re.compile(r"/r/\d+(\?|$)"))
    page.go_back()
    expect(ui(page, "filter-chip")).to_have_count(1)
    assert rows(page) == before
    page.get_by_role("link", name=re.compile("去掉条件")).click()
    expect(ui(page, "filter-chip")).to_have_count(0)
    assert "f" not in asked(page)


def test_searching_and_finding_nothing(visit: Visitor) -> None:
    page = visit.sign_in(SALES, f"{REQUESTS}?f=status:is:draft")
    page.keyboard.press("/")
    expect(ui(page, "search")).to_be_focused()
    page.keyboard.type("没有这样的词")
    page.keyboard.press("Enter")
    nothing = ui(page, "empty-filtered")
    expect(nothing).to_contain_text("没有这样的词")
    expect(nothing).to_contain_text("状态 等于 草稿")
    nothing.get_by_role("link", name="清除筛选").click()
    expect(ui(page, "row").first).to_be_visible()


def test_a_filter_that_makes_no_sense_is_said(visit: Visitor) -> None:
    page = visit.sign_in(SALES, f"{REQUESTS}?f=nonsense:is:1")
    expect(ui(page, "error")).to_contain_text("nonsense")
    ui(page, "error").get_by_role("link", name="清除筛选").click()
    expect(ui(page, "row").first).to_be_visible()


def test_rows_are_walked_and_opened_with_keys(visit: Visitor) -> None:
    page = visit.sign_in(SALES, REQUESTS)
    names = ui(page, "row-link").all_inner_texts()
    for key in "jjk":
        page.keyboard.press(key)
    expect(ui(page, "row-link").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("h1")).to_contain_text(names[1])
    page.go_back()
    page.wait_for_load_state("load")
    page.keyboard.press("n")
    page.wait_for_url("**/new")


def test_on_a_phone_a_list_is_cards(visit: Visitor) -> None:
    page = visit.sign_in(SALES, REQUESTS, phone=True)
    card = ui(page, "row").first
    for label in ("关联客户", "预计费用"):
        expect(card.locator(f"td[data-label={label}]")).to_be_visible()
    expect(card.locator("td[data-label=申请部门]")).to_be_hidden()
    expect(card.locator("td[data-column=status] .chip")).to_be_visible()
    assert card.bounding_box()["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    card.tap()
    expect(page).to_have_url(re.compile(r"/r/\d+(\?|$)"))


def test_who_may_not_create_has_no_button_for_it(visit: Visitor) -> None:
    page = visit.sign_in(STOREKEEPER, REQUESTS)
    expect(ui(page, "create")).to_have_count(0)
    page.goto(f"{REQUESTS}/new")
    error = ui(page, "error-page")
    expect(error).to_have_attribute("data-status", "403")
    expect(error).to_contain_text("周敏")
