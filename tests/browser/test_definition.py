"""The analyst's work: a definition with faults, a plan in sentences, publishing, and the way back."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import ADMIN, Visitor, box, submit, ui

TEXT = Path(__file__).with_name("notes.yaml").read_text(encoding="utf-8")
LIST = "/a/notes/f/notes"
REMARK = "      remark: {type: text, title: {zh: 备注, en: Remark}}\n"
COLOUR = "      colour: {type: choice, title: {zh: 颜色, en: Colour}, options: {red: 红, blue: 蓝}}\n"


def check(page: Page, text: str) -> None:
    ui(page, "definition-text").fill(text)
    ui(page, "check").click()
    expect(ui(page, "problems")).to_be_visible()


def roll_back_to(page: Page, words: str) -> None:
    version = ui(page, "version").filter(has_text=words)
    version.locator("summary").click()
    version.locator("[data-ui=rollback]").click()


def columns(page: Page) -> list[str]:
    page.goto(LIST)
    return [text.strip() for text in page.get_by_role("columnheader").all_inner_texts()]


@pytest.fixture
def analyst(visit: Visitor) -> Page:
    page = visit.sign_in(ADMIN, "/a/notes/definition")
    expect(ui(page, "definition-text")).to_be_visible()
    return page


def test_faults_are_all_shown_with_their_line_and_a_caret(analyst: Page) -> None:
    faulty = TEXT.replace("type: money", "type: mony").replace("title: {zh: 备注, en: Remark}", "titel: 备注")
    analyst.locator("[data-ui=definition-file]").set_input_files(
        {"name": "notes.yaml", "mimeType": "application/yaml", "buffer": faulty.encode()}
    )
    ui(analyst, "check").click()
    problems = ui(analyst, "definition-problem")
    expect(problems).to_have_count(2)
    lines = faulty.split("\n")
    for problem, word in zip(problems.all(), ("mony", "titel"), strict=True):
        line = next(n for n, text in enumerate(lines, 1) if word in text)
        expect(problem).to_have_attribute("data-line", str(line))
        expect(problem.locator("mark")).to_have_text(word)
    expect(problems.first).to_contain_text("money")
    expect(ui(analyst, "plan")).to_have_count(0)
    expect(ui(analyst, "definition-text")).to_have_value(faulty)

    check(analyst, TEXT)
    expect(problems).to_have_count(0)
    expect(ui(analyst, "publish")).to_have_count(0)


def test_a_new_field_is_there_at_once_and_removing_it_asks_first(analyst: Page, visit: Visitor) -> None:
    other = visit.sign_in("tangyuan", LIST)
    assert "颜色" not in columns(other)

    check(analyst, TEXT.replace(REMARK, REMARK + COLOUR))
    expect(ui(analyst, "plan-line")).to_contain_text(["颜色"])
    expect(ui(analyst, "publish-yes")).to_have_count(0)
    ui(analyst, "publish-note").fill("加颜色")
    ui(analyst, "publish").click()
    expect(ui(analyst, "toast")).to_contain_text("已发布")
    expect(ui(analyst, "version").first).to_contain_text("加颜色")

    assert "颜色" in columns(other)
    other.goto(f"{LIST}/new")
    box(other, "title").fill("彩笔")
    other.get_by_role("radio", name="红").check()
    submit(other)
    expect(ui(other, "record")).to_contain_text("红")
    answer = other.request.get("/api/apps/notes/forms/notes/records")
    assert any(one.get("colour") == "red" for one in records(answer.text()))

    analyst.goto("/a/notes/definition")
    check(analyst, TEXT)
    expect(ui(analyst, "plan-line").filter(has_text="颜色")).to_contain_text("1 条")
    ui(analyst, "publish").click()
    assert analyst.url.endswith("/definition"), "published without a yes"
    ui(analyst, "publish-yes").check()
    ui(analyst, "publish").click()
    expect(ui(analyst, "toast")).to_contain_text("已发布")
    assert "颜色" not in columns(other)

    analyst.goto("/a/notes/definition")
    roll_back_to(analyst, "加颜色")
    expect(ui(analyst, "toast")).to_contain_text("已回到版本")
    other.goto(LIST)
    expect(ui(other, "row").filter(has_text="彩笔")).to_contain_text("红")

    analyst.goto("/a/notes/definition")
    roll_back_to(analyst, "demo")
    expect(ui(analyst, "publish-yes")).to_be_visible()
    ui(analyst, "publish-yes").check()
    ui(analyst, "publish").click()
    expect(ui(analyst, "toast")).to_contain_text("已发布")
    assert "颜色" not in columns(other)


def test_who_published_meanwhile_is_not_overwritten(analyst: Page, visit: Visitor) -> None:
    check(analyst, TEXT.replace("小本子", "小册子"))
    other = visit.sign_in(ADMIN, "/a/notes/definition")
    check(other, TEXT.replace("小本子", "大本子"))
    ui(other, "publish").click()
    expect(ui(other, "toast")).to_contain_text("已发布")
    ui(analyst, "publish").click()
    expect(ui(analyst, "problems")).to_contain_text("发布了")
    check(other, TEXT)
    ui(other, "publish").click()
    expect(ui(other, "toast")).to_contain_text("已发布")


def test_many_problems_stay_readable(analyst: Page) -> None:
    faulty = TEXT.replace("{type: ", "{typ: ")
    faulty += "      broken: 1\nnonsense: true\n" + "".join(f"extra_{n}: 1\n" for n in range(30))
    check(analyst, faulty)
    assert ui(analyst, "definition-problem").count() >= 20
    assert analyst.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_new_app_comes_from_a_text(analyst: Page) -> None:
    analyst.goto("/new-app")
    check(analyst, "app: fresh\ntitle: 新的\nforms:\n  things:\n    fields:\n      name: {type: text}\n")
    ui(analyst, "publish").click()
    expect(ui(analyst, "toast")).to_contain_text("已发布")
    analyst.goto("/a/fresh/f/things")
    expect(ui(analyst, "empty")).to_contain_text("还没有")
    ui(analyst, "empty").get_by_role("link", name="新建").click()
    analyst.wait_for_url("**/new")


def test_a_member_sees_no_way_to_the_definition(visit: Visitor) -> None:
    page = visit.sign_in("tangyuan", "/a/notes/")
    assert "/definition" not in page.content()
    page.goto("/a/notes/definition")
    expect(ui(page, "error-page")).to_have_attribute("data-status", "404")


def records(text: str) -> list[dict[str, object]]:
    body = json.loads(text)
    found = body["records"] if "records" in body else body["items"]
    return [one.get("fields", one) | one for one in found]
