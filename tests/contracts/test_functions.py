"""Every built-in function keeps the contract, and computes its examples on each back end."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.expression.function import Example, Function, Parameter
from engine.expression.parse import parse
from engine.expression.sql import Frame
from engine.texts import Text
from engine.values import NUMBER
from tests.contracts.functions import problems_of
from tests.engine.expression.database import Database
from tests.engine.expression.world import FUNCTIONS, company, in_orders, order

BUILT_IN = sorted(FUNCTIONS.values(), key=lambda function: function.name)
WANTED = """
    ABS SUM AVERAGE MIN MAX PRODUCT ROUND ROUNDUP ROUNDDOWN INT TRUNC CEILING FLOOR MOD POWER
    SQRT SIGN EVEN ODD GREATEST LEAST EXP LN LOG PI CONCAT CONCATENATE LEFT RIGHT MID LOWER
    UPPER TRIM CLEAN REPLACE SUBSTITUTE FIND SEARCH CONTAINS STARTSWITH ENDSWITH SPLIT_PART
    STRREVERSE REPT LEN COUNTCHAR TEXT VALUE MONEY_CN DATE TODAY NOW DATEADD DATE_DIFF DATEVALUE
    YEAR MONTH DAY HOUR MINUTE SECOND WEEKDAY WEEKNUM QUARTER EOMONTH STARTOF ENDOF NETWORKDAYS
    WORKDAY DATETIME_FORMAT DAYS HOURS MINUTES COUNTA COUNTBLANK IF IFS SWITCH AND OR NOT
    ISBLANK WHENEMPTY REPORTS_TO IS_WITHIN SUMIFS COUNTIFS AVERAGEIFS MINIFS MAXIFS FIRST
"""


@pytest.mark.parametrize("function", BUILT_IN, ids=lambda function: function.name)
def test_function_keeps_the_contract(function: Function) -> None:
    assert problems_of(function, FUNCTIONS, order()) == []


def test_the_promised_functions_are_there() -> None:
    assert set(WANTED.split()) <= set(FUNCTIONS)


def test_the_contract_finds_what_is_missing() -> None:
    bad = Function(
        name="half",
        doc=Text("一半", ""),
        parameters=(Parameter("a", optional=True), Parameter("a", repeated=True), Parameter("b")),
        result=NUMBER,
        python=lambda number: number / 2,
        examples=(Example("half(1)", Decimal(1)), Example("ABS(-1)", Decimal(2))),
    )
    said = " ".join(problems_of(bad, FUNCTIONS, order()))
    for part in (
        "capitals",
        "category",
        "both languages",
        "come last",
        "repeated",
        "one name",
        "Python face",
        "refused",
        "not",
    ):
        assert part in said
    nothing = replace(bad, python=None, examples=())
    assert "no example" in " ".join(problems_of(nothing, FUNCTIONS, order()))


@pytest.fixture(scope="module")
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.engine.dispose()


def test_examples_are_the_same_in_the_database(database: Database) -> None:
    world = company()
    compiler, frame = database.compiler(world), Frame(order())
    examples = [example for function in BUILT_IN for example in function.examples if example.runs]
    different = []
    with database.engine.connect() as connection:
        for example in examples:
            expression = parse(example.source, in_orders())
            if not expression.python_only:
                value = connection.execute(select(compiler.output(expression.tree, frame))).scalar_one()
                different += [(example.source, value)] if value != example.result else []
    assert len(examples) > 100
    assert different == []
