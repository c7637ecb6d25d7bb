"""The field type `serial`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate, chain
from typing import Any
from zoneinfo import ZoneInfo

from engine.definition.cursor import Cursor
from engine.forms.contract import Control, Examples, FieldType, Series
from engine.option_kinds import WRONG_KIND
from engine.options import INVALID, name_of, option
from engine.problems import Problem, ProblemCode, suggest
from engine.texts import Text
from engine.values import TEXT, ValueType

UNKNOWN_TOKEN = ProblemCode(
    "unknown-token",
    Text("编号格式里没有「{token}」", "A serial number has no '{token}'"),
    Text("可写的有 {tokens}", "Use {tokens}"),
)
STRAY_BRACE = ProblemCode(
    "stray-brace",
    Text("花括号不成对", "A curly bracket stands alone"),
    Text("写成 {example}", "Write it like {example}"),
)
NO_COUNTER = ProblemCode(
    "no-counter",
    Text(
        "格式里没有流水号,每条记录会得到同一个编号",
        "There is no counter, so all records would get the same number",
    ),
    Text("加上 {counter},几个 0 就至少几位", "Add {counter}; there are at least as many digits as zeros"),
)
TWO_COUNTERS = ProblemCode(
    "two-counters",
    Text("格式里有不止一个流水号", "There is more than one counter"),
    Text("只留一个 {counter}", "Keep one {counter}"),
)
SERIAL_REPEATS = ProblemCode(
    "serial-repeats",
    Text(
        "有 {token} 却没有 {missing},编号以后会重复",
        "There is {token} without {missing}, so numbers will come again later",
    ),
    Text("加上 {missing}", "Add {missing}"),
)
SERIAL_TOO_LONG = ProblemCode(
    "serial-too-long",
    Text(
        "编号有 {length} 个字,最多 {limit} 个",
        "The number has {length} characters, at most {limit} are possible",
    ),
    Text("写短一点", "Make it shorter"),
)

_DATE_TOKENS: dict[str, Callable[[datetime], str]] = {
    "{yyyy}": lambda now: f"{now.year:04d}",
    "{yy}": lambda now: f"{now.year % 100:02d}",
    "{MM}": lambda now: f"{now.month:02d}",
    "{dd}": lambda now: f"{now.day:02d}",
}
_COUNTER = re.compile(r"\{(0{1,12})\}")
_TOKEN = re.compile(r"\{[^{}]*\}")
_EXAMPLE = "GF-{yyyy}{MM}-{0000}"
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class _Format:
    """A checked format: words and tokens in their order."""

    parts: tuple[str, ...]

    def period(self, now: datetime) -> str:
        """Return what the date tokens give; numbers begin again when it changes."""
        return "-".join(write(now) for token, write in _DATE_TOKENS.items() if token in self.parts)

    def write(self, now: datetime, number: int) -> str:
        """Return the serial number."""
        return "".join(self._part(part, now, number) for part in self.parts)

    def _part(self, part: str, now: datetime, number: int) -> str:
        if part in _DATE_TOKENS:
            return _DATE_TOKENS[part](now)
        counter = _COUNTER.fullmatch(part)
        return str(number).zfill(len(counter[1])) if counter else part

    def __str__(self) -> str:
        return "".join(self.parts)


@dataclass(frozen=True, slots=True)
class _FormatKind:
    """The format of serial numbers: words, tokens of the date and one run of zeros."""

    def read(self, cursor: Cursor) -> Any:
        """Return the checked format."""
        if not isinstance(cursor.data, str):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        problems = list(_problems(cursor, cursor.data))
        for problem in problems:
            cursor.add(problem)
        return INVALID if problems else _Format(tuple(_split(cursor.data)))

    def schema(self) -> dict[str, Any]:
        """A JSON string with a counter in it."""
        return {"type": "string", "pattern": r"\{0{1,12}\}", "maxLength": _LONGEST}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text(f"{_EXAMPLE} 这样的格式", f"a format such as {_EXAMPLE}")


@dataclass(frozen=True, kw_only=True)
class SerialOptions:
    """What can be set on a serial number."""

    format: _Format = option(
        _FormatKind(),
        Text(
            "编号的样子:{yyyy} {yy} {MM} {dd} 是日期,{0000} 是流水号,日期部分一变就从 1 重新数",
            "How it looks: {yyyy} {yy} {MM} {dd} is the date; {0000} counts, anew when the date part changes",
        ),
        default=_Format(("{0000}",)),
    )


class Serial(FieldType):
    """A number that the system hands out to each new record, without gaps or doubles."""

    name = "serial"
    label = Text("流水号", "Serial number")
    Options = SerialOptions

    def value_type(self, options: SerialOptions) -> ValueType:
        """A text."""
        return TEXT

    def series(self, options: SerialOptions, now: datetime, zone: ZoneInfo) -> Series:
        """The series of the period that `now` is in, in the app's zone."""
        local = now.astimezone(zone)
        return Series(options.format.period(local), lambda number: options.format.write(local, number))

    def control(self, options: SerialOptions, kind: ValueType) -> Control:
        """Shown, not entered."""
        return Control("readonly")

    def examples(self) -> Examples:
        """Numbers as they are handed out."""
        return Examples(
            good=(("GF-202611-0007", "GF-202611-0007"), ("", None)),
            bad=(7, "a\x00b"),
            definition={"format": _EXAMPLE},
        )


