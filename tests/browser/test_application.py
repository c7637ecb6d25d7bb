"""A promotion from the blank application to the till: what each type asks, who decides, what an order gets."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import (
    Visitor,
    add_row,
    assert_accessible,
    box,
    choose_language,
    field_of,
    message,
    pick,
    pick_in_row,
    press_action,
    row_box,
    row_shown,
    shown,
    submit,
    ui,
    value_on_page,
)

APPLICATIONS = "/a/promotion/f/applications"
ORDERS = "/a/promotion/f/orders"
OFFERS = {
    "满减": {"threshold", "amount_off", "every"},
    "折扣": {"rate"},
    "买赠": {"buy", "buy_quantity", "free"},
    "组合": {"bundle", "bundle_price", "bundle_saving"},
    "优惠券": {"face_value", "coupon_floor", "coupon_count"},
    "积分": {"factor"},
}
WIDE = "document.documentElement.scrollWidth"


def apply(page: Page, kind: str, name: str, budget: str) -> None:
    """Fill in what every application of this test has."""
    box(page, "name").fill(name)
    box(page, "type").select_option(label=kind)
    field_of(page, "rules").locator("[contenteditable=true]").fill("全场参加")
    box(page, "period_start").fill("2027-03-01")
    box(page, "period_end").fill("2027-03-10")
    box(page, "budget").fill(budget)


def test_each_type_shows_its_own_fields(visit: Visitor) -> None:
    page = visit.sign_in("linxiao", f"{APPLICATIONS}/new")
    everything = set().union(*OFFERS.values())
    for kind, own in OFFERS.items():
        box(page, "type").select_option(label=kind)
        for name in own:
            expect(field_of(page, name).first).to_be_visible()
        for name in everything - own:
            expect(field_of(page, name).first).to_be_hidden()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("language", "kind", "days", "saved"),
    [("zh", "满减", "10", "已保存"), ("en", "Spend and save", "10", "Saved")],
)
def test_from_blank_to_submitted(
    visit: Visitor, language: str, kind: str, days: str, saved: str, phone: bool
) -> None:
    page = visit.sign_in("songjia", phone=phone, language=language)
    choose_language(page, language)
    page.goto(f"{APPLICATIONS}/new")
    apply(page, kind, f"春季 {language} {phone}", "12000")
    box(page, "threshold").fill("200")
    box(page, "amount_off").fill("300")
    expect(shown(page, "days")).to_have_text(days)
    expect(ui(page, "live-problems")).to_be_visible()
    box(page, "amount_off").fill("30")
    expect(ui(page, "live-problems")).to_have_count(0)
    if not phone:
        assert_accessible(page)
    assert not phone or page.evaluate(WIDE) <= 390
    submit(page)
    expect(ui(page, "toast")).to_contain_text(saved)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    if not phone:
        assert_accessible(page)
    assert not phone or page.evaluate(WIDE) <= 390
    press_action(page, "submit")


def test_the_last_day_is_not_before_the_first(visit: Visitor) -> None:
    page = visit.sign_in("linxiao", f"{APPLICATIONS}/new")
    apply(page, "折扣", "倒着的日期", "1000")
    box(page, "rate").fill("8.5")
    box(page, "period_end").fill("2027-02-20")
    page.keyboard.press("Tab")
    expect(message(page, "period_end").last).not_to_be_empty()


@pytest.mark.parametrize(
    ("budget", "after_director", "large"),
    [("50000", "已批准", False), ("50000.01", "待 CEO 审批", True)],
    ids=["exactly 50,000", "a coin more"],
)
def test_who_decides_depends_on_the_budget(
    visit: Visitor, budget: str, after_director: str, large: bool
) -> None:
    page = visit.sign_in("linxiao", f"{APPLICATIONS}/new")
    apply(page, "折扣", f"换季 {budget}", budget)
    box(page, "rate").fill("8.5")
    expect(field_of(page, "needs_ceo")).to_be_visible(visible=large)
    submit(page)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    press_action(page, "submit")
    for who, action in (("zhoumin", "pass_plan"), ("zhaoning", "pass_budget"), ("sunhao", "approve")):
        person = visit.sign_in(who, page.url)
        press_action(person, action)
    expect(value_on_page(person, "审批状态")).to_contain_text(after_director)
    if large:
        chief = visit.sign_in("chenli", page.url)
        press_action(chief, "approve_large")
        expect(value_on_page(chief, "审批状态")).to_contain_text("已批准")


def test_an_order_gets_the_best_offer_of_the_day(visit: Visitor) -> None:
    page = visit.sign_in("tangyu", f"{ORDERS}/new")
    box(page, "date").fill("2026-11-21")
    pick(page, "store", "徐家汇", "徐家汇店")
    pick_in_row(page, 0, "good", "四件套", "纯棉四件套")
    expect(row_shown(page, 0, "price")).to_have_text("399.00")
    expect(shown(page, "cut")).to_have_text("59.85")
    add_row(page)
    pick_in_row(page, 1, "good", "记忆棉枕", "记忆棉枕")
    row_box(page, 1, "quantity").fill("2")
    expect(shown(page, "total")).to_have_text("717.00")
    expect(shown(page, "off")).to_have_text("107.55")
    expect(shown(page, "bundled")).to_have_text("118.00")
    expect(shown(page, "payable")).to_have_text("599.00")
    assert_accessible(page)
    submit(page)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    press_action(page, "pay")
    expect(value_on_page(page, "实付")).to_have_text("599.00")
    expect(value_on_page(page, "参加的活动")).to_have_text("暖冬床品组合")
    expect(value_on_page(page, "获得积分")).to_have_text("1,198")


def test_a_mobile_number_is_whole_only_for_those_who_need_it(visit: Visitor) -> None:
    for who, whole in (("tangyu", True), ("zhoumin", True), ("sunhao", False), ("linxiao", False)):
        page = visit.sign_in(who, "/a/promotion/f/customers?q=李静")
        mobile = ui(page, "row").first.locator("[data-column=mobile]")
        expect(mobile).to_have_text(re.compile(r"^[\d ]+$" if whole else r"\*\*"))


def test_a_stranger_becomes_a_member(visit: Visitor) -> None:
    manager = visit.sign_in("zhoumin", "/a/promotion/f/customers")
    ui(manager, "public-form").click()
    if ui(manager, "public-open").count():
        ui(manager, "public-open").click()
    address = ui(manager, "public-address").inner_text()
    stranger = visit.come(phone=True)
    stranger.goto(address)
    expect(stranger.locator("h1")).to_have_text("加入会员")
    box(stranger, "name").fill("新客人")
    box(stranger, "mobile").fill("154 9999 0001")
    assert_accessible(stranger)
    submit(stranger)
    expect(ui(stranger, "public-done")).to_be_visible()
    manager.goto("/a/promotion/f/customers?q=新客人")
    row = ui(manager, "row").first
    expect(row).to_contain_text("普通会员")
