"""The tree: opened with a press or with arrow keys, and what is open stands in the address."""

import re

from playwright.sync_api import Page, expect

from tests.browser.walking import Visitor, ui

TREE = "/a/activities/f/activities?as=tree"
PLANNER = "chengyu"


def names(page: Page) -> list[str]:
    return ui(page, "node-link").all_inner_texts()


def test_arrow_keys_walk_and_open_it(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, f"{TREE}&f=kind:is:fair")
    assert names(page) == ["华南路演", "秋季招商大会"]
    ui(page, "node").first.focus()
    page.keyboard.press("ArrowDown")
    expect(ui(page, "node").nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(ui(page, "node")).to_have_count(4)
    expect(ui(page, "node").nth(1)).to_be_focused()
    expect(ui(page, "node").nth(1)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    expect(ui(page, "node").nth(2)).to_be_focused()
    assert names(page)[1:] == ["秋季招商大会", "展位设计与搭建", "重点客户邀约"]
    expect(ui(page, "node").nth(2)).to_have_attribute("aria-level", "2")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(ui(page, "node")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("秋季招商大会")


def test_what_is_open_stands_in_the_address(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, TREE)
    ui(page, "node").filter(has_text="秋季招商大会").locator("[data-ui=tree-toggle]").click()
    expect(page).to_have_url(re.compile(r"open=\d+"))
    ui(page, "node").filter(has_text="展位设计与搭建").locator("[data-ui=tree-toggle]").click()
    expect(ui(page, "node").filter(has_text="展板文案")).to_have_attribute("aria-level", "3")
    shown = names(page)
    page.reload()
    assert names(page) == shown
    same = visit.sign_in(PLANNER, page.url)
    assert names(same) == shown
