"""What the contract suites say when something is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.problems import Problem
from engine.texts import Text

_NAME = re.compile(r"\{([a-z_][a-z0-9_]*)\}", re.IGNORECASE)


def expect(holds: object, sentence: str) -> None:
    """Raise `AssertionError` with the sentence unless something holds."""
    if not holds:
        raise AssertionError(sentence)


def expect_words(text: object, what: str) -> None:
    """Insist on words in both languages."""
    expect(isinstance(text, Text), f"{what} is not a Text with zh and en, but {text!r}")
    if isinstance(text, Text):
        expect(text.zh.strip(), f"{what} has no Chinese")
        expect(text.en.strip(), f"{what} has no English")


def expect_sentences(problem: Problem, what: str) -> None:
    """Insist on a problem that people understand: in both languages, with every fact filled in."""
    expect_words(problem.sentence, f"{what}: the sentence of {problem.code.name}")
    expect_words(problem.fix, f"{what}: the fix of {problem.code.name}")
    for text in (problem.code.sentence, problem.code.fix):
        for words in (text.zh, text.en):
            missing = [name for name in _NAME.findall(words) if name not in problem.facts]
            expect(not missing, f"{what}: {problem.code.name} is not told {missing} for '{words}'")


def told(problems: Iterable[Problem]) -> str:
    """Write problems down for an assertion."""
    return "\n".join(problem.line("en") for problem in problems)
