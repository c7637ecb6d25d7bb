"""Texts of which most people see only the beginning and the end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func

from engine.values import Value

_LONG, _HEAD, _TAIL = 8, 3, 4
HIDDEN = "****"


def mask(value: Value) -> Value:
    """Return a text as those see it who may not see all of it; blank stays blank.

    >>> mask("13812345678"), mask("王小明")
    ('138****5678', '王****')
    """
    if not isinstance(value, str):
        return value
    if len(value) >= _LONG:
        return f"{value[:_HEAD]}{HIDDEN}{value[-_TAIL:]}"
    return value[:1] + HIDDEN


def mask_in_sql(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the same for a column of a SELECT."""
    length = func.length(value)
    both = func.substr(value, 1, _HEAD).op("||")(HIDDEN).op("||")(func.substr(value, length - _TAIL + 1))
    short = func.substr(value, 1, 1).op("||")(HIDDEN)
    return case((length >= _LONG, both), (length > 0, short))
