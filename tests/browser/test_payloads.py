"""Forty payloads in every word that a page shows: each is read as it was written, and none runs."""

import re

from playwright.sync_api import Page, expect

from tests.browser.payloads import PAYLOADS
from tests.browser.test_hostile import assert_quiet, watched
from tests.browser.walking import ADMIN, Visitor, field_of, ui

TRAPS = "/a/hostile/f/traps"
BOARDS = ("kanban", "calendar", "gallery", "tree")
NUMBERED = list(enumerate(PAYLOADS, 1))


def words(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def post(page: Page, path: str, **form: str) -> None:
    token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = page.request.post(path, form={"csrf_token": token, **form})
    assert answer.ok, (path, answer.status)


def visit_quietly(page: Page, *paths: str) -> None:
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("load")
        assert_quiet(page, path)


def test_labels_and_values_are_the_words_themselves(visit: Visitor) -> None:
    page = watched(visit, "mallory")
    visit_quietly(page, f"{TRAPS}/r/1/edit")
    labels = page.locator("form [data-field]").evaluate_all(
        "all => Object.fromEntries(all.map(one => [one.dataset.field,"
        " [one.querySelector('label, legend')?.textContent, one.querySelector('input')?.value,"
        "  one.querySelector('.field-help')?.textContent]]))"
    )
    for number, payload in NUMBERED:
        label, value, help_text = labels[f"f{number}"]
        assert words(payload) in words(label), number
        assert (value, words(help_text)) == (payload, words(payload)), number
    visit_quietly(page, f"{TRAPS}/r/1")
    text = words(ui(page, "record").evaluate("one => one.textContent"))
    assert [number for number, payload in NUMBERED if words(payload) not in text] == []
    rich = page.locator(".rich").first
    assert (
        rich.locator("script, img, svg, iframe, style, link, base, form, object, embed, input").count() == 0
    )


def test_every_way_to_look_at_the_records_is_quiet(visit: Visitor) -> None:
    page = watched(visit, "mallory")
    visit_quietly(page, TRAPS)
    for number, payload in NUMBERED[::4]:
        post(page, f"{TRAPS}/r/1/comments", body=f"{number} {payload} @mallory")
        post(page, f"{TRAPS}/views", title=payload[:60], address=f"f=f1:is:{payload}&q={payload}")
    visit_quietly(page, TRAPS, *(f"{TRAPS}?as={board}" for board in BOARDS))
    visit_quietly(page, f"{TRAPS}?group=pick,f1&cols=f1,f2,rich,pick", f"{TRAPS}?view=bad", f"{TRAPS}/new")
    visit_quietly(page, f"{TRAPS}/r/1/copy", "/me/mentions", "/me/drafts", f"{TRAPS}/r/1")
    text = words(page.locator("main").evaluate("one => one.textContent"))
    assert [n for n, payload in NUMBERED[::4] if words(f"{n} {payload}") not in text] == []


def test_what_scripts_draw_of_the_payloads_is_quiet(visit: Visitor) -> None:
    page = watched(visit, "mallory")
    page.goto(f"{TRAPS}/new")
    for number in (1, 2, 9):
        page.locator(f"#f{number}").fill(PAYLOADS[number - 1])
    page.get_by_role("tab").last.click()
    field_of(page, "above").locator("input[type=text]").fill("script")
    expect(page.get_by_role("option").first).to_be_visible()
    assert_quiet(page, "picker")
    page.goto(TRAPS)
    page.keyboard.press("Control+k")
    page.keyboard.type("attack")
    expect(ui(page, "palette").get_by_role("option").first).to_be_visible()
    assert_quiet(page, "palette")


def test_a_stranger_reads_the_words_of_a_public_form(visit: Visitor) -> None:
    admin = watched(visit, ADMIN)
    admin.goto(f"{TRAPS}/public")
    post(admin, f"{TRAPS}/public/open")
    visit_quietly(admin, f"{TRAPS}/public")
    address = re.search(r"/p/[\w-]+", admin.content())
    assert address
    stranger = visit.come()
    stranger.context.add_init_script(
        "window.attacks = []; window.attack = one => window.attacks.push(one);"
        "addEventListener('securitypolicyviolation', one => window.attacks.push(one.blockedURI));"
    )
    visit_quietly(stranger, address[0])
    assert words(PAYLOADS[0]) in words(stranger.locator("h1").text_content())
