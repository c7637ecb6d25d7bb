"""The scope of an expression about one record: its fields, the people, the clock and stored data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.expression.evaluate import evaluate
from engine.expression.tree import PARENT, Path, Reader, RecordShape, Scope
from engine.values import USER_SHAPE, Value, ValueType, round_number


@dataclass
class RecordScope:
    """What an expression about a record may read.

    values: the record's stored fields by key; it may grow while formulas are worked out.
    old: the record before the change, empty for a new one.
    parent: of a row of a sub-table that is being entered, the record around it.
    rows: the rows of sub-tables that are being entered, by field.
    """

    shape: RecordShape
    values: Mapping[str, Value]
    reader: Reader
    now: datetime
    zone: ZoneInfo
    me: int | None = None
    initiator: int | None = None
    old: Mapping[str, Value] = field(default_factory=dict)
    parent: Scope | None = None
    rows: Mapping[str, Sequence[Scope]] = field(default_factory=dict)

    @property
    def form(self) -> str:
        """The form of the record."""
        return self.shape.key

    @property
    def record_id(self) -> int:
        """The id of the record; 0 while it is new."""
        found = self.values.get("id")
        return found if isinstance(found, int) else 0

    def resolve(self, path: Path) -> Value:
        """Return the value of a path, following links through the reader."""
        match path.root:
            case "me" | "initiator":
                person = self.me if path.root == "me" else self.initiator
                return self._follow(person, USER_SHAPE, path.steps) if path.steps else person
            case "old":
                first: Value = self.old.get(path.steps[0])
            case _ if self.parent is not None and path.steps[0] == PARENT and len(path.steps) > 1:
                around = self._target(PARENT)
                return self.parent.resolve(Path("record", around, path.steps[1:], path.type))
            case _:
                first = self.read(path.steps[0])
        if len(path.steps) == 1:
            return first
        return self._follow(first, self._target(path.steps[0]), path.steps[1:])

    def read(self, key: str) -> Value:
        """Return one field of the record, computed where it is not stored."""
        found = self.shape.shape_fields().get(key)
        if found is not None and found.computed is not None:
            return settle_digits(evaluate(found.computed, self), found.value_type)
        return self.values.get(key)

    def own_rows(self, key: str) -> Sequence[Scope] | None:
        """Return the rows of a sub-table as they are being entered; None where the stored ones count."""
        return self.rows.get(key)

    def _target(self, key: str) -> str:
        return self.shape.shape_fields()[key].value_type.points_to

    def _follow(self, start: Value, shape: str, steps: tuple[str, ...]) -> Value:
        return self.reader.follow(shape, start, steps) if isinstance(start, int) else None


def settle_digits(value: Value, kind: ValueType) -> Value:
    """Round a computed number to the digits that its field keeps."""
    if kind.is_numeric and kind.scale is not None and value is not None and not isinstance(value, bool):
        return round_number(value, kind.scale)  # type: ignore[arg-type]  # a numeric kind holds a Decimal
    return value
