"""A real Chromium for the tests, cut off from every machine but this one.

`running_chromium()` starts it once; each test gets a `Browser` of its own, whose pages start with no
cookies and close with the test.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Route, sync_playwright

from tests.services import chromium

ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
THIS_MACHINE = {"127.0.0.1", "localhost", "[::1]"}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


@contextmanager
def running_chromium() -> Iterator[Chromium]:
    """Start a headless Chromium and close it afterwards."""
    path = chromium.find()
    if path is None:
        raise RuntimeError(f"There is no Chromium to test with. {chromium.HINT} Or run: python3 run.py test")
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *as_root])
        yield browser
        browser.close()


class Browser:
    """What one test opens: its contexts, and the faults that its pages showed."""

    def __init__(self, started: Chromium) -> None:
        self._started = started
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def desktop(self, **options: Any) -> BrowserContext:
        """Open a context of 1440 x 900 pixels with a mouse."""
        return self._open(viewport=DESKTOP, **options)

    def phone(self, **options: Any) -> BrowserContext:
        """Open a context of 390 x 844 pixels with touch."""
        mobile = {"viewport": PHONE, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
        return self._open(**{**mobile, **options})

    def close(self) -> list[str]:
        """Close what is open and return the faults: script errors, refused content, requests to elsewhere."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        return self.faults

    def _open(self, **options: Any) -> BrowserContext:
        context = self._started.new_context(**{"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **options})
        context.set_default_timeout(30_000)
        context.route("**/*", self._guard)
        context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))
        context.on("console", self._listen)
        self._contexts.append(context)
        return context

    def _guard(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.hostname is None or address.netloc.rsplit(":", 1)[0] in THIS_MACHINE:
            route.fallback()
            return
        self.faults.append(f"request to another machine: {route.request.url}")
        route.abort("blockedbyclient")

    def _listen(self, message: ConsoleMessage) -> None:
        # A page that answers 4xx also writes an error to the console; the test looks at such answers itself.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console error: {message.text}")


@dataclass(frozen=True)
class Violation:
    """One rule of WCAG that a page breaks, and where."""

    rule: str
    impact: str
    help: str
    places: tuple[str, ...]


def axe(page: Page) -> list[Violation]:
    """Return what axe-core finds wrong on a page by WCAG 2.0, 2.1 and 2.2, levels A and AA; empty is good."""
    # Through the debugger, so that a page's content security policy does not stand in the way.
    page.evaluate(axe_script())
    found = page.evaluate("(tags) => axe.run({runOnly: {type: 'tag', values: tags}})", STANDARDS)
    return [
        Violation(
            rule=item["id"],
            impact=item["impact"] or "",
            help=item["help"],
            places=tuple(f"{node['target']}: {node['html'][:200]}" for node in item["nodes"]),
        )
        for item in found["violations"]
    ]


@cache
def axe_script() -> str:
    """Return the source of axe-core."""
    path = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    return path.read_text(encoding="utf-8")
