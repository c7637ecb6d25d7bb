"""Spans of time as people write them: 1h 30m, 1 天 2 小时, 90 分钟, 09:30."""

from __future__ import annotations

import re
from datetime import timedelta

UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_WORDS = {
    "天": 86_400, "日": 86_400, "d": 86_400, "day": 86_400, "days": 86_400,
    "小时": 3_600, "个小时": 3_600, "时": 3_600, "h": 3_600, "hr": 3_600, "hour": 3_600, "hours": 3_600,
    "分钟": 60, "分": 60, "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "秒": 1, "秒钟": 1, "s": 1, "sec": 1, "second": 1, "seconds": 1,
}  # fmt: skip
_PART = re.compile(r"([0-9]{1,6})(\.[0-9]{1,4})?\s?([a-z]{1,7}|[天日个小时分钟秒]{1,3})[\s,，]{0,3}")
_CLOCK = re.compile(r"([0-9]{1,2})[:：]([0-9]{2})(?:[:：]([0-9]{2}))?")
_LONGEST = 60


def read_span(text: str) -> timedelta | None:
    """Read a span of time that names its units, or hours and minutes with a colon; None for anything else.

    >>> read_span("1h 30m"), read_span("1 天 2 小时")
    (datetime.timedelta(seconds=5400), datetime.timedelta(days=1, seconds=7200))
    """
    words = text.strip().casefold()
    sign = -1 if words[:1] in ("-", "\u2212") else 1
    words = words[1:].strip() if sign < 0 else words
    if not words or len(words) > _LONGEST:
        return None
    seconds = _clock_seconds(words)
    seconds = _worded_seconds(words) if seconds is None else seconds
    return None if seconds is None else timedelta(seconds=sign * seconds)


def _clock_seconds(words: str) -> int | None:
    found = _CLOCK.fullmatch(words)
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3_600 + minutes * 60 + seconds if minutes < 60 and seconds < 60 else None


def _worded_seconds(words: str) -> int | None:
    """Add up the parts, each of which names its unit; parts of a second do not exist."""
    total, at, seen = 0, 0, 0
    while at < len(words):
        found = _PART.match(words, at)
        if found is None or found[3] not in _WORDS:
            return None
        unit = _WORDS[found[3]]
        if seen and unit >= seen:
            return None
        digits = found[2][1:] if found[2] else ""
        whole, rest = divmod(int(found[1] + digits) * unit, 10 ** len(digits))
        if rest:
            return None
        total, at, seen = total + whole, found.end(), unit
    return total


def write_clock(span: timedelta) -> str:
    """Write a time of day: 09:30, or 09:30:15 where there are seconds."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
