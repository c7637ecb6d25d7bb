"""Cursors: the place of a page in an order as one opaque word of an address.

A cursor holds the sort values and the id of the row that a page follows, and a mark of the order itself, so
that it means nothing under another order. Its values are only compared with fields that the reader may sort
by, as a filter's are, so nothing is learnt by making one up.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.keyset import Mark
from engine.problems import ProblemCode, Refusal
from engine.query import Sort
from engine.texts import Text
from engine.values import NUMBER_LIMIT, Kind, Value, ValueType, write_number

WRONG_CURSOR = ProblemCode(
    "wrong-cursor",
    Text("这个翻页位置在这个顺序里没有意义", "This place in the list means nothing in this order"),
    Text("从第一页重新翻", "Begin at the first page again"),
)
_LONGEST = 60_000
_LARGEST_ID = 2**53
_SPAN = 10**12


def write_cursor(form: str, sort: Sequence[Sort], values: Sequence[Value], identifier: int) -> str:
    """Return the cursor of a row."""
    parts = [_order(form, sort), identifier, *(_write(value) for value in values)]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, form: str, sort: Sequence[Sort], *, backward: bool = False) -> Mark:
    """Return the place that a cursor names.

    Raises `Refusal` for one that was not made for this order of this form.
    """
    try:
        padded = text[:_LONGEST] + "=" * (-len(text) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
        return _mark(parts, form, sort, backward=backward)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error, InvalidOperation) as error:
        raise Refusal(WRONG_CURSOR.here()) from error


def _mark(parts: Any, form: str, sort: Sequence[Sort], *, backward: bool) -> Mark:
    if not isinstance(parts, list) or len(parts) != len(sort) + 2 or parts[0] != _order(form, sort):
        raise ValueError("another order")
    identifier = parts[1]
    if not isinstance(identifier, int) or not 0 <= identifier < _LARGEST_ID:
        raise ValueError("no id")
    values = tuple(_read(raw, level.by.type) for raw, level in zip(parts[2:], sort, strict=True))
    return Mark(values, identifier, backward)


def _order(form: str, sort: Sequence[Sort]) -> str:
    words = "\n".join([form, *(f"{'-' if level.descending else ''}{level.by.source}" for level in sort)])
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _write(value: Value) -> object:
    match value:
        case Decimal():
            return write_number(value)
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return int(value.total_seconds())
        case tuple():
            raise TypeError("no order over lists")
        case _:
            return value


def _read(raw: object, kind: ValueType) -> Value:
    if raw is None:
        return None
    if kind.kind is Kind.BOOLEAN and isinstance(raw, bool):
        return raw
    if isinstance(raw, bool):
        raise TypeError("a flag is no other value")
    if isinstance(raw, int):
        return _read_whole(raw, kind)
    if not isinstance(raw, str) or "\0" in raw:
        raise TypeError("no value")
    return _read_text(raw, kind)


def _read_whole(raw: int, kind: ValueType) -> Value:
    if kind.kind is Kind.DURATION and abs(raw) < _SPAN:
        return timedelta(seconds=raw)
    if kind.points_to and 0 <= raw < _LARGEST_ID:
        return raw
    raise TypeError("no value of this kind")


def _read_text(raw: str, kind: ValueType) -> Value:
    if kind.is_numeric:
        number = Decimal(raw)
        if not number.is_finite() or abs(number) >= NUMBER_LIMIT or number.adjusted() < -60:
            raise ValueError("no such number")
        return number
    if kind.kind is Kind.DATE:
        return date.fromisoformat(raw)
    if kind.kind is Kind.DATETIME:
        return datetime.fromisoformat(raw).astimezone(UTC)
    if kind.kind in (Kind.TEXT, Kind.CHOICE, Kind.FILE):
        raw.encode()
        return raw
    raise TypeError("no value of this kind")
