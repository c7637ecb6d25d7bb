"""The calendar: records on their days, a month or a week at a time; on a phone a list of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import render_template
from flask import request as asked

from engine.expression.tree import FieldShape, RecordShape
from engine.forms.model import Form
from engine.texts import Text
from engine.values import Kind
from runtime.service.boards import MOST_BARS, Bar, FoundRecords, count_undated, read_bars
from runtime.service.listing import ListRequest
from runtime.service.visit import Visit
from runtime.web.cards import (
    address,
    asked_field,
    card_columns,
    card_view,
    field_links,
    known_fields,
    list_address,
)
from runtime.web.guest import language, say

A_WEEK = 7
ROWS_A_DAY = 3
_EARLIEST, _LATEST = 1900, 2200
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DAYS = (
    ("一", "Mon"),
    ("二", "Tue"),
    ("三", "Wed"),
    ("四", "Thu"),
    ("五", "Fri"),
    ("六", "Sat"),
    ("日", "Sun"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a page of the calendar shows, and the day that stands for it in the address."""

    span: str
    on: date

    @classmethod
    def read(cls, today: date) -> Period:
        """Read the period of the address; without one, or with none that there is, the present month."""
        try:
            on = date.fromisoformat(asked.args.get("on", ""))
        except ValueError:
            on = today
        if not _EARLIEST <= on.year <= _LATEST:
            on = today
        return cls("week" if asked.args.get("span") == "week" else "month", on)

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day that are shown: whole weeks from Monday to Sunday."""
        first = self.on if self.span == "week" else self.on.replace(day=1)
        last = self.on if self.span == "week" else (first + timedelta(days=31)).replace(day=1) - _ONE
        return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())

    def turn(self, by: int) -> date:
        """Return the day that stands for the next period, or for the one before."""
        if self.span == "week":
            return self.on + timedelta(days=A_WEEK * by)
        first = self.on.replace(day=1)
        return (first + timedelta(days=31)).replace(day=1) if by > 0 else (first - _ONE).replace(day=1)

    @property
    def title(self) -> str:
        """Return the name of the period."""
        if self.span == "month":
            return _month_title(self.on)
        first, last = self.days
        if language() == "zh":
            return f"{first.year}年{first.month}月{first.day}日 – {last.month}月{last.day}日"
        start = f"{first.day} {_MONTHS[first.month - 1]}" if first.month != last.month else str(first.day)
        return f"{start} – {last.day} {_MONTHS[last.month - 1]} {last.year}"


_ONE = timedelta(days=1)


def _month_title(day: date) -> str:
    return say(f"{day.year}年{day.month}月", f"{_MONTHS[day.month - 1]} {day.year}")


def _day_title(day: date) -> str:
    zh, en = _DAYS[day.weekday()]
    return say(f"{day.month}月{day.day}日 周{zh}", f"{en} {day.day} {_MONTHS[day.month - 1]}")


class Calendar:
    """Records by a date, or from one date to another: `?as=calendar&by=starts&to=ends&on=2026-11-01`."""

    kind = "calendar"
    label = Text("日历", "Calendar")

    def fits(self, shape: RecordShape) -> bool:
        """Tell whether there is a stored date of the form's own."""
        return bool(_dates(shape.shape_fields()))

    def render(self, visit: Visit, form: Form, request: ListRequest) -> str:
        """Return a month or a week."""
        fields = _dates(known_fields(visit, form))
        by = asked_field(visit, form, "by", fields)
        to = asked_field(visit, form, "to", fields) if asked.args.get("to") else ""
        today = visit.now.astimezone(visit.app.definition.zone).date()
        period = Period.read(today)
        found = FoundRecords(visit, form, request)
        bars = read_bars(found, by, to, period.days, card_columns(visit, form))
        entries = [_entry(visit, form, bar) for bar in bars]
        undated = count_undated(found, by)
        board = {
            "title": period.title,
            "span": period.span,
            "previous_url": address({"on": period.turn(-1).isoformat()}),
            "next_url": address({"on": period.turn(1).isoformat()}),
            "today_url": address({"on": ""}),
            "is_now": period.days[0] <= today <= period.days[1],
            "month_url": address({"span": ""}),
            "week_url": address({"span": "week"}),
            "by_label": form.field_label(by).to(language()),
            "by_fields": field_links(form, "by", fields, by),
            "to_label": form.field_label(to).to(language()) if to else say("一天", "One day"),
            "to_fields": _to_links(form, fields, by, to),
            "day_names": [say(f"周{zh}", en) for zh, en in _DAYS],
            "weeks": _weeks(period, today, entries),
            "agenda": _agenda(period, today, entries),
            "cut": len(bars) >= MOST_BARS,
            "most": MOST_BARS,
            "undated": f"{undated:,}" if undated else "",
            "undated_url": list_address(by, "empty"),
        }
        return render_template("boards/calendar.html", board=board)


