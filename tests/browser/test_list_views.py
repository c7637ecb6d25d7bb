"""What people build above a list: filters, orders, groups, columns and views; by keyboard, finger and without script."""

import re

from playwright.sync_api import Page, expect

from tests.browser.test_list import asked
from tests.browser.walking import FINANCE, REQUESTS, SALES, STOREKEEPER, Visitor, ui


def choose_field(page: Page, label: str) -> None:
    ui(page, "filter-field").fill(label)
    ui(page, "filter-field-option").get_by_text(label, exact=True).click()


# --- the filter builder ---


def test_a_filter_is_built_by_keyboard_and_changed_at_its_chip(visit: Visitor) -> None:
    page = visit.sign_in(FINANCE, REQUESTS)
    ui(page, "filter-menu").locator("summary").focus()
    page.keyboard.press("Enter")
    expect(ui(page, "filter-field")).to_be_focused()
    page.keyboard.type("slrq")
    expect(ui(page, "filter-field-option")).to_have_text(["申领日期"])
    page.keyboard.press("Enter")
    expect(ui(page, "filter-operator")).to_be_focused()
    ui(page, "filter-value").select_option(label="近几天")
    ui(page, "filter-days").fill("400")
    page.keyboard.press("Enter")
    page.wait_for_url("**f=**")
    assert asked(page)["f"] == ["date:within:past_400_days"]
    expect(ui(page, "filter-chip")).to_contain_text("申领日期 在 近 400 天")

    ui(page, "filter-edit").click()
    expect(ui(page, "filter-days")).to_have_value("400")
    ui(page, "filter-operator").select_option(label="早于")
    ui(page, "filter-day").select_option(label="今天")
    ui(page, "filter-add").click()
    page.wait_for_url("**lt**")
    assert asked(page)["f"] == ["date:lt:today"]


def test_filters_reach_one_link_further_and_any_of_them_may_do(visit: Visitor) -> None:
    page = visit.sign_in(FINANCE, f"{REQUESTS}?f=status:is:draft")
    ui(page, "filter-menu").locator("summary").click()
    choose_field(page, "关联客户 · 客户级别")
    ui(page, "filter-value").get_by_label("A 级").check()
    ui(page, "filter-add").click()
    expect(ui(page, "filter-chip")).to_have_count(2)
    both = ui(page, "row").count()
    ui(page, "filter-any").get_by_role("link", name="任一符合").click()
    page.wait_for_url("**any=1**")
    assert ui(page, "row").count() > both
    expect(ui(page, "filter-any").locator("[aria-current]")).to_have_text("任一符合")


def test_people_and_records_are_picked_for_a_filter(visit: Visitor) -> None:
    page = visit.sign_in(FINANCE, REQUESTS)
    ui(page, "filter-menu").locator("summary").click()
    choose_field(page, "关联客户")
    ui(page, "filter-operator").select_option(label="等于")
    ui(page, "filter-value").fill("shanghai")
    ui(page, "filter-form").locator(".combo [role=option]").first.click()
    ui(page, "filter-add").click()
    page.wait_for_url("**f=**")
    expect(ui(page, "filter-chip")).to_contain_text("上海")
    customers = set(page.locator("td[data-column=customer]").all_inner_texts())
    assert len(customers) == 1


def test_on_a_phone_the_builder_is_a_sheet(visit: Visitor) -> None:
    page = visit.sign_in(SALES, REQUESTS, phone=True)
    ui(page, "filter-menu").locator("summary").tap()
    option = ui(page, "filter-field-option").filter(has_text="状态").first
    option.tap()
    ui(page, "filter-value").get_by_label("草稿").check()
    box = ui(page, "filter-menu").locator(".pop").bounding_box()
    assert box is not None and box["width"] >= 380
    ui(page, "filter-add").tap()
    expect(ui(page, "filter-chip")).to_contain_text("草稿")
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_filter_is_added_without_script(visit: Visitor) -> None:
    signed_in = visit.sign_in(FINANCE)
    page = visit.come(storage_state=signed_in.context.storage_state(), java_script_enabled=False)
    page.goto(REQUESTS)
    ui(page, "filter-menu").locator("summary").click()
    page.locator("#add_field").select_option(label="状态")
    page.locator("#add_operator").select_option("is")
    page.locator("#add_value").fill("draft")
    ui(page, "filter-add").click()
    expect(ui(page, "filter-chip")).to_contain_text("状态 等于 草稿")
    assert asked(page)["f"] == ["status:is:draft"]


