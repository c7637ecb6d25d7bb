"""The operators of the language: `+ - * / %`, comparisons and the minus sign, each with all its faces.

An operator is a `Function` like any other; one sign has an overload for each pair of kinds that it takes.
The meaning of blanks is in the design, section 5: arithmetic with blank is blank, an ordering comparison
with blank is false, `==` holds two blanks equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal
from typing import Any

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
    kernel,
)
from engine.expression.moments import LONGEST, from_local, local_day, shift_day, shift_moment
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
    round_number,
)

Kinds = frozenset[Kind]
Face = Callable[..., ColumnElement[Any]]
EXACT = Context(prec=120)
_QUOTIENT_PLACES = 11


def _money(arguments: tuple[ValueType, ...]) -> list[ValueType]:
    return [argument for argument in arguments if argument.kind is Kind.MONEY]


def sum_type(arguments: tuple[ValueType, ...]) -> ValueType:
    """Money with a number stays money."""
    money = _money(arguments)
    return ValueType(Kind.MONEY, currency=money[0].currency) if money else NUMBER


def _product_type(arguments: tuple[ValueType, ...]) -> ValueType:
    """Money times a number is money; money times money is a plain number."""
    return sum_type(arguments) if len(_money(arguments)) == 1 else NUMBER


def _ratio_type(arguments: tuple[ValueType, ...]) -> ValueType:
    """Money by a number is money; anything by money is a plain number."""
    left, right = arguments
    return NUMBER if right.kind is Kind.MONEY else sum_type((left,))


def add(left: Decimal, right: Decimal) -> Value:
    """Add two numbers."""
    return fit_number(EXACT.add(left, right))


def subtract(left: Decimal, right: Decimal) -> Value:
    """Subtract two numbers."""
    return fit_number(EXACT.subtract(left, right))


def multiply(left: Decimal, right: Decimal) -> Value:
    """Multiply two numbers."""
    return fit_number(EXACT.multiply(left, right))


def divide(left: Decimal, right: Decimal) -> Value:
    """Divide two numbers; by zero the result is blank. Half up at the tenth digit, exactly."""
    if not right:
        return None
    shifted = EXACT.divide_int(EXACT.scaleb(left, _QUOTIENT_PLACES), right)
    return fit_number(EXACT.scaleb(shifted, -_QUOTIENT_PLACES))


def modulo(left: Decimal, right: Decimal) -> Value:
    """Return the remainder with the sign of the divisor, as Excel's MOD does; by zero it is blank."""
    if not right:
        return None
    rest = EXACT.remainder(left, right)
    return fit_number(EXACT.add(rest, right) if rest and (rest < 0) != (right < 0) else rest)


def total(numbers: Iterable[Decimal]) -> Decimal:
    """Add up any number of numbers, exactly."""
    result = Decimal(0)
    for number in numbers:
        result = EXACT.add(result, number)
    return result


def join(left: str, right: str) -> Value:
    """Join two texts; a text that grows too long is blank."""
    return left + right if len(left) + len(right) <= TEXT_LIMIT else None


def scale_span(span: timedelta, number: Decimal) -> Value:
    """Multiply a duration by a number, to the second, half up."""
    return seconds_span(EXACT.multiply(Decimal(span_seconds(span)), number))


def split_span(span: timedelta, number: Decimal) -> Value:
    """Divide a duration by a number, to the second, half up; by zero it is blank."""
    quotient = divide(Decimal(span_seconds(span)), number)
    return seconds_span(quotient) if isinstance(quotient, Decimal) else None


def compare_spans(left: timedelta, right: timedelta) -> Value:
    """Return how many times one duration goes into another; into none it is blank."""
    return divide(Decimal(span_seconds(left)), Decimal(span_seconds(right)))


def span_seconds(span: timedelta) -> int:
    """Return the whole seconds of a duration."""
    return span.days * 86_400 + span.seconds


def seconds_span(seconds: Decimal) -> Value:
    """Return a duration of so many seconds, half up; blank beyond ten thousand years."""
    return (
        timedelta(seconds=int(round_number(seconds, 0))) if abs(seconds) <= LONGEST.total_seconds() else None
    )


def _arithmetic(sign: str) -> Face:
    return lambda sql, left, right: func.q_fit(left.op(sign)(right))


def _operator(
    sign: str, doc: Text, kinds: tuple[Kinds, ...], result: Result, python: Any, postgres: Face
) -> Function:
    names = ("left", "right") if len(kinds) == 2 else ("value",)
    parameters = tuple(Parameter(name, kind) for name, kind in zip(names, kinds, strict=True))
    return Function(
        name=sign, doc=doc, parameters=parameters, result=result, python=python, postgres=postgres
    )


