"""The field type `datetime`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.definition.cursor import Cursor
from engine.expression.parse import Source
from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import Day, review_limits
from engine.option_kinds import WRONG_KIND, ValueOr
from engine.options import INVALID, name_of, option
from engine.parsing import NOT_A_MOMENT, place_moment, read_clock
from engine.problems import Problem, ProblemCode
from engine.texts import Text
from engine.values import DATETIME, ValueType

MOMENT_TOO_EARLY = ProblemCode(
    "time-too-early",
    Text("最早是 {limit}", "The earliest is {limit}"),
    Text("选 {limit} 或以后", "Choose {limit} or later"),
)
MOMENT_TOO_LATE = ProblemCode(
    "time-too-late",
    Text("最晚是 {limit}", "The latest is {limit}"),
    Text("选 {limit} 或以前", "Choose {limit} or earlier"),
)


@dataclass(frozen=True, slots=True)
class _DayOrMoment:
    """A day, or a day with a time, written as text; without an offset it is meant in the app's zone."""

    def read(self, cursor: Cursor) -> Any:
        """Return a date where there is no time, else a datetime, perhaps without a zone."""
        if not isinstance(cursor.data, str):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        if ":" not in cursor.data and "：" not in cursor.data:
            return Day().read(cursor)
        moment = read_clock(cursor.data)
        if moment is None:
            cursor.report(NOT_A_MOMENT, found=cursor.data[:40])
            return INVALID
        return moment

    def schema(self) -> dict[str, Any]:
        """A JSON string."""
        return {"type": "string", "pattern": "^[0-9]{4}"}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text(
            "2026-01-01 或 2026-01-01 08:30 这样的时间", "a time such as 2026-01-01 or 2026-01-01 08:30"
        )


@dataclass(frozen=True, kw_only=True)
class DateTimeOptions:
    """What can be set on a date with a time."""

    min: date | Source | None = option(
        ValueOr(_DayOrMoment()),
        Text("最早什么时候;只写日期就含那一整天", "The earliest time; of a day alone, the whole day"),
        default=None,
    )
    max: date | Source | None = option(
        ValueOr(_DayOrMoment()),
        Text("最晚什么时候;只写日期就含那一整天", "The latest time; of a day alone, the whole day"),
        default=None,
    )


class DateTime(FieldType):
    """A day with a time, shown in the app's time zone."""

    name = "datetime"
    label = Text("日期时间", "Date and time")
    Options = DateTimeOptions

    def value_type(self, options: DateTimeOptions) -> ValueType:
        """A moment."""
        return DATETIME

    def review(self, options: DateTimeOptions) -> Iterable[Problem]:
        """Refuse limits that cross, as far as they are written alike."""
        if _knows_zone(options.min) is _knows_zone(options.max):
            yield from review_limits(options.min, options.max)

    def check(self, value: Any, options: DateTimeOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the moment within the limits; one that is a day is compared with the day in the zone."""
        for limit, code, sign in ((options.min, MOMENT_TOO_EARLY, 1), (options.max, MOMENT_TOO_LATE, -1)):
            if isinstance(limit, datetime):
                bound = place_moment(limit, zone)
                beyond = value < bound if sign > 0 else value > bound
                shown = bound.astimezone(zone or UTC).strftime("%Y-%m-%d %H:%M")
            elif isinstance(limit, date):
                day = value.astimezone(zone or UTC).date()
                beyond, shown = (day < limit if sign > 0 else day > limit), limit.isoformat()
            else:
                continue
            if beyond:
                yield code.here(limit=shown)

    def control(self, options: DateTimeOptions, kind: ValueType) -> Control:
        """A date and time input with the limits that are known beforehand."""
        limits = (("min", options.min, "T00:00"), ("max", options.max, "T23:59"))
        attributes = {}
        for name, limit, rest in limits:
            if isinstance(limit, datetime) and limit.tzinfo is None:
                attributes[name] = limit.strftime("%Y-%m-%dT%H:%M")
            elif isinstance(limit, date) and not isinstance(limit, datetime):
                attributes[name] = limit.isoformat() + rest
        return Control("datetime", attributes)

    def examples(self) -> Examples:
        """Times as browsers, spreadsheets and machines write them."""
        return Examples(
            good=(
                ("2026-11-22T14:30", datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
                ("2026-11-22 14:30:05", datetime(2026, 11, 22, 14, 30, 5, tzinfo=UTC)),
                ("2026-11-22T14:30:00+08:00", datetime(2026, 11, 22, 6, 30, tzinfo=UTC)),
                ("", None),
            ),
            bad=("2026-02-31 10:00", "2026-11-22 25:00", "noon", 1_795_000_000, "2019-06-01 10:00"),
            definition={"min": "2020-01-01"},
        )


def _knows_zone(limit: object) -> bool:
    return isinstance(limit, datetime) and limit.tzinfo is not None
