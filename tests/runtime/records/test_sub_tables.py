"""Sub-tables in the database: rows are written, counted, deleted and brought back with their record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.problems import Refusal
from engine.turn import Refused
from runtime.service.listing import ListRequest, list_records
from runtime.service.visit import NotFound
from tests.runtime.workshop import Workpiece, Workshop

SHOP = """
goods:
  fields:
    name: {type: text}
    price: {type: money}
    asked: {type: rollup, from: orders_lines, link: good, field: quantity, how: sum}
orders:
  fields:
    name: {type: text}
    lines:
      type: table
      fields:
        good: {type: link, to: goods, required: true}
        price: {type: money, fill: good.price}
        quantity: {type: integer}
        cost: {type: money, formula: price * quantity}
    total: {type: money, formula: SUM(lines.cost)}
    dear: {type: integer, formula: 'COUNTIFS(lines.id, lines.cost > 10)'}
    asked_on: {type: formula, of: SUM(lines.cost) + DAY(today) * 0}
"""


@pytest.fixture(scope="module")
def app(workshop: Workshop) -> Workpiece:
    return workshop.app(SHOP)


@pytest.fixture
def good(app: Workpiece) -> int:
    return app.save("goods", name="tea", price=5)


def line(app: Workpiece, order: int) -> dict[str, Any]:
    asked = ListRequest(columns=("name", "lines", "total", "dear", "asked_on"))
    page = app.do(lambda visit: list_records(visit, "orders", asked))
    return {key: cell.value for one in page.lines if one.id == order for key, cell in one.cells.items()}


def rows(app: Workpiece, order: int) -> list[dict[str, Any]]:
    return app.do(lambda visit: [dict(row) for row in visit.reader.rows("orders_lines", order)])


def test_rows_are_stored_with_their_record_and_added_up(app: Workpiece, good: int) -> None:
    order = app.save("orders", name="a", lines=[{"good": good, "quantity": 2}, {"good": good, "quantity": 3}])
    assert [(row["position"], row["cost"]) for row in rows(app, order)] == [(1, 10), (2, 15)]
    assert line(app, order) == {"name": "a", "lines": 2, "total": 25, "dear": 1, "asked_on": 25}


def test_rows_are_changed_added_removed_and_put_in_order(app: Workpiece, good: int) -> None:
    order = app.save("orders", name="b", lines=[{"good": good, "quantity": n} for n in (1, 2, 3)])
    first, _, last = (row["id"] for row in rows(app, order))
    app.change(
        "orders", order, lines=[{"id": last, "quantity": 9}, {"good": good, "quantity": 4}, {"id": first}]
    )
    assert [(row["quantity"], row["cost"]) for row in rows(app, order)] == [(9, 45), (4, 20), (1, 5)]
    assert [row["id"] for row in rows(app, order)][::2] == [last, first]
    assert line(app, order)["total"] == 70
    app.change("orders", order, name="bb")
    assert len(rows(app, order)) == 3


def test_a_line_of_history_tells_all_rows_before_and_after(app: Workpiece, good: int) -> None:
    order = app.save("orders", name="c", lines=[{"good": good, "quantity": 1}])
    (row,) = rows(app, order)
    app.change("orders", order, lines=[{"id": row["id"], "quantity": 2}])
    assert app.history("orders", order)[-1][1]["lines"] == [
        [{"id": row["id"], "good": good, "price": 5, "quantity": 1, "cost": 5}],
        [{"id": row["id"], "good": good, "price": 5, "quantity": 2, "cost": 10}],
    ]


def test_an_earlier_version_comes_back_with_its_rows(app: Workpiece, good: int) -> None:
    order = app.save("orders", name="d", lines=[{"good": good, "quantity": 1}, {"good": good, "quantity": 2}])
    app.change("orders", order, lines=[{"good": good, "quantity": 7}])
    app.restore("orders", order, 1)
    assert [row["quantity"] for row in rows(app, order)] == [1, 2]
    assert line(app, order)["total"] == 15


def test_rows_go_into_the_recycle_bin_with_their_record_and_come_back_with_it(
    app: Workpiece, good: int
) -> None:
    order = app.save("orders", name="e", lines=[{"good": good, "quantity": 1}, {"good": good, "quantity": 2}])
    app.change("orders", order, lines=[{"good": good, "quantity": 4}])
    asked = app.read("goods", good)["asked"]
    app.delete("orders", order)
    assert app.read("goods", good)["asked"] == asked - 4
    app.bring_back("orders", order)
    assert [row["quantity"] for row in rows(app, order)] == [4]
    assert app.read("goods", good)["asked"] == asked


def test_rows_cannot_be_written_without_their_record(app: Workpiece, good: int) -> None:
    with pytest.raises(NotFound):
        app.save("orders_lines", good=good)


def test_a_link_in_a_row_must_lead_somewhere(app: Workpiece) -> None:
    with pytest.raises(Refused) as refused:
        app.save("orders", name="f", lines=[{"good": 999_999, "quantity": 1}])
    (problem,) = refused.value.first
    assert (problem.path, problem.code.name) == (("lines", 0, "good"), "unknown-reference")


def test_a_row_of_another_record_is_not_taken_over(app: Workpiece, good: int) -> None:
    one = app.save("orders", name="g", lines=[{"good": good, "quantity": 1}])
    other = app.save("orders", name="h", lines=[{"good": good, "quantity": 2}])
    stolen = rows(app, one)[0]["id"]
    app.change("orders", other, lines=[{"id": stolen, "good": good, "quantity": 5}])
    assert [row["quantity"] for row in rows(app, one)] == [1]
    assert [(row["quantity"], row["id"] != stolen) for row in rows(app, other)] == [(5, True)]
    assert isinstance(line(app, other)["total"], Decimal)


STOCK = """
goods:
  fields:
    name: {type: text}
    stock: {type: integer, min: 0}
orders:
  fields:
    name: {type: text}
    lines:
      type: table
      fields:
        good: {type: link, to: goods}
        quantity: {type: integer}
  buttons:
    issue:
      title: Issue
      do:
        - {take: {record: good, field: stock, amount: quantity}, each: lines}
        - set: {name: done}
"""


def test_an_action_is_done_for_each_row_or_for_none(workshop: Workshop) -> None:
    app = workshop.app(STOCK)
    tea, pen = (app.save("goods", name=name, stock=5) for name in ("tea", "pen"))
    lines = [{"good": tea, "quantity": 2}, {"good": pen, "quantity": 3}]
    app.press("orders", app.save("orders", name="a", lines=lines), "issue")
    assert [app.read("goods", one)["stock"] for one in (tea, pen)] == [3, 2]
    order = app.save("orders", name="b", lines=lines)
    with pytest.raises(Refusal):
        app.press("orders", order, "issue")
    assert [app.read("goods", one)["stock"] for one in (tea, pen)] == [3, 2]
    assert app.read("orders", order)["name"] == "b"
