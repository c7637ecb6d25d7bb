"""The field type `duration`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import NumberLimits, check_limits, review_limits
from engine.option_kinds import OneOf
from engine.options import option
from engine.parsing import parse_value
from engine.problems import Problem, Refusal
from engine.spans import UNITS
from engine.texts import Language, Text
from engine.values import DURATION, NUMBER, Format, Kind, Value, ValueType, display

_UNIT_LABELS = {
    "days": Text("天", "d"),
    "hours": Text("小时", "h"),
    "minutes": Text("分钟", "min"),
    "seconds": Text("秒", "s"),
}
_PLACE = ZoneInfo("UTC")
_LONGEST = timedelta(days=200_000)


@dataclass(frozen=True)
class _Span(Format):
    """1 h 30 min. A text that is only a number is meant in the unit of the field."""

    unit: str

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write days, hours, minutes and seconds, as far as there are any."""
        return display(value, DURATION, language, zone)

    def entry(self, value: Value) -> str | None:
        """Write it with units that are understood again."""
        return display(value, DURATION, "en", _PLACE)


@dataclass(frozen=True, kw_only=True)
class DurationOptions(NumberLimits):
    """What can be set on a duration; limits are in its unit."""

    unit: str = option(
        OneOf(tuple(UNITS)),
        Text("只写一个数时的单位,min 和 max 也按它", "The unit of a bare number, and of min and max"),
        default="minutes",
    )


class Duration(FieldType):
    """How long something takes: 1h 30m, 1 天 2 小时, or a number in the field's unit."""

    name = "duration"
    label = Text("时长", "Duration")
    Options = DurationOptions

    def value_type(self, options: DurationOptions) -> ValueType:
        """A duration, to the second."""
        return ValueType(Kind.DURATION, format=_Span(options.unit))

    def review(self, options: DurationOptions) -> Iterable[Problem]:
        """Refuse limits that cross."""
        return review_limits(options.min, options.max)

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read words with units, a bare number in the field's unit, or seconds from a machine."""
        value = self._in_unit(raw, kind)
        value = super().parse(raw, kind, zone) if value is None else value
        if isinstance(value, timedelta) and abs(value) > _LONGEST:
            return super().parse("?", kind, zone)
        return value

    def _in_unit(self, raw: object, kind: ValueType) -> Value:
        """Return what a text means that is only a number; None for everything else."""
        if not isinstance(raw, str) or not isinstance(kind.format, _Span):
            return None
        try:
            number = parse_value(raw, NUMBER)
        except Refusal:
            return None
        seconds = number * UNITS[kind.format.unit] if isinstance(number, Decimal) else None
        if seconds is None or seconds != seconds.to_integral_value() or abs(seconds) > 10**11:
            return None
        return timedelta(seconds=int(seconds))

    def check(self, value: Any, options: DurationOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the duration within the limits."""
        return check_limits(Decimal(int(value.total_seconds())) / UNITS[options.unit], options)

    def control(self, options: DurationOptions, kind: ValueType) -> Control:
        """A text input with an example."""
        return Control("text", {"placeholder": "1h 30m"}, _UNIT_LABELS[options.unit])

    def examples(self) -> Examples:
        """Words in both languages, clock-like, or a number of the unit; a machine sends seconds."""
        return Examples(
            good=(
                ("1h 30m", timedelta(minutes=90)), ("1 天 2 小时", timedelta(hours=26)),
                ("1.5 h", timedelta(minutes=90)), ("90", timedelta(minutes=90)),
                ("1:30", timedelta(minutes=90)), (5_400, timedelta(minutes=90)), ("", None),
            ),
            bad=("long", "1h 2h", "1.7s", 0.5, True, "-5m", "30m 1h"),
            definition={"min": 0, "unit": "minutes"},
        )  # fmt: skip
