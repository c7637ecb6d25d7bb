"""What the SQL of an expression is beyond its values: indexes serve, rights hold, nothing overflows."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, case, null, select, text

from engine.expression.parse import parse
from engine.expression.sql import Frame, RowSource, SqlCompiler
from tests.engine.expression.database import Database
from tests.engine.expression.world import MemoryScope, World, company, in_orders

INDEXED = ("price", "level", "owner", "moment", "day", "flag", "customer", "quantity", "title")
FILTERS = (
    "price >= 500",
    "500 < price",
    "price == 19.99",
    "quantity > 2.5",
    "owner == me",
    "level == 'VIP'",
    "level in ('VIP',)",
    "price in (1, 2)",
    "day > today",
    "moment >= '2026-11-22'",
    "moment == today",
    "customer == blank",
    "title == '甲' and (price > 1 or flag)",
)


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    with opened.engine.begin() as connection:
        for name in INDEXED:
            connection.execute(text(f"CREATE INDEX i_{name} ON t_orders (c_{name})"))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as opened:
        yield opened
        opened.rollback()


def world() -> World:
    made = company()
    prices = ["100.00", "20.00", "3.00", None]
    made.rows["orders"] = {
        at: {
            "id": at,
            "price": Decimal(price) if price else None,
            "customer": 1 + at % 2,
            "owner": 1 + at % 3,
        }
        for at, price in enumerate(prices, 1)
    }
    return made


@pytest.mark.parametrize("source", FILTERS)
def test_an_index_serves(database: Database, connection: Connection, source: str) -> None:
    compiler = database.compiler(world())
    orders = compiler.source("orders")
    condition = compiler.condition(parse(source, in_orders()).tree, Frame(orders))
    query = select(orders.table.c.id).select_from(orders.from_clause()).where(condition)
    compiled = query.compile(
        database.engine, compile_kwargs={"literal_binds": False, "render_postcompile": True}
    )
    if database.dialect == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))
    explain = "EXPLAIN " if database.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
    values = compiled.construct_params()
    processed = {
        name: compiled._bind_processors.get(name, lambda value: value)(value)
        for name, value in values.items()
    }
    parameters: Any = (
        processed
        if not compiled.positional
        else tuple(processed[name] for name in compiled.positiontup or ())
    )
    plan = "\n".join(
        str(tuple(row)) for row in connection.exec_driver_sql(explain + str(compiled), parameters)
    )
    assert "i_" in plan, f"{compiled}\n{plan}"
    assert ("Index Cond" if database.dialect == "postgresql" else "SEARCH") in plan, plan


class HiddenCredit:
    """A guard: the credit of customers is hidden, and so are customers of other owners' departments."""

    def rows(self, compiler: SqlCompiler, source: RowSource) -> Any:
        """Customers must belong to somebody in the department of Li, through a link."""
        if source.form == "customers":
            return compiler.field(source, ("owner", "name")) == "Li"
        return None

    def field(self, compiler: SqlCompiler, source: RowSource, name: str, value: Any) -> Any:
        """Nobody sees the credit."""
        return case((null().is_not(None), value)) if (source.form, name) == ("customers", "credit") else value


def guarded(database: Database, connection: Connection, source: str) -> list[Any]:
    made = world()
    database.load(connection, made)
    compiler = database.compiler(made, guard=HiddenCredit())
    orders = compiler.source("orders")
    element = compiler.output(parse(source, in_orders()).tree, Frame(orders))
    query = select(element).select_from(orders.from_clause()).order_by(orders.table.c.id)
    return list(connection.execute(query).scalars())


def test_a_link_to_a_hidden_record_is_blank(database: Database, connection: Connection) -> None:
    assert guarded(database, connection, "customer.name") == [None, "甲公司", None, "甲公司"]
    assert guarded(database, connection, "ISBLANK(customer.level)") == [True, False, True, False]


def test_a_hidden_field_is_blank_behind_links_and_in_aggregates(
    database: Database, connection: Connection
) -> None:
    assert guarded(database, connection, "customer.credit") == [None] * 4
    assert guarded(database, connection, "customer.credit > 1") == [False] * 4
    assert guarded(database, connection, "SUMIFS(customers.credit)") == [Decimal(0)] * 4
    assert guarded(database, connection, "COUNTIFS(customers, customers.credit > 1)") == [Decimal(0)] * 4


def test_hidden_records_do_not_count(database: Database, connection: Connection) -> None:
    assert guarded(database, connection, "COUNTIFS(customers)") == [Decimal(1)] * 4


def test_deleted_records_are_gone_from_links_and_aggregates(
    database: Database, connection: Connection
) -> None:
    made = world()
    database.load(connection, made)
    connection.execute(text("UPDATE t_customers SET deleted_at = '2026-01-01 00:00:00.000000' WHERE id = 1"))
    names = parse("customer.name", in_orders())
    assert database.values(connection, names, made) == ["乙公司", None, "乙公司", None]
    assert database.values(connection, parse("COUNTIFS(customers)", in_orders()), made) == [Decimal(1)] * 4


def test_sums_of_the_largest_stored_numbers_do_not_overflow(
    database: Database, connection: Connection
) -> None:
    made = company()
    most = Decimal("9999999999999999.99")
    made.rows["orders"] = {at: {"id": at, "price": most} for at in range(1, 1_001)}
    database.load(connection, made)
    found = database.values(
        connection, parse("SUMIFS(orders.price) + AVERAGEIFS(orders.price)", in_orders()), made
    )
    assert found[0] == most * 1_001


def test_numbers_sort_by_value(database: Database, connection: Connection) -> None:
    made = world()
    database.load(connection, made)
    compiler = database.compiler(made)
    orders = compiler.source("orders")
    element = compiler.output(parse("price * 1.5", in_orders()).tree, Frame(orders))
    query = select(orders.table.c.id).where(orders.table.c.c_price.is_not(None)).order_by(element)
    assert list(connection.execute(query).scalars()) == [3, 2, 1]


def test_an_aggregate_for_a_record_that_is_not_stored_yet(database: Database, connection: Connection) -> None:
    made = world()
    database.load(connection, made)
    scope = MemoryScope(made, "orders", {"id": None, "customer": 1, "price": Decimal(50)})
    tree = parse("COUNTIFS(orders, orders.customer == customer, orders.price < price)", in_orders()).tree
    element = database.compiler(made).output(tree, Frame(scope))
    assert connection.execute(select(element)).scalar_one() == 1
