"""Rounding: ROUND, ROUNDUP, ROUNDDOWN, TRUNC, INT, CEILING, FLOOR, EVEN, ODD.

Halves go away from zero, as in Excel and in commerce. More than ten digits, or a part of a digit, is blank.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_UP, Context, Decimal

from sqlalchemy import func

from engine.expression.function import NUMBERS, Example, Function, Parameter, kernel, same_as
from engine.expression.operators import modulo, subtract
from engine.texts import Text
from engine.values import NUMBER, Value, round_number

_MOST = 10
_WIDE = Context(prec=60)
_ONE = Decimal(1)
_NUMBER = Parameter("number", NUMBERS)
_DIGITS = Parameter("digits", NUMBERS, optional=True)
_STEP = Parameter("step", NUMBERS, optional=True)


def _are_digits(digits: Decimal) -> bool:
    return abs(digits) <= _MOST and digits == digits.to_integral_value()


def round_half_up(number: Decimal, digits: Decimal = Decimal(0)) -> Value:
    """Round to a number of digits."""
    return round_number(number, int(digits)) if _are_digits(digits) else None


def _round_to(number: Decimal, digits: Decimal, rounding: str) -> Value:
    if not _are_digits(digits):
        return None
    rounded = number.quantize(_ONE.scaleb(-int(digits)), rounding=rounding, context=_WIDE)
    return rounded if digits >= 0 else rounded.quantize(_ONE, context=_WIDE)


def _round_up(number: Decimal, digits: Decimal = Decimal(0)) -> Value:
    return _round_to(number, digits, ROUND_UP)


def _round_down(number: Decimal, digits: Decimal = Decimal(0)) -> Value:
    return _round_to(number, digits, ROUND_DOWN)


def _floor(number: Decimal, step: Decimal = _ONE) -> Value:
    rest = modulo(number, step.copy_abs())
    return subtract(number, rest) if isinstance(rest, Decimal) else None


def _ceiling(number: Decimal, step: Decimal = _ONE) -> Value:
    lowest = _floor(number.copy_negate(), step)
    return lowest.copy_negate() if isinstance(lowest, Decimal) else None


def _whole(number: Decimal, rounding: str) -> Decimal:
    return number.quantize(_ONE, rounding=rounding, context=_WIDE)


def _away(number: Decimal, odd: int) -> Decimal:
    """Go away from zero to the next even or odd whole number."""
    pairs = _whole((_whole(number.copy_abs(), ROUND_CEILING) - odd) / 2, ROUND_CEILING)
    return (2 * pairs + odd).copy_sign(number)


ROUND = Function(
    name="ROUND",
    doc=Text("四舍五入到几位小数", "Round half up to a number of digits"),
    category="number",
    parameters=(_NUMBER, _DIGITS),
    result=same_as(0),
    python=round_half_up,
    postgres=kernel("q_round", 0),
    examples=(Example("ROUND(2.345, 2)", Decimal("2.35")), Example("ROUND(-1250, -2)", Decimal(-1300))),
)
ROUNDUP = Function(
    name="ROUNDUP",
    doc=Text("向远离零的方向进位到几位小数", "Round away from zero to a number of digits"),
    category="number",
    parameters=(_NUMBER, _DIGITS),
    result=same_as(0),
    python=_round_up,
    postgres=kernel("q_round_up", 0),
    examples=(Example("ROUNDUP(2.301, 1)", Decimal("2.4")), Example("ROUNDUP(-2.1)", Decimal(-3))),
)
ROUNDDOWN = Function(
    name="ROUNDDOWN",
    doc=Text("去掉多余的小数位", "Cut off digits"),
    category="number",
    parameters=(_NUMBER, _DIGITS),
    result=same_as(0),
    python=_round_down,
    postgres=kernel("q_trunc", 0),
    examples=(Example("ROUNDDOWN(2.39, 1)", Decimal("2.3")), Example("ROUNDDOWN(-2.9)", Decimal(-2))),
)
TRUNC = Function(
    name="TRUNC",
    doc=Text("去掉多余的小数位,同 ROUNDDOWN", "Cut off digits, as ROUNDDOWN does"),
    category="number",
    parameters=(_NUMBER, _DIGITS),
    result=same_as(0),
    python=_round_down,
    postgres=kernel("q_trunc", 0),
    examples=(Example("TRUNC(-8.9)", Decimal(-8)),),
)
INT = Function(
    name="INT",
    doc=Text("不大于这个数的最大整数", "The largest whole number that is not above the number"),
    category="number",
    parameters=(_NUMBER,),
    result=same_as(0),
    python=lambda number: _whole(number, ROUND_FLOOR),
    postgres=lambda _, number: func.q_fit(func.floor(number)),
    examples=(Example("INT(8.9)", Decimal(8)), Example("INT(-8.9)", Decimal(-9))),
)
CEILING = Function(
    name="CEILING",
    doc=Text(
        "向上取到步长的整倍数,步长不写是 1", "The next multiple of a step upwards; the step is 1 if not given"
    ),
    category="number",
    parameters=(_NUMBER, _STEP),
    result=same_as(0),
    python=_ceiling,
    postgres=lambda _, number, step=1: -func.q_fit(-number - func.q_modulo(-number, func.abs(step))),
    examples=(Example("CEILING(2.1)", Decimal(3)), Example("CEILING(23, 10)", Decimal(30))),
)
FLOOR = Function(
    name="FLOOR",
    doc=Text(
        "向下取到步长的整倍数,步长不写是 1",
        "The next multiple of a step downwards; the step is 1 if not given",
    ),
    category="number",
    parameters=(_NUMBER, _STEP),
    result=same_as(0),
    python=_floor,
    postgres=lambda _, number, step=1: func.q_fit(number - func.q_modulo(number, func.abs(step))),
    examples=(Example("FLOOR(2.9)", Decimal(2)), Example("FLOOR(-23, 10)", Decimal(-30))),
)
EVEN = Function(
    name="EVEN",
    doc=Text("向远离零的方向取到偶数", "The next even whole number away from zero"),
    category="number",
    parameters=(_NUMBER,),
    result=NUMBER,
    python=lambda number: _away(number, 0),
    postgres=lambda _, number: func.q_parity(number, 0),
    examples=(Example("EVEN(1.5)", Decimal(2)), Example("EVEN(-3)", Decimal(-4))),
)
ODD = Function(
    name="ODD",
    doc=Text("向远离零的方向取到奇数", "The next odd whole number away from zero"),
    category="number",
    parameters=(_NUMBER,),
    result=NUMBER,
    python=lambda number: _away(number, 1),
    postgres=lambda _, number: func.q_parity(number, 1),
    examples=(Example("ODD(2)", Decimal(3)), Example("ODD(0)", Decimal(1))),
)
