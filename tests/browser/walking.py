"""What people do on the site, in their own words."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.services.browser import Browser, axe

PASSWORD = "demo-pass-1"
ADMIN, SALES, STOREKEEPER, FINANCE, ANALYST = "admin", "wanglei", "liuyang", "zhaoning", "zhoumin"
SUPERVISOR, VICE_PRESIDENT = "sunhao", "gaoxiang"
REQUESTS = "/a/gifts/f/requests"
LOCALES = {"zh": "zh-CN", "en": "en-US"}

# Counts what a person does: presses with a finger or a mouse, keys that are no letters, and letters.
COUNTER = """
window.deeds = JSON.parse(sessionStorage.deeds || '{"presses": 0, "keys": 0, "letters": 0}');
const note = (name) => { window.deeds[name] += 1; sessionStorage.deeds = JSON.stringify(window.deeds); };
addEventListener("pointerdown", () => note("presses"), true);
const isKey = (event) => event.key.length > 1 || event.ctrlKey;
addEventListener("keydown", (event) => note(isKey(event) ? "keys" : "letters"), true);
"""


@dataclass(frozen=True)
class Site:
    """The running site."""

    base: str
    log: Path


@dataclass
class Visitor:
    """Comes to the site, each time with a browser of its own."""

    browser: Browser
    site: Site
    sessions: dict[str, Any]

    def come(self, *, phone: bool = False, language: str = "zh", **options: Any) -> Page:
        """Open a browser as nobody."""
        opened = self.browser.phone if phone else self.browser.desktop
        return opened(base_url=self.site.base, locale=LOCALES[language], **options).new_page()

    def sign_in(self, who: str, path: str = "/", **options: Any) -> Page:
        """Come in as a person and open a page; the second time with the session of the first."""
        page = self.come(storage_state=self.sessions.get(who), **options)
        if who not in self.sessions:
            page.goto("/sign-in")
            enter(page, who)
            self.sessions[who] = page.context.storage_state()
        page.goto(path)
        return page

    def sign_in_anew(self, who: str, path: str = "/", **options: Any) -> Page:
        """Come in with a session that nobody else uses, so that it may be ended."""
        page = self.come(**options)
        page.goto("/sign-in")
        enter(page, who)
        page.goto(path)
        return page


def enter(page: Page, who: str) -> None:
    """Fill in the sign-in page."""
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("[data-ui=sign-in-submit]").click()
    expect(page.locator("[data-ui=shell]")).to_be_visible()
    page.wait_for_load_state("load")


def choose_language(page: Page, language: str) -> None:
    """Choose a language in the menu of the person."""
    ui(page, "me-menu").locator("summary").click()
    ui(page, "me-menu").locator(f"[data-ui=lang-{language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", {"zh": "zh-CN", "en": "en"}[language])


def ui(page: Page | Locator, name: str) -> Locator:
    """Return what carries a test hook."""
    return page.locator(f"[data-ui={name}]")


def field_of(page: Page, name: str) -> Locator:
    """Return a field of a form with its label and its message."""
    return page.locator(f'form [data-field="{name}"]')


def box(page: Page, name: str) -> Locator:
    """Return the input of a field."""
    return field_of(page, name).locator("input:not([type=hidden]), textarea, select").first


def shown(page: Page, name: str) -> Locator:
    """Return the value of a field that nobody fills in."""
    return field_of(page, name).locator("output")


def message(page: Page, name: str) -> Locator:
    """Return what is said to be wrong with a field."""
    return field_of(page, name).locator("[data-error]")


def in_row(page: Page, row: int, name: str) -> Locator:
    """Return a field of a row of the form's sub-table, counted from 0."""
    return page.locator("form tbody [data-line]").nth(row).locator(f"[data-field$='.{name}']")


def row_box(page: Page, row: int, name: str) -> Locator:
    """Return the input of a field of a row."""
    return in_row(page, row, name).locator("input:not([type=hidden])").first