# --- order, groups, views ---


def test_shift_and_a_heading_adds_a_level_to_the_order(visit: Visitor) -> None:
    page = visit.sign_in(FINANCE, f"{REQUESTS}?sort=status")
    heading = page.get_by_role("columnheader").get_by_role("link", name="总件数")
    heading.click(modifiers=["Shift"])
    page.wait_for_url("**pieces**")
    assert asked(page)["sort"] == ["status,pieces"]
    page.get_by_role("columnheader").get_by_role("link", name="总件数").click(modifiers=["Shift"])
    page.wait_for_url("**-pieces**")
    assert asked(page)["sort"] == ["status,-pieces"]


def test_columns_change_their_order_by_keyboard(visit: Visitor) -> None:
    page = visit.sign_in(FINANCE, REQUESTS)
    before = page.locator("thead th[data-column]").evaluate_all("all => all.map(one => one.dataset.column)")
    ui(page, "column-menu").locator("summary").click()
    ui(page, "column-menu").locator("[data-column-choice] input[type=checkbox]").nth(2).focus()
    page.keyboard.press("Alt+ArrowUp")
    ui(page, "columns-apply").click()
    page.wait_for_url("**cols=**")
    after = page.locator("thead th[data-column]").evaluate_all("all => all.map(one => one.dataset.column)")
    assert after == [before[0], before[2], before[1], *before[3:]]


def test_a_list_is_grouped_and_a_group_opened(visit: Visitor) -> None:
    page = visit.sign_in(FINANCE, REQUESTS)
    ui(page, "group-menu").locator("summary").click()
    ui(page, "group-0").select_option(label="状态")
    ui(page, "group-apply").click()
    group = ui(page, "group").filter(has_text="草稿")
    expect(group).to_contain_text("只看这组")
    number = int(re.findall(r"\d+", group.locator(".group-count").inner_text())[0])
    group.get_by_role("link").click()
    expect(ui(page, "row")).to_have_count(number)
    assert asked(page)["f"] == ["status:is:draft"]


def test_a_view_is_saved_shared_changed_and_deleted(visit: Visitor) -> None:
    page = visit.sign_in(FINANCE, f"{REQUESTS}?f=status:is:draft&sort=pieces")
    ui(page, "save-view").locator("summary").click()
    page.locator("#view-name").fill("要补的草稿")
    ui(page, "save-view").get_by_label("库管").check()
    ui(page, "view-save").click()
    tab = ui(page, "views").get_by_role("link", name="要补的草稿")
    expect(tab).to_have_attribute("aria-current", "page")
    assert asked(page)["f"] == ["status:is:draft"]

    keeper = visit.sign_in(STOREKEEPER, REQUESTS)
    ui(keeper, "views").get_by_role("link", name="要补的草稿").click()
    expect(ui(keeper, "filter-chip")).to_contain_text("草稿")
    expect(ui(keeper, "view-menu")).to_have_count(0)

    page.get_by_role("link", name=re.compile("去掉条件")).click()
    ui(page, "view-update").click()
    expect(ui(page, "filter-chip")).to_have_count(0)
    ui(page, "views").get_by_role("link", name="要补的草稿").click()
    expect(ui(page, "filter-chip")).to_have_count(0)
    ui(page, "view-menu").locator("summary").click()
    ui(page, "view-delete").click()
    expect(ui(page, "views").get_by_role("link", name="要补的草稿")).to_have_count(0)