_TWO_NUMBERS = (NUMBERS, NUMBERS)
_TWO_SPANS = (DURATIONS, DURATIONS)
_PLUS = Text("相加", "Add")
_MINUS = Text("相减", "Subtract")
_TIMES = Text("相乘", "Multiply")
_BY = Text("相除;除以零是空", "Divide; by zero the result is blank")
_REST = Text("余数", "Remainder")
_SIGN = Text("取负", "Change the sign")

ARITHMETIC: dict[str, tuple[Function, ...]] = {
    "+": (
        _operator("+", _PLUS, _TWO_NUMBERS, sum_type, add, _arithmetic("+")),
        _operator("+", _PLUS, (TEXTS, TEXTS), TEXT, join, lambda sql, a, b: func.q_text(a.op("||")(b))),
        _operator("+", _PLUS, (DAYS, DURATIONS), DATE, shift_day, kernel("q_day")),
        _operator("+", _PLUS, (MOMENTS, DURATIONS), DATETIME, shift_moment, kernel("q_moment")),
        _operator("+", _PLUS, _TWO_SPANS, DURATION, lambda a, b: a + b, lambda sql, a, b: func.q_span(a + b)),
    ),
    "-": (
        _operator("-", _MINUS, _TWO_NUMBERS, sum_type, subtract, _arithmetic("-")),
        _operator("-", _MINUS, (DAYS, DURATIONS), DATE, lambda d, s: shift_day(d, -s),
                  lambda sql, d, s: func.q_day(d, -s)),
        _operator("-", _MINUS, (MOMENTS, DURATIONS), DATETIME, lambda m, s: shift_moment(m, -s),
                  lambda sql, m, s: func.q_moment(m, -s)),
        _operator("-", _MINUS, (DAYS, DAYS), DURATION, lambda a, b: a - b, kernel("q_days_apart")),
        _operator("-", _MINUS, (MOMENTS, MOMENTS), DURATION, lambda a, b: a - b, kernel("q_apart")),
        _operator(
            "-", _MINUS, _TWO_SPANS, DURATION, lambda a, b: a - b, lambda sql, a, b: func.q_span(a - b)
        ),
    ),
    "*": (
        _operator("*", _TIMES, _TWO_NUMBERS, _product_type, multiply, _arithmetic("*")),
        _operator("*", _TIMES, (DURATIONS, NUMBERS), DURATION, scale_span,
                  lambda sql, s, n: func.q_seconds(s.op("*")(n))),
        _operator("*", _TIMES, (NUMBERS, DURATIONS), DURATION, lambda n, s: scale_span(s, n),
                  lambda sql, n, s: func.q_seconds(s.op("*")(n))),
    ),
    "/": (
        _operator("/", _BY, _TWO_NUMBERS, _ratio_type, divide, kernel("q_divide")),
        _operator("/", _BY, (DURATIONS, NUMBERS), DURATION, split_span,
                  lambda sql, s, n: func.q_seconds(func.q_divide(s, n))),
        _operator("/", _BY, _TWO_SPANS, NUMBER, compare_spans, kernel("q_divide")),
    ),
    "%": (_operator("%", _REST, _TWO_NUMBERS, sum_type, modulo, kernel("q_modulo")),),
    "negate": (
        _operator("negate", _SIGN, (NUMBERS,), sum_type, lambda a: a.copy_negate(), lambda sql, a: -a),
        _operator("negate", _SIGN, (DURATIONS,), DURATION, lambda a: -a, lambda sql, a: -a),
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


def _to_day(scope: Any, moment: datetime) -> date | None:
    return local_day(moment, scope.zone)


def _to_moment(scope: Any, day: date, seconds: Decimal = Decimal(0)) -> datetime | None:
    midnight = datetime.combine(day, time())
    return from_local(midnight + timedelta(seconds=int(seconds)), scope.zone)


TO_DATE = Function(
    name="to-date",
    doc=Text("日期时间所在的那一天", "The day of a date and time"),
    parameters=(Parameter("moment", MOMENTS),),
    result=DATE,
    python=_to_day,
    postgres=lambda sql, moment: func.q_local_day(moment, sql.zone_name),
    contextual=True,
)
TO_MOMENT = Function(
    name="to-moment",
    doc=Text("一天里某一秒所在的那一刻", "The moment of a day's second; of its begin where none is given"),
    parameters=(Parameter("day", DAYS), Parameter("seconds", NUMBERS, optional=True)),
    result=DATETIME,
    python=_to_moment,
    postgres=lambda sql, day, seconds=0: func.q_from_local(func.q_clock(day, seconds), sql.zone_name),
    contextual=True,
)
CONVERSIONS: dict[str, Function] = {function.name: function for function in (TO_DATE, TO_MOMENT)}
