"""What becomes of a submission, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from engine.forms.assessment import Assessment, Circumstances
from engine.forms.model import Form
from engine.forms.submission import assess
from engine.testing.apps import compile_forms
from engine.testing.memory import NOW, SHANGHAI, MemoryReader

FORMS = """
goods:
  fields: {name: {type: text}, price: {type: money}, stock: {type: integer}, grade: {type: choice, options: [a, b]}}
lines:
  fields:
    good: {type: link, to: goods}
    kind: {type: choice, options: [gift, sale], default: sale}
    price: {type: money, fill: good.price, default: 1}
    doubled: {type: money, fill: price * 2}
    n: {type: integer, min: 1, max: =good.stock, required: =kind == "sale"}
    sum: {type: money, formula: n * price, visible: kind == "sale"}
    reason: {type: text, required: true, visible: kind == "gift"}
    hint: {type: text, visible: ISBLANK(reason)}
    state: {type: choice, options: [open, done], default: open, readonly: true}
    note: {type: text, readonly: =state == "done"}
    since: {type: datetime, default: =now}
    big: {type: integer, formula: n * 10000000000000000}
    number: {type: serial, format: "{0000}"}
  checks:
    - {must: not (kind == "gift" and n > 3), say: {zh: 太多, en: Too many gifts}}
"""


@pytest.fixture(scope="module")
def forms() -> Mapping[str, Form]:
    found, problems = compile_forms(FORMS)
    assert not problems
    return found


@pytest.fixture
def reader(forms: Mapping[str, Form]) -> MemoryReader:
    made = MemoryReader(forms)
    made.add("goods", name="tea", price=Decimal(5), stock=Decimal(4))
    made.add("goods", name="salt", price=Decimal(7))
    return made


def enter(
    reader: MemoryReader, old: Mapping[str, Any] | None = None, *, system: bool = False, **raw: object
) -> Assessment:
    form = reader.forms["lines"]
    writable = None if system else frozenset(form.fields)
    return assess(form, raw, Circumstances(reader=reader, now=NOW, zone=SHANGHAI, writable=writable), old=old)


def codes(result: Assessment) -> list[tuple[str, ...]]:
    return [(problem.code.name, *map(str, problem.path)) for problem in result.all_problems]


def stored(reader: MemoryReader, **raw: object) -> dict[str, Any]:
    result = enter(reader, **raw)
    assert result.is_accepted, codes(result)
    return {"id": 1, "created_at": NOW, "created_by": None, **result.values}


def test_defaults_fills_and_formulas_make_a_new_record(reader: MemoryReader) -> None:
    values = stored(reader, good=1, n="2")
    assert {k: values[k] for k in ("kind", "price", "doubled", "sum", "state")} == {
        "kind": "sale", "price": 5, "doubled": 10, "sum": 10, "state": "open",
    }  # fmt: skip
    assert values["since"].microsecond == 0
    assert "number" not in values, "the database gives it"


def test_a_default_stays_where_the_link_is_blank(reader: MemoryReader) -> None:
    assert stored(reader, n=1)["price"] == 1


def test_an_entered_value_is_not_filled_over_but_a_new_link_fills_anew(reader: MemoryReader) -> None:
    row = stored(reader, good=1, n=1, price="3")
    assert (row["price"], row["doubled"]) == (3, 6)
    assert enter(reader, row, n=2).values["price"] == 3
    moved = enter(reader, row, good=2)
    assert (moved.values["price"], moved.values["doubled"]) == (7, 14)
    assert enter(reader, row, good=2, price=4).values["price"] == 4
    assert enter(reader, row, good="").values["price"] is None


def test_a_hidden_field_is_neither_required_nor_kept(reader: MemoryReader) -> None:
    row = stored(reader, kind="gift", reason="because", n=1)
    assert (row["sum"], row["reason"]) == (None, "because")
    result = enter(reader, row, kind="sale", reason="still")
    assert result.is_accepted
    assert (result.values["reason"], result.states["reason"].visible, result.values["sum"]) == (
        None,
        False,
        1,
    )
    assert codes(enter(reader, kind="gift", n=1)) == [("missing-value", "reason")]


def test_what_was_entered_in_a_field_that_becomes_visible_at_the_end_is_kept(reader: MemoryReader) -> None:
    """`hint` is hidden by a `reason` that is itself hidden: what counts is how it ends."""
    result = enter(reader, kind="sale", reason="gone", hint="kept", n=1)
    assert (result.values["reason"], result.values["hint"]) == (None, "kept")


def test_required_may_depend_on_the_record(reader: MemoryReader) -> None:
    assert codes(enter(reader)) == [("missing-value", "n")]
    assert codes(enter(reader, kind="gift", reason="x")) == []


def test_a_limit_may_come_from_a_linked_record(reader: MemoryReader) -> None:
    assert codes(enter(reader, good=1, n=5)) == [("above-most", "n")]
    assert codes(enter(reader, good=1, n=4)) == []
    assert codes(enter(reader, good=2, n=99)) == [], "a blank limit does not limit"
    assert codes(enter(reader, good=1, n=0)) == [("below-least", "n")]


def test_what_people_may_only_read_they_cannot_write(reader: MemoryReader) -> None:
    assert codes(enter(reader, n=1, state="done")) == [("not-writable", "state")]
    assert codes(enter(reader, n=1, sum=5)) == [("not-writable", "sum")]
    assert codes(enter(reader, n=1, number="0001")) == [("not-writable", "number")]
    row = stored(reader, n=1, note="as it was") | {"state": "done"}
    assert codes(enter(reader, row, note="new")) == [("not-writable", "note")]
    assert codes(enter(reader, row, note="as it was")) == []


def test_the_system_may_write_what_people_only_read_but_not_what_is_computed(reader: MemoryReader) -> None:
    assert enter(reader, system=True, n=1, state="done", note="x").is_accepted
    assert codes(enter(reader, system=True, n=1, sum=5)) == [("not-writable", "sum")]


def test_checks_look_at_the_record_when_its_fields_are_right(reader: MemoryReader) -> None:
    assert codes(enter(reader, kind="gift", reason="x", n=4)) == [("check-failed",)]
    assert codes(enter(reader, kind="gift", n=4)) == [("missing-value", "reason")]


def test_every_problem_comes_at_once_each_with_its_field(reader: MemoryReader) -> None:
    found = codes(enter(reader, good="x", kind="other", n="two", note="a\nb", since="soon", nothing=1))
    assert found == [
        ("not-a-reference", "good"), ("no-such-option", "kind"), ("not-a-number", "n"), ("line-break", "note"),
        ("not-a-date-and-time", "since"), ("unknown-field", "nothing"),
    ]  # fmt: skip


def test_a_result_that_no_column_holds_is_said(reader: MemoryReader) -> None:
    assert codes(enter(reader, n=200)) == [("result-out-of-range", "big")]


def test_the_same_values_again_change_nothing(reader: MemoryReader) -> None:
    row = stored(reader, good=1, n=2, note="x")
    assert enter(reader, row, good=1, n="2", note=" x ").changed(row) == {}