def _dates(fields: Mapping[str, FieldShape]) -> list[str]:
    """Return the dates and moments that are stored; the system's own come last."""
    found = [
        key
        for key, one in fields.items()
        if one.value_type.kind in (Kind.DATE, Kind.DATETIME) and one.computed is None
    ]
    return sorted(found, key=lambda key: key in ("created_at", "updated_at"))


def _to_links(form: Form, fields: list[str], by: str, to: str) -> list[dict[str, Any]]:
    none = {"label": say("一天", "One day"), "url": address({"to": ""}), "current": not to}
    return [none, *field_links(form, "to", [key for key in fields if key != by], to)]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A record on the calendar: its days and its card."""

    bar: Bar
    card: dict[str, Any]

    def covers(self, day: date) -> bool:
        return self.bar.first <= day <= self.bar.last


def _entry(visit: Visit, form: Form, bar: Bar) -> _Entry:
    card = card_view(visit, form, bar.line)
    span = _day_title(bar.first)
    if bar.last > bar.first:
        span = f"{span} – {_day_title(bar.last)}"
    status = card["status"]
    words = (card["title"], status["label"] if status else "", span, bar.time)
    return _Entry(bar, card | {
        "time": bar.time,
        "color": status["color"] if status else "brand",
        "days": f"{bar.first:%m-%d} – {bar.last:%m-%d}" if bar.last > bar.first else "",
        "name": say(",", ", ").join(word for word in words if word),
    })  # fmt: skip


def _weeks(period: Period, today: date, entries: Sequence[_Entry]) -> list[dict[str, Any]]:
    first, last = period.days
    mondays = [first + timedelta(days=at) for at in range(0, (last - first).days + 1, A_WEEK)]
    return [_week(period, today, monday, entries) for monday in mondays]


def _week(period: Period, today: date, monday: date, entries: Sequence[_Entry]) -> dict[str, Any]:
    days = [monday + timedelta(days=at) for at in range(A_WEEK)]
    inside = [one for one in entries if one.bar.first <= days[-1] and one.bar.last >= monday]
    inside.sort(key=lambda one: (max(one.bar.first, monday), one.bar.first - one.bar.last, one.bar.time))
    rows = place_bars([(max(one.bar.first, monday), min(one.bar.last, days[-1])) for one in inside])
    most = ROWS_A_DAY if period.span == "month" else len(inside)
    bars = [
        one.card
        | {
            "column": max(0, (one.bar.first - monday).days) + 1,
            "width": (min(one.bar.last, days[-1]) - max(one.bar.first, monday)).days + 1,
            "from_before": one.bar.first < monday,
            "goes_on": one.bar.last > days[-1],
        }
        for one, row in zip(inside, rows, strict=True)
        if row < most
    ]
    hidden = [one for one, row in zip(inside, rows, strict=True) if row >= most]
    return {"days": [_day(period, today, day, hidden, inside) for day in days], "bars": bars}


def place_bars(spans: Sequence[tuple[date, date]]) -> list[int]:
    """Return the row of each bar, so that no two lie over one another; the first ones come on top.

    >>> day = [date(2026, 11, number) for number in range(1, 5)]
    >>> place_bars([(day[0], day[2]), (day[1], day[1]), (day[3], day[3])])
    [0, 1, 0]
    """
    ends: list[date] = []
    rows = []
    for first, last in spans:
        free = next((row for row, end in enumerate(ends) if end < first), len(ends))
        ends[free : free + 1] = [last]
        rows.append(free)
    return rows


def _day(
    period: Period, today: date, day: date, hidden: Sequence[_Entry], inside: Sequence[_Entry]
) -> dict[str, Any]:
    over = sum(one.covers(day) for one in hidden)
    return {
        "iso": day.isoformat(),
        "number": _first_title(day) if day.day == 1 else str(day.day),
        "label": _day_title(day),
        "outside": period.span == "month" and day.month != period.on.month,
        "today": day == today,
        "over": over,
        "entries": [one.card for one in inside if one.covers(day)] if over else [],
    }


def _first_title(day: date) -> str:
    return say(f"{day.month}月1日", f"1 {_MONTHS[day.month - 1][:3]}")


def _agenda(period: Period, today: date, entries: Sequence[_Entry]) -> list[dict[str, Any]]:
    """Return the days that have something, each record on the day on which it begins here."""
    first, _ = period.days
    days: dict[date, list[Mapping[str, Any]]] = {}
    for one in sorted(entries, key=lambda entry: (entry.bar.first, entry.bar.time)):
        days.setdefault(max(one.bar.first, first), []).append(one.card)
    return [
        {"iso": day.isoformat(), "label": _day_title(day), "today": day == today, "entries": cards}
        for day, cards in days.items()
    ]
