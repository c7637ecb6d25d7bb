"""What a scalar means: which plain words are numbers, booleans and blanks, and where each character stands.

The rules are YAML 1.2's core schema, narrowed to what JSON allows and what people mean:

- only `true` and `false` (also `True`, `TRUE`, …) are booleans; `yes`, `no`, `on` and `off` stay text;
- `12`, `-3`, `0.5`, `.5` and `1e3` are numbers, exact: an `int` or a `Decimal`, never a float;
- `010`, `+86`, `0x1F`, `0o7`, `1_000`, `5.`, dates and times stay text: they are ids, phone numbers, clocks;
- `.inf`, `.nan` (and in JSON `NaN`, `Infinity`) are refused, and so are numbers of more than 30 digits.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from engine.problems import ProblemCode
from engine.texts import Text

MAX_DIGITS = 30

NOT_A_NUMBER = ProblemCode(
    "not-a-number",
    Text("「{word}」不是可以计算的数", "'{word}' is not a number that one can count with"),
    Text("写一个普通的数;如果是文字,请加引号", "Write an ordinary number, or put it in quotes if it is text"),
)
NUMBER_TOO_LONG = ProblemCode(
    "number-too-long",
    Text("这个数超过 {limit} 位", "This number has more than {limit} digits"),
    Text("写短一点;如果是编号,请加引号", "Write a shorter one, or put it in quotes if it is an id"),
)
ZERO_CHARACTER = ProblemCode(
    "zero-character",
    Text(
        "文字里有编码为 0 的字符,数据库不能保存",
        "The text holds the character with code 0, which no database can store",
    ),
    Text("删掉 \\0", "Remove the \\0"),
)

Scalar = str | int | Decimal | bool | None

_BLANKS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE]([-+]?[0-9]+))?")
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_JSON_ENDLESS = frozenset({"NaN", "Infinity", "-Infinity"})
_BOOLEAN_LIKE = re.compile(r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF")
_INTEGER_LIKE = re.compile(r"[-+]?(?:0x[0-9a-fA-F]+|(?:0[ob])?[0-9][0-9_]*)")


def resolve(word: str, *, json: bool = False) -> Scalar | ProblemCode:
    """Return what a plain scalar means, or the code of the problem that it is."""
    first = word[:1]
    if not (first in "-.0123456789~nNtTfF+I" or first == ""):
        return word
    if word in _BLANKS:
        return None
    if word in _BOOLEANS:
        return _BOOLEANS[word]
    if _INTEGER.fullmatch(word):
        return int(word) if len(word.lstrip("-")) <= MAX_DIGITS else NUMBER_TOO_LONG
    if number := _DECIMAL.fullmatch(word):
        return _exact(word, number.group(1))
    if _ENDLESS.fullmatch(word) or (json and word in _JSON_ENDLESS):
        return NOT_A_NUMBER
    return word


def _exact(word: str, exponent: str | None) -> Decimal | ProblemCode:
    """Return the number written out plainly, so that `1e3` is 1000."""
    mantissa = re.split("[eE]", word)[0]
    if sum(mark.isdigit() for mark in mantissa) > MAX_DIGITS or len(exponent or "") > 4:
        return NUMBER_TOO_LONG
    plain = format(Decimal(word), "f")
    return Decimal(plain) if sum(mark.isdigit() for mark in plain) <= MAX_DIGITS else NUMBER_TOO_LONG


def looks_like_boolean(word: str) -> bool:
    """Tell whether a plain word is one that YAML 1.1 and people take for true or false: yes, no, on, off."""
    return _BOOLEAN_LIKE.fullmatch(word) is not None


def looks_like_integer(word: str) -> bool:
    """Tell whether a plain word is written like a whole number in some notation: 12, 010, 0x1F, 1_000."""
    return _INTEGER_LIKE.fullmatch(word) is not None


def without_pairs(text: str) -> str:
    r"""Replace each `\ud83d\ude00`, as JSON writes many characters, by a stand-in of the same length.

    YAML parsers refuse such pairs; `with_pairs` gives the values back.
    """
    return _PAIR.sub(lambda _: _STAND_IN, text) if "\\ud" in text or "\\uD" in text else text


def with_pairs(value: str, text: str, start: int, end: int, style: str) -> str:
    """Return what a scalar's value was before `without_pairs`; `text` is the text from before."""
    if _STAND_IN not in value and style != '"':
        return value
    if style == '"':
        return "".join(piece.value for piece in pieces_of(text, start, end, style))
    source = text[start:end]
    written = (source[found.start() : found.end()] for found in _STANDS.finditer(without_pairs(source)))
    return _STANDS.sub(lambda found: next(written, found.group()), value)


