"""Real columns for the contract suites: values written to a table and read back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    MetaData,
    Select,
    StaticPool,
    Table,
    create_engine,  # noqa: TID251  # the suites try real columns
    event,
    insert,
    select,
)

from engine.columns import IDENTIFIER, column_type
from engine.expression.function import Function
from engine.expression.sqlite import connector
from engine.values import Value, ValueType

SQLITE = "sqlite://"


def open_database(url: str = SQLITE, functions: Sequence[Function] = ()) -> Engine:
    """Open a database for a test; SQLite in memory unless a URL is given."""
    if url != SQLITE:
        return create_engine(url)
    engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    connect = connector({function.name: function for function in functions})
    event.listen(engine, "connect", lambda connection, _: connect(connection))
    return engine


def read_back(kind: ValueType, values: Sequence[Value], url: str = SQLITE) -> list[Value]:
    """Write values to a real column of their type and return what is read from it."""
    table = Table(
        "quartet_contract",
        MetaData(),
        Column("id", IDENTIFIER, primary_key=True),
        Column("value", column_type(kind)),
        prefixes=["TEMPORARY"],
    )
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            table.create(connection)
            for number, value in enumerate(values, 1):
                connection.execute(insert(table), {"id": number, "value": value})
            found = list(connection.scalars(select(table.c.value).order_by(table.c.id)))
            connection.rollback()
            return found
    finally:
        engine.dispose()


@lru_cache(maxsize=2)
def _calculator(functions: tuple[Function, ...]) -> Engine:
    return open_database(functions=functions)


def select_one(statement: Select[Any], functions: Sequence[Function]) -> Any:
    """Run a statement on SQLite, with our functions in it, and return its one value."""
    with _calculator(tuple(functions)).connect() as connection:
        return connection.scalar(statement)
