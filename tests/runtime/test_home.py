"""The workbench says what a person can begin with, and whom to ask where that is nothing."""

from __future__ import annotations

from tests.runtime.office import World


def test_somebody_without_an_app_is_told_whom_to_ask(world: World) -> None:
    page = world.as_("outsider").ask("GET", "/")
    assert page.status == 200
    assert "Ask an admin: Admin" in page.text


def test_somebody_with_an_app_is_not_told_to_ask(world: World) -> None:
    page = world.as_("rep").ask("GET", "/").text
    assert "Ask an admin" not in page
    assert "/a/store/f/orders" in page
