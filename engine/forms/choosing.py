"""What types that hold several values share: how many there may be, and each only once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import FieldType
from engine.forms.limits import review_limits
from engine.option_kinds import Whole
from engine.options import option
from engine.problems import Problem, ProblemCode
from engine.texts import Text
from engine.values import Value, ValueType

TOO_FEW_CHOSEN = ProblemCode(
    "too-few-chosen",
    Text("选了 {count} 个,至少要 {limit} 个", "{count} chosen, at least {limit} are needed"),
    Text("再选几个", "Choose more"),
)
TOO_MANY_CHOSEN = ProblemCode(
    "too-many-chosen",
    Text("选了 {count} 个,最多 {limit} 个", "{count} chosen, at most {limit} are possible"),
    Text("去掉几个", "Remove some"),
)
MOST_CHOSEN = 500


@dataclass(frozen=True, kw_only=True)
class CountLimits:
    """How many values may be given."""

    min: int | None = option(Whole(1, MOST_CHOSEN), Text("至少选几个", "At least how many"), default=None)
    max: int | None = option(Whole(1, MOST_CHOSEN), Text("最多选几个", "At most how many"), default=None)


class SeveralValues(FieldType):
    """The part that types with a list as their value have in common; their options are `CountLimits`."""

    def review(self, options: CountLimits) -> Iterable[Problem]:
        """Refuse counts that cross."""
        return review_limits(options.min, options.max)

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read a list with each of its values once, in the order in which they were given."""
        value = super().parse(raw, kind, zone)
        return tuple(dict.fromkeys(value)) if isinstance(value, tuple) else value

    def check(self, value: Any, options: CountLimits, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Yield a problem where there are too few or too many values."""
        if options.min is not None and len(value) < options.min:
            yield TOO_FEW_CHOSEN.here(count=len(value), limit=options.min)
        if len(value) > (options.max or MOST_CHOSEN):
            yield TOO_MANY_CHOSEN.here(count=len(value), limit=options.max or MOST_CHOSEN)
