"""Rounding: ROUND. Halves go away from zero, as in Excel and in commerce."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, cast, func

from engine.expression.function import NUMBERS, Example, Function, Parameter, same_as
from engine.texts import Text
from engine.values import Value, round_number

_MOST = 10


def round_half_up(number: Decimal, digits: Decimal = Decimal(0)) -> Value:
    """Round to a number of digits; blank for more than ten, or for a fraction of a digit."""
    if abs(digits) > _MOST or digits != digits.to_integral_value():
        return None
    return round_number(number, int(digits))


def _postgres(_: object, number: ColumnElement[Any], digits: ColumnElement[Any] | None = None) -> ColumnElement[Any]:
    if digits is None:
        return func.round(number)
    whole = func.abs(digits) <= _MOST
    return case((whole & (digits == func.trunc(digits)), func.round(number, cast(digits, Integer))))


ROUND = Function(
    name="ROUND",
    doc=Text("四舍五入到几位小数", "Round half up to a number of digits"),
    category="number",
    parameters=(Parameter("number", NUMBERS), Parameter("digits", NUMBERS, optional=True)),
    result=same_as(0),
    python=round_half_up,
    postgres=_postgres,
    examples=(Example("ROUND(2.345, 2)", Decimal("2.35")), Example("ROUND(-1250, -2)", Decimal(-1300))),
)
