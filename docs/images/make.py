"""Make the pictures of the README from the demo: `.venv/bin/python docs/images/make.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page

from tests.browser.serving import prepare, serving
from tests.browser.walking import (
    REQUESTS,
    SALES,
    Visitor,
    add_row,
    box,
    choose_language,
    in_row,
    pick,
    pick_in_row,
    row_box,
    ui,
)
from tests.services.browser import Browser, running_chromium


def fill(page: Page) -> None:
    """Fill in a request, with more than there is in stock, as the live form shows it."""
    page.goto(f"{REQUESTS}/new")
    pick(page, "customer", "meichen", "上海美辰精密机械")
    box(page, "reason").fill("新品发布会答谢")
    pick_in_row(page, 0, "gift", "皮面", "皮面笔记本")
    row_box(page, 0, "quantity").fill("2")
    add_row(page)
    pick_in_row(page, 1, "gift", "紫砂", "紫砂茶具套装")
    row_box(page, 1, "quantity").fill("20")
    row_box(page, 1, "quantity").blur()
    in_row(page, 1, "quantity").locator("[data-error]:not(:empty)").wait_for()


def save(page: Page, name: str) -> None:
    """Save what is on the screen."""
    page.wait_for_timeout(400)
    page.screenshot(path=HERE / f"{name}.png")


def main() -> None:
    """Make all three pictures."""
    with tempfile.TemporaryDirectory() as kept, running_chromium() as chromium:
        folder = Path(kept)
        prepare(folder, [ROOT / "apps" / "gifts.yaml"])
        with serving(folder) as site:
            browser = Browser(chromium)
            visit = Visitor(browser, site, {})
            desk = visit.sign_in(SALES)
            fill(desk)
            desk.mouse.wheel(0, 420)
            save(desk, "form")
            desk.goto(f"{REQUESTS}?f=status:is:issued")
            save(desk, "list")
            phone = visit.sign_in("sunhao", phone=True, color_scheme="dark")
            choose_language(phone, "en")
            fill(phone)
            ui(phone, "form-section").nth(2).scroll_into_view_if_needed()
            row_box(phone, 1, "quantity").scroll_into_view_if_needed()
            save(phone, "phone")
            browser.close()


if __name__ == "__main__":
    main()
