"""The main job: somebody who has never seen the product asks for gifts for a customer."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import (
    REQUESTS,
    SALES,
    Visitor,
    add_row,
    assert_accessible,
    box,
    choose_language,
    count_deeds,
    deeds,
    fill_request,
    in_row,
    message,
    pick,
    pick_in_row,
    pick_with_keys,
    row_box,
    row_shown,
    shown,
    submit,
    tab_to,
    take_with_keys,
    ui,
    value_on_page,
)

MOST_TAPS, MOST_LETTERS = 10, 15


def test_a_new_salesperson_asks_for_two_gifts_and_finds_the_request(visit: Visitor) -> None:
    page = visit.sign_in_anew(SALES)
    ui(page, "start-form").filter(has_text="礼品申领单").click()
    expect(page).to_have_title(re.compile("新建礼品申领单"))
    page.evaluate("window.stays = true")

    pick(page, "customer", "meichen", "上海美辰精密机械")
    expect(shown(page, "customer_level")).to_have_text("A 级")
    pick_in_row(page, 0, "gift", "紫砂", "紫砂茶具套装")
    expect(row_shown(page, 0, "unit_price")).to_have_text("428.00")
    expect(row_shown(page, 0, "in_stock")).to_have_text("18")
    row_box(page, 0, "quantity").fill("3")
    expect(row_shown(page, 0, "cost")).to_have_text("1,284.00")
    add_row(page)
    pick_in_row(page, 1, "gift", "皮面", "皮面笔记本")
    row_box(page, 1, "quantity").fill("2")
    expect(row_shown(page, 1, "cost")).to_have_text("196.00")
    expect(shown(page, "pieces")).to_have_text("5")
    expect(shown(page, "cost")).to_have_text("1,480.00")
    expect(shown(page, "budget_left")).to_have_text(re.compile(r"\d"))
    assert page.evaluate("window.stays"), "the page was loaded again"
    assert_accessible(page)

    box(page, "reason").fill("新品发布答谢")
    submit(page)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    expect(ui(page, "toast")).to_contain_text("已保存")
    expect(value_on_page(page, "预计费用")).to_have_text("1,480.00")
    assert_accessible(page)
    number = page.locator("h1").inner_text().split("\n")[0].strip()

    page.get_by_role("navigation", name="位置").get_by_role("link").click()
    row = ui(page, "row").filter(has_text=number)
    expect(row).to_contain_text("上海美辰精密机械")
    expect(row).to_contain_text("草稿")


def test_the_same_in_english(visit: Visitor) -> None:
    page = visit.sign_in("zhengkai", language="en")
    choose_language(page, "en")
    ui(page, "start-form").filter(has_text="Gift requests").click()
    pick(page, "customer", "lvyuan", "杭州绿源食品")
    pick_in_row(page, 0, "gift", "zscj", "紫砂茶具套装")
    row_box(page, 0, "quantity").fill("2")
    expect(shown(page, "cost")).to_have_text("856.00")
    submit(page)
    summary = ui(page, "problem-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("1 thing to fix")
    expect(summary).to_contain_text("Reason")
    box(page, "reason").fill("Trade fair")
    submit(page)
    expect(ui(page, "toast")).to_contain_text("Saved")
    expect(value_on_page(page, "Cost")).to_have_text("856.00")


def test_the_same_with_the_keyboard_only(visit: Visitor) -> None:
    page = visit.sign_in(SALES)
    page.keyboard.press("Control+k")
    expect(ui(page, "palette").get_by_role("combobox")).to_be_focused()
    page.keyboard.type("xjlpsl")
    expect(ui(page, "palette").get_by_role("option").first).to_contain_text("新建礼品申领单")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new")

    tab_to(page, box(page, "customer"))
    pick_with_keys(page, "customer", "美辰", "上海美辰精密机械")
    tab_to(page, box(page, "reason"))
    page.keyboard.type("新品发布")
    tab_to(page, row_box(page, 0, "gift"))
    take_with_keys(in_row(page, 0, "gift"), "zscj", "紫砂茶具套装")
    tab_to(page, row_box(page, 0, "quantity"))
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    expect(shown(page, "cost")).to_have_text("856.00")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/r/\d+$"))


def test_too_many_is_said_while_typing_and_gone_as_soon_as_it_is_right(visit: Visitor) -> None:
    page = visit.sign_in(SALES, f"{REQUESTS}/new")
    pick_in_row(page, 0, "gift", "紫砂", "紫砂茶具套装")
    quantity, said = row_box(page, 0, "quantity"), in_row(page, 0, "quantity").locator("[data-error]")
    quantity.fill("300")
    page.keyboard.press("Tab")
    expect(said).to_contain_text("18")
    expect(quantity).to_have_attribute("aria-invalid", "true")
    assert "quantity-error" in (quantity.get_attribute("aria-describedby") or "")
    quantity.fill("3")
    expect(said).to_be_empty()
    expect(quantity).not_to_have_attribute("aria-invalid", "true")


def test_what_is_wrong_on_submit_stands_on_top_and_leads_to_its_field(visit: Visitor) -> None:
    page = visit.sign_in(SALES, f"{REQUESTS}/new")
    fill_request(page, quantity="300", reason="")
    submit(page)
    summary = ui(page, "problem-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^有错"))
    links = summary.get_by_role("link")
    expect(links).to_have_count(2)
    quantity, said = row_box(page, 0, "quantity"), in_row(page, 0, "quantity").locator("[data-error]")
    for entry, words in ((quantity, said), (box(page, "reason"), message(page, "reason"))):
        expect(entry).to_have_attribute("aria-invalid", "true")
        assert words.inner_text().strip(), "nothing is said at a field"
    links.filter(has_text="申领数量").click()
    expect(quantity).to_be_focused()
    expect(quantity).to_have_value("300")
    expect(box(page, "customer")).to_have_value("上海美辰精密机械")
    expect(shown(page, "cost")).to_have_text("128,400.00")
    with page.expect_response("**/preview"):
        box(page, "reason").fill("改好了")
    expect(message(page, "reason")).to_be_empty()
    expect(quantity).to_have_value("300")
    expect(said).to_contain_text("18")


def test_an_empty_form_names_every_field_that_is_needed(visit: Visitor) -> None:
    page = visit.sign_in(SALES, f"{REQUESTS}/new")
    submit(page)
    links = ui(page, "problem-summary").get_by_role("link")
    expect(links).to_have_count(3)
    told = links.all_inner_texts()
    for label in ("关联客户", "赠送事由", "选择礼品"):
        assert any(label in sentence for sentence in told), told


@pytest.mark.parametrize(
    ("customer", "gift", "too_many", "enough", "words"),
    [
        (("启明", "合肥启明软件"), ("羊绒", "羊绒围巾"), "5", "1", "2000 元"),
        (("嘉禾", "南京嘉禾医药"), ("皮面", "皮面笔记本"), "6", "5", "单次送礼上限"),
    ],
    ids=["our rule", "the customer's rule"],
)
def test_a_check_of_the_whole_record_is_said_before_submitting(
    visit: Visitor, customer: tuple[str, str], gift: tuple[str, str], too_many: str, enough: str, words: str
) -> None:
    page = visit.sign_in(SALES, f"{REQUESTS}/new")
    pick(page, "customer", *customer)
    pick_in_row(page, 0, "gift", *gift)
    box(page, "reason").fill("技术交流")
    row_box(page, 0, "quantity").fill(too_many)
    page.keyboard.press("Tab")
    expect(ui(page, "live-problems")).to_contain_text(words)
    row_box(page, 0, "quantity").fill(enough)
    page.keyboard.press("Tab")
    expect(ui(page, "live-problems")).to_have_count(0)


def test_a_courier_needs_an_address_and_the_customer_brings_it(visit: Visitor) -> None:
    page = visit.sign_in(SALES, f"{REQUESTS}/new")
    pick(page, "customer", "美辰", "上海美辰精密机械")
    expect(box(page, "recipient_address")).to_be_hidden()
    page.get_by_label("快递").check()
    expect(box(page, "recipient")).to_have_value("沈国栋")
    expect(box(page, "recipient_address")).to_have_value(re.compile("浦东新区"))


@pytest.mark.parametrize(
    ("language", "start", "form", "customer"),
    [("zh", "发起", "礼品申领单", "美辰"), ("en", "Start", "Gift requests", "南粤")],
)
def test_on_a_phone_it_takes_ten_taps(
    visit: Visitor, language: str, start: str, form: str, customer: str
) -> None:
    page = visit.sign_in("wuqian" if language == "en" else SALES, phone=True)
    choose_language(page, language)
    count_deeds(page.context)
    page.reload()
    ui(page, "bottom-bar").get_by_role("link", name=start).tap()
    ui(page, "start-form").filter(has_text=form).tap()
    page.wait_for_url("**/new")
    tap_and_pick(page, "form [data-field=customer]", customer)
    tap_and_pick(page, "form tbody [data-field$='.gift']", "紫砂")
    in_row(page, 0, "quantity").locator("[data-by='1']").tap()
    expect(row_box(page, 0, "quantity")).to_have_value("2")
    box(page, "reason").tap()
    page.keyboard.type("新品答谢")
    expect(shown(page, "cost")).to_have_text("856.00")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[data-submit]").tap()
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    counted = deeds(page)
    print(f"{language}: {counted}")
    assert counted["presses"] <= MOST_TAPS, counted
    assert counted["letters"] <= MOST_LETTERS, counted


def tap_and_pick(page: Page, where: str, words: str) -> None:
    entry = page.locator(f"{where} input:not([type=hidden])").first
    entry.tap()
    page.keyboard.type(words)
    option = page.locator(where).get_by_role("option").filter(has_text=words)
    expect(option).to_have_count(1)
    option.tap()
    expect(entry).to_have_value(re.compile(words))
