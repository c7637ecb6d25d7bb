"""A place in a definition while it is being read: the data there, its path, and where problems go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.definition.document import Document
from engine.problems import Path, Problem, ProblemCode


@dataclass(frozen=True, slots=True)
class Cursor:
    """One value of a document. All cursors of one reading share the list of problems.

    >>> cursor = Cursor.start(document)
    >>> cursor.child("title").data
    '产品管理'
    """

    document: Document
    path: Path
    data: Any
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def start(cls, document: Document) -> Cursor:
        """Begin at the top of a document, with no problems yet."""
        return cls(document, (), document.data)

    def child(self, key: str | int) -> Cursor:
        """Go to an entry that exists."""
        return Cursor(self.document, (*self.path, key), self.data[key], self.problems)

    def entries(self) -> Iterator[tuple[str, Cursor]]:
        """Go through the entries of a map; nothing if it is none."""
        if isinstance(self.data, dict):
            for key in self.data:
                yield key, self.child(key)

    def items(self) -> Iterator[Cursor]:
        """Go through the items of a list; nothing if it is none."""
        if isinstance(self.data, list):
            for position in range(len(self.data)):
                yield self.child(position)

    def report(self, code: ProblemCode, *, suggestions: Iterable[str] = (), **facts: object) -> None:
        """Report a problem with the value."""
        self.add(code.here(suggestions=suggestions, **facts))

    def report_key(self, code: ProblemCode, *, suggestions: Iterable[str] = (), **facts: object) -> None:
        """Report a problem with the key that leads to the value."""
        place = self.document.key_location(self.path)
        self.problems.append(code.at(place, path=self.path, suggestions=suggestions, **facts))

    def add(self, problem: Problem) -> None:
        """Report a problem that was found elsewhere; it gets this place unless it has one."""
        self.problems.append(problem.within(self.path, self.document.location(self.path)))

    @property
    def is_clean(self) -> bool:
        """Tell whether no error was reported so far."""
        return not any(problem.is_error for problem in self.problems)
