"""Comparisons and `in` as SQL, in the form that lets an index serve wherever the meaning allows it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Column,
    and_,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    true,
    type_coerce,
)

from engine.columns import ScaledNumber
from engine.expression import operators
from engine.expression.evaluate import settle
from engine.expression.moments import calendar_ends, day_start
from engine.expression.sql_sources import Element, Frame
from engine.expression.tree import Apply, Constant, Member, Node, Path
from engine.values import Kind

if TYPE_CHECKING:
    from engine.expression.sql import SqlCompiler

_TEXTS = (Kind.TEXT, Kind.CHOICE)
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LARGEST = Decimal(10) ** 18


def compare(sql: SqlCompiler, node: Apply, frame: Frame, *, positive: bool) -> Element:
    """Return a comparison; with `positive` NULL may stand for no."""
    left, right = node.arguments
    sign = node.function.name
    a, b = sql.known(left, frame), sql.known(right, frame)
    if a is not None and b is None:
        left, right, b, sign = right, left, a, _MIRRORED.get(sign, sign)
    if b is not None and b.value is None:
        return _compare_blank(sql, left, frame, sign)
    found = _special(sql, left, sign, b, frame) if b is not None else None
    if found is not None:
        return found if positive or sign == "!=" else func.coalesce(found, false())
    return _compare_values(sql, (left, b or right), frame, sign, positive=positive)


def _compare_blank(sql: SqlCompiler, node: Node, frame: Frame, sign: str) -> Element:
    if sign not in ("==", "!="):
        return false()
    element = sql.path(node, frame) if isinstance(node, Path) else sql.value(node, frame)
    return element.is_(None) if sign == "==" else element.is_not(None)


def _compare_values(
    sql: SqlCompiler, sides: tuple[Node, Node], frame: Frame, sign: str, *, positive: bool
) -> Element:
    left, right = sides
    a, b = _sides(sql, left, right, frame, ordered=sign not in ("==", "!="))
    if sign not in ("==", "!="):
        face = operators.COMPARISONS[sign].postgres
        element = face(sql, a, b) if face else false()
        return element if positive else func.coalesce(element, false())
    if sign == "!=":
        return a.is_distinct_from(b)
    if positive and (_never_blank(left) or _never_blank(right)):
        return a == b
    if positive and not sql.is_sqlite and isinstance(a, Column) and isinstance(b, Column):
        return or_(a == b, and_(a.is_(None), b.is_(None)))
    return a.is_not_distinct_from(b)


def settle_day(sql: SqlCompiler, node: Apply, frame: Frame) -> Constant | None:
    """Return the day that only the clock and constants decide, so that an index serves; None for the rest."""
    function = node.function
    if node.type.kind is not Kind.DATE or function.contextual or function.python is None:
        return None
    known = [sql.known(argument, frame) for argument in node.arguments]
    values = [one.value for one in known if one is not None]
    if len(values) < len(known) or (function.strict and None in values):
        return None
    try:
        return Constant(settle(function.python(*values)), node.type)
    except (ArithmeticError, ValueError):
        return Constant(None, node.type)


def _never_blank(side: Node) -> bool:
    """Tell whether a side is certain to hold a value, so that `=` says the same and an index serves."""
    if isinstance(side, Constant):
        return side.value is not None
    return isinstance(side, Path) and side.steps == ("id",)


def _sides(
    sql: SqlCompiler, left: Node, right: Node, frame: Frame, *, ordered: bool
) -> tuple[Element, Element]:
    """Return both sides in forms that compare: stored numbers as they are where that is exact.

    SQLite holds a computed number as its digits, always written alike, so equal numbers are equal texts; to
    order them takes a function. (A collation would do, but SQLite hands it on to whatever is around it.)
    """
    if sql.is_sqlite and left.type.is_numeric:
        a, b = (sql.path(n, frame) if isinstance(n, Path) else sql.value(n, frame) for n in (left, right))
        if (
            isinstance(a.type, ScaledNumber)
            and isinstance(b.type, ScaledNumber)
            and a.type.scale == b.type.scale
        ):
            return type_coerce(a, BigInteger), type_coerce(b, BigInteger)
        a, b = sql.computed_form(a), sql.computed_form(b)
        return (func.q_compare(a, b), literal_column("0")) if ordered else (a, b)
    a, b = sql.value(left, frame), sql.value(right, frame)
    texts = left.type.kind in _TEXTS or right.type.kind in _TEXTS
    if texts and not sql.is_sqlite and not (isinstance(a, Column) and isinstance(b, Column)):
        return a.collate("C"), b
    return a, b


def _special(sql: SqlCompiler, left: Node, sign: str, constant: Constant, frame: Frame) -> Element | None:
    """Compare what is stored with a constant so that an index serves; None where there is no such way."""
    if isinstance(constant.value, Decimal) and isinstance(left, Path) and sql.is_sqlite:
        element = sql.path(left, frame)
        if isinstance(element.type, ScaledNumber):
            return _compare_stored(element, element.type.scale, sign, constant.value)
    if isinstance(left, Apply) and left.function is operators.TO_DATE and isinstance(constant.value, date):
        return _compare_day(sql, sql.value(left.arguments[0], frame), sign, constant.value)
    return None


def _compare_stored(element: Element, scale: int, sign: str, number: Decimal) -> Element:
    """Compare whole units; a number that lies between two of them is compared with the lower one."""
    column = type_coerce(element, BigInteger)
    bounded = max(-_LARGEST, min(_LARGEST, number))
    scaled = operators.EXACT.scaleb(bounded, scale)
    scaled = max(-_LARGEST, min(_LARGEST, scaled))
    floor = scaled.to_integral_value(ROUND_FLOOR)
    units = literal(int(floor), BigInteger)
    exact = floor == scaled
    match sign:
        case "==":
            return column == units if exact else false()
        case "!=":
            return column.is_distinct_from(units) if exact else true()
        case "<":
            return column < units if exact else column <= units
        case ">=":
            return column >= units if exact else column > units
        case "<=":
            return column <= units
        case _:
            return column > units


def _compare_day(sql: SqlCompiler, moment: Element, sign: str, day: date) -> Element | None:
    """Compare the local day of a moment as a range of moments; None where clocks change at that midnight."""
    zone = sql.facts.zone
    start = day_start(day, zone)
    end = day_start(day + timedelta(1), zone) if day < date.max else None
    if start is None or end is None:
        return None
    first, last = calendar_ends(zone)
    after = [] if last is None else [moment <= literal(last, moment.type)]
    before = [] if first is None else [moment >= literal(first, moment.type)]
    low, high = literal(start, moment.type), literal(end, moment.type)
    match sign:
        case "==":
            return and_(moment >= low, moment < high)
        case "!=":
            return not_(func.coalesce(and_(moment >= low, moment < high), false()))
        case "<":
            return and_(moment < low, *before)
        case "<=":
            return and_(moment < high, *before)
        case ">":
            return and_(moment >= high, *after)
        case _:
            return and_(moment >= low, *after)


def member(sql: SqlCompiler, node: Member, frame: Frame, *, positive: bool) -> Element:
    """Return `item in (…)`; as SQL's own IN where the choices are constants."""
    known = [sql.known(choice, frame) for choice in node.choices]
    constants = [one for one in known if one is not None]
    if (
        len(constants) < len(node.choices)
        or not isinstance(node.item, Path)
        or node.item.type.kind is Kind.BLANK
    ):
        equal = operators.COMPARISONS["=="]
        applied = [Apply(equal, (node.item, choice), node.type) for choice in node.choices]
        tests = [compare(sql, one, frame, positive=positive and not node.negated) for one in applied]
        found = or_(*tests) if tests else false()
        return not_(found) if node.negated else found
    element = sql.path(node.item, frame)
    values = list(dict.fromkeys(one.value for one in constants if one.value is not None))
    found = _in_constants(sql, node.item, element, [Constant(value, constants[0].type) for value in values])
    if len(values) < len({one.value for one in constants}):
        found = or_(found, element.is_(None))
    if node.negated:
        return not_(func.coalesce(found, false()))
    return found if positive else func.coalesce(found, false())


def _in_constants(sql: SqlCompiler, item: Path, element: Element, choices: list[Constant]) -> Element:
    if not choices:
        return false()
    if sql.is_sqlite and isinstance(element.type, ScaledNumber):
        scale = element.type.scale
        scaled = [
            operators.EXACT.scaleb(choice.value, scale)
            for choice in choices
            if isinstance(choice.value, Decimal)
        ]
        units = [int(one) for one in scaled if one == one.to_integral_value() and abs(one) < _LARGEST]
        return type_coerce(element, BigInteger).in_(units) if units else false()
    literals = [sql.constant(choice.value, item.type) for choice in choices]
    if item.type.kind in _TEXTS and not isinstance(element, Column):
        element = element.collate("C") if not sql.is_sqlite else element
    return element.in_(literals)
