"""Aggregates over rows at hand: those of a sub-table while it is being entered, or of a world in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.expression import operators
from engine.expression.tree import Aggregate, Expression, Node, Path, Reader, Scope
from engine.values import Value

Evaluate = Callable[[Expression, Scope], Value]
Settle = Callable[[Value], Value]


@dataclass
class RowScope:
    """The scope inside an aggregate: the row that it looks at, within the scope around it."""

    outer: Scope
    row: Scope

    @property
    def now(self) -> datetime:
        """The time of the turn."""
        return self.outer.now

    @property
    def zone(self) -> ZoneInfo:
        """The app's time zone."""
        return self.outer.zone

    @property
    def reader(self) -> Reader:
        """Stored data."""
        return self.outer.reader

    def resolve(self, path: Path) -> Value:
        """Return a field of the row, or of the record around it."""
        return (
            self.row.resolve(replace(path, root="record")) if path.root == "row" else self.outer.resolve(path)
        )

    def own_rows(self, key: str) -> Sequence[Scope] | None:
        """Return the sub-tables of the record around the row."""
        return self.outer.own_rows(key)


@dataclass(frozen=True)
class RowFold:
    """One aggregate, ready to be computed over rows.

    write: turns a part of the tree into what the evaluator runs.
    """

    node: Aggregate
    value: Expression | None
    condition: Expression | None

    @classmethod
    def prepare(cls, node: Aggregate, write: Callable[[Node], object]) -> RowFold:
        """Prepare an aggregate once for many evaluations."""

        def part(tree: Node | None) -> Expression | None:
            return None if tree is None else Expression("", None, tree, write(tree), frozenset())

        # A row that is being entered has no id yet, and counts.
        counts = node.function.aggregate == "count"
        whole = counts and isinstance(node.value, Path) and node.value.steps == ("id",)
        return cls(node, None if whole else part(node.value), part(node.condition))

    def over(self, rows: Iterable[Scope], outer: Scope, evaluate: Evaluate, settle: Settle) -> Value:
        """Return the aggregate over some rows within the scope around it."""
        scopes = [RowScope(outer, row) for row in rows]
        kept = [s for s in scopes if self.condition is None or evaluate(self.condition, s) is True]
        if self.value is None:
            return Decimal(len(kept))
        return _fold(self.node.function.aggregate, [evaluate(self.value, s) for s in kept], settle)


def _fold(kind: str, found: list[Value], settle: Settle) -> Value:
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
