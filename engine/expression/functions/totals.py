"""Over several values, blanks skipped: SUM, AVERAGE, MIN, MAX, PRODUCT, and how many are filled."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Numeric, String, case, cast, func

from engine.expression.function import (
    ANY,
    DATES,
    DURATIONS,
    NUMBERS,
    TEXTS,
    Example,
    Function,
    Parameter,
    common_type,
)
from engine.expression.operators import divide, multiply, sum_type, total
from engine.texts import Text
from engine.values import NUMBER, Value

Element = ColumnElement[Any]
_NUMBERS = (Parameter("number", NUMBERS, repeated=True),)
_ORDERED = (Parameter("value", NUMBERS | DATES | DURATIONS | TEXTS, repeated=True),)
_VALUES = (Parameter("value", ANY, repeated=True),)


def _sum(*numbers: Decimal | None) -> Value:
    return total(number for number in numbers if number is not None)


def _average(*numbers: Decimal | None) -> Value:
    filled = [number for number in numbers if number is not None]
    return divide(total(filled), Decimal(len(filled)))


def _product(*numbers: Decimal | None) -> Value:
    result: Value = None
    for number in numbers:
        if number is not None:
            result = multiply(result, number) if isinstance(result, Decimal) else number
            if result is None:
                return None
    return result


def _added(numbers: tuple[Element, ...]) -> Element:
    parts: list[Element] = [func.coalesce(number, 0) for number in numbers]
    result = parts[0]
    for part in parts[1:]:
        result = result.op("+")(part)
    return result


def _multiplied(_: object, *numbers: Element) -> Element:
    parts: list[Element] = [func.coalesce(number, 1) for number in numbers]
    product = parts[0]
    for part in parts[1:]:
        product = func.q_fit(product.op("*")(part))
    return case((_count_filled(numbers) > 0, product))


def _count_filled(values: tuple[Element, ...]) -> Element:
    return reduce(lambda left, right: left + right, (case((value.is_(None), 0), else_=1) for value in values))


def _extreme(choose: Callable[..., Any]) -> Callable[..., Value]:
    def pick(*values: Any) -> Value:
        found: Value = choose((value for value in values if value is not None), default=None)
        return found

    return pick


def _postgres_extreme(name: str) -> Callable[..., Element]:
    def face(_: object, *values: Element) -> Element:
        compared = [value.collate("C") if isinstance(value.type, String) else value for value in values]
        chosen: Element = getattr(func, name)(*compared)
        return chosen

    return face


def _extremes(name: str, doc: Text, choose: Callable[..., Any], face: str, *examples: Example) -> Function:
    return Function(
        name=name,
        doc=doc,
        category="number",
        parameters=_ORDERED,
        result=common_type,
        python=_extreme(choose),
        postgres=_postgres_extreme(face),
        strict=False,
        alike=True,
        over_rows=f"{name}IFS" if name in ("MIN", "MAX") else "",
        examples=examples,
    )


SUM = Function(
    name="SUM",
    doc=Text("合计,空的不算;都空是 0", "The sum; blanks are skipped, and over blanks alone it is 0"),
    category="number",
    parameters=_NUMBERS,
    result=sum_type,
    python=_sum,
    postgres=lambda _, *numbers: func.q_fit(_added(numbers)),
    strict=False,
    alike=True,
    over_rows="SUMIFS",
    examples=(Example("SUM(1, 2, blank)", Decimal(3)), Example("SUM(blank)", Decimal(0))),
)
AVERAGE = Function(
    name="AVERAGE",
    doc=Text("平均值,空的不算;都空是空", "The average; blanks are skipped"),
    category="number",
    parameters=_NUMBERS,
    result=sum_type,
    python=_average,
    postgres=lambda _, *numbers: func.q_divide(_added(numbers), _count_filled(numbers)),
    strict=False,
    alike=True,
    over_rows="AVERAGEIFS",
    examples=(Example("AVERAGE(1, blank, 4)", Decimal("2.5")),),
)
PRODUCT = Function(
    name="PRODUCT",
    doc=Text("连乘,空的不算;都空是空", "The product; blanks are skipped"),
    category="number",
    parameters=_NUMBERS,
    result=NUMBER,
    python=_product,
    postgres=_multiplied,
    strict=False,
    alike=True,
    examples=(Example("PRODUCT(2, 3, blank)", Decimal(6)),),
)
MAX = _extremes(
    "MAX",
    Text("最大或最晚的值,空的不算", "The largest or latest value; blanks are skipped"),
    max,
    "greatest",
    Example("MAX(3, 7, blank)", Decimal(7)),
)
MIN = _extremes(
    "MIN",
    Text("最小或最早的值,空的不算", "The smallest or earliest value; blanks are skipped"),
    min,
    "least",
    Example("MIN(3, 7, blank)", Decimal(3)),
)
GREATEST = _extremes(
    "GREATEST", Text("同 MAX", "The same as MAX"), max, "greatest", Example("GREATEST('a', 'b')", "b")
)
LEAST = _extremes("LEAST", Text("同 MIN", "The same as MIN"), min, "least", Example("LEAST('a', 'b')", "a"))


def _filled(name: str, doc: Text) -> Function:
    return Function(
        name=name,
        doc=doc,
        category="logic",
        parameters=_VALUES,
        result=NUMBER,
        python=lambda *values: Decimal(sum(value is not None for value in values)),
        postgres=lambda _, *values: cast(_count_filled(values), Numeric),
        sqlite=lambda _, *values: func.q_number(_count_filled(values), 0),
        strict=False,
        over_rows="COUNTIFS",
        examples=(Example(f"{name}(1, blank, 'a')", Decimal(2)),),
    )


COUNTA = _filled("COUNTA", Text("有几个值不空", "How many of the values are not blank"))
COUNT = _filled(
    "COUNT",
    Text("子表有几行,或有几个值不空", "How many rows a sub-table has, or how many values are not blank"),
)
COUNTBLANK = Function(
    name="COUNTBLANK",
    doc=Text("有几个值是空的", "How many of the values are blank"),
    category="logic",
    parameters=_VALUES,
    result=NUMBER,
    python=lambda *values: Decimal(sum(value is None for value in values)),
    postgres=lambda _, *values: cast(len(values) - _count_filled(values), Numeric),
    sqlite=lambda _, *values: func.q_number(len(values) - _count_filled(values), 0),
    strict=False,
    examples=(Example("COUNTBLANK(1, blank, 'a')", Decimal(1)),),
)
