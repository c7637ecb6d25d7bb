"""Powers, roots and logarithms: POWER, SQRT, EXP, LN, LOG, PI, and ABS, SIGN, MOD.

Computed with far more digits than are kept, then rounded half up to ten after the point, in Python and in
PostgreSQL alike, so that the two agree digit for digit.
"""

from __future__ import annotations

from decimal import Context, Decimal

from sqlalchemy import func, literal

from engine.columns import ComputedNumber
from engine.expression.function import NUMBERS, Example, Function, Parameter, kernel, same_as
from engine.expression.operators import modulo
from engine.texts import Text
from engine.values import NUMBER, Value

_WIDE = Context(prec=90)
_LARGEST_EXPONENT = 1000
_LN_MOST, _LN_LEAST = 47, -30
_PI = Decimal("3.1415926536")
_NUMBER = Parameter("number", NUMBERS)


def _power(base: Decimal, exponent: Decimal) -> Value:
    if exponent == 0:
        return Decimal(1)
    if base == 0:
        return base if exponent > 0 else None
    if abs(exponent) > _LARGEST_EXPONENT or (base < 0 and exponent != exponent.to_integral_value()):
        return None
    size = _WIDE.multiply(exponent, _WIDE.ln(base.copy_abs()))
    if size > _LN_MOST:
        return None
    return Decimal(0) if size < _LN_LEAST else _WIDE.power(base, exponent)


def _exp(number: Decimal) -> Value:
    if number > _LN_MOST:
        return None
    return Decimal(0) if number < _LN_LEAST else _WIDE.exp(number)


def _log(number: Decimal, base: Decimal = Decimal(10)) -> Value:
    if number <= 0 or base <= 0 or base == 1:
        return None
    return _WIDE.divide(_WIDE.ln(number), _WIDE.ln(base))


ABS = Function(
    name="ABS",
    doc=Text("绝对值", "The number without its sign"),
    category="number",
    parameters=(_NUMBER,),
    result=same_as(0),
    python=lambda number: number.copy_abs(),
    postgres=lambda _, number: func.abs(number),
    examples=(Example("ABS(-5)", Decimal(5)),),
)
SIGN = Function(
    name="SIGN",
    doc=Text("正数是 1,零是 0,负数是 -1", "1 for a positive number, 0 for zero, -1 for a negative one"),
    category="number",
    parameters=(_NUMBER,),
    result=NUMBER,
    python=lambda number: Decimal((number > 0) - (number < 0)),
    postgres=lambda _, number: func.sign(number),
    examples=(Example("SIGN(-5)", Decimal(-1)),),
)
MOD = Function(
    name="MOD",
    doc=Text("余数,符号与除数相同;除以零是空", "The remainder, with the divisor's sign; by zero it is blank"),
    category="number",
    parameters=(_NUMBER, Parameter("divisor", NUMBERS)),
    result=same_as(0),
    python=modulo,
    postgres=kernel("q_modulo"),
    examples=(
        Example("MOD(7, 3)", Decimal(1)),
        Example("MOD(-7, 3)", Decimal(2)),
        Example("MOD(7, 0)", None),
    ),
)
POWER = Function(
    name="POWER",
    doc=Text(
        "乘方;指数最大 1000,结果太大是空",
        "A power; the exponent is at most 1000, a result too large is blank",
    ),
    category="number",
    parameters=(_NUMBER, Parameter("exponent", NUMBERS)),
    result=NUMBER,
    python=_power,
    postgres=kernel("q_power"),
    examples=(
        Example("POWER(2, 10)", Decimal(1024)),
        Example("POWER(4, 0.5)", Decimal(2)),
        Example("POWER(10, 100)", None),
    ),
)
SQRT = Function(
    name="SQRT",
    doc=Text("平方根;负数的是空", "The square root; of a negative number it is blank"),
    category="number",
    parameters=(_NUMBER,),
    result=NUMBER,
    python=lambda number: _WIDE.sqrt(number) if number >= 0 else None,
    postgres=kernel("q_sqrt"),
    examples=(Example("SQRT(2)", Decimal("1.4142135624")), Example("SQRT(-1)", None)),
)
EXP = Function(
    name="EXP",
    doc=Text("e 的乘方", "A power of e"),
    category="number",
    parameters=(Parameter("exponent", NUMBERS),),
    result=NUMBER,
    python=_exp,
    postgres=kernel("q_exp"),
    examples=(Example("EXP(1)", Decimal("2.7182818285")),),
)
LN = Function(
    name="LN",
    doc=Text("自然对数", "The natural logarithm"),
    category="number",
    parameters=(_NUMBER,),
    result=NUMBER,
    python=lambda number: _WIDE.ln(number) if number > 0 else None,
    postgres=kernel("q_ln"),
    examples=(Example("LN(10)", Decimal("2.3025850930")), Example("LN(0)", None)),
)
LOG = Function(
    name="LOG",
    doc=Text("对数,底不写是 10", "The logarithm; its base is 10 if not given"),
    category="number",
    parameters=(_NUMBER, Parameter("base", NUMBERS, optional=True)),
    result=NUMBER,
    python=_log,
    postgres=kernel("q_log", 10),
    examples=(Example("LOG(1000)", Decimal(3)), Example("LOG(8, 2)", Decimal(3))),
)
PI = Function(
    name="PI",
    doc=Text("圆周率,十位小数", "The number pi, with ten digits"),
    category="number",
    parameters=(),
    result=NUMBER,
    python=lambda: _PI,
    postgres=lambda _: literal(_PI, ComputedNumber()),
    examples=(Example("PI()", _PI),),
)
