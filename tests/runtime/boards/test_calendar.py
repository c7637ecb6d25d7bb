"""Calendar: a record stands on all of its days, in the app's time zone, for those who may see it."""

from __future__ import annotations

from datetime import date

import pytest

from engine.problems import Refusal
from runtime.service.boards import FoundRecords, count_undated, read_bars
from tests.runtime.boards.conftest import Desk

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def bars(
    desk: Desk, by: str = "starts", to: str = "", days: tuple[date, date] = NOVEMBER
) -> list[tuple[str, str]]:
    """Return the records of some days with their first and last day."""

    def read(found: FoundRecords) -> list[tuple[str, str]]:
        return [
            (
                one.line.cells["title"].text,
                f"{one.first:%m-%d}..{one.last:%m-%d}{' ' * bool(one.time)}{one.time}",
            )
            for one in read_bars(found, by, to, days, ("title",))
        ]

    return desk.find(read)


def fill(desk: Desk) -> None:
    desk.task("before", starts="2026-10-20", ends="2026-10-31")
    desk.task("into", starts="2026-10-28", ends="2026-11-02")
    desk.task("within", starts="2026-11-10", ends="2026-11-12")
    desk.task("open end", starts="2026-11-15")
    desk.task("over", starts="2026-10-01", ends="2026-12-31")
    desk.task("after", starts="2026-12-01", ends="2026-12-02")
    desk.task("undated")
    desk.task("hidden", starts="2026-11-20", open=False)


def test_with_an_end_a_record_stands_wherever_its_days_reach(desk: Desk) -> None:
    fill(desk)
    assert bars(desk, to="ends") == [
        ("over", "10-01..12-31"), ("into", "10-28..11-02"), ("within", "11-10..11-12"),
        ("open end", "11-15..11-15"), ("hidden", "11-20..11-20"),
    ]  # fmt: skip


def test_without_an_end_it_stands_on_its_first_day(desk: Desk) -> None:
    fill(desk)
    assert [title for title, _ in bars(desk)] == ["within", "open end", "hidden"]


def test_an_end_before_the_beginning_counts_as_one_day(desk: Desk) -> None:
    desk.task("reversed", starts="2026-11-20", ends="2026-11-12")
    assert bars(desk, to="ends") == [("reversed", "11-20..11-20")]


def test_a_moment_stands_on_its_day_in_the_zone_of_the_app(desk: Desk) -> None:
    desk.task("late", at="2026-10-31T20:30:00Z")
    desk.task("later", at="2026-11-30T16:30:00Z")
    assert bars(desk, by="at") == [("late", "11-01..11-01 04:30")]


def test_what_a_reader_may_not_see_stands_nowhere(desk: Desk) -> None:
    fill(desk)
    member = desk.as_("member")
    assert "hidden" not in dict(bars(member, to="ends"))
    assert member.find(lambda found: count_undated(found, "starts")) == 1
    with pytest.raises(Refusal):
        bars(desk.as_("reader"))
    with pytest.raises(Refusal):
        bars(desk.as_("reader"), by="ends", to="starts")
