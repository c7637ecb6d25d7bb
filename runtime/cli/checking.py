"""What `quartet check` does: reads, corrects and checks one file, and writes what was found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.app import check_app
from engine.catalog import Catalog
from engine.definition.document import Document, read_document
from engine.definition.edit import EditError, RenameKey, edit
from engine.definition.lines import show_problem
from engine.problems import DefinitionError, Problem
from engine.texts import Language, Text
from runtime.cli.loading import read_bytes

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_ROUNDS = 20
_FIXED = Text("已改:{file} 第 {line} 行 {old} → {new}", "Fixed: {file} line {line}, {old} is now {new}")


@dataclass(frozen=True)
class Fix:
    """A misspelt key that was corrected."""

    line: int
    old: str
    new: str


@dataclass(frozen=True)
class Report:
    """What was found in one file, and what was corrected in it."""

    file: str
    text: str | bytes
    problems: tuple[Problem, ...]
    fixed: tuple[Fix, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing stands in the way of using the definition."""
        return not any(problem.is_error for problem in self.problems)

    def written(self, language: Language) -> str:
        """Return the corrections and the problems, each with its line, a caret and the way out."""
        lines = []
        for fix in self.fixed:
            facts = {"file": self.file, "line": fix.line, "old": fix.old, "new": fix.new}
            lines.append(_FIXED.fill(facts).to(language) + "\n")
        lines += [show_problem(problem, self.text, language) + "\n\n" for problem in self.problems]
        return "".join(lines)


def check_file(name: str, catalog: Catalog, *, fix: bool = False) -> Report:
    """Check one file; with `fix`, correct misspelt keys in it first."""
    raw = read_bytes(name)
    shown = "<stdin>" if name == "-" else name
    try:
        document = read_document(raw, shown)
    except DefinitionError as error:
        return Report(shown, raw, error.problems)
    _, problems = check_app(document, catalog)
    if not fix:
        return Report(shown, document.text, problems)
    document, problems, fixed = _corrected(document, problems, catalog)
    if fixed and name != "-":
        mark = _BYTE_ORDER_MARK if raw.startswith(_BYTE_ORDER_MARK) else b""
        Path(name).write_bytes(mark + document.text.encode())
    return Report(shown, document.text, problems, fixed)


def _corrected(
    document: Document, problems: tuple[Problem, ...], catalog: Catalog
) -> tuple[Document, tuple[Problem, ...], tuple[Fix, ...]]:
    """Correct keys until no misspelt one is left; a corrected key may bring others to light."""
    fixed: list[Fix] = []
    for _ in range(_MOST_ROUNDS):
        before = len(fixed)
        for problem in problems:
            document, fix = _renamed(document, problem)
            fixed += [fix] if fix else []
        if len(fixed) == before:
            break
        _, problems = check_app(document, catalog)
    return document, problems, tuple(fixed)


def _renamed(document: Document, problem: Problem) -> tuple[Document, Fix | None]:
    """Correct the key that a problem is about, if only one word can have been meant."""
    key = problem.path[-1] if problem.path else None
    place = document.key_location(problem.path)
    is_about_key = isinstance(key, str) and document.key_node(problem.path) is not None
    if not is_about_key or problem.location != place or len(problem.suggestions) != 1:
        return document, None
    try:
        changed = edit(document, [RenameKey(problem.path, problem.suggestions[0])])
    except EditError:
        return document, None
    return changed, Fix(place.line, str(key), problem.suggestions[0])


def as_document(reports: Sequence[Report]) -> str:
    """Return the reports as JSON, for editors and for continuous integration."""
    files = [
        {
            "file": report.file,
            "ok": report.is_clean,
            "fixed": [{"line": fix.line, "from": fix.old, "to": fix.new} for fix in report.fixed],
            "problems": [problem.to_json() for problem in report.problems],
        }
        for report in reports
    ]
    return json.dumps(
        {"ok": all(report.is_clean for report in reports), "files": files}, ensure_ascii=False, indent=2
    )


def summary(reports: Sequence[Report], language: Language) -> str:
    """Return the last line: how many files, errors and warnings."""
    found = [problem for report in reports for problem in report.problems]
    errors = sum(problem.is_error for problem in found)
    facts = {"files": len(reports), "errors": errors, "warnings": len(found) - errors}
    if not reports:
        return Text("没有找到定义文件", "No definition was found").to(language)
    if not found:
        return (
            Text("{files} 份定义,没有问题", "Definitions checked: {files}; no problems")
            .fill(facts)
            .to(language)
        )
    words = Text(
        "{files} 份定义:{errors} 个错误,{warnings} 个提醒",
        "Definitions checked: {files}; errors: {errors}; warnings: {warnings}",
    )
    return words.fill(facts).to(language)
