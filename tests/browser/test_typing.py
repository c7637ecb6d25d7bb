"""Typing: Chinese input methods, Enter, double clicks, drafts, and a session that ends meanwhile."""

import re

from playwright.sync_api import Page, expect

from tests.browser.walking import (
    PASSWORD,
    REQUESTS,
    SALES,
    Visitor,
    box,
    fill_request,
    in_row,
    pick,
    pick_in_row,
    row_box,
    shown,
    submit,
    ui,
)

COMPOSE = """element => {
  element.focus();
  element.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
  const key = {key: "Enter", code: "Enter", bubbles: true, cancelable: true, isComposing: true, keyCode: 229};
  return element.dispatchEvent(new KeyboardEvent("keydown", key));
}"""
NEW = f"{REQUESTS}/new"


def end_session(page: Page) -> None:
    page.context.clear_cookies(name="quartet_session")


def test_enter_in_one_line_types_on_and_control_enter_submits(visit: Visitor) -> None:
    page = visit.sign_in(SALES, NEW)
    row_box(page, 0, "quantity").fill("2")
    page.keyboard.press("Enter")
    box(page, "customer").evaluate(COMPOSE)
    box(page, "reason").evaluate(COMPOSE)
    page.wait_for_timeout(300)
    expect(page).to_have_url(re.compile("/new$"))
    expect(ui(page, "problem-summary")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(ui(page, "problem-summary")).to_be_visible()


def test_enter_while_composing_takes_no_suggestion(visit: Visitor) -> None:
    page = visit.sign_in(SALES, NEW)
    box(page, "customer").click()
    expect(page.get_by_role("option").first).to_be_visible()
    box(page, "customer").evaluate(COMPOSE)
    expect(box(page, "customer")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("option").first).to_be_hidden()


def test_a_double_click_saves_once(visit: Visitor) -> None:
    page = visit.sign_in(SALES, NEW)
    fill_request(page, reason="只要一张单子")
    page.locator("[data-submit]").dblclick()
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    page.goto(f"{REQUESTS}?q=只要一张单子")
    expect(ui(page, "row")).to_have_count(1)


def test_the_steps_stay_within_what_is_allowed(visit: Visitor) -> None:
    page = visit.sign_in(SALES, NEW)
    pick_in_row(page, 0, "gift", "紫砂", "紫砂茶具套装")
    less = page.get_by_role("button", name="减一")
    less.click()
    less.click()
    expect(row_box(page, 0, "quantity")).to_have_value("1")
    row_box(page, 0, "quantity").fill("abc")
    page.keyboard.press("Tab")
    expect(in_row(page, 0, "quantity").locator("[data-error]")).not_to_be_empty()


def test_what_was_typed_is_offered_after_a_reload(visit: Visitor) -> None:
    page = visit.sign_in(SALES, NEW)
    pick(page, "customer", "美辰", "上海美辰精密机械")
    box(page, "reason").fill("还没写完")
    expect(ui(page, "save-state")).to_contain_text("已留在本机")
    page.reload()
    expect(box(page, "reason")).to_have_value("")
    ui(page, "local-draft-restore").click()
    expect(box(page, "reason")).to_have_value("还没写完")
    expect(box(page, "customer")).to_have_value("上海美辰精密机械")
    expect(shown(page, "customer_level")).to_have_text("A 级")
    page.reload()
    ui(page, "local-draft-discard").click()
    page.reload()
    expect(ui(page, "local-draft")).to_be_hidden()


def test_nothing_is_lost_without_a_network(visit: Visitor) -> None:
    page = visit.sign_in(SALES, NEW)
    fill_request(page, reason="断网也不丢")
    page.context.set_offline(True)
    submit(page)
    expect(ui(page, "save-state")).to_contain_text("没有保存")
    expect(box(page, "reason")).to_have_value("断网也不丢")
    page.context.set_offline(False)
    submit(page)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))


def test_a_session_that_ends_while_typing_is_said_and_nothing_is_lost(visit: Visitor) -> None:
    page = visit.sign_in_anew(SALES, NEW)
    fill_request(page, reason="登录过期也不丢")
    end_session(page)
    row_box(page, 0, "quantity").fill("3")
    expect(ui(page, "session-ended")).to_be_visible()
    expect(box(page, "reason")).to_have_value("登录过期也不丢")
    submit(page)
    layer = ui(page, "sign-in-layer")
    layer.locator("input[name=login]").fill(SALES)
    layer.locator("input[name=password]").fill("wrong")
    ui(page, "sign-in-layer-submit").click()
    expect(layer.get_by_role("alert")).to_contain_text("不对")
    layer.locator("input[name=password]").fill(PASSWORD)
    ui(page, "sign-in-layer-submit").click()
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    expect(ui(page, "record")).to_contain_text("登录过期也不丢")


def test_a_session_renewed_in_another_tab_goes_on(visit: Visitor) -> None:
    page = visit.sign_in_anew(SALES, NEW)
    fill_request(page, reason="另一个标签页")
    end_session(page)
    other = page.context.new_page()
    other.goto("/me")
    expect(other).to_have_url(re.compile(r"/sign-in\?next=/me|/sign-in\?next=%2Fme"))
    other.locator("input[name=login]").fill(SALES)
    other.locator("input[name=password]").fill(PASSWORD)
    ui(other, "sign-in-submit").click()
    expect(other).to_have_url(re.compile("/me$"))
    submit(page)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))


def test_signing_out_ends_the_session_and_drops_drafts(visit: Visitor) -> None:
    page = visit.sign_in_anew(SALES, NEW)
    box(page, "reason").fill("不该留下")
    expect(ui(page, "save-state")).to_contain_text("已留在本机")
    kept = page.context.cookies()
    ui(page, "me-menu").locator("summary").click()
    ui(page, "sign-out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    assert page.evaluate("JSON.stringify(sessionStorage)").count("不该留下") == 0
    page.context.add_cookies(kept)
    page.goto(REQUESTS)
    expect(page).to_have_url(re.compile("/sign-in"))


def test_a_wrong_password_is_said_without_saying_which(visit: Visitor) -> None:
    page = visit.come()
    page.goto("/sign-in")
    for login in (SALES, "nobody"):
        page.locator("input[name=login]").fill(login)
        page.locator("input[name=password]").fill("not it")
        ui(page, "sign-in-submit").click()
        expect(ui(page, "problem-summary")).to_contain_text("登录名或密码不对")
        expect(page.locator("input[name=login]")).to_have_value(login)
    ui(page, "demo-person").filter(has_text="赵宁").click()
    expect(page.locator("h1")).to_contain_text("赵宁")