class Piece(NamedTuple):
    """Some characters of a scalar's value and where they stand; of the same length means one for one."""

    value: str
    start: int
    end: int


_NEWLINE = r"(?:\r\n|\n|\r)"
_FOLD = rf"(?P<fold>[ \t]*{_NEWLINE}(?:[ \t]*{_NEWLINE})*[ \t]*)"
_SURROGATES = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_SINGLE = re.compile(rf"(?P<quote>'')|{_FOLD}|(?P<run>[^'\r\n \t]+|[ \t]+)")
_DOUBLE = re.compile(
    rf"(?P<join>\\{_NEWLINE}(?P<more>(?:[ \t]*{_NEWLINE})*)[ \t]*)|(?P<pair>{_SURROGATES})"
    r"|(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^xuU\r\n]))"
    rf"|{_FOLD}|(?P<run>[^\\\r\n \t]+|[ \t]+)"
)
_PAIR = re.compile(_SURROGATES)
_STAND_IN = r"\u0041\u0041"
_STANDS = re.compile(re.escape(_STAND_IN))
_BREAK = re.compile(_NEWLINE)
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029",
}  # fmt: skip


def pieces_of(text: str, start: int, end: int, style: str) -> list[Piece]:
    """Return where each character of a plain or quoted scalar's value stands; joined, they are the value."""
    pattern = _DOUBLE if style == '"' else _SINGLE
    if style in {"'", '"'}:
        start, end = start + 1, end - 1
    pieces: list[Piece] = []
    at = start
    while at < end:
        found = pattern.match(text, at, end)
        if found is None:  # a lone quote in a plain scalar
            pieces.append(Piece(text[at], at, at + 1))
            at += 1
            continue
        kind = found.lastgroup if found.lastgroup != "more" else "join"
        value = found.group()
        if style == "plain" and kind == "quote":
            pieces.append(Piece(value, at, found.end()))
        else:
            pieces.append(Piece(_meaning(kind or "run", value, found), at, found.end()))
        at = found.end()
    return pieces


def _meaning(kind: str, written: str, found: re.Match[str]) -> str:
    if kind == "quote":
        return "'"
    if kind == "fold":
        return "\n" * (len(_BREAK.findall(written)) - 1) or " "
    if kind == "join":
        return "\n" * len(_BREAK.findall(found.group("more") or ""))
    if kind == "pair":
        return bytes.fromhex(written[2:6] + written[8:12]).decode("utf-16-be")
    if kind == "escape":
        code = written[1:]
        return _ESCAPES.get(code, code) if len(code) == 1 else chr(int(code[1:], 16))
    return written


def literal_pieces(text: str, start: int, value: str) -> list[Piece]:
    """Return where each character of a literal block scalar's value stands; `start` is at its `|`."""
    body = _BREAK.search(text, start)
    if body is None or not value.strip("\n"):
        return []
    at = body.end()
    wanted = value.split("\n")
    pieces: list[Piece] = []
    indent: int | None = None
    for number, line in enumerate(wanted, 1):
        if number == len(wanted) and not line:
            break
        found = _BREAK.search(text, at)
        finish = found.start() if found else len(text)
        if indent is None and line:
            indent = finish - at - len(line)
        begin = at + (indent or 0) if line else finish
        if text[begin:finish] != line:
            return []
        pieces.append(Piece(line, begin, finish))
        if found is None or number == len(wanted):
            break
        pieces.append(Piece("\n", found.start(), found.end()))
        at = found.end()
    return pieces


def span(pieces: list[Piece], start: int, end: int) -> tuple[int, int] | None:
    """Return where characters `start` to `end` of the value stand; nothing if there are no pieces."""
    if not pieces:
        return None
    first = _edge(pieces, start, after=False)
    last = _edge(pieces, end - 1, after=True) if end > start else first
    return first, max(first, last)


def _edge(pieces: list[Piece], index: int, *, after: bool) -> int:
    passed = 0
    for piece in pieces:
        size = len(piece.value)
        if index < passed + size:
            offset = index - passed + after
            if size == piece.end - piece.start:
                return piece.start + offset
            return piece.end if offset else piece.start
        passed += size
    return pieces[-1].end
