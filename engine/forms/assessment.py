"""What an assessment depends on and what it finds: the record as it would be saved, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.decisions import RowsChange
from engine.expression.tree import Reader
from engine.forms.model import Form
from engine.problems import Problem
from engine.scope import RecordScope
from engine.values import Value


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Everything that an assessment depends on besides the values.

    writable: the fields that the person may fill in; None for the system (actions, demo data), which may fill
        in all that is not computed, read-only fields too.
    """

    reader: Reader
    now: datetime
    zone: ZoneInfo
    me: int | None = None
    writable: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FieldState:
    """How one field of the record stands."""

    visible: bool
    required: bool
    readonly: bool
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """The record as it would be saved.

    values: every stored field; scope: the record as expressions see it.
    problems: those of no single field; those of a field are in its state.
    rows: the rows of each sub-table; row_changes: what is to be written of them, for those that changed.
    """

    form: Form
    values: Mapping[str, Value]
    scope: RecordScope
    states: Mapping[str, FieldState]
    problems: tuple[Problem, ...]
    rows: Mapping[str, tuple[RowAssessment, ...]] = field(default_factory=dict)
    row_changes: Mapping[str, RowsChange] = field(default_factory=dict)

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Return every problem, those of fields first, in the order of the form; then those of rows."""
        own = tuple(p for state in self.states.values() for p in state.problems)
        return own + tuple(
            p.within((key, row.place)) for key, rows in self.rows.items() for row in rows
            for p in row.assessment.all_problems
        ) + self.problems  # fmt: skip

    @property
    def is_accepted(self) -> bool:
        """Tell whether the record may be saved."""
        return not self.all_problems

    def value(self, key: str) -> Value:
        """Return what a field holds or shows; a field that is computed at each read is computed now."""
        return self.scope.read(key)

    def changed(self, old: Mapping[str, Value]) -> dict[str, Value]:
        """Return the stored fields whose value differs from `old`."""
        return {key: value for key, value in self.values.items() if old.get(key) != value}


@dataclass(frozen=True)
class RowAssessment:
    """One row of a sub-table as it would be saved: its id (0: new), and its place in what was sent."""

    id: int
    place: int
    assessment: Assessment
