"""An open database with an empty outbox, and a clock."""

import pytest

from runtime.store.database import Database
from runtime.store.schema import outbox as table
from tests.runtime.clocks import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(opened: Database) -> Database:
    with opened.writing() as connection:
        connection.execute(table.delete())
    return opened
