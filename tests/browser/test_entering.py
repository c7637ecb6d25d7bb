"""Entering: drafts on the server, copies, comments with mentions, and the form for strangers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessible import assert_sound
from tests.browser.walking import ADMIN, Visitor, box, submit, ui, value_on_page

ENTRIES = "/a/signup/f/entries"
HOST, HELPER, GUEST = "hostess", "helper", "visitor"


def kept(page: Page) -> None:
    """Wait until the server has what was typed."""
    expect(ui(page, "save-state")).to_contain_text("草稿已保存", timeout=8000)


def discard_drafts(page: Page) -> None:
    page.goto("/me/drafts")
    while ui(page, "draft").count():
        ui(page, "draft-discard").first.click()
        expect(ui(page, "toast")).to_be_visible()


def test_a_draft_is_kept_by_itself_listed_continued_and_submitted(visit: Visitor) -> None:
    page = visit.sign_in(HOST)
    discard_drafts(page)
    page.goto(f"{ENTRIES}/new")
    box(page, "name").fill("王小明")
    box(page, "places").fill("4")
    kept(page)
    page.reload()
    expect(ui(page, "local-draft")).to_be_hidden()
    expect(box(page, "name")).to_have_value("")
    ui(page, "draft-resume").click()
    expect(box(page, "name")).to_have_value("王小明")
    expect(box(page, "places")).to_have_value("4")
    assert_sound(page, "form with a draft")
    page.goto("/")
    expect(ui(page, "drafts-link")).to_have_text("草稿 1")
    ui(page, "drafts-link").click()
    expect(ui(page, "draft")).to_have_count(1)
    expect(ui(page, "draft")).to_contain_text("王小明")
    assert_sound(page, "drafts")
    ui(page, "draft-open").click()
    box(page, "phone").fill("13612345678")
    submit(page)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    expect(value_on_page(page, "人数")).to_have_text("4")
    page.goto(ENTRIES)
    expect(ui(page, "drafts-link")).to_have_count(0)


def test_a_draft_goes_on_in_another_browser(visit: Visitor) -> None:
    page = visit.sign_in(HELPER, f"{ENTRIES}/new")
    box(page, "name").fill("换台电脑")
    ui(page, "save-draft").click()
    kept(page)
    other = visit.sign_in(HELPER, "/me/drafts")
    ui(other, "draft-open").first.click()
    expect(box(other, "name")).to_have_value("换台电脑")
    box(other, "name").fill("换台电脑接着写")
    kept(other)
    discard_drafts(other)
    expect(ui(other, "empty")).to_be_visible()


def test_a_killed_network_loses_nothing(visit: Visitor) -> None:
    page = visit.sign_in(HELPER)
    discard_drafts(page)
    page.goto(f"{ENTRIES}/new")
    page.context.set_offline(True)
    box(page, "name").fill("断网的人")
    expect(ui(page, "save-state")).to_contain_text("已留在本机")
    page.context.set_offline(False)
    page.reload()
    ui(page, "local-draft-restore").click()
    expect(box(page, "name")).to_have_value("断网的人")
    kept(page)
    discard_drafts(page)


def test_rows_of_a_sub_table_come_back_with_the_draft(visit: Visitor) -> None:
    page = visit.sign_in(HELPER)
    discard_drafts(page)
    page.goto(f"{ENTRIES}/new")
    box(page, "name").fill("带家人")
    ui(page, "line-add").click()
    cells = page.locator("[data-line] input[type=text]:visible")
    cells.nth(0).fill("小宝")
    cells.nth(1).fill("5")
    ui(page, "save-draft").click()
    kept(page)
    page.goto("/me/drafts")
    ui(page, "draft-open").first.click()
    expect(cells.nth(0)).to_have_value("小宝")
    expect(cells.nth(1)).to_have_value("5")
    page.wait_for_load_state("load")
    cells.nth(0).fill("大宝")
    page.context.set_offline(True)
    cells.nth(1).fill("9")
    expect(ui(page, "save-state")).to_contain_text("已留在本机")
    page.context.set_offline(False)
    page.goto(f"{ENTRIES}/new")
    ui(page, "local-draft-restore").click()
    expect(page).to_have_url(re.compile(r"/drafts/\d+$"))
    expect(cells.nth(1)).to_have_value("9")
    box(page, "phone").fill("13612345678")
    submit(page)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    page.goto(f"{page.url}/copy")
    expect(cells.nth(0)).to_have_value("大宝")


def test_leaving_asks_nothing_unless_nobody_keeps_what_was_typed(visit: Visitor) -> None:
    page = visit.sign_in(HOST, f"{ENTRIES}/new")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    box(page, "name").fill("留在本机")
    page.goto(ENTRIES)
    assert asked == []
    page.goto(f"{ENTRIES}/new")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full') } }")
    page.context.set_offline(True)
    box(page, "name").fill("哪里都没存下")
    page.context.set_offline(False)
    page.goto(ENTRIES)
    assert asked == ["beforeunload"]


def test_a_copy_is_filled_in_and_saved_as_a_new_record(visit: Visitor) -> None:
    page = visit.sign_in(HOST, f"{ENTRIES}/r/2")
    ui(page, "record-menu").locator("summary").click()
    ui(page, "copy-record").click()
    expect(page.locator("h1")).to_have_text("复制报名表")
    expect(box(page, "name")).to_have_value("韩梅梅")
    box(page, "name").fill("韩梅梅的朋友")
    submit(page)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    assert not page.url.endswith("/r/2")
    expect(value_on_page(page, "人数")).to_have_text("6")


def test_a_comment_with_a_mention_by_keyboard_alone(visit: Visitor) -> None:
    page = visit.sign_in(HOST, f"{ENTRIES}/r/1")
    words = page.locator("#comment")
    words.focus()
    page.keyboard.type("请 @cb")
    option = page.get_by_role("option")
    expect(option).to_have_count(1)
    expect(option).to_contain_text("陈帮手")
    assert_sound(page, "mention picker")
    page.keyboard.press("Enter")
    expect(words).to_have_value("请 @陈帮手 ")
    page.keyboard.type("看一下 https://example.com/x")
    page.keyboard.press("Control+Enter")
    comment = ui(page, "comment").first
    expect(comment).to_contain_text("请 @陈帮手 看一下")
    expect(comment.locator("a")).to_have_attribute("href", "https://example.com/x")
    other = visit.sign_in(HELPER)
    expect(ui(other, "bell")).to_contain_text("1")
    ui(other, "bell").click()
    assert_sound(other, "mentions")
    ui(other, "mention").first.click()
    expect(ui(other, "comment").first).to_be_in_viewport()
    expect(ui(other, "bell").locator(".bell-count")).to_have_count(0)


def test_nobody_is_mentioned_who_does_not_see_the_record(visit: Visitor) -> None:
    page = visit.sign_in(HOST, f"{ENTRIES}/r/1")
    page.locator("#comment").fill("@贺来宾 也看看")
    ui(page, "comment-send").click()
    expect(ui(page, "comment-problem").first).to_contain_text("看不到这条记录")
    expect(page.locator("#comment")).to_have_value("@贺来宾 也看看")
    page.goto(f"{ENTRIES}/r/2")
    page.locator("#comment").fill("@贺来宾 也看看")
    ui(page, "comment-send").click()
    expect(ui(page, "comment").first).to_contain_text("@贺来宾 也看看")


def test_a_comment_is_changed_filtered_and_removed(visit: Visitor) -> None:
    page = visit.sign_in(HOST, f"{ENTRIES}/r/3")
    page.locator("#comment").fill("写错了")
    ui(page, "comment-send").click()
    comment = ui(page, "comment").first
    ui(comment, "comment-edit").locator("summary").click()
    ui(comment, "comment-box").fill("写对了")
    assert_sound(page, "editing a comment")
    ui(comment, "comment-save").click()
    expect(ui(page, "comment-body").first).to_have_text("写对了")
    page.wait_for_load_state("load")
    tabs = ui(page, "activity-tabs")
    tabs.get_by_role("button", name="改动").click()
    expect(ui(page, "comment").first).to_be_hidden()
    expect(ui(page, "moment").first).to_be_visible()
    tabs.get_by_role("button", name="评论").click()
    expect(ui(page, "moment").first).to_be_hidden()
    ui(page, "comment-delete").first.click()
    expect(ui(page, "comment-removed").first).to_be_visible()
    assert "写对了" not in page.content()


def test_j_and_k_walk_through_the_list_one_came_from(visit: Visitor) -> None:
    page = visit.sign_in(HOST, f"{ENTRIES}?f=places:lte:3&sort=-places")
    ui(page, "row").first.locator("a").first.click()
    expect(page.locator("h1")).to_contain_text("林涛")
    page.wait_for_load_state("load")
    page.keyboard.press("j")
    expect(page.locator("h1")).to_contain_text("李雷")
    page.wait_for_load_state("load")
    page.keyboard.press("k")
    expect(page.locator("h1")).to_contain_text("林涛")


@pytest.fixture
def public_address(visit: Visitor) -> str:
    page = visit.sign_in(ADMIN, ENTRIES)
    ui(page, "public-form").click()
    if ui(page, "public-open").count():
        ui(page, "public-open").click()
    expect(ui(page, "public-link").locator("img")).to_be_visible()
    assert page.evaluate("document.querySelector('.public-qr').naturalWidth") > 0
    assert_sound(page, "public form, managed")
    return str(ui(page, "public-address").inner_text())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_stranger_fills_in_the_public_form_on_a_phone(
    visit: Visitor, public_address: str, language: str
) -> None:
    page = visit.come(phone=True, language=language)
    page.goto(public_address)
    title = {"zh": "周年庆报名", "en": "Anniversary sign-up"}[language]
    expect(page.locator("h1")).to_have_text(title)
    assert_sound(page, f"public form {language}")
    submit(page)
    expect(ui(page, "problem-summary")).to_be_visible()
    assert_sound(page, f"public form with problems {language}")
    assert page.evaluate(SMALL) == []
    box(page, "name").fill(f"路人 {language}")
    box(page, "phone").fill("13512345678")
    expect(page.locator("[data-field=allergies]")).to_be_hidden()
    page.locator("[data-field=meal]").get_by_text({"zh": "素食", "en": "Vegetarian"}[language]).click()
    expect(page.locator("[data-field=allergies]")).to_be_visible()
    submit(page)
    expect(ui(page, "public-done")).to_be_visible()
    assert_sound(page, f"thanks {language}")
    ui(page, "fill-another").click()
    expect(box(page, "name")).to_have_value("")
    other = visit.sign_in(HOST, f"{ENTRIES}?f=name:is:路人 {language}")
    expect(ui(other, "row")).to_have_count(1)
    assert "内部备注" not in page.content()


SMALL = """
() => [...document.querySelectorAll(".public-page input:not([type=hidden]):not([tabindex='-1']), .public-page button, .public-page textarea")]
  .filter((one) => one.checkVisibility() && !/radio|checkbox/.test(one.type))
  .filter((one) => one.getBoundingClientRect().height < 44 || (one.matches("input, textarea") && parseFloat(getComputedStyle(one).fontSize) < 16))
  .map((one) => one.outerHTML.slice(0, 120))
"""
