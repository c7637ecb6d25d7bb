"""Fixtures for every test: databases, a browser, a mail server; and what keeps tests honest."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.services.smtp import SmtpServer, running_smtp_server

# The same examples on every run, so that a red build is the change's fault; many and new ones at night.
settings.register_profile(
    "quick",
    max_examples=30,
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly", parent=settings.get_profile("quick"), max_examples=2000, derandomize=False
)
settings.load_profile(os.environ.get("QUARTET_HYPOTHESIS", "quick"))

# What the engine decides needs no socket at all; a test there that opens one fails.
WITHOUT_SOCKETS = ("engine", "contracts", "apps", "golden")
DATABASES = [
    pytest.param("sqlite", marks=pytest.mark.sqlite),
    pytest.param("postgresql", marks=pytest.mark.pg),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Forbid sockets in the folders of the engine's tests."""
    here = Path(__file__).parent
    for item in items:
        inside = item.path.relative_to(here).parts if item.path.is_relative_to(here) else ()
        if inside and inside[0] in WITHOUT_SOCKETS and not item.get_closest_marker("pg"):
            item.add_marker(pytest.mark.disable_socket)


@pytest.fixture(scope="module", params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a module the URL of an empty database, once on SQLite and once on PostgreSQL."""
    yield from empty_database(request.param, tmp_path_factory)


@pytest.fixture(params=DATABASES)
def fresh_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Give every single test the URL of an empty database, once on SQLite and once on PostgreSQL."""
    yield from empty_database(request.param, tmp_path_factory)


def empty_database(kind: str, folders: pytest.TempPathFactory) -> Iterator[str]:
    """Make an empty database of a kind, give its URL, and remove it."""
    if kind == "sqlite":
        yield f"sqlite:///{folders.mktemp('database') / 'quartet.db'}"
        return
    from tests.services.postgres import fresh_database

    with fresh_database() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Start one Chromium for all tests of this process."""
    from tests.services.browser import running_chromium

    with running_chromium() as started:
        yield started


@pytest.fixture
def browser(chromium: object) -> Iterator[object]:
    """Give a test a browser; it fails if a page showed a fault that the test left in `faults`."""
    from tests.services.browser import Browser

    opened = Browser(chromium)
    yield opened
    faults = opened.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """Give a test a mail server that keeps what it is sent."""
    with running_smtp_server() as server:
        yield server
