"""Working out stored formulas again inside the database, after what they read was changed there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, case, func, update

from engine.expression.sql import Facts, Frame, RowSource, SqlCompiler
from engine.forms.model import Form
from engine.values import STORED_DIGITS
from runtime.store.published import PublishedApp


def recompute(
    connection: Connection,
    app: PublishedApp,
    form: Form,
    keys: Sequence[str],
    facts: Facts,
    record: int | None = None,
) -> None:
    """Work out stored formulas again, for one record or for all of a form, one statement a formula."""
    table = app.tables.tables[form.key]
    dialect: Any = connection.dialect.name
    for key in keys:
        one = form.fields[key]
        if one.formula is None:
            continue
        compiler = SqlCompiler(dialect, app.tables, app.definition.shape, facts)
        frame = Frame(RowSource(form.key, table))
        element = compiler.value(one.formula.tree, frame)
        if one.value_type.is_numeric:
            element = _fitted(element, one.value_type.scale or 0, dialect)
        visible = one.expressions.get("visible")
        if visible is not None and visible.is_local:
            element = case((compiler.condition(visible.tree, frame), element))
        statement = update(table).values({table.c[app.tables.column(form.key, key)]: element})
        connection.execute(statement if record is None else statement.where(table.c.id == record))


def _fitted(element: Any, scale: int, dialect: str) -> Any:
    """Return a computed number as its column holds it; one that is too large for it is blank."""
    if dialect == "sqlite":
        return func.q_scaled(element, scale)
    rounded = func.round(element, scale)
    return case((func.abs(rounded) < largest(scale), rounded))


def largest(scale: int) -> Decimal:
    """Return the first number that is too large for a column with so many digits after the point."""
    return Decimal(10) ** (STORED_DIGITS - scale)
