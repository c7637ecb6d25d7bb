"""Evaluating a checked condition, against the same condition written in Python."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.measuring import Pair
from benchmarks.store import DEFINITION, clock
from engine.app import load_app
from engine.catalog import build_catalog
from engine.definition.document import read_document
from engine.expression.evaluate import evaluate
from engine.expression.parse import parse
from engine.scope import RecordScope

NAME = "expression"
WHAT = "one evaluation of `(quantity * unit_price) >= 500 and note == 'VIP'`, parsed before"
_COUNT = 20_000


def prepare(_: str) -> Pair:
    """Check the condition once; both sides read the same record."""
    app = load_app(read_document(DEFINITION, "store.yaml"), build_catalog(packages=False))
    expression = parse("(quantity * unit_price) >= 500 and note == 'VIP'", app.environment("orders"))
    values: dict[str, Any] = {"quantity": Decimal(6), "unit_price": Decimal("99.50"), "note": "VIP"}
    reader: Any = None
    scope = RecordScope(app.forms["orders"], values, reader, clock(), ZoneInfo("Asia/Shanghai"))

    def ours() -> None:
        for _ in range(_COUNT):
            evaluate(expression, scope)

    def by_hand(record: dict[str, Any]) -> bool:
        quantity, price = record.get("quantity"), record.get("unit_price")
        cost = None if quantity is None or price is None else quantity * price
        return cost is not None and cost >= 500 and record.get("note") == "VIP"

    def theirs() -> None:
        for _ in range(_COUNT):
            by_hand(values)

    return Pair(ours, theirs, "the same condition as a Python function", _COUNT)
