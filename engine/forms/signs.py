"""Signs that people write behind a number, and that its field shows anyway: 12.5 %, 4 ★."""

from __future__ import annotations

PERCENT_SIGNS = ("%", "％")


def drop_sign(raw: object, signs: tuple[str, ...]) -> object:
    """Return a text without the sign that may stand behind its number; anything else as it is.

    >>> drop_sign("12.5 %", ("%",))
    '12.5 '
    """
    words = raw.rstrip() if isinstance(raw, str) else ""
    return words[:-1] if words.endswith(signs) and len(words) > 1 else raw
