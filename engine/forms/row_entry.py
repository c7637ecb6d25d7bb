"""The rows of a sub-table as they are sent, and what becomes of the stored ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.decisions import RowsChange
from engine.forms.model import Form
from engine.forms.rows import POSITION
from engine.masking import HIDDEN
from engine.problems import ProblemCode, Refusal
from engine.texts import Text
from engine.values import Value, to_json

MOST_SENT = 1_000
NOT_ROWS = ProblemCode(
    "not-rows",
    Text("子表要一行一行地填:{found}", "A sub-table takes a list of rows, each with its fields, not {found}"),
    Text("例如 [{example}]", "For example [{example}]"),
)
TOO_MANY_SENT = ProblemCode(
    "too-many-rows-sent",
    Text("一次最多 {most} 行", "{most} rows at most at a time"),
    Text("分几次填", "Enter them in several goes"),
)


@dataclass(frozen=True, slots=True)
class RowEntry:
    """One row as it was sent: the id that it says it has (0: none), its raw values, its place in the list."""

    id: int
    raw: Mapping[str, object]
    place: int


def read_rows(raw: object) -> list[RowEntry]:
    """Take a list of rows apart; a new row without any value is not one.

    raw: a list of maps from field to value, each with the `id` of a stored row or without; also as JSON text.
    Raises `Refusal` where it is something else.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return []
    if isinstance(raw, str):
        raw = _from_json(raw)
    if not isinstance(raw, list | tuple) or not all(isinstance(row, Mapping) for row in raw):
        raise Refusal(NOT_ROWS.here(found=str(raw)[:40], example='{"quantity": 2}'))
    if len(raw) > MOST_SENT:
        raise Refusal(TOO_MANY_SENT.here(most=MOST_SENT))
    entries = [_entry(row, place) for place, row in enumerate(raw)]
    return [entry for entry in entries if entry.id or any(not _is_blank(v) for v in entry.raw.values())]


def _from_json(text: str) -> object:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found


def _entry(row: Mapping[str, object], place: int) -> RowEntry:
    number = str(row.get("id") or "")
    identifier = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0
    values = {str(key): value for key, value in row.items() if key not in ("id", POSITION)}
    return RowEntry(identifier, values, place)


def _is_blank(value: object) -> bool:
    return value in (None, "", False) or value == [] or (isinstance(value, str) and not value.strip())


@dataclass(frozen=True, slots=True)
class SettledRow:
    """One row as it will be: its id (0: new) and its values."""

    id: int
    values: Mapping[str, Value]


def compare_rows(
    form: Form, before: Sequence[Mapping[str, Value]], after: Sequence[SettledRow]
) -> RowsChange | None:
    """Return what has to be written so that the rows become those of `after`; None for nothing."""
    old = {int(str(row["id"])): row for row in before}
    created: list[Mapping[str, Value]] = []
    changed: dict[int, Mapping[str, Value]] = {}
    for place, row in enumerate(after, start=1):
        values = {**row.values, POSITION: Decimal(place)}
        if not row.id:
            created.append(values)
            continue
        different = {key: value for key, value in values.items() if old[row.id].get(key) != value}
        if different:
            changed[row.id] = different
    removed = tuple(old.keys() - {row.id for row in after})
    if not (created or changed or removed):
        return None
    return RowsChange(
        form.key, tuple(created), changed, removed,
        tuple(_story(form, int(str(row["id"])), row) for row in before),
        tuple(_story(form, row.id, row.values) for row in after),
    )  # fmt: skip


def _story(form: Form, identifier: int, values: Mapping[str, Value]) -> dict[str, object]:
    """Write a row as the history keeps it."""
    known = {one.key: values.get(one.key) for one in form.stored_fields if not one.system}
    row = {
        key: HIDDEN if form.fields[key].value_type.sealed else to_json(value)
        for key, value in known.items()
        if value is not None
    }
    return {"id": identifier, **row} if identifier else row
