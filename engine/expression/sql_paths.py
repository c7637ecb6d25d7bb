"""Fields in SQL: stored ones, computed ones and those behind links, with the rights of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, literal, select, type_coerce

from engine.columns import ComputedNumber
from engine.expression.sql_sources import Asker, Element, Frame, RowSource, Unguarded, fresh_alias
from engine.expression.tree import Path
from engine.values import ValueType

if TYPE_CHECKING:
    from engine.expression.sql import SqlCompiler


def raw_field(sql: SqlCompiler, source: RowSource, name: str) -> Element:
    """Return a field of a source itself, computed where it is not stored; rights are not looked at."""
    shape = sql.shapes(source.form)
    found = shape.shape_fields().get(name) if shape else None
    if found is None or found.computed is None:
        return source.table.c[sql.tables.column(source.form, name)]
    element = _stored_digits(sql, sql.value(found.computed.tree, Frame(source)), found.value_type)
    if not source.is_joined:
        return element
    present = source.table.c[sql.tables.column(source.form, "id")].is_not(None)
    return type_coerce(case((present, element)), element.type)


def _stored_digits(sql: SqlCompiler, element: Element, kind: ValueType) -> Element:
    """Round a computed number to the digits that its field shows."""
    if not kind.is_numeric or kind.scale is None:
        return element
    if sql.is_sqlite:
        return sql.call("ROUND(number,number)", (element, literal(str(kind.scale))), kind)
    return type_coerce(func.round(element, kind.scale), ComputedNumber())


def follow(sql: SqlCompiler, source: RowSource, step: str) -> RowSource:
    """Return the source that a link leads to, joined once."""
    shape = sql.shapes(source.form)
    if shape is None:
        raise LookupError(source.form)
    form = shape.shape_fields()[step].value_type.points_to
    known = source.joins.get((step, form))
    if known:
        return known[0]
    target = RowSource(form, fresh_alias(sql.tables.table(form), sql.pool), is_root=False, is_joined=True)
    link = raw_field(sql, source, step)
    if not source.is_root:
        link = sql.guard.field(sql, source, step, link)
    condition = and_(target.table.c[sql.tables.column(form, "id")] == link, *visible(sql, target))
    source.joins[(step, form)] = (target, condition)
    return target


def visible(sql: SqlCompiler, target: RowSource) -> list[Element]:
    """Return the conditions for seeing rows that a link or an aggregate reaches.

    A right that follows links becomes a sub-select, since a join's condition can name no later join.
    """
    conditions: list[Element] = []
    if "deleted_at" in target.table.c:
        conditions.append(target.table.c.deleted_at.is_(None))
    probe = RowSource(target.form, sql.tables.table(target.form).alias())
    rows = sql.guard.rows(sql, probe)
    if rows is None:
        return conditions
    key = sql.tables.column(target.form, "id")
    if probe.joins:
        seen = select(probe.table.c[key]).select_from(probe.from_clause()).where(rows).correlate(None)
        return [*conditions, target.table.c[key].in_(seen)]
    again = sql.guard.rows(sql, RowSource(target.form, target.table))
    return conditions if again is None else [*conditions, again]


def person_field(sql: SqlCompiler, node: Path) -> Element:
    """Return a field of the person who acts or who started; everybody's own are open to them."""
    person = sql.facts.me if node.root == "me" else sql.facts.initiator
    system = type(sql)(sql.dialect, sql.tables, sql.shapes, sql.facts, Unguarded(), sql.pool)
    source = system.source(node.form)
    element = system.field(source, node.steps)
    key = source.table.c[sql.tables.column(node.form, "id")]
    wanted = person.parameter if isinstance(person, Asker) else person
    query = select(element).select_from(source.from_clause()).where(key == wanted).correlate(None)
    return type_coerce(query.scalar_subquery(), element.type)
