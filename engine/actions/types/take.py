"""The action type `take`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.actions.contract import ActionScope, ActionType, Compiling
from engine.actions.counting import Count, CountOptions, compile_count, plan_count
from engine.decisions import Decision
from engine.definition.cursor import Cursor
from engine.problems import Path
from engine.texts import Text


class Take(ActionType):
    """Take an amount from a counted field, never below its floor.

    `take: {record: product, field: stock, amount: quantity}`
    """

    name = "take"
    label = Text("扣减", "Take from a counted field")
    Options = CountOptions

    def compile(self, options: CountOptions, cursor: Cursor, compiling: Compiling) -> Count | None:
        """Check the record, the field and the amount."""
        return compile_count(options, cursor, compiling)

    def plan(self, compiled: Count, scope: ActionScope, path: Path) -> Iterable[Decision]:
        """Ask for the change."""
        return plan_count(compiled, scope, -1)

    def examples(self) -> tuple[Mapping[str, Any], ...]:
        """One piece of the linked record's stock."""
        return ({"take": {"record": "thing", "field": "stock", "amount": "1"}},)
