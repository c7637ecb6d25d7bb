"""The installation that the tests of services and of the web share within a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.store.database import Database
from runtime.store.migrations import migrate
from tests.runtime.office import World, open_world
from tests.runtime.workshop import Workshop, open_workshop


@pytest.fixture(scope="module")
def opened(database_url: str) -> Iterator[Database]:
    database = Database.open(database_url, {})
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def world(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("data")
    with open_world(database_url, folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def workshop(database_url: str) -> Iterator[Workshop]:
    with open_workshop(database_url) as opened:
        yield opened
