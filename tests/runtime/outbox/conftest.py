"""An open database with an empty outbox, and a clock."""

from collections.abc import Iterator

import pytest

from runtime.store.database import Database
from runtime.store.migrations import migrate
from runtime.store.schema import outbox as table
from tests.runtime.clocks import Clock


@pytest.fixture(scope="module")
def opened(database_url: str) -> Iterator[Database]:
    database = Database.open(database_url, {})
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(opened: Database) -> Database:
    with opened.writing() as connection:
        connection.execute(table.delete())
    return opened
