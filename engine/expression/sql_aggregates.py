"""SUMIFS and its kin as SQL: a sub-select over the other form, tied to the row that it is computed for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Numeric, cast, func, select, type_coerce

from engine.columns import ComputedNumber, ScaledNumber
from engine.expression.sql_paths import visible
from engine.expression.sql_sources import Element, Frame
from engine.expression.tree import Aggregate

if TYPE_CHECKING:
    from engine.expression.sql import SqlCompiler

_HALF = 1_000_000_000


def aggregate(sql: SqlCompiler, node: Aggregate, frame: Frame) -> Element:
    """Return the value of an aggregate for the row of `frame`."""
    row = sql.source(node.form)
    row.is_root = False
    inner = Frame(frame.record, row)
    conditions = visible(sql, row)
    if node.condition is not None:
        conditions.append(sql.condition(node.condition, inner))
    key: Element = row.table.c[sql.tables.column(node.form, "id")]
    value = key if node.value is None else sql.output(node.value, inner)
    element = fold(sql, node.function.aggregate, value)
    query = select(element).select_from(row.from_clause()).where(*conditions)
    if node.function.aggregate == "first":
        query = query.order_by(key).limit(1)
    subquery = query.correlate_except(row.table, *(target.table for target, _ in row.all_joins()))
    return sql.computed_form(type_coerce(subquery.scalar_subquery(), element.type))


def fold(sql: SqlCompiler, kind: str, value: Element) -> Element:
    """Return the aggregate of a value over the rows of a statement: "sum", "count", "average", "min", "max".

    Blanks are skipped; over nothing a sum is 0, everything else but a count is blank.
    """
    if kind == "count":
        counted = func.count(value)
        number = func.q_number(counted, 0) if sql.is_sqlite else cast(counted, Numeric)
        return type_coerce(number, ComputedNumber())
    if kind in ("sum", "average"):
        faces = _sqlite_total if sql.is_sqlite else _postgres_total
        return type_coerce(faces(kind, value), ComputedNumber())
    if kind in ("min", "max"):
        return type_coerce(getattr(func, kind)(value), value.type)
    return value


def _postgres_total(kind: str, value: Element) -> Element:
    if kind == "sum":
        return func.q_fit(func.coalesce(func.sum(value), 0))
    return func.q_divide(func.sum(value), func.count(value))


def _sqlite_total(kind: str, value: Element) -> Element:
    """Add stored numbers in two halves, so that SQLite's 64 bits never overflow; computed ones in Python."""
    if not isinstance(value.type, ScaledNumber):
        return func.coalesce(func.q_sum(value), "0") if kind == "sum" else func.q_average(value)
    units = type_coerce(value, BigInteger)
    high, low = func.sum(units.op("/")(_HALF)), func.sum(units.op("%")(_HALF))
    count = 1 if kind == "sum" else func.count(units)
    return func.q_total(func.coalesce(high, 0), func.coalesce(low, 0), count, value.type.scale)
