"""Writing dates and times by a pattern: `yyyy-MM-dd HH:mm`, `yyyy年M月d日`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

_Write = Callable[[datetime], str]

# In this order, so that a long token is not read as two short ones; what is put in has no letters.
_TOKENS: tuple[tuple[str, _Write], ...] = (
    ("yyyy", lambda clock: f"{clock.year:04d}"),
    ("yy", lambda clock: f"{clock.year % 100:02d}"),
    ("MM", lambda clock: f"{clock.month:02d}"),
    ("M", lambda clock: str(clock.month)),
    ("dd", lambda clock: f"{clock.day:02d}"),
    ("d", lambda clock: str(clock.day)),
    ("HH", lambda clock: f"{clock.hour:02d}"),
    ("H", lambda clock: str(clock.hour)),
    ("mm", lambda clock: f"{clock.minute:02d}"),
    ("m", lambda clock: str(clock.minute)),
    ("ss", lambda clock: f"{clock.second:02d}"),
    ("s", lambda clock: str(clock.second)),
)


def format_moment(clock: datetime, pattern: str) -> str:
    """Write what a clock shows; whatever is no token stays as it is.

    >>> format_moment(datetime(2026, 11, 2, 8, 5), "yyyy年M月d日 HH:mm")
    '2026年11月2日 08:05'
    """
    for token, write in _TOKENS:
        if token in pattern:
            pattern = pattern.replace(token, write(clock))
    return pattern
