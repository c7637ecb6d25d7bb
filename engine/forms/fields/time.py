"""The field type `time`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.definition.cursor import Cursor
from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import WRONG_KIND
from engine.options import INVALID, name_of, option
from engine.problems import Problem, ProblemCode, Refusal
from engine.spans import read_span, write_clock
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType

NOT_A_TIME = ProblemCode(
    "not-a-time",
    Text("「{found}」不是时刻", "'{found}' is not a time of day"),
    Text("写成 09:30", "Write it like 09:30"),
)
HOUR_TOO_EARLY = ProblemCode(
    "hour-too-early",
    Text("最早是 {limit}", "The earliest is {limit}"),
    Text("选 {limit} 或以后", "Choose {limit} or later"),
)
HOUR_TOO_LATE = ProblemCode(
    "hour-too-late",
    Text("最晚是 {limit}", "The latest is {limit}"),
    Text("选 {limit} 或以前", "Choose {limit} or earlier"),
)
HOURS_CROSSED = ProblemCode(
    "hours-crossed",
    Text("最晚的 {max} 比最早的 {min} 还早,填什么都不行", "The latest, {max}, is before the earliest, {min}"),
    Text("把 min 和 max 换过来,或改其中一个", "Swap min and max, or change one of them"),
)
_DAY = timedelta(days=1)


class _Clock(Format):
    """09:30."""

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write hours and minutes."""
        return write_clock(value) if isinstance(value, timedelta) else str(value)

    def entry(self, value: Value) -> str | None:
        """Write it as a time input holds it."""
        return write_clock(value) if isinstance(value, timedelta) else None


@dataclass(frozen=True, slots=True)
class _TimeKind:
    """A time of day as text: 09:30."""

    def read(self, cursor: Cursor) -> Any:
        """Return the time since midnight."""
        if not isinstance(cursor.data, str):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        time = read_span(cursor.data) if ":" in cursor.data else None
        if time is None or not timedelta() <= time < _DAY:
            cursor.report(NOT_A_TIME, found=cursor.data[:40])
            return INVALID
        return time

    def schema(self) -> dict[str, Any]:
        """A JSON string."""
        return {"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}"}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text('带引号的时刻,如 "09:30"', 'a time in quotes such as "09:30"')


@dataclass(frozen=True, kw_only=True)
class TimeOptions:
    """What can be set on a time of day."""

    min: timedelta | None = option(_TimeKind(), Text("最早几点", "The earliest time"), default=None)
    max: timedelta | None = option(_TimeKind(), Text("最晚几点", "The latest time"), default=None)


class Time(FieldType):
    """A time of day, without a date; in expressions it is the time since midnight."""

    name = "time"
    label = Text("时刻", "Time")
    Options = TimeOptions

    def value_type(self, options: TimeOptions) -> ValueType:
        """The time since midnight."""
        return ValueType(Kind.DURATION, format=_Clock())

    def review(self, options: TimeOptions) -> Iterable[Problem]:
        """Refuse limits that cross."""
        if options.min is not None and options.max is not None and options.max < options.min:
            limits = {"min": write_clock(options.min), "max": write_clock(options.max)}
            yield HOURS_CROSSED.here(**limits).within(("max",))

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read hours and minutes, or seconds since midnight from a machine."""
        try:
            value = super().parse(raw, kind, zone)
        except Refusal as refusal:
            raise Refusal(NOT_A_TIME.here(found=refusal.problem.facts["found"])) from refusal
        if isinstance(value, timedelta) and not timedelta() <= value < _DAY:
            raise Refusal(NOT_A_TIME.here(found=str(raw)[:40]))
        return value

    def check(self, value: Any, options: TimeOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the time within the limits."""
        if options.min is not None and value < options.min:
            yield HOUR_TOO_EARLY.here(limit=write_clock(options.min))
        if options.max is not None and value > options.max:
            yield HOUR_TOO_LATE.here(limit=write_clock(options.max))

    def control(self, options: TimeOptions, kind: ValueType) -> Control:
        """The time input of the browser."""
        limits = (("min", options.min), ("max", options.max))
        return Control("time", {name: write_clock(limit) for name, limit in limits if limit is not None})

    def examples(self) -> Examples:
        """Hours and minutes; seconds since midnight from a machine."""
        return Examples(
            good=(
                ("09:30", timedelta(hours=9, minutes=30)), ("9：05", timedelta(hours=9, minutes=5)),
                (36_000, timedelta(hours=10)), ("", None),
            ),
            bad=("24:00", "9:75", "morning", -60, True, "23:00"),
            definition={"min": "08:00", "max": "18:00"},
        )  # fmt: skip
