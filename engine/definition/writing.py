"""Values written as YAML: a scalar in the quotes it needs, a map or list in block or flow style."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.definition import scalars
from engine.definition.characters import is_forbidden
from engine.definition.nodes import MAX_DEPTH

_SPECIAL_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`")
_FLOW_MARKS = re.compile(r"[,\[\]{}]|:(?![\w/])")
_BREAKS_PLAIN = re.compile(r"[\n\r\t]|:(?: |$)| #")
_NUMBER_LIKE = re.compile(r"[-+.]?[0-9][0-9_.,]*|[-+]?0[xob][0-9a-fA-F]+")
_OTHER_BOOLEANS = frozenset({"y", "Y", "n", "N", "="})
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
_INLINE_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Manner:
    """How a document writes: spaces per level and before the dashes of a list, line break, JSON or not."""

    step: int = 2
    dash: int = 2
    newline: str = "\n"
    json: bool = False


def write_scalar(
    value: scalars.Scalar, style: str = "plain", *, flow: bool = False, key: bool = False
) -> str:
    """Return a scalar on one line, in the wanted quotes (plain, ' or ") if it can be written in them.

    A text that would be taken for something else, also by readers of YAML 1.1, gets quotes.
    """
    if not isinstance(value, str):
        return _plain_word(value)
    if style == "'" and _fits_single(value):
        return "'" + value.replace("'", "''") + "'"
    if style == "plain" and fits_plain(value, flow=flow, key=key):
        return value
    if style == "plain" and ('"' in value or "\\" in value) and _fits_single(value):
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(_escape(mark) for mark in value) + '"'


def fits_plain(text: str, *, flow: bool = False, key: bool = False) -> bool:
    """Tell whether a text may stand without quotes and still be read as this text."""
    if not text or text != text.strip() or text[0] in _SPECIAL_FIRST or text.startswith(("---", "...")):
        return False
    if _BREAKS_PLAIN.search(text) or is_forbidden(text) or ((flow or key) and _FLOW_MARKS.search(text)):
        return False
    if text == "<<" or _NUMBER_LIKE.fullmatch(text):
        return False
    if not key and (scalars.looks_like_boolean(text) or text in _OTHER_BOOLEANS):
        return False  # as keys they are part of the language: `on: {changed: …}`
    return isinstance(scalars.resolve(text, json=True), str)


def write_flow(value: Any, manner: Manner) -> str:
    """Return a value on one line: `{type: text, max: 5}`, or as JSON where the document is JSON."""
    quotes = '"' if manner.json else "plain"
    if isinstance(value, dict):
        keys = (write_scalar(key, quotes, flow=True, key=True) for key in value)
        inner = (write_flow(item, manner) for item in value.values())
        return "{" + ", ".join(map("{}: {}".format, keys, inner)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(write_flow(item, manner) for item in value) + "]"
    return write_scalar(value, quotes, flow=True)


def write_block(value: Any, column: int, manner: Manner) -> list[str]:
    """Return the lines of a non-empty map or list; the first lacks its indentation, the others have it."""
    pad = " " * column
    lines: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            lines += _hang(write_scalar(key, key=True) + ":", inner, column, manner)
    else:
        for item in value:
            lines += _item(item, column, manner)
    return [lines[0], *(pad + line if line else line for line in lines[1:])]


def _item(item: Any, column: int, manner: Manner) -> list[str]:
    if item and isinstance(item, (dict, list)):
        inner = write_block(item, column + 2, manner)
        return ["- " + inner[0], *(line[column:] for line in inner[1:])]
    return _hang("-", item, column, manner)


def _hang(head: str, value: Any, column: int, manner: Manner) -> list[str]:
    """Return `key: value` or `key:` and what is below it, indented relative to the key."""
    if value and isinstance(value, (dict, list)):
        offset = manner.dash if isinstance(value, list) else manner.step
        inner = write_block(value, column + offset, manner)
        return [head, " " * offset + inner[0], *(line[column:] for line in inner[1:])]
    if isinstance(value, str) and fits_literal(value):
        pad = " " * manner.step
        return [
            f"{head} {literal_head(value)}",
            *(pad + line if line else "" for line in literal_lines(value)),
        ]
    words = write_scalar(value) if isinstance(value, str) else write_flow(value, Manner())
    return [f"{head} {words}"]


def fits_literal(text: str) -> bool:
    """Tell whether a text of several lines may be written below a `|`."""
    lines = text.removesuffix("\n").split("\n")
    if "\n" not in text or "\r" in text or is_forbidden(text):
        return False
    if not lines[0] or not lines[-1] or lines[0][0] in " \t":
        return False
    return not any(line and not line.strip() for line in lines)


def literal_head(text: str) -> str:
    """Return the `|` or `|-` that says whether a text ends with a line break."""
    return "|" if text.endswith("\n") else "|-"


def literal_lines(text: str) -> list[str]:
    """Return the lines that stand below a `|`."""
    return text.removesuffix("\n").split("\n")


def is_short(value: Any, manner: Manner) -> bool:
    """Tell whether a value reads well on one line."""
    written = write_flow(value, manner)
    return len(written) <= _INLINE_WIDTH and "\\n" not in written


def normal(value: Any, refuse: Callable[[Any], Exception], depth: int = 0) -> Any:
    """Return a value as a document holds it, floats exact, whole ones `int`; raises what `refuse` makes."""
    if depth > MAX_DEPTH:
        raise refuse("…")
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise refuse(value)
        return {key: normal(inner, refuse, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [normal(item, refuse, depth + 1) for item in value]
    if isinstance(value, (float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else value
        if not number.is_finite() or abs(number.adjusted()) > scalars.MAX_DIGITS:
            raise refuse(value)
        return _exact(number)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise refuse(value)


def _exact(number: Decimal) -> Decimal | int:
    plain = format(number, "f")
    return Decimal(plain) if "." in plain else int(plain)


def _plain_word(value: int | Decimal | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _fits_single(text: str) -> bool:
    return not any(mark in text for mark in "\n\r\t") and not is_forbidden(text)


def _escape(mark: str) -> str:
    if mark in _ESCAPED:
        return _ESCAPED[mark]
    if not is_forbidden(mark):
        return mark
    return json.dumps(mark)[1:-1] if ord(mark) < 0x10000 else mark
