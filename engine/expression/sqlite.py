"""Our functions inside SQLite: one SQL function, `q_call`, that runs the Python face.

`q_call('ROUND(number,number)|', price, '2')` names a function with the kinds of its arguments and, after
the bar, the time zone for functions that need one. Values cross as SQLite holds them: numbers as their
digits, dates and moments as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from engine.columns import NUMBER_COLLATION, read_moment, write_moment
from engine.expression import operators
from engine.expression.evaluate import settle
from engine.expression.function import Function
from engine.values import Kind, Value, round_number, write_number

Raw = str | int | float | None


@dataclass(frozen=True, slots=True)
class _Place:
    """The part of a scope that a function may ask for inside the database."""

    zone: ZoneInfo
    now: datetime


def signature_of(function: Function, kinds: Iterable[Kind]) -> str:
    """Name a function together with the kinds of its arguments."""
    return f"{function.name}({','.join(kinds)})"


def connector(functions: Mapping[str, Function]) -> Callable[[Any], None]:
    """Return what must be done to each new SQLite connection so that expressions run in it.

    The argument of the returned function is the driver's own connection.
    """

    @lru_cache(maxsize=4096)
    def target(signature: str) -> Callable[..., Raw]:
        return _adapter(signature, functions)

    def call(signature: str, *raw: Raw) -> Raw:
        return target(signature)(*raw)

    def connect(connection: Any) -> None:
        connection.create_function("q_call", -1, call, deterministic=True)
        connection.create_function("q_number", 2, _unscale, deterministic=True)
        connection.create_function("q_scaled", 2, _scale, deterministic=True)
        connection.create_function("q_total", 4, _total, deterministic=True)
        connection.create_aggregate("q_sum", 1, _Sum)
        connection.create_aggregate("q_average", 1, _Average)
        connection.create_function("q_compare", 2, _compare, deterministic=True)
        connection.create_collation(NUMBER_COLLATION, _compare_numbers)

    return connect


def _adapter(signature: str, functions: Mapping[str, Function]) -> Callable[..., Raw]:
    """Build the Python function behind one signature."""
    call, _, context = signature.partition("|")
    name, _, rest = call.partition("(")
    kinds = [Kind(kind) for kind in rest.rstrip(")").split(",") if kind]
    function = find_function(name, kinds, functions)
    readers = [_READERS.get(kind, _same) for kind in kinds]
    python, strict = function.python, function.strict
    if python is None:
        raise ValueError(f"{name} has no Python face")
    zone, _, now = context.partition("@")
    first = [_Place(ZoneInfo(zone), read_moment(now))] if function.contextual else []

    def run(*raw: Raw) -> Raw:
        if strict and None in raw:
            return None
        values = [None if v is None else read(v) for read, v in zip(readers, raw, strict=True)]
        try:
            return write_raw(settle(python(*first, *values)))
        except (ArithmeticError, ValueError):
            return None

    return run


def find_function(name: str, kinds: Iterable[Kind], functions: Mapping[str, Function]) -> Function:
    """Return the function or the overload of an operator with this name and these kinds."""
    wanted = tuple(kinds)
    if name in operators.CONVERSIONS:
        return operators.CONVERSIONS[name]
    for overload in operators.ARITHMETIC.get(name, ()):
        if all(
            kind in p.kinds or kind is Kind.BLANK for kind, p in zip(wanted, overload.parameters, strict=True)
        ):
            return overload
    return functions[name]


def _same(raw: Any) -> Value:
    value: Value = raw
    return value


_READERS: dict[Kind, Callable[[Any], Value]] = {
    Kind.NUMBER: lambda raw: Decimal(str(raw)),
    Kind.MONEY: lambda raw: Decimal(str(raw)),
    Kind.BOOLEAN: bool,
    Kind.DATE: date.fromisoformat,
    Kind.DATETIME: read_moment,
    Kind.DURATION: lambda raw: timedelta(seconds=raw),
}


def write_raw(value: Value) -> Raw:
    """Write a value as SQLite holds it inside an expression."""
    match value:
        case None | str():
            return value
        case bool() | int():
            return int(value)
        case Decimal():
            return write_number(value)
        case datetime():
            return write_moment(value)
        case date():
            return value.isoformat()
        case timedelta():
            return operators.span_seconds(value)
        case tuple():
            raise TypeError("a list does not cross into SQLite")


def write_digits(value: Value) -> str | None:
    """Write a number as SQLite holds it inside an expression."""
    return write_number(value) if isinstance(value, Decimal) else None


def _unscale(raw: int | None, scale: int) -> str | None:
    """Turn a stored number into its digits."""
    return None if raw is None else write_number(operators.EXACT.scaleb(Decimal(raw), -scale))


def _total(high: int, low: int, count: int, scale: int) -> Raw:
    """Give a sum, or an average over `count`, from the two halves of a sum of stored numbers."""
    units = operators.EXACT.scaleb(Decimal(high * 1_000_000_000 + low), -scale)
    return write_raw(operators.divide(units, Decimal(count)) if count != 1 else settle(units))


def _scale(raw: str | None, scale: int) -> int | None:
    """Turn the digits of a number into the stored form; half up."""
    value = operators.multiply(Decimal(raw), Decimal(10) ** scale) if raw is not None else None
    if not isinstance(value, Decimal) or abs(value) >= Decimal(10) ** 18:
        return None
    return int(round_number(value, 0))


def _compare(left: str | None, right: str | None) -> int | None:
    """Compare two computed numbers; nothing compares with a blank."""
    return None if left is None or right is None else _compare_numbers(left, right)


def _compare_numbers(left: str, right: str) -> int:
    a, b = Decimal(left), Decimal(right)
    return (a > b) - (a < b)


class _Sum:
    """The exact sum of computed numbers."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.count = 0

    def step(self, raw: str | int | None) -> None:
        """Take one row."""
        if raw is not None:
            self.total = operators.EXACT.add(self.total, Decimal(str(raw)))
            self.count += 1

    def finalize(self) -> str | None:
        """Give the sum, blank over nothing."""
        return write_digits(settle(self.total)) if self.count else None


class _Average(_Sum):
    """The exact average of computed numbers."""

    def finalize(self) -> str | None:
        """Give the average, blank over nothing."""
        return write_digits(operators.divide(self.total, Decimal(self.count))) if self.count else None
