"""A real site for the browser tests: started once for all of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.serving import ROOT, prepare, serving
from tests.browser.walking import Site, Visitor
from tests.services.browser import Browser

HERE = Path(__file__).parent
expect.set_options(timeout=20_000)  # what a busy machine may take; a page that is ready is not waited for
APPS = [
    *(ROOT / "apps" / name for name in ("gifts.yaml", "promotion.yaml")),
    *(HERE / name for name in ("notes.yaml", "hostile.yaml", "signup.yaml", "orders.yaml")),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start the real server once for the whole run."""
    folder = tmp_path_factory.mktemp("installation")
    prepare(folder, APPS)
    with serving(folder) as started:
        yield started


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """Keep the sessions of people who have signed in: to check a password takes a while."""
    return {}


@pytest.fixture
def visit(browser: Browser, site: Site, sessions: dict[str, Any]) -> Visitor:
    """Give a way to come to the site as a person, at a desk or on a phone."""
    return Visitor(browser, site, sessions)
