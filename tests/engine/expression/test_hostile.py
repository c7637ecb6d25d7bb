"""No expression escapes, hangs, fills the memory or changes anything; what is only text stays text."""

import time
import tracemalloc

import pytest

from engine.expression.evaluate import evaluate
from engine.expression.parse import parse
from engine.problems import Refusal
from tests.engine.expression.hostile import HARMLESS, REFUSED
from tests.engine.expression.world import in_orders, order

# What the requirement allows for one expression, SEC-01; a slow machine gets ten times that.
SECONDS = 0.05
SLACK = 10
MEMORY = 20_000_000


def test_there_are_enough() -> None:
    assert len(set(REFUSED)) >= 300


def test_every_hostile_expression_is_refused_in_time_and_space() -> None:
    environment = in_orders()
    slow, large, passed = [], [], []
    for source in REFUSED:
        tracemalloc.start()
        start = time.process_time()
        try:
            expression = parse(source, environment)
        except Refusal:
            pass
        else:
            passed.append((source[:60], evaluate(expression, order())))
        seconds = time.process_time() - start
        _, memory = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        slow += [(source[:60], seconds)] if seconds > SECONDS * SLACK else []
        large += [(source[:60], memory)] if memory > MEMORY else []
    assert not passed
    assert not slow
    assert not large


@pytest.mark.parametrize("source", HARMLESS)
def test_text_is_only_text(source: str) -> None:
    assert evaluate(parse(source, in_orders()), order()) == source[1:-1]


BOMBS = (
    "POWER(10, POWER(10, POWER(10, 10)))",
    "POWER(99999999999999999999, 1000)",
    "EXP(EXP(EXP(EXP(5))))",
    "REPT(REPT(REPT('x', 10000), 10000), 10000)",
    "SUBSTITUTE(REPT('x', 10000), 'x', REPT('y', 10000))",
    "REPLACE(REPT('x', 9999), 1, 0, REPT('y', 9999))",
    "CONCAT(" + ", ".join(["REPT('x', 10000)"] * 40) + ")",
    "REPT('x', 10000) + REPT('x', 10000)",
    "TEXT(99999999999999999999, '" + "0" * 1000 + "')",
    "VALUE(REPT('9', 10000))",
    "DATEADD(today, 99999999999999999999, 'year')",
    "DAYS(99999999999999999999)",
    "PRODUCT(" + ", ".join(["99999999999999999999"] * 40) + ")",
    "MID(REPT('x', 10000), 99999999999999999999, 99999999999999999999)",
    "ROUND(99999999999999999999, 99999999999999999999)",
    "WORKDAY(today, 99999999999999999999)",
    "FIND('x', REPT('y', 10000), 99999999999999999999)",
    "LOG(99999999999999999999, 1.0000000001)",
)


@pytest.mark.parametrize("source", BOMBS)
def test_no_result_grows_beyond_its_limit(source: str) -> None:
    tracemalloc.start()
    start = time.process_time()
    value = evaluate(parse(source, in_orders()), order())
    seconds = time.process_time() - start
    _, memory = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert value is None or len(str(value)) < 40
    assert seconds < SECONDS * SLACK
    assert memory < MEMORY


def test_evaluation_changes_no_record() -> None:
    scope = order(title="甲")
    before = dict(scope.record)
    for source in ("CONCAT(title, 'x')", "SUBSTITUTE(title, '甲', 'b')", "IF(title == '甲', 1, 2)"):
        evaluate(parse(source, in_orders()), scope)
    assert scope.record == before
