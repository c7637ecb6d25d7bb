"""Tree: a record stands under its parent, or on top where the reader has no such parent."""

from __future__ import annotations

from typing import Any

import pytest

from engine.problems import Refusal
from runtime.service.boards import FoundRecords, read_branch
from tests.runtime.boards.conftest import Desk


def branch(desk: Desk, under: int = 0, *filters: str) -> dict[str, int]:
    """Return the records right below one, each with how many lie below it."""

    def read(found: FoundRecords) -> dict[str, Any]:
        found_branch = read_branch(found, "parent", ("title",), under)
        return {
            line.cells["title"].text: found_branch.children.get(line.id, 0) for line in found_branch.lines
        }

    return desk.find(read, *filters)


def plant(desk: Desk) -> dict[str, int]:
    ids: dict[str, int] = {}
    for title, parent, seen in (
        ("root", "", True), ("left", "root", True), ("right", "root", True), ("leaf", "left", True),
        ("veiled", "root", False), ("below", "veiled", True), ("other", "", True),
    ):  # fmt: skip
        ids[title] = desk.task(title, parent=ids.get(parent), open=seen)
    return ids


def test_levels_are_opened_one_by_one_with_the_number_of_children(desk: Desk) -> None:
    ids = plant(desk)
    assert branch(desk) == {"other": 0, "root": 3}
    assert branch(desk, ids["root"]) == {"left": 1, "right": 0, "veiled": 1}
    assert branch(desk, ids["left"]) == {"leaf": 0}
    assert branch(desk, ids["leaf"]) == {}


def test_below_a_parent_that_the_reader_may_not_see_is_on_top(desk: Desk) -> None:
    ids = plant(desk)
    member = desk.as_("member")
    assert branch(member) == {"below": 0, "other": 0, "root": 2}
    assert branch(member, ids["root"]) == {"left": 1, "right": 0}
    with pytest.raises(Refusal):
        branch(desk.as_("reader"))


def test_below_a_deleted_parent_is_on_top(desk: Desk) -> None:
    ids = plant(desk)
    desk.piece.delete("tasks", ids["left"])
    assert branch(desk) == {"leaf": 0, "other": 0, "root": 2}


def test_a_record_that_is_its_own_parent_is_on_top_and_has_no_end_of_children(desk: Desk) -> None:
    own = desk.task("own")
    desk.piece.change("tasks", own, parent=own)
    assert branch(desk) == {"own": 0}
    assert branch(desk, own) == {}


def test_filters_leave_a_smaller_tree(desk: Desk) -> None:
    ids = plant(desk)
    assert branch(desk, 0, "title:not:root") == {"left": 1, "other": 0, "right": 0, "veiled": 1}
    assert branch(desk, ids["left"], "title:not:leaf") == {}
