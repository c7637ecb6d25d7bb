"""Every page, in both languages, light and dark, on a desk and on a phone: no fault that axe knows,
nothing that sticks out, a name for all that takes the focus."""

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page

from tests.browser.walking import ADMIN, FINANCE, REQUESTS, SALES, Visitor, ui
from tests.services.browser import axe

# Pages of different people. All are looked at in two of the eight ways, which differ in everything, and the
# chosen ones in two more, so that each language meets each theme and each size.
PAGES = {
    "home": (SALES, "/"),
    "start": (SALES, "/start"),
    "app home": (FINANCE, "/a/gifts/"),
    "list": (FINANCE, f"{REQUESTS}?f=status:is:submitted"),
    "list, filtered": (SALES, f"{REQUESTS}?f=status:is:issued&q=2026&sort=-cost"),
    "list, grouped": (FINANCE, f"{REQUESTS}?group=department,status&f=quantity:gt:1&f=cost:gt:1&any=1"),
    "list, nothing found": (SALES, f"{REQUESTS}?q=zzzz"),
    "list, error": (SALES, f"{REQUESTS}?f=nonsense:is:1"),
    "form": (SALES, f"{REQUESTS}/new"),
    "record": (SALES, f"{REQUESTS}/r/1"),
    "record with lists": (ADMIN, "/a/gifts/f/customers/r/1"),
    "form of a record": (ADMIN, "/a/gifts/f/customers/r/1/edit"),
    "bin": (ADMIN, f"{REQUESTS}/bin"),
    "me": (SALES, "/me"),
    "people": (ADMIN, "/people"),
    "departments": (ADMIN, "/people?tab=departments"),
    "roles": (ADMIN, "/people?tab=roles"),
    "definition": (ADMIN, "/a/gifts/definition"),
    "new app": (ADMIN, "/new-app"),
    "styleguide": (ADMIN, "/styleguide"),
    "not found": (SALES, "/nothing"),
    "not allowed": (FINANCE, f"{REQUESTS}/new"),
    "sign in": ("", "/sign-in"),
}
CHOSEN = ("form", "record", "styleguide")
NAMELESS = """
() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.checkVisibility() && !one.disabled && one.type !== "hidden")
  .filter((one) => {
    const words = (other) => other?.innerText.trim();
    const labels = [...(one.labels ?? [])].some(words);
    const by = (one.getAttribute("aria-labelledby") ?? "").split(" ");
    const others = by.map((id) => document.getElementById(id));
    const named = one.ariaLabel || one.title || words(one) || labels || others.some(words);
    return !named && !one.querySelector("svg[aria-label]");
  })
  .map((one) => one.outerHTML.slice(0, 160))
"""
STICKING_OUT = """
() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))
"""


def assert_sound(page: Page, where: str) -> None:
    page.wait_for_load_state("load")
    found = [f"{one.rule} ({one.help}): {one.places[:3]}" for one in axe(page)]
    assert not found, f"{where}:\n" + "\n".join(found)
    assert page.evaluate(NAMELESS) == [], f"{where}: something has no name"
    assert page.evaluate(STICKING_OUT) == [], f"{where}: something sticks out"


@pytest.mark.parametrize(
    ("language", "theme", "phone", "names"),
    [
        ("zh", "light", False, PAGES),
        ("en", "dark", True, PAGES),
        ("zh", "dark", True, CHOSEN),
        ("en", "light", False, CHOSEN),
    ],
    ids=["zh-light-desk", "en-dark-phone", "zh-dark-phone", "en-light-desk"],
)
def test_every_page_is_sound(
    visit: Visitor, language: str, theme: str, phone: bool, names: Iterable[str]
) -> None:
    pages: dict[str, Page] = {}
    for name in names:
        who, path = PAGES[name]
        if who not in pages:
            options = {"phone": phone, "language": language, "color_scheme": theme}
            pages[who] = visit.sign_in(who, **options) if who else visit.come(**options)
        page = pages[who]
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
        assert_sound(page, f"{name} {language} {theme} {'phone' if phone else 'desk'}")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_what_opens_on_a_page_is_sound_too(visit: Visitor, phone: bool) -> None:
    page = visit.sign_in(SALES, f"{REQUESTS}/new", phone=phone, color_scheme="dark" if phone else "light")
    page.locator("#customer").click()
    page.get_by_role("option").first.wait_for()
    assert_sound(page, "picker")
    page.keyboard.press("Escape")
    page.locator("[data-submit]").click()
    ui(page, "problem-summary").wait_for()
    assert_sound(page, "form with problems")
    page.keyboard.press("Control+k")
    ui(page, "palette").get_by_role("option").first.wait_for()
    assert_sound(page, "palette")
    page.goto(REQUESTS)
    ui(page, "filter-menu").locator("summary").click()
    assert_sound(page, "filter")
    ui(page, "me-menu").locator("summary").click()
    assert_sound(page, "menu")


def test_a_definition_with_problems_is_sound(visit: Visitor) -> None:
    page = visit.sign_in(ADMIN, "/a/gifts/definition")
    ui(page, "definition-text").fill(
        "app: gifts\nforms:\n  things:\n    fields:\n      a: {typ: text}\n      b: {type: nothing}\n"
    )
    ui(page, "check").click()
    ui(page, "definition-problem").first.wait_for()
    assert_sound(page, "problems")
    ui(page, "definition-text").fill("app: gifts\nforms:\n  things:\n    fields:\n      a: {type: text}\n")
    ui(page, "check").click()
    ui(page, "plan").wait_for()
    assert_sound(page, "plan")
