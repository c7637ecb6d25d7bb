"""Rows of a sub-table, files, signatures, tabs and pages of several parts, as people fill them in."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessible import assert_sound
from tests.browser.walking import (
    Visitor,
    add_row,
    box,
    field_of,
    message,
    pick_in_row,
    row_box,
    row_shown,
    shown,
    submit,
    ui,
)

ORDERS = "/a/orders_desk/f/orders"
BUYER = "buyer"
PASTE = """([element, text]) => {
  const data = new DataTransfer();
  data.setData("text", text);
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def begin(page: Page, name: str) -> None:
    """Fill in what every order needs beside its lines."""
    box(page, "name").fill(name)
    box(page, "period_start").fill("2026-12-01")
    box(page, "period_end").fill("2026-12-11")


def paste(page: Page, row: int, field: str, text: str) -> None:
    """Paste what was copied from a spreadsheet into a cell."""
    row_box(page, row, field).evaluate("(element, text) => (" + PASTE + ")([element, text])", text)


def test_rows_are_worked_out_while_they_are_typed_and_added_up(visit: Visitor) -> None:
    page = visit.sign_in(BUYER, f"{ORDERS}/new")
    begin(page, "typed")
    pick_in_row(page, 0, "good", "cha", "茶叶")
    row_box(page, 0, "quantity").fill("3")
    expect(row_shown(page, 0, "cost")).to_have_text("37.50")
    add_row(page)
    pick_in_row(page, 1, "good", "gangbi", "钢笔")
    row_box(page, 1, "quantity").fill("2")
    expect(shown(page, "total")).to_have_text("373.50")
    ui(page, "line-remove").locator("visible=true").first.click()
    expect(shown(page, "total")).to_have_text("336.00")
    submit(page)
    expect(ui(page, "record-rows")).to_contain_text("336.00")
    assert_sound(page, "rows")


def test_rows_copied_from_a_spreadsheet_become_rows(visit: Visitor) -> None:
    page = visit.sign_in(BUYER, f"{ORDERS}/new")
    begin(page, "pasted")
    paste(page, 0, "good", "茶叶\t\t4\n钢笔\t\t1\n茶叶\t\t2\n")
    expect(page.locator("[data-line]")).to_have_count(3)
    expect(shown(page, "total")).to_have_text("243.00")
    submit(page)
    expect(ui(page, "record-rows").locator("tbody tr")).to_have_count(3)


def test_a_problem_in_a_row_is_named_in_the_summary_and_beside_the_input(visit: Visitor) -> None:
    page = visit.sign_in(BUYER, f"{ORDERS}/new")
    begin(page, "wrong")
    pick_in_row(page, 0, "good", "gangbi", "钢笔")
    row_box(page, 0, "quantity").fill("99")
    page.locator("[data-submit]").click()
    summary = ui(page, "problem-summary")
    expect(summary).to_contain_text("第 1 行")
    page.wait_for_load_state("networkidle")
    summary.locator("a").first.click()
    expect(row_box(page, 0, "quantity")).to_be_focused()
    assert_sound(page, "rows")


def test_a_tab_with_a_problem_says_so_and_the_summary_leads_to_it(visit: Visitor) -> None:
    page = visit.sign_in(BUYER, f"{ORDERS}/new")
    ui(page, "form-tab").nth(1).click()
    page.locator("[data-submit]").click()
    expect(ui(page, "form-tab").nth(0)).to_have_attribute("data-wrong", "")
    page.wait_for_load_state("networkidle")
    ui(page, "form-tab").nth(1).click()
    ui(page, "problem-summary").locator("a").first.click()
    expect(box(page, "name")).to_be_focused()


def test_the_end_of_a_period_is_not_before_its_beginning(visit: Visitor) -> None:
    page = visit.sign_in(BUYER, f"{ORDERS}/new")
    begin(page, "backwards")
    box(page, "period_end").fill("2026-11-01")
    box(page, "name").focus()
    expect(message(page, "period_end")).not_to_be_empty()


def test_files_and_a_typed_signature_are_sent_shown_and_taken_away_again(
    visit: Visitor, tmp_path: Path
) -> None:
    note = tmp_path / "说明 1.txt"
    note.write_text("hello", encoding="utf-8")
    page = visit.sign_in(BUYER, f"{ORDERS}/new")
    begin(page, "files")
    pick_in_row(page, 0, "good", "cha", "茶叶")
    row_box(page, 0, "quantity").fill("1")
    ui(page, "form-tab").nth(1).click()
    files = field_of(page, "files")
    files.locator("input[type=file]").set_input_files(note)
    expect(files.locator(".file-name")).to_have_text("说明 1.txt")
    signature = field_of(page, "sign").locator("[data-name-typed]")
    signature.focus()
    page.keyboard.type("李娜")
    page.keyboard.press("Enter")
    expect(field_of(page, "sign").locator("[data-picture]")).to_be_visible()
    submit(page)
    link = page.locator(".file-view", has_text="说明 1.txt")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "说明 1.txt"
    expect(page.locator(".file-view img")).to_have_count(1)
    assert_sound(page, "rows")


def test_a_file_of_another_kind_than_its_name_is_refused_with_a_sentence(
    visit: Visitor, tmp_path: Path
) -> None:
    fake = tmp_path / "picture.png"
    fake.write_text("<script>alert(1)</script>", encoding="utf-8")
    page = visit.sign_in(BUYER, "/a/orders_desk/f/goods/new")
    field_of(page, "picture").locator("input[type=file]").set_input_files(fake)
    expect(field_of(page, "picture").locator("[data-file-problem]")).to_contain_text("不是这种文件")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_each_row_is_a_card(visit: Visitor, language: str) -> None:
    page = visit.sign_in(BUYER, f"{ORDERS}/new?lang={language}", phone=True, language=language)
    row = page.locator("[data-line]").first
    expect(row.locator(".field-label").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_sound(page, "rows")
