"""Each faulty definition has exactly the problems that it says, each at its place, and nothing else."""

import pytest

from engine.definition.lines import show_problem
from engine.texts import LANGUAGES
from tests.apps.definitions import FaultyDefinition, faulty_definitions, problems_of

CORPUS = faulty_definitions()


def names(corpus: list[FaultyDefinition]) -> list[str]:
    return [one.path.stem for one in corpus]


def test_there_are_enough():
    assert len(CORPUS) >= 25


@pytest.mark.parametrize("faulty", CORPUS, ids=names(CORPUS))
def test_every_problem_is_found_at_its_place(faulty: FaultyDefinition):
    found = [
        f"{problem.location.line}:{problem.location.column} {problem.code.name}"
        for problem in problems_of(faulty.text, faulty.path.name)
        if problem.location
    ]
    assert found == faulty.expected
    assert found, "a faulty definition has a problem"


@pytest.mark.parametrize("faulty", CORPUS, ids=names(CORPUS))
def test_every_problem_is_said_well(faulty: FaultyDefinition):
    for problem in problems_of(faulty.text, faulty.path.name):
        assert problem.location is not None, problem
        assert problem.location.file == faulty.path.name
        for language in LANGUAGES:
            words = show_problem(problem, faulty.text, language)
            assert "^" in words
            assert problem.fix.to(language).strip()
            assert "{" not in problem.code.sentence.to(language) or problem.facts, problem
        for fact in problem.facts:
            assert f"{{{fact}}}" not in problem.sentence.en
