"""The limits that number-like field types share: `min` and `max`, each a number or an expression."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.option_kinds import Number, ValueOr
from engine.options import option
from engine.problems import Problem, ProblemCode
from engine.texts import Text
from engine.values import write_number

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


@dataclass(frozen=True, kw_only=True)
class NumberLimits:
    """The smallest and the largest number that is accepted."""

    min: Decimal | None = option(ValueOr(Number()), Text("最小值", "The smallest value"), default=None)
    max: Decimal | None = option(ValueOr(Number()), Text("最大值", "The largest value"), default=None)


def check_limits(value: Decimal, limits: NumberLimits) -> Iterable[Problem]:
    """Yield a problem where a number is outside the limits; a blank limit does not limit."""
    if limits.min is not None and value < limits.min:
        yield BELOW_LEAST.here(limit=write_number(limits.min))
    if limits.max is not None and value > limits.max:
        yield ABOVE_MOST.here(limit=write_number(limits.max))


def limit_attributes(limits: NumberLimits) -> dict[str, str]:
    """Return the limits as HTML attributes, as far as they are plain numbers."""
    pairs = (("min", limits.min), ("max", limits.max))
    return {name: write_number(limit) for name, limit in pairs if isinstance(limit, Decimal)}
