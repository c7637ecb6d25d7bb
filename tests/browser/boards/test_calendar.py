"""The calendar: the period stands in the address; bars over several days; the rest of a day on request."""

import re

from playwright.sync_api import expect

from tests.browser.walking import Visitor, ui

CALENDAR = "/a/activities/f/activities?as=calendar&to=ends&on=2026-11-12"
PLANNER, VIEWER = "chengyu", "guanlan"


def test_paging_through_months_and_weeks(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, CALENDAR)
    expect(ui(page, "calendar-title")).to_have_text("2026年11月")
    ui(page, "calendar-next").click()
    expect(page).to_have_url(re.compile("on=2026-12-01"))
    expect(ui(page, "bar").filter(has_text="冬季促单周")).to_have_count(1)
    ui(page, "calendar-previous").click()
    ui(page, "calendar-previous").click()
    expect(ui(page, "calendar-title")).to_have_text("2026年10月")
    expect(ui(page, "bar").filter(has_text="华南路演")).to_have_count(1)
    page.go_back()
    expect(ui(page, "calendar-title")).to_have_text("2026年11月")
    ui(page, "calendar-week").click()
    expect(page.locator(".week")).to_have_count(1)
    ui(page, "calendar-today").click()
    expect(page).not_to_have_url(re.compile("on="))
    expect(page.locator(".day-today")).to_have_count(1)


def test_bars_reach_over_their_days_and_open_the_record(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, CALENDAR)
    bar = ui(page, "bar").filter(has_text="展位设计与搭建")
    day, box = page.locator(".day[data-day='2026-11-02']").bounding_box(), bar.bounding_box()
    assert day is not None and box is not None and abs(box["width"] - 7 * day["width"]) < 16
    bar.click()
    expect(page.locator("h1")).to_contain_text("展位设计与搭建")


def test_what_does_not_fit_in_a_day_is_shown_on_request(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, CALENDAR)
    day = page.locator(".day[data-day='2026-11-12']")
    more = ui(day, "day-over").locator("summary")
    expect(more).to_have_text("+3")
    more.click()
    expect(day.locator(".menu-item")).to_have_count(6)
    day.locator(".menu-item", has_text="新品线上发布").click()
    expect(page.locator("h1")).to_contain_text("新品线上发布")


def test_moments_carry_their_time(visit: Visitor) -> None:
    page = visit.sign_in(PLANNER, "/a/activities/f/activities?as=calendar&by=meeting&span=week&on=2026-11-12")
    assert ui(page, "bar").all_inner_texts() == ["09:00\n新品线上发布", "14:30\n行业沙龙：智能制造的下一步"]


def test_on_a_phone_it_is_a_list_of_days(visit: Visitor) -> None:
    page = visit.sign_in(VIEWER, CALENDAR, phone=True)
    expect(ui(page, "calendar-grid")).to_be_hidden()
    expect(ui(page, "agenda-entry").filter(has_text="秋季招商大会")).to_contain_text("11-09 – 11-13")
    ui(page, "undated").locator("a").tap()
    expect(page.locator("[data-ui=row]")).to_have_count(1)
