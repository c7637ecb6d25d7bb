"""Batch edit: rehearsed first, then done in chunks; what cannot be done is left out with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from engine.problems import Problem, Refusal
from runtime.service import batch_edit
from runtime.service.batch_edit import Outcome, Picked, Wish, carry_out, pick_found, pick_records, rehearse
from runtime.service.listing import Filter, ListRequest
from runtime.service.visit import Forbidden
from tests.runtime.boards.conftest import Desk


def pick(desk: Desk, *ids: int, deleted: bool = False) -> tuple[Picked, ...]:
    return desk.do(lambda visit: pick_records(visit, visit.form("tasks"), ids, deleted=deleted))


def wish(desk: Desk, *ids: int, **fields: Any) -> Wish:
    ((field, value),) = fields.items()
    return Wish(action="change", rows=pick(desk, *ids), field=field, value=value)


def codes(outcome: Outcome) -> dict[int, list[str]]:
    def name(problem: Problem) -> str:
        return problem.code.name

    return {record: [name(one) for one in problems] for record, problems in outcome.refused.items()}


def check(desk: Desk, wished: Wish) -> Outcome:
    return desk.look(lambda visit: rehearse(visit, "tasks", wished))


def do(desk: Desk, wished: Wish) -> Outcome:
    return carry_out(desk.do, "tasks", wished)


def test_three_with_one_refused_two_done_and_one_listed(desk: Desk) -> None:
    one, two, three = desk.task("one", cost=1), desk.task("two"), desk.task("three", cost=3)
    wished = wish(desk, one, two, three, status="done")
    told = check(desk, wished)
    assert (told.done, codes(told)) == ((one, three), {two: ["check-failed"]})
    assert desk.piece.values("tasks", "status") == [None, None, None]
    outcome = do(desk, wished)
    assert (outcome.done, codes(outcome)) == (told.done, codes(told))
    assert desk.piece.values("tasks", "status") == ["done", None, "done"]


def test_who_stands_so_already_is_not_touched(desk: Desk) -> None:
    one, two = desk.task("one", status="open"), desk.task("two")
    outcome = do(desk, wish(desk, one, two, status="open"))
    assert (outcome.done, outcome.same) == ((two,), 1)
    assert desk.piece.read("tasks", one)["version"] == 1
    assert do(desk, wish(desk, one, two, status="open")).same == 2


def test_what_changed_meanwhile_is_listed_and_not_overwritten(desk: Desk) -> None:
    one, two = desk.task("one"), desk.task("two")
    wished = wish(desk, one, two, status="doing")
    desk.piece.change("tasks", two, status="open")
    outcome = do(desk, wished)
    assert (outcome.done, codes(outcome)) == ((one,), {two: ["changed-meanwhile"]})
    assert desk.piece.values("tasks", "status") == ["doing", "open"]


def test_it_is_done_in_chunks_each_with_its_own_refusals(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # A chunk of four, so that eleven records are three chunks: the real one takes five hundred.
    monkeypatch.setattr(batch_edit, "MOST_ENTRIES", 4)
    entries = [{"title": f"t{n}", "cost": n % 3} for n in range(11)]
    ids = desk.piece.save_all("tasks", entries)
    wished = wish(desk, *ids, status="done")
    runs: list[object] = []

    def counted(work: Any) -> Any:
        runs.append(work)
        return desk.do(work)

    outcome = carry_out(counted, "tasks", wished)
    left = [record for record, entry in zip(ids, entries, strict=True) if entry["cost"] == 0]
    assert (sorted(outcome.refused), len(outcome.done)) == (left, 7)
    # One to look, and for each of three chunks one that finds the refusals and one that does the rest.
    assert len(runs) == 7
    assert check(desk, wish(desk, *ids, status="done")).same == 7


def test_what_only_the_database_finds_out_holds_back_one_record(desk: Desk) -> None:
    first = desk.task("first", code="A")
    desk.piece.delete("tasks", first)
    second, third = desk.task("second", code="A"), desk.task("third")
    desk.piece.delete("tasks", third)
    outcome = do(desk, Wish(action="restore", rows=(Picked(first), Picked(third))))
    assert (outcome.done, codes(outcome)) == ((third,), {first: ["not-unique"]})
    assert desk.piece.values("tasks", "title") == ["second", "third"]
    assert second


def test_deleting_and_bringing_back(desk: Desk) -> None:
    one, two, stays = desk.task("one"), desk.task("two"), desk.task("stays")
    wished = Wish(action="delete", rows=pick(desk, one, two))
    assert check(desk, wished).done == (one, two)
    assert len(desk.piece.values("tasks", "title")) == 3
    assert do(desk, wished).done == (one, two)
    assert desk.piece.values("tasks", "title") == ["stays"]
    assert codes(do(desk, wished)) == {one: ["no-such-record"], two: ["no-such-record"]}
    back = Wish(action="restore", rows=pick(desk, one, two, stays, deleted=True))
    assert [row.record for row in back.rows] == [one, two]
    assert do(desk, back).done == (one, two)


def test_a_person_changes_only_what_the_person_may(desk: Desk) -> None:
    mine, hidden = desk.task("mine"), desk.task("hidden", open=False)
    member = desk.as_("member")
    assert pick(member, mine, hidden) == (Picked(mine, 1),)
    wished = Wish(action="change", rows=(Picked(mine, 1), Picked(hidden, 1)), field="status", value="open")
    assert codes(check(member, wished)) == {hidden: ["no-such-record"]}
    assert codes(do(member, wished)) == {hidden: ["no-such-record"]}
    assert desk.piece.values("tasks", "status") == ["open", None]
    for key in ("level", "cost", "code", "nothing", "id"):
        with pytest.raises(Refusal) as refused:
            do(member, Wish(action="change", rows=(Picked(mine, 2),), field=key, value="1"))
        assert refused.value.problem.code.name == "not-for-many"
    with pytest.raises(Forbidden):
        do(member, Wish(action="delete", rows=(Picked(mine, 2),)))
    with pytest.raises(Forbidden):
        do(desk.as_("helper"), Wish(action="change", rows=(Picked(mine, 2),), field="status", value="open"))
    assert do(desk.as_("helper"), Wish(action="delete", rows=(Picked(mine, 2),))).done == (mine,)


def test_a_value_that_the_field_cannot_have_is_said_once(desk: Desk) -> None:
    one = desk.task("one")
    with pytest.raises(Refusal) as refused:
        check(desk, wish(desk, one, starts="tomorrow or so"))
    assert refused.value.problem.code.name == "not-a-date"


def test_all_that_a_filter_finds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.piece.save_all("tasks", [{"title": f"t{n}", "level": "high" if n % 2 else "low"} for n in range(9)])
    asked = ListRequest(filters=(Filter("level", "is", "high"),), size=1)
    found = desk.do(lambda visit: pick_found(visit, visit.form("tasks"), asked))
    assert len(found) == 4
    assert do(desk, Wish(action="change", rows=found, field="status", value="doing")).done
    assert desk.piece.values("tasks", "status").count("doing") == 4
    # The real bound is ten thousand records.
    monkeypatch.setattr(batch_edit, "MOST_RECORDS", 3)
    with pytest.raises(Refusal) as refused:
        desk.do(lambda visit: pick_found(visit, visit.form("tasks"), asked))
    assert refused.value.problem.code.name == "too-many-picked"
