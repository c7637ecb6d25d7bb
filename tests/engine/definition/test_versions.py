"""A definition says which version of the language it uses, and is brought up to date step by step."""

from __future__ import annotations

import pytest

from engine.definition.document import Document, read_document
from engine.definition.edit import RenameKey, edit
from engine.definition.versions import NEWEST, UPGRADES, Upgrade, upgrade
from engine.problems import DefinitionError, Problem


def problem_of(text: str) -> Problem:
    with pytest.raises(DefinitionError) as caught:
        upgrade(read_document(text, "a.yaml"))
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize("text", ["app: gifts\n", f"quartet: {NEWEST}\napp: gifts\n", "- a\n", "text\n"])
def test_a_definition_that_is_up_to_date_stays_as_it_is(text: str) -> None:
    document = read_document(text, "a.yaml")
    assert upgrade(document) is document


def test_a_version_from_the_future_is_refused() -> None:
    problem = problem_of("app: gifts\nquartet: 99\n")
    assert problem.line("en") == (
        "a.yaml:2:10: newer-version This definition is written in version 99 of the language; "
        "here 1 is the newest known"
    )
    assert problem.path == ("quartet",)


@pytest.mark.parametrize("value", ['"1"', "0", "-1", "1.0", "true", "newest", "", "[1]"])
def test_a_version_that_is_no_whole_number_is_refused(value: str) -> None:
    assert problem_of(f"quartet: {value}\n").code.name == "bad-version"


def test_old_definitions_are_rewritten_step_by_step_with_their_comments() -> None:
    def rename(old: str, new: str) -> Upgrade:
        def rewrite(document: Document) -> Document:
            return edit(document, [RenameKey((old,), new)])

        return Upgrade(f"{old} is called {new}", "one word, one thing", rewrite)

    steps = {1: rename("tables", "lists"), 2: rename("lists", "forms")}
    document = read_document("quartet: 1  # the first\n# all\ntables: {}\n", "a.yaml")
    assert upgrade(document, upgrades=steps, newest=3).text == "quartet: 3  # the first\n# all\nforms: {}\n"
    half = read_document("quartet: 2\nlists: {}\n", "a.yaml")
    assert upgrade(half, upgrades=steps, newest=3).text == "quartet: 3\nforms: {}\n"


def test_there_is_a_step_from_every_old_version() -> None:
    assert set(UPGRADES) == set(range(1, NEWEST))
