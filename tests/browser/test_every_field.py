"""One form with a field of every type: filled with the keyboard alone, saved, opened again, the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from engine.catalog import build_catalog
from tests.browser.every_field import FORM, definition
from tests.browser.serving import prepare, serving
from tests.browser.test_accessible import assert_sound
from tests.browser.walking import Site, Visitor, box, field_of, message, submit, ui
from tests.services.browser import Browser

WHO = "hebei"
LOOKED_UP = {"user": "金岚", "record": "龙井", "department": "办公室"}
# Fields that no key can fill: files come from a device, a signature from a hand.
NEEDS_A_DEVICE = ("attachment", "image", "signature")
# The keys for what is not typed as words, by the kind of the control or the type of the input; dates and times in
# the order in which the tests' Chromium has their parts.
KEYS = {
    "date": tuple("11222026"),
    "datetime-local": (*"11222026", "ArrowRight", *"0230", "p"),
    "time": (*"0930", "a"),
    "rating": ("ArrowRight", "ArrowRight"),
    "radio": ("Space",),
    "checkbox": ("Space",),
    "select-one": ("ArrowDown",),
    "range": ("ArrowRight",),
}
# Marks what was worked on, so that each stop of the Tab key is looked at once.
STOP = """
() => {
  const at = document.activeElement, field = at?.closest("form[data-form] [data-field]");
  if (!field || at.dataset.seen) return null;
  at.dataset.seen = "1";
  return {
    field: field.dataset.field, kind: field.dataset.kind, tag: at.tagName.toLowerCase(), type: at.type ?? "",
    number: /numeric|decimal/.test(at.inputMode), adds: at.matches("[data-line-add]"),
    ends: Boolean(field.closest("[data-line]")) && !field.closest("td").nextElementSibling.querySelector("[data-field]"),
    picker: at.getAttribute("role") === "combobox", editor: at.isContentEditable, ticked: at.type === "checkbox" && Boolean(field.querySelector("[type=checkbox]:checked")), locked: at.readOnly || at.disabled,
  };
}
"""
POSTED = """
() => {
  const found = {};
  for (const [name, value] of new FormData(document.querySelector("form[data-form]"))) {
    if (typeof value !== "string" || !value || !document.querySelector(`[data-field="${name}"]`)) continue;
    (found[name.replace(/\\.\\w+\\./, ".ROW.")] ??= []).push(value);
  }
  return found;
}
"""


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the app that has a field of every type."""
    folder = tmp_path_factory.mktemp("everything")
    path = folder / "everything.yaml"
    path.write_text(definition(), encoding="utf-8")
    prepare(folder, [path])
    with serving(folder) as started:
        yield started


@pytest.fixture(scope="module")
def known() -> dict[str, object]:
    return {}


@pytest.fixture
def come(browser: Browser, everything: Site, known: dict[str, object]) -> Visitor:
    """Give a way to come to that app."""
    return Visitor(browser, everything, known)


def samples() -> dict[str, str]:
    """Return what to type for each type: the first of its good examples that is a text or a number."""
    found = {}
    for member in build_catalog(packages=False).fields:
        plain = [raw for raw, value in member.examples().good if value is not None]
        words = [raw for raw in plain if isinstance(raw, str)] or [str(raw) for raw in plain]
        found[f"a_{member.name}"] = words[0].replace("\r\n", "\n").strip() if words else "试填"
    return found | {"name": "第一条", "amount": "12", "on": "2026-11-22"}


def fill_with_keys(page: Page) -> None:
    """Go through the form with Tab and fill in whatever takes the focus."""
    words = samples()
    page.locator("form[data-form] input:not([type=hidden])").first.focus()
    idle = 0
    while idle < 12:
        stop = page.evaluate(STOP)
        idle = 0 if stop else idle + 1
        if stop and stop["adds"]:
            page.keyboard.press("Enter")
            expect(field_of(page, stop["field"]).locator("[data-line] :focus")).to_have_count(1)
            continue
        # A last cell that is filled in would make Tab add a row, on and on.
        if (
            stop
            and not stop["locked"]
            and not stop["ends"]
            and stop["type"] not in ("button", "submit", "file")
        ):
            work_on(page, stop, words.get(stop["field"], "12" if stop["number"] else "试填"))
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-submit]')"):
            return


def work_on(page: Page, stop: dict[str, str], words: str) -> None:
    """Give the element with the focus a value, as its kind wants it."""
    if stop["ticked"]:
        return
    if stop["picker"]:
        choose(page, field_of(page, stop["field"]))
    elif stop["editor"]:
        page.keyboard.press("Control+b")
        page.keyboard.type("要点")
        page.keyboard.press("Control+b")
        page.keyboard.type("和细节")
    else:
        keys = KEYS.get(stop["kind"], KEYS.get(stop["type"]))
        for key in keys or ("Control+a",):
            page.keyboard.press(key)
        page.keyboard.type("" if keys else words)
        expect(field_of(page, stop["field"]).locator("[aria-busy]")).to_have_count(0)


