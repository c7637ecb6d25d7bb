"""Every filter means the same in Python, on SQLite and on PostgreSQL, over random companies."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.filters import OPERATORS, PERIODS, both, build_filter, either, join_values, operators_for
from engine.problems import Refusal
from engine.values import Kind, ValueType
from tests.engine.expression.database import Database
from tests.engine.expression.world import CUSTOMERS, ORDERS, SHAPES, World, in_orders
from tests.properties.company_strategies import worlds
from tests.properties.test_expressions import QUICKLY, difference

pytestmark = pytest.mark.pg

POINTS = ("today", "yesterday", "tomorrow", "3_days_ago", "1_week_ahead", "2_months_ago", "this_month_start",
          "last_quarter_end", "next_year_start", "this_week_end")  # fmt: skip
SPANS = (
    *(period.name for period in PERIODS),
    "past_7_days",
    "next_30_days",
    "past_1_days",
    "past_99999_days",
)
TEXTS = ("a", "B", "上海", "上", "%", "_", "'", "a,b", "", " ", "上海/浦东", "x' or 1=1 --", "礼\\")
FIELDS: dict[str, ValueType] = {
    **{name: one.value_type for name, one in ORDERS.fields.items()},
    **{f"customer.{name}": one.value_type for name, one in CUSTOMERS.fields.items()},
    "owner.department": SHAPES["@user"].fields["department"].value_type,
}


@pytest.fixture(scope="module")
def databases() -> Iterator[list[Database]]:
    """Open the world's tables on SQLite and on PostgreSQL."""
    from tests.services.postgres import fresh_database

    with fresh_database() as url:
        opened = [Database("sqlite://"), Database(url)]
        yield opened
        for database in opened:
            database.engine.dispose()


def words_of(kind: ValueType) -> st.SearchStrategy[str]:
    """Values of a kind as an address writes them."""
    match kind.kind:
        case Kind.NUMBER | Kind.MONEY:
            return st.sampled_from(["0", "1", "-3", "2.5", "100", "0.01", "99999999"])
        case Kind.DATE:
            return st.one_of(st.sampled_from(POINTS), st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(str))
        case Kind.DATETIME:
            days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
            moments = st.builds(datetime.combine, days, st.times()).map(
                lambda one: one.isoformat(" ", "minutes")
            )
            return st.one_of(
                st.sampled_from(POINTS), moments, st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(str)
            )
        case Kind.DURATION:
            return st.sampled_from(["0", "60", "-5", "86400"])
        case Kind.CHOICE:
            return st.sampled_from([option.key for option in kind.options])
        case Kind.BOOLEAN:
            return st.sampled_from(["true", "false"])
        case Kind.USER | Kind.DEPARTMENT | Kind.RECORD:
            return st.integers(1, 6).map(str)
        case _:
            return st.sampled_from(TEXTS)


@st.composite
def filters(draw: Any) -> tuple[str, str, str]:
    """A field, an operator that fits it and a value."""
    name = draw(st.sampled_from(sorted(FIELDS)))
    kind = FIELDS[name]
    operator = draw(st.sampled_from(operators_for(kind)))
    if operator.values == 0:
        return name, operator.name, ""
    if operator.period:
        return name, operator.name, draw(st.sampled_from(SPANS))
    words = words_of(operator.takes or kind.item or kind)
    if operator.values == 1:
        return name, operator.name, draw(words)
    count = (2, 2) if operator.values == 2 else (0, 4)
    values = draw(st.lists(words, min_size=count[0], max_size=count[1]))
    return name, operator.name, join_values(values)


def built(world: World, one: tuple[str, str, str]) -> Any:
    try:
        return build_filter(*one, in_orders(), world.zone)
    except Refusal:
        return None


@settings(phases=QUICKLY)
@given(world=worlds(), asked=st.lists(filters(), min_size=4, max_size=10))
def test_filters_agree(databases: list[Database], world: World, asked: list[tuple[str, str, str]]) -> None:
    conditions = [found for one in asked if (found := built(world, one)) is not None]
    joined = [one for one in (both(tuple(conditions[:3])), either(tuple(conditions[:3]))) if one is not None]
    found = []
    for database in databases:
        with database.engine.connect() as connection:
            database.load(connection, world)
            for condition in [*conditions, *joined]:
                said = difference(database, connection, world, condition)
                if said:
                    found.append(f"{condition.source}\n  {said}")
            connection.rollback()
    assert not found, "\n".join(found)


def test_every_operator_fits_a_kind_and_says_so_in_both_languages() -> None:
    kinds = [ValueType(kind, item=ValueType(Kind.USER)) for kind in Kind if kind is not Kind.BLANK]
    for operator in OPERATORS:
        assert any(operator in operators_for(kind) for kind in kinds), operator.name
        assert operator.label.zh and operator.label.en


@pytest.mark.parametrize(
    ("filter_", "wanted"),
    [
        (("price", "between", "10,20"), [Decimal(10), Decimal(15), Decimal(20)]),
        (("price", "between", ",15"), [Decimal(10), Decimal(15)]),
        (("price", "not_between", "11,20"), [Decimal(10), Decimal(30), None]),
        (("price", "not_in", "10,20"), [Decimal(15), Decimal(30), None]),
    ],
)
def test_ends_of_a_range_count_and_may_be_open(
    databases: list[Database], filter_: tuple[str, str, str], wanted: list[Any]
) -> None:
    prices = [Decimal(10), Decimal(15), Decimal(20), Decimal(30), None]
    rows = {number: {"price": price} for number, price in enumerate(prices, 1)}
    world = World(rows={"orders": rows, "customers": {}, "@user": {}, "@department": {}})
    condition = build_filter(*filter_, in_orders(), world.zone)
    for database in databases:
        with database.engine.connect() as connection:
            database.load(connection, world)
            found = [rows[key]["price"] for key in database.matching(connection, condition, world)]
            connection.rollback()
        assert sorted(found, key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize(
    ("filter_", "code"),
    [
        (("price", "between", "10"), "two-values-needed"),
        (("day", "within", "someday"), "not-a-period"),
        (("day", "within", "past_0_days"), "not-a-period"),
        (("title", "gt", "a"), "unknown-operator"),
        (("tags", "is", "VIP"), "unknown-operator"),
        (("tags", "includes_me", ""), "unknown-operator"),
        (("title", "'; drop table orders --", "a"), "unknown-operator"),
        (("day", "is", "0_days"), "not-a-date"),
        (("tags", "contains", "nobody"), "no-such-option"),
    ],
)
def test_what_makes_no_sense_is_said(filter_: tuple[str, str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        build_filter(*filter_, in_orders(), World().zone)
    assert refused.value.problem.code.name == code
