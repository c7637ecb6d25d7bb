"""Every board and every step of a batch edit, in both languages and themes, at a desk and on a phone."""

import pytest

from tests.browser.test_accessible import assert_sound
from tests.browser.walking import Visitor, ui

LIST = "/a/activities/f/activities"
PLANNER = "chengyu"
BOARDS = (
    "?as=kanban",
    "?as=kanban&by=kind",
    "?as=calendar&to=ends&on=2026-11-12",
    "?as=calendar&span=week&on=2026-11-12",
    "?as=gallery",
    "?as=gallery&q=zzzz",
    "?as=tree&open=1,2,3",
    "?as=tree&q=zzzz",
    "?as=kanban&by=nothing",
)
WAYS = [("zh", "light", False), ("en", "dark", True), ("zh", "dark", True), ("en", "light", False)]


@pytest.mark.parametrize(("language", "theme", "phone"), WAYS)
def test_boards_are_sound(visit: Visitor, language: str, theme: str, phone: bool) -> None:
    page = visit.sign_in(PLANNER, phone=phone, language=language, color_scheme=theme)
    for board in BOARDS:
        page.goto(f"{LIST}{board}&lang={language}")
        assert_sound(page, f"{board} {language} {theme}")


@pytest.mark.parametrize(("language", "theme", "phone"), WAYS[:2])
def test_the_steps_of_a_batch_edit_are_sound(visit: Visitor, language: str, theme: str, phone: bool) -> None:
    page = visit.sign_in(PLANNER, f"{LIST}?lang={language}", language=language, color_scheme=theme)
    assert_sound(page, "list with ticks")
    page.locator("[data-pick-all]").check()
    ui(page, "bulk-action").first.click()
    if phone:
        page.set_viewport_size({"width": 390, "height": 844})
    assert_sound(page, "choice of a field")
    ui(page, "batch-field").select_option("status")
    page.locator("input[value=done]").check()
    assert_sound(page, "choice of a value")
    ui(page, "batch-check").click()
    assert_sound(page, "what would happen")
