"""A definition, records and people full of attacks: every page shows the words, and nothing runs."""

from playwright.sync_api import Page, expect

from tests.browser.walking import ADMIN, Visitor, field_of, ui

LETTERS = "/a/hostile/f/letters"
PAGES = [
    "/",
    "/start",
    "/a/hostile/",
    LETTERS,
    f"{LETTERS}?q=<script>attack('q')</script>",
    f"{LETTERS}?f=<img>:is:1",
    f"{LETTERS}?f=kind:is:one&f=subject:contains:\"><script>attack('f')</script>&cols=<b>&sort=</a>",
    f"{LETTERS}?f=subject:contains:\"><script>attack('f')</script>&q=</title><script>attack('q')</script>",
    f"{LETTERS}/new",
    f"{LETTERS}/new?subject=\"><script>attack('prefill')</script>",
    f"{LETTERS}/r/1",
    f"{LETTERS}/r/1/edit",
    f"{LETTERS}/r/2",
    f"{LETTERS}/bin",
    "/me",
    "/nothing/<script>attack('404')</script>",
    "/sign-in?next=javascript:attack('next')",
]
ADMIN_PAGES = [
    "/", LETTERS, f"{LETTERS}/r/1", "/people", "/people?tab=departments", "/people?tab=roles",
    "/people?q=<script>attack('people')</script>", "/a/hostile/definition", "/new-app",
]  # fmt: skip
WATCH = """
window.attacks = [];
window.attack = (what) => window.attacks.push(what);
addEventListener("securitypolicyviolation", (event) => window.attacks.push("policy: " + event.blockedURI));
"""


def watched(visit: Visitor, who: str) -> Page:
    page = visit.sign_in(who)
    page.context.add_init_script(WATCH)
    page.on("dialog", lambda dialog: visit.browser.faults.append(f"dialog: {dialog.message}"))
    return page


def assert_quiet(page: Page, where: str) -> None:
    assert page.evaluate("window.attacks") == [], where
    planted = page.evaluate(
        "[...document.querySelectorAll('[onerror], [onload], [onmouseover], a[href^=javascript]')]"
        ".map((one) => one.outerHTML)"
    )
    assert planted == [], where


def test_every_page_shows_the_words_and_runs_nothing(visit: Visitor) -> None:
    for who, paths in (("mallory", PAGES), (ADMIN, ADMIN_PAGES)):
        page = watched(visit, who)
        for path in paths:
            page.goto(path)
            page.wait_for_load_state("load")
            assert_quiet(page, f"{who} {path}")


def test_words_arrive_as_they_were_written(visit: Visitor) -> None:
    page = watched(visit, "mallory")
    page.goto(LETTERS)
    expect(page.locator("h1")).to_contain_text("\"><img src=x onerror=attack('form')>")
    expect(ui(page, "row-link").filter(has_text="<script>attack('title')</script>")).to_be_visible()
    page.goto(f"{LETTERS}/r/1")
    record = ui(page, "record")
    for words in (
        "</textarea><script>attack('body')</script>",
        "<script>attack('option')</script>",
        "<img src=x onerror=attack('person')>",
    ):
        expect(record).to_contain_text(words)
    page.goto(f"{LETTERS}/r/1/edit")
    expect(page.locator("#body")).to_have_value(
        "</textarea><script>attack('body')</script>\n<img src=x onerror=attack('body 2')>"
    )
    assert_quiet(page, "edit")


def test_what_scripts_draw_is_quiet_too(visit: Visitor) -> None:
    page = watched(visit, "mallory")
    page.goto(f"{LETTERS}/new")
    field_of(page, "answers").locator("input[type=text]").click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    page.locator("#sum").fill("5000")
    page.keyboard.press("Tab")
    page.locator("#subject").fill("<script>attack('typed')</script>")
    expect(ui(page, "live-problems")).to_contain_text("<script>attack('check')</script>")
    page.locator("[data-submit]").click()
    expect(ui(page, "problem-summary")).to_contain_text("<script>attack('check')</script>")
    assert_quiet(page, "form")
    page.reload()
    page.keyboard.press("Control+k")
    page.keyboard.type("script")
    expect(ui(page, "palette").get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(LETTERS)
    page.locator("[data-ui=filter-menu] summary").click()
    for option in page.locator("#add_field option").all_inner_texts():
        page.locator("#add_field").select_option(label=option)
    assert_quiet(page, "list")
    page.goto(f"{LETTERS}/r/2")
    page.locator("[data-ui=action]").click()
    expect(ui(page, "toast")).to_be_visible()
    assert_quiet(page, "record")
