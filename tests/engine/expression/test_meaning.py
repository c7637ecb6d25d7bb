"""What expressions mean: each row of the design's section 5, and the rules that follow from it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.expression.evaluate import evaluate, holds
from engine.expression.parse import parse
from engine.values import DATE, DATETIME, Kind, ValueType
from tests.engine.expression.world import LEVEL, calculate, company, in_orders, order

D = Decimal
BLANKS: list[tuple[str, Any]] = [
    ("price + 1", None),
    ("1 - price", None),
    ("price * 0", None),
    ("1 / price", None),
    ("-price", None),
    ("title + 'x'", None),
    ("day + DAYS(1)", None),
    ("price > 1", False),
    ("price <= 1", False),
    ("not (price > 1)", True),
    ("not (price <= 1)", True),
    ("price == paid", True),
    ("price == blank", True),
    ("price != blank", False),
    ("price == 0", False),
    ("price != 0", True),
    ("price in (1, blank)", True),
    ("price not in (1, 2)", True),
    ("flag or 1 > 2", False),
    ("not flag", True),
    ("IF(flag, 1, 2)", D(2)),
    ("1 if price > 0 else 2", D(2)),
    ("blank + 1", None),
    ("blank == blank", True),
    ("blank < 1", False),
    ("'' == blank", True),
    ("customer.level", None),
    ("customer.parent.name == blank", True),
    ("CONTAINS(title, 'x')", False),
    ("LEN(title)", D(0)),
]
ARITHMETIC: list[tuple[str, Any]] = [
    ("1 / 0", None),
    ("1 % 0", None),
    ("1 / 3", D("0.3333333333")),
    ("2 / 3", D("0.6666666667")),
    ("-2 / 3", D("-0.6666666667")),
    ("0.1 + 0.2 == 0.3", True),
    ("-7 % 3", D(2)),
    ("7 % -3", D(-2)),
    ("ROUND(2.5)", D(3)),
    ("ROUND(-2.5)", D(-3)),
    ("ROUND(0.125, 2)", D("0.13")),
    ("99999999999999999999 + 1", None),
    ("99999999999999999999 * 10", None),
    ("-(12345678901234567890.0123456789)", D("-12345678901234567890.0123456789")),
    ("12345678901234567890.0123456789 + 0.0000000001", D("12345678901234567890.0123456790")),
    ("0.00001 * 0.00001", D("0.0000000001")),
    ("0.00001 * 0.000001", D(0)),
    ("+3", D(3)),
    ("2 + 3 * 4", D(14)),
    ("(2 + 3) * 4", D(20)),
    ("1 < 2 < 3", True),
    ("3 > 2 > 2", False),
]
TEXTS: list[tuple[str, Any]] = [
    ("'a' < 'b'", True),
    ("'B' < 'a'", True),
    ("'上' < '海'", True),
    ("'a' + 'b'", "ab"),
    ("'{' + '}'", "{}"),
    ('"it\'s"', "it's"),
    ("REPT('x', 10000) + 'y'", None),
    ("level == 'VIP'", True),
    ("level == '贵宾'", True),
    ("level in ('普通', '贵宾')", True),
    ("'normal' != level", True),
    ("level + '!'", "VIP!"),
]
DATES: list[tuple[str, Any]] = [
    ("today", date(2026, 11, 22)),
    ("now", datetime(2026, 11, 22, 6, 30, tzinfo=UTC)),
    ("day + DAYS(1)", date(2026, 2, 1)),
    ("day - DAYS(31)", date(2025, 12, 31)),
    ("day + HOURS(30)", date(2026, 2, 1)),
    ("day - HOURS(30)", date(2026, 1, 30)),
    ("today - day", timedelta(days=295)),
    ("(today - day) / DAYS(1)", D(295)),
    ("DAYS(1) / 3", timedelta(hours=8)),
    ("MINUTES(1) * 0.5", timedelta(seconds=30)),
    ("day == '2026-01-31'", True),
    ("day < '2026-02-01'", True),
    ("'2026-02-01' > day", True),
    ("day in ('2026-01-30', '2026-01-31')", True),
    ("moment == '2026-11-23'", True),
    ("moment == today", False),
    ("moment > '2026-11-23 00:29'", True),
    ("moment < '2026-11-23 00:29:59'", False),
    ("moment in ('2026-11-23',)", True),
    ("moment - now", timedelta(hours=10)),
    ("DATE(9999, 12, 31) + DAYS(1)", None),
    ("DATE(1, 1, 1) - DAYS(1)", None),
    ("DAYS(9999999999)", None),
]
PEOPLE: list[tuple[str, Any]] = [
    ("me.name", "Li"),
    ("me.department.name", "销售部"),
    ("me.department.parent.head.name", "王总"),
    ("me.supervisor == owner", True),
    ("customer.name", "甲公司"),
    ("customer.owner == me", True),
    ("REPORTS_TO(me, owner)", True),
    ("REPORTS_TO(owner, me)", False),
    ("REPORTS_TO(blank, me)", False),
    ("IS_WITHIN(me.department, unit)", True),
    ("IS_WITHIN(unit, me.department)", False),
    ("this == 1", None),
]


def filled() -> Any:
    return order(
        level="VIP",
        day=date(2026, 1, 31),
        moment=datetime(2026, 11, 22, 16, 30, tzinfo=UTC),
        owner=1,
        unit=1,
        customer=1,
    )


@pytest.mark.parametrize(("source", "value"), BLANKS)
def test_blank(source: str, value: Any) -> None:
    assert calculate(source) == value


@pytest.mark.parametrize(("source", "value"), ARITHMETIC)
def test_arithmetic(source: str, value: Any) -> None:
    assert calculate(source) == value


@pytest.mark.parametrize(("source", "value"), [*TEXTS, *DATES, *PEOPLE[:-1]])
def test_filled(source: str, value: Any) -> None:
    assert calculate(source, filled()) == value


def test_function_names_are_case_insensitive() -> None:
    assert calculate("Round(2.345, 2) + round(1) + ROUND(1)") == D("4.35")


def test_today_is_in_the_zone_of_the_app() -> None:
    world = company()
    world.now = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert calculate("today", order_in(world)) == date(2026, 11, 23)


def order_in(world: Any) -> Any:
    scope = order()
    scope.world = world
    return scope


def test_full_width_signs_are_understood() -> None:
    assert calculate("（１＋２）×３ ＞＝ 9 and ＩＦ(1 ＜ 2，'好'，'坏') == '好'") is True


def test_old_is_the_record_before_the_change() -> None:
    scope = order(price=D(5))
    scope.old = {"price": D(3)}
    assert calculate("old.price < price", scope, has_old=True) is True


def test_a_condition_that_is_blank_does_not_hold() -> None:
    expression = parse("flag", in_orders())
    assert not holds(expression, order())
    assert holds(expression, order(flag=True))


def test_aggregates_skip_blanks() -> None:
    scope = order(customer=1)
    scope.world.rows["orders"] = {
        1: {"id": 1, "price": D("1.10"), "customer": 1, "title": "甲"},
        2: {"id": 2, "price": None, "customer": 1, "title": "乙"},
        3: {"id": 3, "price": D("2.30"), "customer": 2, "title": None},
    }
    wanted = {
        "SUMIFS(orders.price)": D("3.40"),
        "SUMIFS(orders.price, orders.customer == customer)": D("1.10"),
        "SUMIFS(orders.price, orders.title == 'x')": D(0),
        "COUNTIFS(orders)": D(3),
        "COUNTIFS(orders.price)": D(2),
        "COUNTIFS(orders, orders.customer == customer, orders.title == '乙')": D(1),
        "AVERAGEIFS(orders.price)": D("1.70"),
        "AVERAGEIFS(orders.price, orders.title == 'x')": None,
        "MINIFS(orders.price)": D("1.10"),
        "MAXIFS(orders.title)": "甲",
        "FIRST(orders.title, orders.id != blank)": "甲",
        "SUMIFS(orders.price * 2, orders.price > 2)": D("4.60"),
        "SUMIFS(orders.price) / COUNTIFS(orders.price)": D("1.70"),
    }
    assert {source: calculate(source, scope) for source in wanted} == wanted


def test_computed_fields_are_computed_at_each_read() -> None:
    scope = order(quantity=D(3), price=D("1.255"), customer=1)
    assert calculate("amount", scope) == D("3.77")
    assert calculate("credit_left", scope) == D("996.73")


def test_the_value_is_brought_to_the_type_that_is_expected() -> None:
    environment, scope = in_orders(), order(moment=datetime(2026, 11, 22, 16, 30, tzinfo=UTC))
    midnight = datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert evaluate(parse("today", environment, DATETIME), scope) == midnight
    assert evaluate(parse("moment", environment, DATE), scope) == date(2026, 11, 23)
    assert evaluate(parse("'2026-01-02'", environment, DATE), scope) == date(2026, 1, 2)
    assert evaluate(parse("'贵宾' if 1 < 2 else '普通'", environment, LEVEL), scope) == "VIP"


def test_types_of_results() -> None:
    kinds = {
        "price * quantity": Kind.MONEY,
        "price / price": Kind.NUMBER,
        "price * price": Kind.NUMBER,
        "price / 2": Kind.MONEY,
        "quantity / price": Kind.NUMBER,
        "day - day": Kind.DURATION,
        "IF(flag, level, title)": Kind.TEXT,
        "IF(flag, level, level)": Kind.CHOICE,
        "MAX(day, moment)": Kind.DATETIME,
        "SUM(price, 1)": Kind.MONEY,
        "blank": Kind.BLANK,
    }
    assert {source: parse(source, in_orders()).type.kind for source in kinds} == kinds
    assert parse("price * 2", in_orders()).type == ValueType(Kind.MONEY, currency="CNY")


def test_what_an_expression_reads() -> None:
    expression = parse("customer.parent.level == level and COUNTIFS(orders.id, orders.flag) > 1", in_orders())
    assert expression.reads == {
        ("orders", "customer"),
        ("customers", "parent"),
        ("customers", "level"),
        ("orders", "level"),
        ("orders", "id"),
        ("orders", "flag"),
    }
    assert [path.key for path in expression.paths][:2] == ["@record.customer.parent.level", "@record.level"]


def test_only_fields_of_the_record_are_local() -> None:
    local = {
        "price * 2": True,
        "customer.level": False,
        "today": False,
        "me == owner": False,
        "COUNTIFS(orders)": False,
        "HOUR(moment)": False,
        "YEAR(day)": True,
        "TODAY()": False,
    }
    assert {source: parse(source, in_orders()).is_local for source in local} == local


def test_functions_without_sql_are_named() -> None:
    assert parse("MONEY_CN(price) + LEFT(title)", in_orders()).python_only == ("MONEY_CN",)
