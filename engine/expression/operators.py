"""The operators of the language: `+ - * / %`, comparisons and the minus sign, each with all its faces.

An operator is a `Function` like any other; one sign has an overload for each pair of kinds that it takes.
The meaning of blanks is in the design, section 5: arithmetic with blank is blank, an ordering comparison
with blank is false, `==` holds two blanks equal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func

from engine.expression.function import (
    ANY,
    DATES,
    DAYS,
    DURATIONS,
    MOMENTS,
    NUMBERS,
    TEXTS,
    Function,
    Parameter,
    Result,
)
from engine.texts import Text
from engine.values import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    TEXT_LIMIT,
    Kind,
    Value,
    ValueType,
    fit_number,
)

if TYPE_CHECKING:
    from engine.expression.sql import SqlCompiler

Kinds = frozenset[Kind]
_EXACT = Context(prec=120)
_QUOTIENT_PLACES = 11


def _number_result(arguments: tuple[ValueType, ...]) -> ValueType:
    """Money with a number stays money; money by money is a plain number."""
    money = [a for a in arguments if a.kind is Kind.MONEY]
    return ValueType(Kind.MONEY, currency=money[0].currency) if money else NUMBER


def _ratio_result(arguments: tuple[ValueType, ...]) -> ValueType:
    left, right = arguments
    return NUMBER if right.kind is Kind.MONEY else _number_result((left,))


def add(left: Any, right: Any) -> Value:
    """Add numbers, join texts, or move a date by a duration."""
    if isinstance(left, Decimal):
        return fit_number(_EXACT.add(left, right))
    if isinstance(left, str):
        return left + right if len(left) + len(right) <= TEXT_LIMIT else None
    return _shift(left, right)


def subtract(left: Any, right: Any) -> Value:
    """Subtract numbers, or take the time between two dates."""
    if isinstance(left, Decimal):
        return fit_number(_EXACT.subtract(left, right))
    if isinstance(right, timedelta):
        return _shift(left, -right)
    span: timedelta = left - right
    return span


def _shift(moment: Any, span: timedelta) -> Value:
    try:
        moved: Value = moment + span
    except OverflowError:
        return None
    return moved


def multiply(left: Decimal, right: Decimal) -> Value:
    """Multiply two numbers."""
    return fit_number(_EXACT.multiply(left, right))


def divide(left: Decimal, right: Decimal) -> Value:
    """Divide two numbers; by zero the result is blank. Half up at the tenth digit, exactly."""
    try:
        shifted = _EXACT.divide_int(left.scaleb(_QUOTIENT_PLACES), right)
    except (DivisionByZero, InvalidOperation):
        return None
    return fit_number(shifted.scaleb(-_QUOTIENT_PLACES))


def modulo(left: Decimal, right: Decimal) -> Value:
    """Return the remainder with the sign of the divisor, as Excel's MOD does; by zero it is blank."""
    if right == 0:
        return None
    rest = _EXACT.remainder(left, right)
    return fit_number(rest + right if rest and (rest < 0) != (right < 0) else rest)


def _pg_arithmetic(sign: str) -> Callable[..., ColumnElement[Any]]:
    return lambda sql, left, right: func.q_fit(left.op(sign)(right))



def _operator(
    sign: str,
    kinds: tuple[Kinds, ...],
    result: Result,
    python: Callable[..., Value],
    postgres: Callable[..., ColumnElement[Any]],
    *,
    doc: Text,
) -> Function:
    names = ("left", "right") if len(kinds) == 2 else ("value",)
    parameters = tuple(Parameter(name, kind) for name, kind in zip(names, kinds, strict=True))
    return Function(
        name=sign, doc=doc, parameters=parameters, result=result, python=python, postgres=postgres
    )


