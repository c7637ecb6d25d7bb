"""Every complaint that a person may see: a place, a code, a sentence in both languages and a way out.

A kind of problem is declared once, where it is found, as a `ProblemCode`:

>>> UNKNOWN_KEY = ProblemCode(
...     "unknown-key",
...     Text("这里没有「{key}」这个选项", "'{key}' is not an option here"),
...     Text("删掉它,或改成已有的选项", "Remove it or use an option that exists"),
... )
>>> problem = UNKNOWN_KEY.at(Location("store.yaml", 8, 9), key="stile", suggestions=("style",))
>>> print(problem.line("en"))
store.yaml:8:9: unknown-key 'stile' is not an option here. Did you mean 'style'?

The reference pages list every code by finding these declarations, so there is no list to keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Literal

from engine.texts import Language, Text

Severity = Literal["error", "warning"]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text: file name, line and column (both from 1), and how many characters it covers."""

    file: str
    line: int
    column: int
    length: int = 1

    def shift(self, columns: int, length: int = 1) -> Location:
        """Return the place `columns` characters further on the same line."""
        return replace(self, column=self.column + columns, length=length)


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """One kind of problem: a stable name, the sentence that says it and the way out.

    `{names}` in the texts are filled from the facts given to `at`.
    """

    name: str
    sentence: Text
    fix: Text
    severity: Severity = "error"

    def at(
        self,
        location: Location | None,
        *,
        path: Path = (),
        suggestions: Iterable[str] = (),
        **facts: object,
    ) -> Problem:
        """Make the problem at a place, with the facts that its sentence names."""
        return Problem(self, location, path, tuple(suggestions), facts)

    def here(self, *, suggestions: Iterable[str] = (), **facts: object) -> Problem:
        """Make the problem without a place; whoever knows the place adds it with `Problem.within`."""
        return Problem(self, None, (), tuple(suggestions), facts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint about a definition, a submission or a request.

    `location` is a place in a text, `path` the keys that lead to the value (a field name for a submission).
    """

    code: ProblemCode
    location: Location | None = None
    path: Path = ()
    suggestions: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        """Tell whether the problem stops what was asked for; a warning does not."""
        return self.code.severity == "error"

    @property
    def sentence(self) -> Text:
        """Say what is wrong, and name what was probably meant."""
        text = self.code.sentence.fill(self.facts)
        if not self.suggestions:
            return text
        zh = "、".join(f"「{name}」" for name in self.suggestions)
        en = " or ".join(f"'{name}'" for name in self.suggestions)
        return Text(f"{text.zh}。是不是{zh}?", f"{text.en}. Did you mean {en}?")

    @property
    def fix(self) -> Text:
        """Say what to do about it."""
        return self.code.fix.fill(self.facts)

    def within(self, path: Path, location: Location | None = None) -> Problem:
        """Return the problem placed below `path`; a location that it already has is kept."""
        return replace(self, path=path + self.path, location=self.location or location)

    def line(self, language: Language) -> str:
        """Return `file:line:column: code sentence`, the form that compilers and editors know."""
        place = f"{self.location.file}:{self.location.line}:{self.location.column}: " if self.location else ""
        return f"{place}{self.code.name} {self.sentence.to(language)}"

    def to_json(self) -> dict[str, object]:
        """Return the problem for machines: code, severity, place, both sentences and both ways out."""
        place = self.location
        return {
            "code": self.code.name,
            "severity": self.code.severity,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "length": place.length if place else None,
            "path": list(self.path),
            "sentence": self.sentence.to_json(),
            "fix": self.fix.to_json(),
        }


class Refusal(ValueError):
    """Raised by code that turns one raw value into a value, carrying the problem for the person."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence.en)
        self.problem = problem


class DefinitionError(Exception):
    """Raised where a whole definition is asked for and has problems; carries all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sort_problems(problems)
        super().__init__("\n".join(problem.line("en") for problem in self.problems))


def sort_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Order problems as one reads: by file, line and column, those without a place last; no doubles."""
    unique = {(p.code.name, p.location, p.path, p.sentence.en): p for p in problems}

    def place(problem: Problem) -> tuple[bool, Location, str]:
        location = problem.location or Location("", 0, 0)
        return (problem.location is None, location, problem.code.name)

    return tuple(sorted(unique.values(), key=place))


def suggest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to two known words that `word` was probably meant to be.

    >>> suggest("stile", ["style", "max"])
    ('style',)
    """
    choices = list(known)
    folded = {name.casefold(): name for name in choices}
    close = get_close_matches(word.casefold(), folded, n=2, cutoff=0.6)
    return tuple(folded[name] for name in close)
