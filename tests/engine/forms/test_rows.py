"""Sub-tables: rows of their own that are entered, checked and added up with their record."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.app import check_app
from engine.decisions import ChangeRecord, CreateRecord
from engine.definition.document import read_document
from engine.forms.assessment import Circumstances
from engine.forms.submission import assess
from engine.testing import MemoryReader, compile_forms
from engine.testing.apps import whole_catalog
from engine.turn import Moment, RecordSubmitted, Refused, take_turn

APP = """\
app: orders
forms:
  goods:
    fields:
      name: {type: text}
      price: {type: money}
      stock: {type: integer}
  orders:
    fields:
      name: {type: text}
      rate: {type: percent}
      lines:
        type: table
        visible: name != "closed"
        min: 1
        max: 3
        checks:
          - {must: quantity != 13, say: {zh: 不要十三, en: Not thirteen}}
        fields:
          good: {type: link, to: goods, required: true}
          price: {type: money, fill: good.price}
          quantity: {type: integer, min: 1, max: =good.stock}
          note: {type: text, visible: quantity > 5, required: true}
          cost: {type: money, formula: price * quantity}
          named: {type: formula, of: parent.name}
      total: {type: money, formula: SUM(lines.cost)}
      count: {type: integer, formula: COUNT(lines)}
      dear: {type: integer, formula: 'COUNTIFS(lines.id, lines.cost > 10)'}
      most: {type: money, formula: MAX(lines.cost * 2)}
"""
FORMS, PROBLEMS = compile_forms(APP)


@pytest.fixture
def reader() -> MemoryReader:
    reader = MemoryReader(FORMS)
    reader.add("goods", name="tea", price=Decimal(5), stock=Decimal(9))
    reader.add("goods", name="pen", price=Decimal(20), stock=Decimal(20))
    return reader


def entered(reader: MemoryReader, lines: object, *, writable: frozenset[str] | None = None, **more: object):
    given = Circumstances(reader=reader, now=reader.now, zone=reader.zone, writable=writable)
    return assess(FORMS["orders"], {"name": "a", **more, "lines": lines}, given)


def problems(result) -> list[tuple[tuple, str]]:
    return [(problem.path, problem.code.name) for problem in result.all_problems]


def test_the_definition_compiles_without_a_problem() -> None:
    assert PROBLEMS == ()
    assert FORMS["orders_lines"].owner == ("orders", "lines")


def test_rows_are_filled_and_worked_out_and_added_up(reader: MemoryReader) -> None:
    result = entered(reader, [{"good": 1, "quantity": "2"}, {"good": 2, "quantity": 1}])
    assert problems(result) == []
    assert [row.assessment.value("cost") for row in result.rows["lines"]] == [Decimal(10), Decimal(20)]
    assert (result.value("total"), result.value("count"), result.value("dear")) == (30, 2, 1)
    assert result.value("most") == 40
    assert result.value("lines") == 2


def test_a_row_sees_the_record_that_it_belongs_to_while_it_is_typed(reader: MemoryReader) -> None:
    result = entered(reader, [{"good": 1, "quantity": 1}])
    assert result.rows["lines"][0].assessment.value("named") == "a"


def test_problems_of_rows_name_the_row_as_it_was_sent(reader: MemoryReader) -> None:
    lines = [{}, {"good": 1, "quantity": 10}, {"quantity": 13, "good": 2, "note": "x"}, {"colour": 1}]
    assert problems(entered(reader, lines)) == [
        (("lines", 1, "quantity"), "above-most"),
        (("lines", 1, "note"), "missing-value"),
        (("lines", 2), "check-failed"),
        (("lines", 3, "good"), "missing-value"),
        (("lines", 3, "colour"), "unknown-field"),
    ]


def test_the_number_of_rows_is_limited(reader: MemoryReader) -> None:
    assert problems(entered(reader, [])) == [(("lines",), "too-few-rows")]
    many = [{"good": 1, "quantity": 1}] * 4
    assert problems(entered(reader, many)) == [(("lines",), "too-many-rows")]


def test_what_is_no_list_of_rows_is_refused_with_a_sentence(reader: MemoryReader) -> None:
    for raw in ("rows", 5, ["a"], {"good": 1}):
        assert (("lines",), "not-rows") in problems(entered(reader, raw))
    assert (("lines",), "too-many-rows-sent") in problems(entered(reader, [{}] * 1001))


def test_a_hidden_sub_table_is_neither_required_nor_kept(reader: MemoryReader) -> None:
    result = entered(reader, [{"good": 1, "quantity": 2}], name="closed")
    assert problems(result) == []
    assert (result.rows, result.row_changes, result.value("total")) == ({}, {}, 0)


def test_only_the_columns_of_a_row_that_a_person_may_write_are_taken(reader: MemoryReader) -> None:
    writable = frozenset({"name", "lines", "lines.good", "lines.quantity"})
    result = entered(reader, [{"good": 1, "quantity": 1, "price": 1}], writable=writable)
    assert problems(result) == [(("lines", 0, "price"), "not-writable")]


def test_a_change_is_compared_row_by_row(reader: MemoryReader) -> None:
    order = reader.add("orders", name="a")
    for place, quantity in enumerate((1, 2), start=1):
        reader.add(
            "orders_lines", parent=order, position=Decimal(place), good=1, price=Decimal(5),
            quantity=Decimal(quantity), cost=Decimal(5 * quantity),
        )  # fmt: skip
    app, found = check_app(read_document(APP, "orders.yaml"), whole_catalog())
    assert app, found
    moment = Moment(reader=reader, now=reader.now, zone=reader.zone)
    old = {
        "id": order,
        "name": "a",
        "total": Decimal(15),
        "count": Decimal(2),
        "dear": Decimal(0),
        "most": 20,
    }
    rows = [{"id": 2, "quantity": 3}, {"good": 2, "quantity": 1}]
    turn = take_turn(app, (RecordSubmitted("orders", {"lines": rows}, order, old),), moment)
    (change,) = turn.decisions
    assert isinstance(change, ChangeRecord)
    found = change.rows["lines"]
    assert found.removed == (1,)
    assert found.changed == {2: {"quantity": 3, "cost": 15, "position": 1}}
    assert [row["cost"] for row in found.created] == [20]
    assert change.values == {"total": 35, "dear": 2, "most": 40}
    assert take_turn(app, (RecordSubmitted("orders", {"name": "a"}, order, old),), moment).decisions == []
    with pytest.raises(Refused):
        take_turn(
            app, (RecordSubmitted("orders", {"lines": [{"id": 1, "quantity": 99}]}, order, old),), moment
        )
    new = take_turn(app, (RecordSubmitted("orders", {"name": "b", "lines": rows[1:]}),), moment)
    assert isinstance(new.decisions[0], CreateRecord)
    assert new.decisions[0].rows["lines"].after == ({"good": 2, "price": 20, "quantity": 1, "cost": 20},)
