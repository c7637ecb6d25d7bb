"""Kanban: every record stands in one lane, counted and added up over what its reader may see."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.problems import Refusal
from runtime.service.boards import A_LANE, FoundRecords, read_lanes
from tests.runtime.boards.conftest import Desk


def lanes(desk: Desk, *filters: str, by: str = "status", words: str = "", wide: str = "") -> dict[str, Any]:
    """Return each lane that has records: titles, count, total."""

    def read(found: FoundRecords) -> dict[str, Any]:
        read = read_lanes(found, by, columns=("title",), money="cost", wide=frozenset({wide}))
        return {
            lane.key: ([line.cells["title"].text for line in lane.lines], lane.count, lane.total)
            for lane in read
            if lane.count
        }

    return desk.find(read, *filters, words=words)


def fill(desk: Desk) -> None:
    desk.task("one", status="open", cost="1.10")
    desk.task("two", status="open", cost="2.20")
    desk.task("three", status="doing", cost="4")
    desk.task("four", cost="8")
    desk.task("hidden", status="open", cost="100", open=False)


def test_every_option_is_a_lane_and_blank_comes_last(desk: Desk) -> None:
    fill(desk)
    keys = desk.find(lambda found: [lane.key for lane in read_lanes(found, "status", columns=("title",))])
    assert keys == ["open", "doing", "done", ""]
    assert lanes(desk) == {
        "open": (["hidden", "one", "two"], 3, Decimal("103.30")),
        "doing": (["three"], 1, Decimal(4)),
        "": (["four"], 1, Decimal(8)),
    }


def test_filters_and_words_of_the_address_hold(desk: Desk) -> None:
    fill(desk)
    assert lanes(desk, "cost:gt:3", "open:is:true") == {
        "doing": (["three"], 1, Decimal(4)),
        "": (["four"], 1, Decimal(8)),
    }
    assert list(lanes(desk, words="two")) == ["open"]


def test_rows_outside_the_scope_are_in_no_lane_count_or_total(desk: Desk) -> None:
    fill(desk)
    seen = lanes(desk.as_("member"))
    assert seen["open"] == (["one", "two"], 2, Decimal("3.30"))
    assert sum(count for _, count, _ in seen.values()) == 4


@pytest.mark.parametrize(("role", "by"), [("member", "level"), ("reader", "status"), ("reader", "nothing")])
def test_a_hidden_field_is_as_unknown_as_one_that_is_not_there(desk: Desk, role: str, by: str) -> None:
    with pytest.raises(Refusal) as refused:
        lanes(desk.as_(role), by=by)
    assert refused.value.problem.code.name == "unknown-field"


def test_a_long_lane_shows_its_beginning_and_on_request_more(desk: Desk) -> None:
    desk.piece.save_all("tasks", [{"title": f"t{n:03}", "status": "open"} for n in range(A_LANE + 10)])
    titles, count, _ = lanes(desk)["open"]
    assert (len(titles), count) == (A_LANE, A_LANE + 10)
    assert len(lanes(desk, wide="open")["open"][0]) == A_LANE + 10


def test_an_option_that_was_taken_away_still_has_its_records(desk: Desk) -> None:
    fill(desk)
    table, column = desk.piece.table("tasks"), desk.piece.column("tasks", "status")
    desk.do(
        lambda visit: visit.connection.exec_driver_sql(
            f"UPDATE {table} SET {column} = 'old' WHERE {column} = 'doing'"
        )
    )
    assert lanes(desk)["old"][0] == ["three"]