def choose(page: Page, field: Locator) -> None:
    """Take the first thing that a picker offers."""
    lookup = field.locator("[data-combobox]").get_attribute("data-lookup") or ""
    name = lookup.rpartition("/")[2]
    target = next((words for kind, words in LOOKED_UP.items() if kind in name), None)
    if name in ("thing", "a_link", "a_links"):
        target = LOOKED_UP["record"]
    if target:
        page.keyboard.type(target)
    else:
        page.keyboard.press("ArrowDown")
    expect(field.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")


def posted(page: Page) -> dict[str, list[str]]:
    """Return what the form would send, once the server has looked at it."""
    page.wait_for_selector("form[data-form][data-ready]")
    with page.expect_response(re.compile("/preview$")):
        page.locator("form[data-form]").dispatch_event("change")
    page.evaluate("new Promise((done) => requestIdleCallback(done))")
    found: dict[str, list[str]] = page.evaluate(POSTED)
    return found


@dataclass(frozen=True)
class Filled:
    """What one passage through the form with the keyboard alone came to."""

    blank: set[str]
    problems: list[str]
    sent: dict[str, list[str]]
    path: str


@pytest.fixture(scope="module")
def filled(chromium: object, everything: Site, known: dict[str, object]) -> Iterator[Filled]:
    """Fill in the whole form with keys and save it."""
    browser = Browser(chromium)
    page = Visitor(browser, everything, known).sign_in(WHO, f"{FORM}/new")
    fill_with_keys(page)
    sent = posted(page)
    entered = page.evaluate(
        "[...document.querySelectorAll('form[data-form] [data-field]:not([data-kind=readonly])')]"
        ".filter((field) => field.querySelector(`[name='${field.dataset.field}']`))"
        ".map((field) => field.dataset.field)"
    )
    of_devices = tuple(f"a_{kind}" for kind in NEEDS_A_DEVICE)
    answered = {*sent, *(name.partition(".")[0] for name in sent)}
    blank = {
        key for key in entered if key not in answered and "." not in key and not key.startswith(of_devices)
    }
    problems = page.locator("[data-error]:not(:empty)").all_inner_texts()
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    yield Filled(blank, problems, sent, page.url.removeprefix(everything.base))
    assert browser.close() == []


def test_every_field_is_filled_with_keys_saved_and_opened_again(come: Visitor, filled: Filled) -> None:
    assert (filled.blank, filled.problems) == (set(), [])
    page = come.sign_in(WHO, f"{filled.path}/edit")
    assert posted(page) == filled.sent


@pytest.mark.parametrize(
    ("language", "theme", "phone"),
    [("zh", "light", False), ("en", "dark", True), ("en", "light", False), ("zh", "dark", True)],
)
def test_every_control_and_every_value_is_sound(
    come: Visitor, filled: Filled, language: str, theme: str, phone: bool
) -> None:
    page = come.sign_in(WHO, phone=phone, language=language, color_scheme=theme)
    for path in (f"{FORM}/new", filled.path, f"{filled.path}/edit", FORM):
        page.goto(f"{path}?lang={language}")
        page.wait_for_load_state("networkidle")
        assert_sound(page, f"{path} {language} {theme}")


def test_a_page_without_script_posts_the_same(come: Visitor, filled: Filled) -> None:
    page = come.sign_in(WHO, f"{filled.path}/edit")
    bare = come.come(java_script_enabled=False, storage_state=page.context.storage_state())
    bare.goto(f"{filled.path}/edit")
    submit(bare)
    expect(bare).to_have_url(re.compile(r"/r/\d+$"))
    page.reload()
    assert posted(page) == filled.sent


def test_levels_narrow_each_other_and_half_a_way_is_said(come: Visitor) -> None:
    page = come.sign_in(WHO, f"{FORM}/new")
    page.wait_for_load_state("networkidle")
    levels = field_of(page, "a_region").locator("select")
    levels.nth(0).focus()
    levels.nth(0).select_option("310000")
    expect(levels).to_have_count(3)
    box(page, "name").focus()
    expect(message(page, "a_region")).to_contain_text("还没选到最后一级")
    levels.nth(2).select_option("310115")
    expect(message(page, "a_region")).to_be_empty()
    levels.nth(0).select_option("440000")
    expect(levels).to_have_count(2)
    levels.nth(1).select_option("441900")
    expect(levels).to_have_count(2)
    assert posted(page)["a_region"] == ["441900"]


def test_what_is_typed_is_said_in_other_words(come: Visitor) -> None:
    page = come.sign_in(WHO, f"{FORM}/new")
    box(page, "a_id_number").fill("11010519491231002x")
    expect(field_of(page, "a_id_number").locator("[data-note]")).to_have_text("1949-12-31 出生,女")


def test_a_browser_that_cannot_scan_says_so(come: Visitor) -> None:
    page = come.sign_in(WHO, f"{FORM}/new")
    page.evaluate("delete window.BarcodeDetector")
    ui(page, "scan").click()
    expect(field_of(page, "a_barcode").locator("[data-scan-note]")).to_contain_text("不能扫码")


def test_a_rich_text_keeps_its_formatting_and_nothing_else(come: Visitor, filled: Filled) -> None:
    page = come.sign_in(WHO, f"{filled.path}/copy")
    area = field_of(page, "a_rich_text").locator("[data-rich-area]")
    area.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type("见 ")
    page.keyboard.press("Control+k")
    page.keyboard.type("example.com/a")
    page.keyboard.press("Enter")
    area.evaluate(
        "(area) => { const data = new DataTransfer();"
        " data.setData('text/html', '<p style=\"color:red\" onclick=\"x()\">贴<script>x()</scr' + 'ipt>"
        "<img src=x onerror=x()><b>来的</b></p>');"
        " area.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"
    )
    submit(page)
    shown = ui(page, "record").locator(".rich")
    expect(shown.locator("a")).to_have_attribute("href", "https://example.com/a")
    expect(shown.locator("b").filter(has_text=re.compile("^来的$"))).to_have_count(1)
    assert not re.search("style|onclick|script|img", shown.inner_html())
