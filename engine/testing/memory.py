"""A little stored world in dictionaries: what expressions read in tests, without a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.expression import operators
from engine.expression.evaluate import evaluate, settle, to_program
from engine.expression.tree import Aggregate, Expression, Node, Path, Reader, RecordShape, Scope
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
        rows = [_RowScope(scope, row) for row in self._rows(node.form)]
        condition = _expression(node.condition)
        kept = [row for row in rows if condition is None or evaluate(condition, row) is True]
        value = _expression(node.value)
        found = [evaluate(value, row) if value else row.row.record_id for row in kept]
        return _fold(node.function.aggregate, found)

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


@dataclass
class _RowScope:
    """The scope inside an aggregate: the row that it looks at, within the scope around it."""

    outer: Scope
    row: RecordScope

    @property
    def now(self) -> datetime:
        return self.outer.now

    @property
    def zone(self) -> ZoneInfo:
        return self.outer.zone

    @property
    def reader(self) -> Reader:
        return self.outer.reader

    def resolve(self, path: Path) -> Value:
        return (
            self.row.resolve(replace(path, root="record")) if path.root == "row" else self.outer.resolve(path)
        )


def _expression(tree: Node | None) -> Expression | None:
    """Return part of a tree as an expression by itself."""
    return None if tree is None else Expression("", None, tree, to_program(tree), frozenset())


def _fold(kind: str, found: list[Value]) -> Value:
    """Put values together; blanks do not count."""
    values: list[Any] = [value for value in found if value is not None]
    match kind:
        case "count":
            return Decimal(len(values))
        case "sum":
            return settle(sum(values, Decimal(0)))
        case "average":
            return operators.divide(sum(values, Decimal(0)), Decimal(len(values))) if values else None
        case "min" | "max":
            pick = min if kind == "min" else max
            return pick(values) if values else None
        case _:
            return found[0] if found else None


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
