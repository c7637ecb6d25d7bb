"""How a function of the PostgreSQL kernel is written down."""

from __future__ import annotations

from engine.expression.characters import BLANKS, CAPITALS, CONTROLS, SMALL
from engine.expression.moments import LONGEST
from engine.values import NUMBER_LIMIT, TEXT_LIMIT


def _escaped(characters: str) -> str:
    """Write characters as an SQL string of escapes, so that invisible ones survive any editor."""
    return "U&'" + "".join(f"\\{ord(char):04x}" for char in characters) + "'"


# What a body names in angle brackets: the limits and sets of the Python side.
_SHARED = {
    "<LIMIT>": str(int(NUMBER_LIMIT)),
    "<LENGTH>": str(TEXT_LIMIT),
    "<LONGEST>": str(LONGEST.days * 86_400),
    "<FIRST>": "-62135596800",  # 0001-01-01 00:00:00 UTC, in seconds of the epoch
    "<LAST>": "253402300799",  # 9999-12-31 23:59:59 UTC
    "<BLANKS>": _escaped(BLANKS),
    "<CONTROLS>": _escaped(CONTROLS),
    "<CAPITALS>": _escaped(CAPITALS),
    "<SMALL>": _escaped(SMALL),
}


def define(signature: str, result: str, body: str) -> str:
    """Return the statement that creates or replaces a function, written in SQL and without side effects."""
    for name, value in _SHARED.items():
        body = body.replace(name, value)
    head = f"CREATE OR REPLACE FUNCTION {signature} RETURNS {result}"
    return f"{head} LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $${body}$$"
