"""Make the pictures of the README from the demo: `.venv/bin/python docs/images/make.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402

from tests.browser.serving import prepare, serving  # noqa: E402
from tests.browser.walking import REQUESTS, SALES, Visitor, box, choose_language, pick, ui  # noqa: E402
from tests.services.browser import Browser, running_chromium  # noqa: E402


def fill(page: Page) -> None:
    """Fill in a request, with more than there is in stock, as the live form shows it."""
    page.goto(f"{REQUESTS}/new")
    pick(page, "customer", "meichen", "上海美辰精密机械")
    box(page, "reason").fill("新品发布会答谢")
    pick(page, "gift", "紫砂", "紫砂茶具套装")
    box(page, "quantity").fill("20")
    page.keyboard.press("Tab")
    page.locator("[data-field=quantity] [data-error]:not(:empty)").wait_for()


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
            desk.mouse.wheel(0, 500)
            save(desk, "form")
            desk.goto(f"{REQUESTS}?f=status:is:issued")
            save(desk, "list")
            phone = visit.sign_in("sunhao", phone=True, color_scheme="dark")
            choose_language(phone, "en")
            fill(phone)
            ui(phone, "form-section").nth(2).scroll_into_view_if_needed()
            box(phone, "quantity").scroll_into_view_if_needed()
            save(phone, "phone")
            browser.close()


if __name__ == "__main__":
    main()
