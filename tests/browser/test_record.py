"""Records and their history: issuing from stock, restoring a version, deleting and undoing."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.walking import (
    ANALYST,
    REQUESTS,
    STOREKEEPER,
    Visitor,
    approve_request,
    box,
    new_request,
    pick_in_row,
    press_action,
    row_box,
    shown,
    submit,
    ui,
    value_on_page,
)


def stock_of(page: Page, name: str) -> int:
    page.goto(f"/a/gifts/f/gifts?q={name}")
    return int(ui(page, "row").locator("[data-column=stock]").inner_text())


def changes(page: Page) -> Locator:
    return ui(page, "history").locator("[data-ui=change]")


def test_the_storekeeper_issues_and_the_stock_goes_down(visit: Visitor) -> None:
    asked, address = new_request(visit, quantity="3", gift="骨瓷马克杯")
    expect(ui(asked, "record").get_by_text("待主管审批").first).to_be_visible()
    approve_request(visit, address)
    page = visit.sign_in(STOREKEEPER)
    before = stock_of(page, "骨瓷马克杯")
    page.goto(address)
    press_action(page, "issue")
    expect(ui(page, "toast")).to_contain_text("已完成")
    expect(value_on_page(page, "状态")).to_contain_text("已出库")
    expect(value_on_page(page, "出库人")).to_have_text("刘洋")
    moment = changes(page).filter(has_text="状态").first
    expect(moment.locator("del")).to_have_text("待出库")
    expect(moment.locator("ins")).to_have_text("已出库")
    assert stock_of(page, "骨瓷马克杯") == before - 3
    page.goto(address)
    press_action(page, "put_back")
    assert stock_of(page, "骨瓷马克杯") == before


def test_issuing_more_than_there_is_says_so_and_changes_nothing(visit: Visitor) -> None:
    _, first = new_request(visit, quantity="5", gift="移动电源", reason="先来")
    _, second = new_request(visit, quantity="4", gift="移动电源", reason="后到")
    for address in (first, second):
        approve_request(visit, address)
    page = visit.sign_in(STOREKEEPER, first)
    press_action(page, "issue")
    page.goto(second)
    press_action(page, "issue")
    expect(ui(page, "toast")).to_contain_text("库存")
    expect(value_on_page(page, "状态")).to_contain_text("待出库")
    assert stock_of(page, "移动电源") == 1


def test_the_history_shows_old_and_new_and_an_earlier_version_comes_back(visit: Visitor) -> None:
    page, _ = new_request(visit)
    person = visit.sign_in(ANALYST, page.url)
    for reason in ("第一次改", "第二次改"):
        person.wait_for_load_state("load")
        person.keyboard.press("e")
        person.wait_for_url("**/edit")
        box(person, "reason").fill(reason)
        submit(person)
        expect(value_on_page(person, "赠送事由")).to_have_text(reason)
    last = changes(person).first
    expect(last).to_contain_text("赠送事由")
    expect(last.locator("del")).to_have_text("第一次改")
    expect(last.locator("ins")).to_have_text("第二次改")
    moments = ui(person, "moment")
    expect(moments.first.locator("[data-ui=restore]")).to_have_count(0)
    moments.nth(1).locator("[data-ui=restore]").click()
    expect(value_on_page(person, "赠送事由")).to_have_text("第一次改")


def test_a_deleted_record_comes_back_by_undo_and_from_the_bin(visit: Visitor) -> None:
    asked, address = new_request(visit)
    number = asked.locator("h1").inner_text().split("\n")[0].strip()
    page = visit.sign_in(ANALYST, address)
    ui(page, "record-menu").locator("summary").click()
    ui(page, "delete").click()
    expect(ui(page, "toast")).to_contain_text("已删除")
    expect(ui(page, "row").filter(has_text=number)).to_have_count(0)
    ui(page, "undo").click()
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    expect(page.locator("h1")).to_contain_text(number)

    ui(page, "record-menu").locator("summary").click()
    ui(page, "delete").click()
    ui(page, "views").get_by_role("link", name="回收站").click()
    gone = ui(page, "row").filter(has_text=number)
    expect(gone).to_contain_text("周敏")
    gone.get_by_role("button", name=re.compile("恢复")).click()
    expect(page.locator("h1")).to_contain_text(number)


def test_two_people_change_the_same_record(visit: Visitor) -> None:
    asked, address = new_request(visit)
    mine = visit.sign_in(ANALYST, f"{address}/edit")
    theirs = visit.sign_in("admin", f"{address}/edit")
    box(theirs, "reason").fill("他们的话")
    submit(theirs)
    expect(theirs).to_have_url(address)
    box(mine, "reason").fill("我的话")
    submit(mine)
    conflict = ui(mine, "conflict")
    expect(conflict).to_contain_text("林管理")
    expect(conflict).to_contain_text("他们的话")
    expect(box(mine, "reason")).to_have_value("我的话")
    submit(mine)
    expect(value_on_page(mine, "赠送事由")).to_have_text("我的话")


def test_the_page_of_a_customer_lists_its_requests(visit: Visitor) -> None:
    _, address = new_request(visit)
    page = visit.sign_in("wanglei", address)
    number = page.locator("h1").inner_text().split("\n")[0].strip()
    page.get_by_role("link", name="上海美辰精密机械").click()
    related = ui(page, "related").filter(has_text="礼品申领单")
    expect(related.get_by_role("link", name=number)).to_be_visible()
    related.get_by_role("link", name="全部礼品申领单").click()
    expect(ui(page, "filter-chip")).to_contain_text("上海美辰精密机械")
    page.goto(page.url.split("?")[0] + "/new?reason=续约答谢")
    expect(box(page, "reason")).to_have_value("续约答谢")
    pick_in_row(page, 0, "gift", "羊绒", "羊绒围巾")
    expect(shown(page, "cost")).to_have_text("599.00")
    expect(row_box(page, 0, "quantity")).to_have_value("1")
    expect(box(page, "reason")).to_have_value("续约答谢")


def test_only_what_was_asked_opens(visit: Visitor) -> None:
    page = visit.sign_in("wanglei", f"{REQUESTS}/r/999999")
    error = ui(page, "error-page")
    expect(error).to_have_attribute("data-status", "404")
    expect(error).to_contain_text("周敏")
    page.goto("/no/such/page")
    expect(ui(page, "error-page")).to_have_attribute("data-status", "404")
    ui(page, "way-out").click()
    expect(ui(page, "shell")).to_be_visible()
