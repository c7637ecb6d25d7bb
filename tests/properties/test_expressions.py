"""One meaning, three back ends: Python, SQLite and PostgreSQL agree on generated expressions and records."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.expression.evaluate import evaluate
from engine.expression.parse import parse
from engine.expression.tree import Expression
from engine.problems import Refusal
from engine.values import Kind, Value
from tests.engine.expression.database import Database
from tests.engine.expression.world import MemoryScope, World, in_orders
from tests.properties.expression_strategies import expressions, worlds

pytestmark = pytest.mark.pg


@pytest.fixture(scope="module")
def databases() -> Iterator[list[Database]]:
    """Open the world's tables on SQLite and on PostgreSQL."""
    from tests.services.postgres import fresh_database

    with fresh_database() as url:
        opened = [Database("sqlite://"), Database(url)]
        yield opened
        for database in opened:
            database.engine.dispose()


@settings(max_examples=settings.default.max_examples * 2)
@given(world=worlds(), sources=st.lists(expressions(), min_size=4, max_size=8))
def test_values_agree(databases: list[Database], world: World, sources: list[str]) -> None:
    check(databases, world, sources)


@settings(max_examples=settings.default.max_examples)
@given(world=worlds(), sources=st.lists(expressions(("boolean",)), min_size=4, max_size=8))
def test_conditions_agree(databases: list[Database], world: World, sources: list[str]) -> None:
    check(databases, world, [one for source in sources for one in (source, f"not ({source})")])


def check(databases: list[Database], world: World, sources: list[str]) -> None:
    """Compare the value for every order, and for a condition the orders that it lets through."""
    parsed = [expression for source in sources if (expression := parsed_or_none(source)) is not None]
    wanted = [in_python(expression, world) for expression in parsed]
    for database in databases:
        with database.engine.connect() as connection:
            database.load(connection, world)
            for expression, values in zip(parsed, wanted, strict=True):
                compare(database, connection, world, expression, values)
            connection.rollback()


def parsed_or_none(source: str) -> Expression | None:
    """Parse an expression; a few that are generated mix kinds, or are too long."""
    try:
        return parse(source, in_orders())
    except Refusal as refusal:
        event(f"refused: {refusal.problem.code.name}")
        return None


def in_python(expression: Expression, world: World) -> list[Value]:
    """Return the value for every order."""
    return [evaluate(expression, MemoryScope(world, "orders", row)) for row in world.rows["orders"].values()]


def compare(database: Database, connection: Any, world: World, expression: Expression, wanted: list[Value]) -> None:
    """Compare what a database gives with what Python gave."""
    place = f"{database.dialect}: {expression.source}"
    found = database.values(connection, expression, world)
    assert found == wanted, place
    assert [type(value) for value in found] == [type(value) for value in wanted], place
    if expression.type.kind is Kind.BOOLEAN:
        holding = [key for key, value in zip(world.rows["orders"], wanted, strict=True) if value is True]
        assert database.matching(connection, expression, world) == holding, place
