"""Lines and columns of a text, and the picture of a problem: its line, a caret under it, the way out."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right

from engine.problems import Location, Problem
from engine.texts import Language

_BREAK = re.compile(r"\r\n|\n|\r")
_MARGIN = "    "
_WIDEST = 160  # characters of a source line that are shown; longer lines are cut around the caret
_BEFORE = 60
_ENOUGH = 2_000_000  # a larger file is refused at its first line


class Lines:
    """Where each line of a text starts and ends, so that offsets become places."""

    __slots__ = ("_starts", "file", "text")

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self._starts = array("l", [0])
        self._starts.extend(found.end() for found in _BREAK.finditer(text))

    def __len__(self) -> int:
        return len(self._starts)

    def number(self, offset: int) -> int:
        """Return the line, counted from 0, that holds the character at `offset`."""
        return bisect_right(self._starts, offset) - 1

    def start(self, number: int) -> int:
        """Return the offset of the first character of a line."""
        return self._starts[number]

    def end(self, number: int) -> int:
        """Return the offset just after the last character of a line, before its line break."""
        if number + 1 == len(self._starts):
            return len(self.text)
        end = self._starts[number + 1] - 1
        return end - (self.text[end] == "\n" and self.text[end - 1 : end] == "\r")

    def line(self, number: int) -> str:
        """Return a line without its line break."""
        return self.text[self._starts[number] : self.end(number)]

    def place(self, start: int, end: int | None = None) -> Location:
        """Return the place of the characters `start` to `end`: at least one, at most to the line's end."""
        number = self.number(start)
        stop = min(start + 1 if end is None else end, self.end(number))
        return Location(self.file, number + 1, start - self._starts[number] + 1, max(1, stop - start))

    def source_line(self, location: Location) -> str:
        """Return the line that a location is in, empty when there is no such line."""
        return self.line(location.line - 1) if 1 <= location.line <= len(self) else ""

    def show(self, problem: Problem, language: Language) -> str:
        """Return the problem as compilers print it: its line, the source line, carets below, the fix."""
        parts = [problem.line(language)]
        location = problem.location
        if location is not None and location.file == self.file:
            source, caret = _picture(self.source_line(location), location)
            if source.strip():
                parts += [_MARGIN + source, _MARGIN + caret]
        parts.append(_MARGIN + problem.fix.to(language))
        return "\n".join(parts)


def show_problem(problem: Problem, text: str | bytes, language: Language) -> str:
    """Return the problem with its source line, for a text that could not be read as a `Document`."""
    text = text[:_ENOUGH]
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    file = problem.location.file if problem.location else ""
    return Lines(text.removeprefix("\ufeff"), file).show(problem, language)


def _picture(source: str, location: Location) -> tuple[str, str]:
    """Return the source line, cut if long, and the carets below it."""
    start = location.column - 1
    end = min(start + location.length, max(len(source), start + 1))
    cut = max(0, start - _BEFORE) if len(source) > _WIDEST else 0
    shown = source[cut : cut + _WIDEST]
    tail = "…" if cut + _WIDEST < len(source) else ""
    head = "…" if cut else ""
    blank = "".join(_blank(mark) for mark in source[cut:start])
    carets = "".join("^" * _width(mark) for mark in source[start : min(end, cut + _WIDEST)]) or "^"
    return _printable(head + shown + tail), " " * len(head) + blank + carets


def _width(mark: str) -> int:
    """Return how many columns of a terminal a character takes."""
    if unicodedata.category(mark) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(mark) in {"W", "F"} else 1


def _blank(mark: str) -> str:
    """Return what takes as much room as a character; a tab stays a tab, so that it jumps as far as above."""
    return "\t" if mark == "\t" else " " * _width(mark)


def _printable(line: str) -> str:
    """Replace control characters, which would move the cursor of a terminal, by a visible sign."""
    return "".join(
        "\ufffd" if unicodedata.category(mark) in {"Cc", "Cs"} and mark != "\t" else mark for mark in line
    )
