"""What boards read: lanes of a choice, spans of time, branches of a tree; all through the one query compiler.

They start from the list's own request, so the filters and words of the address hold on every board, and a
field that the reader may not see is unknown here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Subquery, and_, exists, func, or_, select

from engine.expression.evaluate import to_program
from engine.expression.operators import COMPARISONS
from engine.expression.tree import Apply, Constant, Expression
from engine.filters import both, build_filter, either
from engine.forms.model import Form
from engine.query import RecordQuery
from engine.values import BLANK, BOOLEAN, Kind, Option, Value
from runtime.service.listing import ListRequest, RecordLine, default_columns, list_query, read_lines
from runtime.service.visit import Visit

A_LANE, A_WIDE_LANE = 50, 200
MOST_LANES = 60
MOST_BARS = 1000
MOST_NODES = 200


@dataclass(frozen=True)
class FoundRecords:
    """The records of a form that a list's request finds for a reader."""

    visit: Visit
    form: Form
    request: ListRequest

    def query(
        self,
        columns: Sequence[str] = (),
        conditions: tuple[Expression, ...] = (),
        limit: int | None = None,
        ids: tuple[int, ...] | None = None,
    ) -> RecordQuery:
        """Return the query for them, narrowed down, with columns of one's own."""
        names = tuple(columns) or ("id",)
        whole = replace(self.request, columns=names, group=(), page=1, after="", before="")
        query = list_query(self.visit, self.form, whole)
        given = () if query.condition is None else (query.condition,)
        condition = both((*given, *conditions))
        return replace(query, condition=condition, keyed=False, limit=limit, offset=0, ids=ids)

    def lines(self, query: RecordQuery, columns: Sequence[str]) -> tuple[RecordLine, ...]:
        """Run a query and return its records with some of its columns as cells."""
        return read_lines(self.visit, query, columns, self.run(self.visit.queries.compile(query).rows))

    def where(self, name: str, operator: str, value: str = "") -> Expression:
        """Return one condition, as a filter of the list would be.

        Raises `Refusal` for a field that the reader may not see.
        """
        visit = self.visit
        visit.path(self.form.key, name)
        return build_filter(
            name, operator, value, visit.environment(self.form.key), visit.app.definition.zone
        )

    def holding(self, name: str, value: Value) -> Expression:
        """Return the condition that a field has a value, even one that it cannot be given any more."""
        path = self.visit.path(self.form.key, name)
        tree = Apply(
            COMPARISONS["=="], (path.tree, Constant(value, BLANK if value is None else path.type)), BOOLEAN
        )
        return Expression(f"{name} == {value}", None, tree, to_program(tree), path.reads)

    def plain(self, *columns: str) -> Subquery:
        """Return the records without an order, as a table of `id`, `version` and the columns `v0`, `v1` …"""
        query = replace(self.query(columns), sort=())
        return self.visit.queries.compile(query).rows.order_by(None).subquery()

    def run(self, statement: Any) -> Sequence[Any]:
        """Run a statement and return its rows."""
        return self.visit.connection.execute(statement).all()


