"""Whatever happens to a definition, checking it ends soon, with an app or with placed problems (INP-01)."""

import json
import os
import resource
import sys
import time
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.app import check_app
from engine.definition.document import read_document
from engine.problems import DefinitionError, Problem
from tests.apps.definitions import APPS, catalog, faulty_definitions
from tests.apps.mutations import damaged_data, damaged_text, small

ROUNDS = 8 if os.environ.get("QUARTET_HYPOTHESIS") != "nightly" else 200
CASES = 75
MOST_SECONDS = 1.0
MOST_BYTES = 100 * 1024 * 1024
SEEDS = [(path, seed) for path in APPS for seed in range(ROUNDS)]


def names(seeds: list[tuple[Path, int]]) -> list[str]:
    return [f"{path.stem}-{seed}" for path, seed in seeds]


@cache
def definition(path: Path) -> Any:
    return read_document(path.read_text(encoding="utf-8"), path.name).data


def check_bounded(text: str, file: str) -> tuple[Problem, ...]:
    """Check a text within the limits of time; every problem must have a place, and sentences."""
    known = catalog()
    start = time.process_time()
    try:
        app, problems = check_app(read_document(text, file), known)
    except DefinitionError as error:
        app, problems = None, error.problems
    spent = time.process_time() - start
    assert spent < MOST_SECONDS, f"{spent:.1f} s"
    assert app is not None or problems, "refused without a reason"
    lines = text.count("\n") + text.count("\r") + 1
    for problem in problems:
        assert problem.location is not None, problem.line("en")
        assert 1 <= problem.location.line <= lines
        assert problem.line("zh")
        assert problem.fix.en
        json.dumps(problem.to_json())
    return problems


def memory() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@pytest.mark.parametrize(("path", "seed"), SEEDS, ids=names(SEEDS))
def test_damaged_data(path: Path, seed: int):
    random, before, refused = Random(seed), memory(), 0
    whole = small(definition(path))
    assert not check_bounded(json.dumps(whole, ensure_ascii=False), "whole.json")
    for _ in range(CASES):
        changed = damaged_data(whole, random)
        text = json.dumps(changed, ensure_ascii=False, indent=1, default=float)
        refused += bool(check_bounded(text, f"{path.stem}.json"))
    assert refused > CASES / 2, "most damage is noticed"
    assert memory() - before < MOST_BYTES


@pytest.mark.parametrize(("path", "seed"), SEEDS, ids=names(SEEDS))
def test_damaged_text(path: Path, seed: int):
    random, before = Random(1_000 + seed), memory()
    text = path.read_text(encoding="utf-8")
    short = text[: text.index("\n  records:")] + "\n"
    for _ in range(CASES):
        check_bounded(damaged_text(short, random), path.name)
    assert memory() - before < MOST_BYTES


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_damage_to_the_faulty(seed: int):
    random, corpus = Random(2_000 + seed), faulty_definitions()
    for _ in range(CASES):
        check_bounded(damaged_text(random.choice(corpus).text, random), "faulty.yaml")


@pytest.mark.parametrize("path", APPS, ids=lambda path: path.stem)
def test_a_reference_that_dangles_is_noticed(path: Path):
    """Take away one form after another: what refers to it is a problem, and nothing else is."""
    whole = small(definition(path))
    for form in whole["forms"]:
        changed = small(whole)
        del changed["forms"][form]
        problems = check_bounded(
            json.dumps(changed, ensure_ascii=False, indent=1, default=float), "missing.json"
        )
        assert problems, form
        expected = {"unknown-form", "unknown-name", "unknown-field", "wrong-arguments"}
        assert {problem.code.name for problem in problems} <= expected, form
