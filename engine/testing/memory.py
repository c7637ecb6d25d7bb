"""A little stored world in dictionaries: what expressions read in tests, without a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine.expression.evaluate import evaluate, settle, to_program
from engine.expression.rows import RowFold
from engine.expression.tree import PARENT, Aggregate, RecordShape, Scope
from engine.forms.model import Form
from engine.scope import RecordScope
from engine.shapes import PLATFORM_SHAPES
from engine.values import DEPARTMENT_SHAPE, USER_SHAPE, Value

Record = Mapping[str, Value]
NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class MemoryReader:
    """Stored data in dictionaries: records by form and id, people under "@user", departments "@department".

    >>> reader = MemoryReader(forms)
    >>> tea = reader.add("things", name="tea", price=Decimal(5))
    """

    forms: Mapping[str, Form] = field(default_factory=dict)
    records: dict[str, dict[int, dict[str, Value]]] = field(default_factory=dict)
    now: datetime = NOW
    zone: ZoneInfo = SHANGHAI

    def add(self, form: str, **values: Value) -> int:
        """Store a record and return its id; one with `deleted_at` is in the recycle bin."""
        table = self.records.setdefault(form, {})
        number = max(table, default=0) + 1
        table[number] = {"id": number, **values}
        return number

    def add_person(self, **values: Value) -> int:
        """Store a person: name, department, supervisor …"""
        return self.add(USER_SHAPE, **values)

    def add_department(self, **values: Value) -> int:
        """Store a department: name, parent, head."""
        return self.add(DEPARTMENT_SHAPE, **values)

    # What an evaluation asks (`Reader`).

    def follow(self, form: str, record: int, steps: tuple[str, ...]) -> Value:
        """Return the field at the end of the steps; blank where a link is blank or its record is gone."""
        value: Value = record
        for step in steps:
            scope = self._scope(form, value)
            shape = self._shape(form)
            if scope is None or shape is None:
                return None
            value, form = scope.read(step), shape.shape_fields()[step].value_type.points_to
        return value

    def aggregate(self, node: Aggregate, scope: Scope) -> Value:
        """Compute an aggregate row by row."""
        fold = RowFold.prepare(node, to_program)
        return fold.over(self._rows(node.form), scope, evaluate, settle)

    def prepare(self, form: str, records: Sequence[int]) -> None:
        """Everything is at hand."""

    def rows(self, form: str, record: int) -> tuple[Record, ...]:
        """Return the rows of a record's sub-table."""
        return tuple(dict(row.values) for row in self._rows(form) if row.values.get(PARENT) == record)

    def reports_to(self, person: int, manager: int) -> bool:
        """Tell whether `manager` is above `person`."""
        return manager in self._above(USER_SHAPE, person, "supervisor")

    def is_within(self, department: int, ancestor: int) -> bool:
        """Tell whether `department` is `ancestor` or below it."""
        return department == ancestor or ancestor in self._above(DEPARTMENT_SHAPE, department, "parent")

    def _above(self, form: str, start: int, step: str) -> list[Value]:
        found: list[Value] = []
        value = self.follow(form, start, (step,))
        while isinstance(value, int) and value not in found:
            found.append(value)
            value = self.follow(form, value, (step,))
        return found

    def _shape(self, form: str) -> RecordShape | None:
        return self.forms.get(form) or PLATFORM_SHAPES.get(form)

    def _scope(self, form: str, record: Value) -> RecordScope | None:
        values = self.records.get(form, {}).get(record) if isinstance(record, int) else None
        shape = self._shape(form)
        if values is None or shape is None or values.get("deleted_at") is not None:
            return None
        return RecordScope(shape, values, self, self.now, self.zone)

    def _rows(self, form: str) -> Iterator[RecordScope]:
        for number in sorted(self.records.get(form, {})):
            scope = self._scope(form, number)
            if scope is not None:
                yield scope


def a_scope(
    form: Form | None = None,
    values: Record | None = None,
    *,
    reader: MemoryReader | None = None,
    me: int | None = None,
    initiator: int | None = None,
    old: Record | None = None,
) -> RecordScope:
    """Make the scope of an expression about one record; clock and zone are the reader's.

    >>> evaluate(form.fields["cost"].formula, a_scope(form, {"quantity": Decimal(2)}))
    """
    reader = reader or MemoryReader({form.key: form} if form else {})
    shape: RecordShape = form or PLATFORM_SHAPES[USER_SHAPE]
    return RecordScope(
        shape, dict(values or {}), reader, reader.now, reader.zone, me, initiator, dict(old or {})
    )
