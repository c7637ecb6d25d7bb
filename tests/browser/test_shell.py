"""What every page has: the palette, language, theme, single keys, the way around on a phone."""

import re

from playwright.sync_api import expect

from tests.browser.walking import ADMIN, REQUESTS, SALES, Visitor, choose_language, ui


def test_the_palette_finds_forms_by_pinyin_and_records_by_name(visit: Visitor) -> None:
    page = visit.sign_in(SALES)
    for words, wanted, address in (
        ("lpxxk", "礼品信息库", r"/f/gifts$"),
        ("美辰", "上海美辰精密机械", r"/f/customers/r/\d+$"),
        ("GF-2026-0053", "GF-2026-0053", r"/f/requests/r/\d+$"),
    ):
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        option = ui(page, "palette").get_by_role("option").filter(has_text=wanted).first
        expect(option).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(address))
        page.wait_for_load_state("load")


def test_language_and_theme_are_kept(visit: Visitor) -> None:
    page = visit.sign_in_anew("heyu", REQUESTS)
    choose_language(page, "en")
    expect(page).to_have_url(re.compile(REQUESTS + "$"))
    expect(page.locator("h1")).to_contain_text("Gift requests")
    ui(page, "me-menu").locator("summary").click()
    with page.expect_response("**/preferences"):
        ui(page, "me-menu").locator("[data-ui=theme-dark]").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark

    elsewhere = visit.sign_in_anew("heyu")
    expect(elsewhere.locator("html")).to_have_attribute("lang", "en")
    expect(elsewhere.locator("html")).to_have_attribute("data-theme", "dark")


def test_single_keys_can_be_turned_off(visit: Visitor) -> None:
    page = visit.sign_in_anew("zhengkai", "/me")
    ui(page, "shortcuts-off").click()
    expect(ui(page, "shortcuts-off")).to_have_attribute("aria-pressed", "true")
    page.goto(REQUESTS)
    page.keyboard.press("n")
    page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile(REQUESTS + "$"))
    page.keyboard.press("Control+k")
    expect(ui(page, "palette")).to_be_visible()


def test_the_sheet_of_keys_and_menus_close_with_escape(visit: Visitor) -> None:
    page = visit.sign_in(SALES)
    page.keyboard.press("?")
    expect(ui(page, "shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(ui(page, "shortcuts")).to_be_hidden()
    summary = ui(page, "me-menu").locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(ui(page, "me-link")).to_be_visible()
    page.keyboard.press("Escape")
    expect(ui(page, "me-link")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_first_tab_leads_past_the_navigation(visit: Visitor) -> None:
    page = visit.sign_in(SALES, REQUESTS)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到内容")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_phone_has_a_bar_and_a_sheet(visit: Visitor) -> None:
    page = visit.sign_in(SALES, REQUESTS, phone=True)
    assert ui(page, "bottom-bar").get_by_role("link").all_inner_texts() == ["首页", "发起", "我的"]
    ui(page, "nav-open").tap()
    page.locator("#side").get_by_role("link", name="客户信息表").tap()
    expect(page.locator("h1")).to_contain_text("客户信息表")
    ui(page, "bottom-bar").get_by_role("link", name="我的").tap()
    expect(page.locator("h1")).to_have_text("我的")


def test_the_home_of_an_app_is_the_form_that_it_names(visit: Visitor) -> None:
    page = visit.sign_in(SALES)
    ui(page, "app").filter(has_text="客户礼品管理").click()
    expect(page).to_have_url(re.compile(REQUESTS + "$"))
    page.locator("#side").get_by_role("link", name="应用首页").click()
    expect(ui(page, "form").filter(has_text="礼品申领单")).to_be_visible()


def test_a_token_is_shown_once_and_works_until_it_is_revoked(visit: Visitor) -> None:
    page = visit.sign_in(SALES, "/me")
    page.locator("#name").fill("报表程序")
    ui(page, "token-make").click()
    token = ui(page, "token-text").inner_text()
    program = visit.come()
    headers = {"Authorization": f"Bearer {token}"}
    address = "/api/apps/gifts/forms/requests/records"
    assert program.request.get(address, headers=headers).status == 200
    page.goto("/me")
    expect(ui(page, "token-text")).to_have_count(0)
    ui(page, "token").filter(has_text="报表程序").get_by_role("button").click()
    expect(ui(page, "toast")).to_be_visible()
    assert program.request.get(address, headers=headers).status == 401


def test_an_admin_adds_a_person_who_signs_in(visit: Visitor) -> None:
    page = visit.sign_in(ADMIN, "/people")
    ui(page, "people-add").click()
    dialog = ui(page, "people-add-dialog")
    dialog.locator("#name").fill("欧阳新")
    dialog.locator("#username").fill("ouyangxin")
    dialog.locator("#password").fill("short")
    ui(page, "people-add-save").click()
    expect(ui(page, "problem-summary")).to_be_visible()
    dialog.locator("#password").fill("long-enough-1")
    ui(page, "people-add-save").click()
    expect(ui(page, "toast")).to_contain_text("已添加")
    page.goto("/people?q=oyx")
    expect(ui(page, "row").filter(has_text="欧阳新")).to_be_visible()
    fresh = visit.come()
    fresh.goto("/sign-in")
    fresh.locator("input[name=login]").fill("ouyangxin")
    fresh.locator("input[name=password]").fill("long-enough-1")
    ui(fresh, "sign-in-submit").click()
    expect(fresh.locator("h1")).to_contain_text("欧阳新")
