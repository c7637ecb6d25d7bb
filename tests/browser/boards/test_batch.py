"""Batch edit: tick rows, choose a value, see what would happen, do it; what is left out says why."""

import re

from playwright.sync_api import Page, expect

from tests.browser.walking import Visitor, ui

LIST = "/a/activities/f/activities"
PLANNER, VIEWER = "chengyu", "guanlan"


def tick(page: Page, *titles: str) -> None:
    for title in titles:
        ui(page, "row").filter(has_text=title).locator("[data-pick]").check()


def act(page: Page, label: str) -> None:
    ui(page, "bulk-action").filter(has_text=label).click()


def number(page: Page, name: str) -> int:
    return int(ui(page, name).inner_text())


def test_three_with_one_refused_two_are_changed_and_one_says_why(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, f"{LIST}?sort=name")
    tick(page, "行业沙龙", "重点客户邀约", "创意征集")
    act(page, "修改")
    ui(page, "batch-field").select_option(label="状态")
    page.get_by_label("已完成").check()
    ui(page, "batch-check").click()
    checked = ui(page, "batch-checked")
    expect(checked).to_contain_text("还没有改动")
    assert (number(page, "batch-count"), number(page, "batch-refused")) == (2, 1)
    expect(ui(page, "batch-reason")).to_contain_text("创意征集")
    expect(ui(page, "batch-reason")).to_contain_text("完成之前要填预算")
    ui(page, "batch-do").click()
    assert (number(page, "batch-count"), number(page, "batch-refused")) == (2, 1)
    ui(page, "batch-back").click()
    expect(page).to_have_url(re.compile(r"sort=name"))
    statuses = {
        title: ui(page, "row").filter(has_text=title).inner_text() for title in ("行业沙龙", "创意征集")
    }
    assert "已完成" in statuses["行业沙龙"] and "计划中" in statuses["创意征集"]


def test_what_somebody_changed_meanwhile_is_listed(visit: Visitor) -> None:
    page, other = visit.sign_in(PLANNER, LIST), visit.sign_in(PLANNER, LIST)
    tick(page, "展板文案", "展位设计与搭建")
    act(page, "修改")
    ui(page, "batch-field").select_option(label="预算")
    page.locator("#budget").fill("5000")
    ui(page, "batch-check").click()
    assert number(page, "batch-count") == 2
    record = ui(other, "row").filter(has_text="展板文案").get_attribute("data-id")
    other.goto(f"{LIST}/r/{record}/edit")
    other.locator("#budget").fill("1300")
    other.locator("[data-submit]").click()
    expect(other).to_have_url(re.compile(r"/r/\d+$"))
    ui(page, "batch-do").click()
    assert (number(page, "batch-count"), number(page, "batch-refused")) == (1, 1)
    expect(ui(page, "batch-reason")).to_contain_text("有人刚改过这条记录")


def test_a_value_that_cannot_be_is_said_at_its_field(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, LIST)
    tick(page, "展板文案")
    act(page, "修改")
    ui(page, "batch-field").select_option(label="预算")
    page.locator("#budget").fill("很多")
    ui(page, "batch-check").click()
    expect(page.locator("[data-field=budget] [data-error]")).not_to_be_empty()
    assert page.locator("#budget").input_value() == "很多"


def test_deleting_many_can_be_undone(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, LIST)
    before = ui(page, "row").count()
    tick(page, "展板文案", "华南路演")
    act(page, "删除")
    expect(ui(page, "batch-checked")).to_contain_text("会删除")
    ui(page, "batch-do").click()
    assert number(page, "batch-count") == 2
    ui(page, "batch-undo").click()
    assert number(page, "batch-count") == 2
    page.goto(LIST)
    expect(ui(page, "row")).to_have_count(before)


def test_many_come_back_from_the_recycle_bin(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, LIST)
    before = ui(page, "row").count()
    tick(page, "展板文案", "华南路演")
    act(page, "删除")
    ui(page, "batch-do").click()
    page.goto(f"{LIST}/bin")
    ui(page, "row").filter(has_text="华南路演").locator("input[type=checkbox]").check()
    ui(page, "restore-selected").click()
    ui(page, "batch-do").click()
    assert number(page, "batch-count") == 1
    ui(page, "batch-back").click()
    ui(page, "restore-all").click()
    ui(page, "batch-do").click()
    page.goto(LIST)
    expect(ui(page, "row")).to_have_count(before)


def test_who_may_only_read_has_nothing_to_tick(visit: Visitor) -> None:
    page = visit.sign_in(VIEWER, LIST)
    expect(page.locator("[data-pick]")).to_have_count(0)
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    sent = {
        "csrf_token": token,
        "batch.rows": "1.1",
        "batch.field": "status",
        "batch.step": "do",
        "status": "done",
    }
    assert page.request.post(f"{LIST}/batch/change", form=sent).status == 403
    assert page.request.post(f"{LIST}/batch/delete", form=sent).status == 403
    assert page.request.post(f"{LIST}/batch/nothing", form=sent).status == 404
