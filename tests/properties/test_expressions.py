"""One meaning, three back ends: Python, SQLite and PostgreSQL agree on generated expressions and records."""

from collections.abc import Iterator

import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from engine.expression.evaluate import evaluate, to_program
from engine.expression.parse import parse
from engine.expression.tree import Aggregate, Apply, Constant, Expression, Node, Path, children, walk
from engine.problems import Refusal
from engine.values import Kind
from tests.engine.expression.database import Database
from tests.engine.expression.world import MemoryScope, World, in_orders
from tests.properties.company_strategies import worlds
from tests.properties.expression_strategies import expressions

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


# A difference is made small by looking at the parts of the expression, which takes no time; see `smallest`.
QUICKLY = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(phases=QUICKLY)
@given(world=worlds(), sources=st.lists(expressions(), min_size=6, max_size=12))
def test_values_agree(databases: list[Database], world: World, sources: list[str]) -> None:
    differences = check(databases, world, sources)
    assert not differences, "\n".join(differences)


@settings(phases=QUICKLY)
@given(world=worlds(), sources=st.lists(expressions(("boolean",)), min_size=4, max_size=8))
def test_conditions_agree(databases: list[Database], world: World, sources: list[str]) -> None:
    differences = check(databases, world, [one for source in sources for one in (source, f"not ({source})")])
    assert not differences, "\n".join(differences)


def check(databases: list[Database], world: World, sources: list[str]) -> list[str]:
    """Compare the value for every order, and for a condition the orders that it lets through."""
    parsed = [expression for source in sources if (expression := parsed_or_none(source)) is not None]
    found = []
    for database in databases:
        with database.engine.connect() as connection:
            database.load(connection, world)
            for expression in parsed:
                said = difference(database, connection, world, expression)
                if said:
                    found.append(
                        f"{expression.source}\n  {smallest(database, connection, world, expression) or said}"
                    )
            connection.rollback()
    return found


def parsed_or_none(source: str) -> Expression | None:
    """Parse an expression; a few that are generated mix kinds, or are too long."""
    try:
        return parse(source, in_orders())
    except Refusal as refusal:
        event(f"refused: {refusal.problem.code.name}")
        return None


def difference(database: Database, connection: Connection, world: World, expression: Expression) -> str:
    """Say where a database gives something else than Python, or nothing."""
    rows = world.rows["orders"]
    try:
        wanted = [evaluate(expression, MemoryScope(world, "orders", row)) for row in rows.values()]
        with connection.begin_nested():
            found = database.values(connection, expression, world)
            holding = database.matching(connection, expression, world) if is_condition(expression) else []
    except Exception as error:  # noqa: BLE001  (whatever it is, it is shown)
        return f"{database.dialect}: {type(error).__name__}: {str(error)[:300]} {error.__cause__!r:.200}"
    if found != wanted or [type(value) for value in found] != [type(value) for value in wanted]:
        return f"{database.dialect} gives {found!r:.300}, Python {wanted!r:.300}"
    if is_condition(expression) and holding != [
        key for key, value in zip(rows, wanted, strict=True) if value is True
    ]:
        return f"{database.dialect} finds {holding}, Python says {wanted}"
    return ""


def is_condition(expression: Expression) -> bool:
    """Tell whether an expression can be a filter."""
    return expression.type.kind is Kind.BOOLEAN


def smallest(database: Database, connection: Connection, world: World, expression: Expression) -> str:
    """Say where the smallest part of an expression differs."""
    parts = [node for node in walk(expression.tree) if not isinstance(node, Path) or node.root != "row"]
    for node in sorted(parts, key=lambda node: len(list(walk(node)))):
        if any(isinstance(one, Path) and one.root == "row" for one in walk(node)) and not isinstance(
            node, Aggregate
        ):
            continue
        said = difference(database, connection, world, expression_of(node))
        if said:
            values = [describe(one, world) for one in walk(node) if isinstance(one, Path | Constant)]
            return f"{said}\n  {shown(node)}\n  {values} {world.zone.key} {world.now}"
    return ""


def expression_of(node: Node) -> Expression:
    """Make an expression of a part of another."""
    return Expression("", None, node, to_program(node), frozenset())


def shown(node: Node) -> str:
    """Write a part of a tree."""
    match node:
        case Constant(value=value):
            return repr(value)
        case Path():
            return node.key
        case Apply():
            return f"{node.function.name}({', '.join(shown(part) for part in children(node))})"
        case _:
            return f"{type(node).__name__}({', '.join(shown(part) for part in children(node))})"


def describe(node: Node, world: World) -> str:
    """Write the values of a path."""
    if isinstance(node, Path) and node.root != "row":
        scopes = [MemoryScope(world, "orders", row) for row in world.rows["orders"].values()]
        return f"{node.key}={[scope.resolve(node) for scope in scopes]}"[:300]
    return ""