# Kanban.


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One column of a kanban: the records with one option, as many as are shown of all that there are.

    key: the option's, "" for blank; total: of the money field that is added up.
    """

    key: str
    option: Option | None
    lines: tuple[RecordLine, ...]
    count: int
    total: Value = None


def read_lanes(
    found: FoundRecords,
    by: str,
    *,
    columns: Sequence[str],
    money: str = "",
    wide: frozenset[str] = frozenset(),
) -> tuple[Lane, ...]:
    """Return the records by the options of a choice: every option, what has no option any more, then blank.

    wide: the lanes of which more is shown. Raises `Refusal` for a field that the reader may not see.
    """
    kind = found.visit.path(found.form.key, by).type
    counts = count_lanes(found, by, money)
    keys = [option.key for option in kind.options]
    keys += sorted(key for key in counts if key and key not in keys)[:MOST_LANES]
    lanes = []
    for key in (*keys, ""):
        count, total = counts.get(key, (0, None))
        lines: tuple[RecordLine, ...] = ()
        if count:
            lane = found.holding(by, key or None)
            most = A_WIDE_LANE if key in wide else A_LANE
            lines = found.lines(found.query(columns, (lane,), most), columns)
        lanes.append(Lane(key=key, option=kind.option(key), lines=lines, count=count, total=total))
    return tuple(lanes)


def count_lanes(found: FoundRecords, by: str, money: str = "") -> dict[str, tuple[int, Value]]:
    """Return how many records each option has and what they come to, by one statement; "" is blank."""
    visit, form = found.visit, found.form
    sums = [visit.path(form.key, money)] if money else []
    query = replace(found.query(), columns={}, sort=())
    rows = found.run(visit.queries.groups(query, [visit.path(form.key, by)], sums))
    return {row[0] or "": (row[1], row[2] if money else None) for row in rows}


# Calendar.


@dataclass(frozen=True, slots=True)
class Bar:
    """A record with the days that it takes, and the time of day where its field has one."""

    line: RecordLine
    first: date
    last: date
    time: str = ""


def read_bars(
    found: FoundRecords, by: str, to: str, days: tuple[date, date], columns: Sequence[str]
) -> tuple[Bar, ...]:
    """Return the records that lie in some days, by their beginning; at most `MOST_BARS`.

    to: the field with the end, "" where a record takes one day.
    """
    first, last = (day.isoformat() for day in days)
    begins = found.where(by, "gte", first)
    conditions = [found.where(by, "lte", last)]
    if to:
        without_end = both((found.where(to, "empty"), begins)) or begins
        conditions.append(either((found.where(to, "gte", first), without_end)) or begins)
    else:
        conditions.append(begins)
    ends = (to,) if to else ()
    names = tuple(dict.fromkeys((*columns, by, *ends)))
    in_order = replace(found, request=replace(found.request, sort=(by,)))
    query = in_order.query(names, tuple(conditions), MOST_BARS)
    return tuple(_bar(found.visit, line, by, to) for line in found.lines(query, names))


def _bar(visit: Visit, line: RecordLine, by: str, to: str) -> Bar:
    begin, end = line.cells[by].value, line.cells[to].value if to else None
    first = _day(visit, begin) or visit.now.date()
    last = _day(visit, end) or first
    zone = visit.app.definition.zone
    time = begin.astimezone(zone).strftime("%H:%M") if isinstance(begin, datetime) else ""
    return Bar(line, first, max(first, last), time)


def _day(visit: Visit, value: Value) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(visit.app.definition.zone).date()
    return value if isinstance(value, date) else None


def count_undated(found: FoundRecords, by: str) -> int:
    """Return how many records a calendar cannot show, because they have no date."""
    query = found.query((), (found.where(by, "empty"),))
    return int(found.run(found.visit.queries.compile(query).count)[0][0])


# Tree.


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One level of a tree: its records, how many children each has, and how many records there are."""

    lines: tuple[RecordLine, ...]
    children: Mapping[int, int]
    count: int


def read_branch(found: FoundRecords, by: str, columns: Sequence[str], under: int = 0) -> Branch:
    """Return the records right below one, or those that stand on top.

    On top is what has no parent, or a parent that is not among the records that the list finds: one that the
    reader may not see, that was deleted, or that the filters leave out.
    """
    names = tuple(dict.fromkeys((*columns, by)))
    query = found.query(names)
    rows = found.visit.queries.compile(query).rows
    own, parent = rows.selected_columns[0], rows.selected_columns[2 + list(query.columns).index(by)]
    others = found.plain()
    if under:
        held = and_(parent == under, own != under)
    else:
        held = or_(parent.is_(None), parent == own, ~exists().where(others.c.id == parent))
    here = rows.where(held)
    shown = found.run(here.limit(MOST_NODES + 1))
    count = len(shown)
    if count > MOST_NODES:
        count = int(found.run(select(func.count()).select_from(here.order_by(None).subquery()))[0][0])
    lines = read_lines(found.visit, query, names, shown[:MOST_NODES])
    return Branch(lines=lines, children=_count_children(found, by, [line.id for line in lines]), count=count)


def _count_children(found: FoundRecords, by: str, ids: Sequence[int]) -> dict[int, int]:
    """Return how many records lie right below each of some, by one statement."""
    if not ids:
        return {}
    every = found.plain(by)
    below = select(every.c.v0, func.count()).where(every.c.v0.in_(ids), every.c.v0 != every.c.id)
    return {row[0]: row[1] for row in found.run(below.group_by(every.c.v0))}


def money_field(visit: Visit, form: Form) -> str:
    """Return the first amount that a list shows of a form; '' where it shows none."""
    names = default_columns(visit, form)
    return next((n for n in names if visit.path(form.key, n).type.kind is Kind.MONEY), "")
