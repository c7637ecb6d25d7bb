"""Dates and moments: moving them, and going between UTC and the wall clock of a time zone.

Nothing here raises: what lies outside the years 1 to 9999 is blank (None).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.values import Value

LONGEST = timedelta(days=3_652_060)


def local_time(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Return what the clock on the wall of `zone` shows at a moment, as a time without a zone."""
    try:
        return moment.astimezone(zone).replace(tzinfo=None, fold=0)
    except (OverflowError, ValueError):
        return None


def local_day(moment: datetime, zone: ZoneInfo) -> date | None:
    """Return the day of a moment in `zone`."""
    local = local_time(moment, zone)
    return local.date() if local else None


def from_local(local: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment at which the wall clock of `zone` shows `local`.

    When clocks go back a time comes twice: the second one is meant. When they go forward a time is left out:
    the moment is as long after the change as the time lies after the change. PostgreSQL does the same.
    """
    offsets = [local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)]
    try:
        return (local - min(offset for offset in offsets if offset is not None)).replace(tzinfo=UTC)
    except OverflowError:
        return None


def day_start(day: date, zone: ZoneInfo) -> datetime | None:
    """Return the moment at which a day begins; None if the clocks of `zone` change around that midnight.

    Without a change, a moment is on that day or later exactly if it is not before the returned one.
    """
    start = from_local(datetime.combine(day, time()), zone)
    if start is None:
        return None
    around = [move(start, timedelta(hours=hours)) for hours in (-26, 26)]
    offsets = {
        moment.astimezone(zone).utcoffset() if moment and _inside(moment) else None for moment in around
    }
    return start if len(offsets) == 1 and None not in offsets else None


def calendar_ends(zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last moment that `zone` can show; None where that is all of the calendar."""
    first = datetime.combine(date.min, time())
    last = datetime.combine(date.max, time(23, 59, 59))
    return from_local(first, zone), from_local(last, zone)


def _inside(moment: datetime) -> bool:
    """Tell whether every time zone can show the moment."""
    return 2 <= moment.year <= 9998


def shift_day(day: date, span: timedelta) -> Value:
    """Move a date by the whole days of a duration; the rest of it does not count."""
    whole = abs(span).days
    moved: Value = move(day, timedelta(whole if span >= timedelta() else -whole))
    return moved


def shift_moment(moment: datetime, span: timedelta) -> Value:
    """Move a moment by a duration."""
    moved: Value = move(moment, span)
    return moved


def move(point: Any, span: timedelta) -> Any:
    """Add a duration to a date or a moment; blank beyond the calendar."""
    try:
        return point + span
    except OverflowError:
        return None


def add_months(day: date, months: int) -> date | None:
    """Move a date by months; the 31st becomes the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, month_days(year, month + 1)))


def month_days(year: int, month: int) -> int:
    """Return how many days a month has."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def months_between(start: date, end: date) -> int:
    """Return how many whole months lie between two dates; negative when the second is earlier."""
    if end < start:
        return -months_between(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