_ADD = Text("相加", "Add")
_SUBTRACT = Text("相减", "Subtract")
ARITHMETIC: dict[str, tuple[Function, ...]] = {
    "+": (
        _operator("+", (NUMBERS, NUMBERS), _number_result, add, _pg_arithmetic("+"), doc=_ADD),
        _operator("+", (TEXTS, TEXTS), TEXT, add, lambda sql, a, b: func.q_text(a.op("||")(b)), doc=_ADD),
        _operator("+", (DAYS, DURATIONS), DATE, lambda d, s: _shift(d, timedelta(s.days)),
                  lambda sql, d, s: func.q_day(d, func.floor(s / 86400.0)), doc=_ADD),
        _operator("+", (MOMENTS, DURATIONS), DATETIME, add, lambda sql, m, s: func.q_moment(m, s), doc=_ADD),
        _operator("+", (DURATIONS, DURATIONS), DURATION, lambda a, b: a + b, lambda sql, a, b: a + b, doc=_ADD),
    ),
    "-": (
        _operator("-", (NUMBERS, NUMBERS), _number_result, subtract, _pg_arithmetic("-"), doc=_SUBTRACT),
        _operator("-", (DAYS, DURATIONS), DATE, lambda d, s: _shift(d, -timedelta(s.days)),
                  lambda sql, d, s: func.q_day(d, -func.floor(s / 86400.0)), doc=_SUBTRACT),
        _operator("-", (MOMENTS, DURATIONS), DATETIME, subtract, lambda sql, m, s: func.q_moment(m, -s), doc=_SUBTRACT),
        _operator("-", (DAYS, DAYS), DURATION, subtract, lambda sql, a, b: (a - b) * 86400, doc=_SUBTRACT),
        _operator("-", (MOMENTS, MOMENTS), DURATION, subtract, lambda sql, a, b: func.q_between(b, a), doc=_SUBTRACT),
        _operator("-", (DURATIONS, DURATIONS), DURATION, lambda a, b: a - b, lambda sql, a, b: a - b, doc=_SUBTRACT),
    ),
    "*": (_operator("*", (NUMBERS, NUMBERS), _number_result, multiply, _pg_arithmetic("*"), doc=Text("相乘", "Multiply")),),
    "/": (_operator("/", (NUMBERS, NUMBERS), _ratio_result, divide, lambda sql, a, b: func.q_divide(a, b),
                    doc=Text("相除;除以零是空", "Divide; by zero the result is blank")),),
    "%": (_operator("%", (NUMBERS, NUMBERS), _number_result, modulo, lambda sql, a, b: func.q_modulo(a, b),
                    doc=Text("余数", "Remainder")),),
    "negate": (
        _operator("negate", (NUMBERS,), _number_result, lambda a: -a, lambda sql, a: -a, doc=Text("取负", "Change the sign")),
        _operator("negate", (DURATIONS,), DURATION, lambda a: -a, lambda sql, a: -a, doc=Text("取负", "Change the sign")),
    ),
}  # fmt: skip


def equal(left: Any, right: Any) -> bool:
    """Tell whether two values are the same; two blanks are."""
    return bool(left == right)


def different(left: Any, right: Any) -> bool:
    """Tell whether two values differ; a blank differs from everything but a blank."""
    return bool(left != right)


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda left, right: left is not None and right is not None and compare(left, right)


def _comparison(sign: str, python: Callable[[Any, Any], bool], doc: Text) -> Function:
    ordered = sign not in ("==", "!=")
    kinds = (NUMBERS | TEXTS | DATES | DURATIONS) if ordered else ANY
    faces: dict[str, Callable[[Any, Any], ColumnElement[Any]]] = {
        "==": lambda a, b: a.is_not_distinct_from(b),
        "!=": lambda a, b: a.is_distinct_from(b),
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }
    face = faces[sign]
    return Function(
        name=sign,
        doc=doc,
        parameters=(Parameter("left", kinds), Parameter("right", kinds)),
        result=BOOLEAN,
        python=_ordering(python) if ordered else python,
        postgres=lambda sql, left, right: face(left, right),
        sqlite=lambda sql, left, right: face(left, right),
        strict=False,
    )


COMPARISONS: dict[str, Function] = {
    "==": _comparison("==", equal, Text("等于", "is")),
    "!=": _comparison("!=", different, Text("不等于", "is not")),
    "<": _comparison("<", lambda a, b: bool(a < b), Text("小于", "is below")),
    "<=": _comparison("<=", lambda a, b: bool(a <= b), Text("不大于", "is at most")),
    ">": _comparison(">", lambda a, b: bool(a > b), Text("大于", "is above")),
    ">=": _comparison(">=", lambda a, b: bool(a >= b), Text("不小于", "is at least")),
}


def local_date(scope: Any, moment: datetime) -> date:
    """Return the day of a moment in the app's time zone."""
    day: date = moment.astimezone(scope.zone).date()
    return day


TO_DATE = Function(
    name="to-date",
    doc=Text("日期时间所在的那一天", "The day of a date and time"),
    parameters=(Parameter("moment", MOMENTS),),
    result=DATE,
    python=local_date,
    postgres=lambda sql, moment: func.date(func.timezone(sql.zone_name, moment)),
    contextual=True,
)
