"""The field type `date`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.expression.parse import Source
from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import Day, review_limits
from engine.option_kinds import ValueOr
from engine.options import option
from engine.problems import Problem, ProblemCode
from engine.texts import Text
from engine.values import DATE, ValueType

TOO_EARLY = ProblemCode(
    "date-too-early",
    Text("最早是 {limit}", "The earliest is {limit}"),
    Text("选 {limit} 或以后", "Choose {limit} or later"),
)
TOO_LATE = ProblemCode(
    "date-too-late",
    Text("最晚是 {limit}", "The latest is {limit}"),
    Text("选 {limit} 或以前", "Choose {limit} or earlier"),
)


@dataclass(frozen=True, kw_only=True)
class DateOptions:
    """What can be set on a date."""

    min: date | Source | None = option(ValueOr(Day()), Text("最早哪一天", "The earliest day"), default=None)
    max: date | Source | None = option(ValueOr(Day()), Text("最晚哪一天", "The latest day"), default=None)


class Date(FieldType):
    """A day of the calendar, without a time."""

    name = "date"
    label = Text("日期", "Date")
    Options = DateOptions

    def value_type(self, options: DateOptions) -> ValueType:
        """A date."""
        return DATE

    def review(self, options: DateOptions) -> Iterable[Problem]:
        """Refuse limits that cross."""
        return review_limits(options.min, options.max)

    def check(self, value: Any, options: DateOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the day within the limits."""
        least, most = _day(options.min, zone), _day(options.max, zone)
        if least is not None and value < least:
            yield TOO_EARLY.here(limit=least.isoformat())
        if most is not None and value > most:
            yield TOO_LATE.here(limit=most.isoformat())

    def control(self, options: DateOptions, kind: ValueType) -> Control:
        """A date input with the limits that are known beforehand."""
        limits = (("min", options.min), ("max", options.max))
        return Control("date", {name: day.isoformat() for name, day in limits if isinstance(day, date)})

    def examples(self) -> Examples:
        """Days as people and spreadsheets write them; a day that does not exist is refused."""
        return Examples(
            good=(
                ("2026-11-22", date(2026, 11, 22)),
                ("2026/1/2", date(2026, 1, 2)),
                ("2026年2月28日", date(2026, 2, 28)),
                ("", None),
            ),
            bad=("2026-02-31", "tomorrow", 46348, "22/11/2026", "2019-12-31"),
            definition={"min": "2020-01-01"},
        )


def _day(limit: object, zone: ZoneInfo | None) -> date | None:
    """Return the day of a settled limit; an expression such as `=now` gives a moment."""
    if isinstance(limit, datetime):
        return limit.astimezone(zone or UTC).date()
    return limit if isinstance(limit, date) else None
