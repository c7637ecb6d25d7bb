"""What can be said of the field types that nobody enters: lookups, formulas, rollups, serial numbers."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.testing import MemoryReader, compile_forms, little_app
from engine.values import Kind, Value
from tests.engine.forms.test_fields import SHANGHAI, a_field, compiled, complaints, control, reviewed

# What others compute.


def test_a_lookup_holds_what_the_other_field_holds():
    field = a_field("lookup", of="thing.level")
    assert field.value_type.kind is Kind.CHOICE
    assert [option.key for option in field.value_type.options] == ["A", "B", "C"]
    assert not field.stored
    assert not field.is_entered


@pytest.mark.parametrize("of", ["amount", "thing.price * 2", "thing.", "LEN(thing.name)"])
def test_a_lookup_is_a_path(of: str):
    assert complaints("lookup", of=of) == [f"not-a-lookup {json.dumps(of)}"]


def test_a_lookup_of_a_field_that_is_not_there():
    found = complaints("lookup", of="thing.prise")
    assert len(found) == 1
    assert found[0].endswith("prise")


def test_a_formula_holds_what_its_expression_gives():
    assert a_field("formula", of="amount * 2").value_type.kind is Kind.NUMBER
    assert a_field("formula", of="thing.price * amount").value_type.currency == "CNY"
    assert a_field("formula", of="name + '!'").value_type.kind is Kind.TEXT
    assert a_field("formula", of="amount > 2").value_type.kind is Kind.BOOLEAN
    assert complaints("formula", of="amuont * 2") == ["unknown-name amuont"]


def rolled(**definition: Any) -> Value:
    """Return what a rollup gives over lines that cost 5, 2.5 and nothing."""
    forms, problems = compile_forms(little_app("rollup", definition))
    assert not problems, [problem.line("en") for problem in problems]
    reader = MemoryReader(forms)
    record = reader.add("examples", name="x")
    for cost in (Decimal(5), Decimal("2.5"), None):
        reader.add("lines", example=record, cost=cost, quantity=Decimal(2))
    reader.add("lines", example=record + 1, cost=Decimal(100))
    return reader.follow("examples", record, ("example",))


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({"field": "cost"}, Decimal("7.5")),
        ({"field": "cost", "how": "average"}, Decimal("3.75")),
        ({"field": "cost", "how": "average", "decimals": 1}, Decimal("3.8")),
        ({"field": "cost", "how": "min"}, Decimal("2.5")),
        ({"field": "cost", "how": "max", "when": "lines.cost < 5 or lines.cost > 50"}, Decimal("2.5")),
        ({"field": "cost", "how": "count"}, Decimal(2)),
        ({"how": "count"}, Decimal(3)),
        ({"how": "count", "when": "lines.cost > 3"}, Decimal(1)),
        ({"field": "cost", "when": "lines.cost > 1000"}, Decimal(0)),
        ({"field": "cost", "how": "average", "when": "lines.cost > 1000"}, None),
    ],
    ids=str,
)
def test_a_rollup(definition: dict[str, Any], expected: Value):
    assert rolled(**{"from": "lines", "link": "example", **definition}) == expected


def test_a_rollup_as_an_expression():
    of = "SUMIFS(lines.cost, lines.example == this, lines.cost > 3)"
    assert rolled(of=of) == Decimal(5)
    assert rolled(of=of, decimals=0) == Decimal(5)


@pytest.mark.parametrize(
    ("definition", "place"),
    [
        ({"from": "linse"}, "linse"),
        ({"link": "exmple"}, "exmple"),
        ({"field": "csot"}, "csot"),
        ({"link": "cost"}, "cost"),
        ({"when": "lines.cots > 3"}, "cots"),
        ({"when": "1 > 0 and lines.cost"}, "lines.cost"),
        ({"when": "(1", "decimals": 2}, "("),
        ({"when": "lines.cost > 1), (1 < 2"}, ")"),
    ],
    ids=str,
)
def test_a_mistake_in_a_rollup_is_found_where_it_was_made(definition: dict[str, Any], place: str):
    found = complaints("rollup", **{"from": "lines", "link": "example", "field": "cost", **definition})
    assert len(found) == 1
    assert found[0].endswith(place)


def test_a_mistake_in_the_expression_of_a_rollup_is_told_once():
    assert len(complaints("rollup", of="SUMIFS(lines.csot)")) == 1
    found = complaints("rollup", of="SUMIFS(lines.csot)", decimals=2)
    assert len(found) == 1
    assert found[0].endswith("csot")


@pytest.mark.parametrize(
    ("definition", "problems"),
    [
        ({}, [("rollup-of-nothing", ())] * 3),
        ({"from": "lines", "how": "count"}, [("rollup-of-nothing", ())]),
        ({"of": "SUMIFS(lines.cost)", "from": "lines"}, [("rollup-twice", ("from",))]),
        ({"from": "lines", "link": "example", "how": "count"}, []),
    ],
)
def test_a_rollup_is_written_in_one_of_two_ways(definition: dict[str, Any], problems: list[object]):
    assert reviewed("rollup", **definition) == problems
    assert len(complaints("rollup", **definition)) == len(problems)


# Serial numbers.


def numbered(now: datetime, number: int, **definition: Any) -> tuple[str, str]:
    field = a_field("serial", **definition)
    series = field.type.series(field.options, now, SHANGHAI)
    assert series is not None
    return series.period, series.write(number)


NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("format", "period", "written"),
    [
        ("{0000}", "", "0007"),
        ("{0}", "", "7"),
        ("GF-{yyyy}-{0000}", "2027", "GF-2027-0007"),
        ("{yy}{MM}{dd}/{000}", "27-01-01", "270101/007"),
        ("{000}号 {dd}.{MM}.{yyyy}", "2027-01-01", "007号 01.01.2027"),
    ],
)
def test_a_serial_number_counts_in_the_period_of_the_zone(format: str, period: str, written: str):
    assert numbered(NEW_YEAR, 7, format=format) == (period, written)


def test_a_serial_number_grows_beyond_its_zeros():
    assert numbered(NEW_YEAR, 12345, format="A{000}")[1] == "A12345"
    assert numbered(NEW_YEAR, 1) == ("", "0001")


def test_a_serial_number_is_the_systems():
    field = a_field("serial")
    assert field.is_numbered
    assert not field.is_entered
    assert field.stored
    assert control("serial").kind == "readonly"


@pytest.mark.parametrize(
    ("format", "complaint"),
    [
        ("GF-{yyyy}", ["no-counter GF-{yyyy}"]),
        ("GF", ["no-counter GF"]),
        ("{0}-{00}", ["two-counters {00}"]),
        ("{YYYY}-{0}", ["unknown-token {YYYY}"]),
        ("{yyyy}{mm}-{0}", ["unknown-token {mm}"]),
        ("{n}", ["unknown-token {n}", "no-counter {n}"]),
        ("{0000", ["stray-brace {", "no-counter {0000"]),
        ("}{0}", ["stray-brace }"]),
        ("{MM}-{0}", ["serial-repeats {MM}"]),
        ("{yyyy}-{dd}-{0}", ["serial-repeats {dd}"]),
        ("{0000000000000}", ["unknown-token {0000000000000}", "no-counter {0000000000000}"]),
        ("x" * 60 + "{0}", ["serial-too-long " + json.dumps("x" * 60 + "{0}")]),
    ],
)
def test_a_format_that_would_not_do(format: str, complaint: list[str]):
    assert sorted(complaints("serial", format=format)) == sorted(complaint)


def test_a_wrong_token_gets_the_right_one():
    _, problems = compiled("serial", format="{yyyy}{mm}-{0}")
    assert problems[0].suggestions == ("{MM}",)