def row_shown(page: Page, row: int, name: str) -> Locator:
    """Return the value of a field of a row that nobody fills in."""
    return in_row(page, row, name).locator("output")


def add_row(page: Page) -> None:
    """Add a row to the form's sub-table."""
    ui(page, "line-add").locator("visible=true").click()


def pick(page: Page, name: str, words: str, wanted: str) -> None:
    """Type into a picker and take the entry that is wanted with the mouse or the finger."""
    pick_in(field_of(page, name), words, wanted)


def pick_in_row(page: Page, row: int, name: str, words: str, wanted: str) -> None:
    """Do the same with a picker of a row."""
    pick_in(in_row(page, row, name), words, wanted)


def pick_in(field: Locator, words: str, wanted: str) -> None:
    """Do the same with the picker of a field that has been found."""
    entry = field.locator("input:not([type=hidden])").first
    entry.click()
    field.page.keyboard.type(words)
    options = field.get_by_role("option")
    expect(options).to_have_count(1)
    options.filter(has_text=wanted).click()
    expect(entry).to_have_value(re.compile(re.escape(wanted)))


def pick_with_keys(page: Page, name: str, words: str, wanted: str) -> None:
    """Type into the focused picker and take the entry that is wanted with the keyboard."""
    take_with_keys(field_of(page, name), words, wanted)


def take_with_keys(field: Locator, words: str, wanted: str) -> None:
    """Do the same with the picker of a field that has been found."""
    entry = field.locator("input:not([type=hidden])").first
    expect(entry).to_be_focused()
    field.page.keyboard.type(words)
    expect(field.get_by_role("option").first).to_contain_text(wanted)
    field.page.keyboard.press("Enter")
    expect(entry).to_have_value(re.compile(re.escape(wanted)))


def tab_to(page: Page, target: Locator, most: int = 60) -> None:
    """Press Tab until something has the focus."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")


def fill_request(
    page: Page, *, quantity: str = "2", reason: str = "测试答谢", gift: str = "紫砂茶具套装"
) -> None:
    """Fill in the request form."""
    pick(page, "customer", "美辰", "上海美辰精密机械")
    pick_in_row(page, 0, "gift", gift[:2], gift)
    row_box(page, 0, "quantity").fill(quantity)
    box(page, "reason").fill(reason)


def submit(page: Page) -> None:
    """Press the button that submits the form."""
    page.locator("[data-submit]").click()


def new_request(visit: Visitor, **values: str) -> tuple[Page, str]:
    """Make a request as the salesperson, submit it, and return its page and address."""
    page = visit.sign_in(SALES, f"{REQUESTS}/new")
    fill_request(page, **values)
    submit(page)
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    press_action(page, "submit")
    return page, page.url


def approve_request(visit: Visitor, address: str) -> None:
    """Approve a request as the supervisor, and as the vice president if it is large."""
    press_action(visit.sign_in(SUPERVISOR, address), "approve")
    page = visit.sign_in(VICE_PRESIDENT, address)
    if page.locator("[data-ui=action][data-name=approve_large]").count():
        press_action(page, "approve_large")


def press_action(page: Page, name: str) -> None:
    """Press a button that the app's definition gave to a record."""
    page.locator(f"[data-ui=action][data-name={name}]").click()
    expect(ui(page, "toast")).to_be_visible()


def assert_accessible(page: Page) -> None:
    """Say what axe finds on the page, seen from its top, where no bar hides a part of a field."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    found = [f"{one.rule} ({one.help}): {one.places[:3]}" for one in axe(page)]
    assert not found, found


def value_on_page(page: Page, label: str) -> Locator:
    """Return a value on a record's page."""
    return ui(page, "value").filter(has=page.locator("dt", has_text=re.compile(f"^{label}$"))).locator("dd")


def count_deeds(context: BrowserContext) -> None:
    """Count presses and keys in every page of a context from now on."""
    context.add_init_script(COUNTER)


def deeds(page: Page) -> dict[str, int]:
    """Return what was counted."""
    found: dict[str, int] = page.evaluate("window.deeds")
    return found
