"""The limits that field types share: `min` and `max`, each a number or a day, or an expression.

An expression that gives a blank, or something that cannot be compared with the value, does not limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.parse import Source
from engine.option_kinds import WRONG_KIND, Number, ValueOr
from engine.options import INVALID, name_of, option
from engine.parsing import parse_value
from engine.problems import Problem, ProblemCode, Refusal
from engine.texts import Text
from engine.values import DATE, write_number

BELOW_LEAST = ProblemCode(
    "below-least",
    Text("最少是 {limit}", "The least is {limit}"),
    Text("填不小于 {limit} 的数", "Enter {limit} or more"),
)
ABOVE_MOST = ProblemCode(
    "above-most",
    Text("最多是 {limit}", "The most is {limit}"),
    Text("填不大于 {limit} 的数", "Enter {limit} or less"),
)
LIMITS_CROSSED = ProblemCode(
    "limits-crossed",
    Text(
        "最大值 {max} 小于最小值 {min},填什么都不行",
        "The largest, {max}, is below the smallest, {min}: nothing fits",
    ),
    Text("把 min 和 max 换过来,或改其中一个", "Swap min and max, or change one of them"),
)


@dataclass(frozen=True, kw_only=True)
class NumberLimits:
    """The smallest and the largest number that is accepted."""

    min: Decimal | Source | None = option(
        ValueOr(Number()), Text("最小值", "The smallest value"), default=None
    )
    max: Decimal | Source | None = option(
        ValueOr(Number()), Text("最大值", "The largest value"), default=None
    )


def check_limits(value: Decimal, limits: NumberLimits) -> Iterable[Problem]:
    """Yield a problem where a number is outside the limits."""
    if isinstance(limits.min, Decimal) and value < limits.min:
        yield BELOW_LEAST.here(limit=write_number(limits.min))
    if isinstance(limits.max, Decimal) and value > limits.max:
        yield ABOVE_MOST.here(limit=write_number(limits.max))


def limit_attributes(limits: NumberLimits) -> dict[str, str]:
    """Return the limits as HTML attributes, as far as they are plain numbers."""
    pairs = (("min", limits.min), ("max", limits.max))
    return {name: write_number(limit) for name, limit in pairs if isinstance(limit, Decimal)}


def review_limits(least: object, most: object) -> Iterable[Problem]:
    """Yield a problem where two limits of a definition leave nothing between them.

    Expressions, and limits of different kinds, are not known before there is a value.
    """
    for kind in (Decimal, date, int):
        if isinstance(least, kind) and isinstance(most, kind) and type(least) is type(most):
            if most < least:  # type: ignore[operator]  # both are of one ordered type
                yield LIMITS_CROSSED.here(min=_written(least), max=_written(most)).within(("max",))
            return


def _written(limit: object) -> str:
    return write_number(limit) if isinstance(limit, Decimal) else str(limit)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, written as text: 2026-01-01."""

    def read(self, cursor: Cursor) -> Any:
        """Return the date."""
        if not isinstance(cursor.data, str):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        try:
            day = parse_value(cursor.data, DATE)
        except Refusal as refusal:
            cursor.add(refusal.problem)
            return INVALID
        if day is None:
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(None))
            return INVALID
        return day

    def schema(self) -> dict[str, Any]:
        """A JSON string."""
        return {"type": "string", "pattern": "^[0-9]{4}"}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("2026-01-01 这样的日期", "a date such as 2026-01-01")