def _split(text: str) -> Iterator[str]:
    """Yield words and tokens in their order."""
    at = 0
    for found in _TOKEN.finditer(text):
        if found.start() > at:
            yield text[at : found.start()]
        yield found[0]
        at = found.end()
    if at < len(text):
        yield text[at:]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a format with the characters that it covers."""

    text: str
    start: int
    end: int


def _problems(cursor: Cursor, text: str) -> Iterator[Problem]:
    """Yield what is wrong with a format, each at its characters."""
    parts = list(_split(text))
    ends = list(accumulate(len(part) for part in parts))
    pieces = [_Piece(part, end - len(part), end) for part, end in zip(parts, ends, strict=True)]
    for piece, problem in chain(_spelling(pieces), _counting(pieces), _repeating(pieces)):
        yield replace(problem, location=cursor.document.within(cursor.path, piece.start, piece.end))
    if len(text) > _LONGEST:
        yield SERIAL_TOO_LONG.here(length=len(text), limit=_LONGEST)


def _spelling(pieces: list[_Piece]) -> Iterator[tuple[_Piece, Problem]]:
    for piece in pieces:
        if not _TOKEN.fullmatch(piece.text):
            braces = [at for at, char in enumerate(piece.text, piece.start) if char in "{}"]
            yield from ((_Piece("", at, at + 1), STRAY_BRACE.here(example=_EXAMPLE)) for at in braces[:1])
        elif piece.text not in _DATE_TOKENS and not _COUNTER.fullmatch(piece.text):
            known = " ".join((*_DATE_TOKENS, "{0000}"))
            yield piece, UNKNOWN_TOKEN.here(token=piece.text, tokens=known, suggestions=_near(piece.text))


def _counting(pieces: list[_Piece]) -> Iterator[tuple[_Piece, Problem]]:
    counters = [piece for piece in pieces if _COUNTER.fullmatch(piece.text)]
    if not counters:
        end = pieces[-1].end if pieces else 1
        yield _Piece("", 0, end), NO_COUNTER.here(counter="{0000}")
    for piece in counters[1:]:
        yield piece, TWO_COUNTERS.here(counter="{0000}")


def _repeating(pieces: list[_Piece]) -> Iterator[tuple[_Piece, Problem]]:
    """Yield the parts of a date that need a larger one beside them: a month its year, a day its month."""
    texts = {piece.text for piece in pieces}
    for piece in pieces:
        if piece.text in ("{MM}", "{dd}") and not texts & {"{yyyy}", "{yy}"}:
            yield piece, SERIAL_REPEATS.here(token=piece.text, missing="{yyyy}")
        elif piece.text == "{dd}" and "{MM}" not in texts:
            yield piece, SERIAL_REPEATS.here(token=piece.text, missing="{MM}")


def _near(token: str) -> tuple[str, ...]:
    """Return the token that was probably meant: `{YYYY}`, `{mm}` or `{n}`."""
    same = tuple(known for known in _DATE_TOKENS if known.casefold() == token.casefold())
    return same or suggest(token, _DATE_TOKENS)
