"""One page of a list: its statements, kept between requests, its rows, its count and its cursors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, Select

from engine.expression.sql import Facts
from engine.expression.sql_sources import Asker, SharedFacts
from engine.query import QueryCompiler, RecordQuery
from engine.values import Value
from runtime.service.asking import MOST_COUNTED, ListRequest
from runtime.service.cursors import read_cursor, write_cursor
from runtime.service.visit import Visit
from runtime.store.statistics import estimate_live

Counting = Literal["exact", "more", "about"]
_FEW = 1_000  # so many are put in order faster than an index leads past all the others


@dataclass(frozen=True)
class ListPlan:
    """What people with the same roles ask of a list, and the statements for it.

    The statements are made when they are first needed and hold for everybody with these roles: the person is
    a parameter of theirs. One that asked for the time is not kept.
    """

    query: RecordQuery
    columns: tuple[str, ...]
    statements: dict[str, Select[Any]] = field(default_factory=dict)

    def run(self, visit: Visit, name: str, make: Callable[[QueryCompiler], Select[Any]]) -> CursorResult[Any]:
        """Run one of the statements of the plan for the person of a visit."""
        statement = self.statements.get(name)
        if statement is None:
            facts = SharedFacts(visit.now, visit.app.definition.zone)
            statement = make(replace(visit.queries, facts=cast(Facts, facts)))
            if facts.is_timeless:
                self.statements[name] = statement
        return visit.connection.execute(statement, {Asker.name: visit.actor.id})


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page in order, whether more follow in the direction of reading, how many there are."""

    rows: list[Any]
    further: bool
    count: int
    counting: Counting


def keep_plan(visit: Visit, form: str, request: ListRequest, make: Callable[[], ListPlan]) -> ListPlan:
    """Return the plan for what is asked, wherever in the list; made once for all who have the same roles."""
    asked = replace(request, after="", before="")
    return visit.app.kept.get(("list", form, visit.roles, asked, request.is_keyed), make)


def read_page(visit: Visit, plan: ListPlan, request: ListRequest) -> Page:
    """Return the page that is asked for.

    For those who see only some rows these are counted first: where they are few an index on what the scope
    asks finds them, whatever else is asked, and where there are none nothing more is.
    """
    query = plan.query
    plain = query.condition is None and not query.words and not query.deleted
    counted = None
    few = False
    if not visit.queries.covers_all(query.form):
        most = MOST_COUNTED if plain else _FEW
        scope = replace(query, condition=None, words="")
        found = _count_up(visit, plan, "scope", scope, most)
        if found == 0:
            return Page([], further=False, count=0, counting="exact")
        counted, few = found if plain else None, found <= _FEW
    rows, further = _read_rows(visit, plan, request, few=few)
    if counted is None and not request.is_keyed and not further and (rows or request.page <= 1):
        return Page(rows, further, query.offset + len(rows), "exact")
    if counted is None:
        counted = _count_up(visit, plan, f"count {few}", replace(query, few=few), MOST_COUNTED)
    if counted <= MOST_COUNTED:
        return Page(rows, further, counted, "exact")
    return Page(rows, further, *_guess(visit, query, plain=plain))


def make_cursors(query: RecordQuery, request: ListRequest, page: Page) -> tuple[str, str]:
    """Return the cursors behind the last and before the first row, each where there is something."""
    rows, further = page.rows, page.further
    if not rows:
        return "", ""
    backward = bool(request.before) and not request.after
    depth = len(query.sort)

    def cursor(row: Any) -> str:
        values = row[len(row) - depth :] if depth else ()
        return write_cursor(query.form, query.sort, values, row[0])

    started = request.is_keyed or request.page > 1
    after = cursor(rows[-1]) if backward or further else ""
    before = cursor(rows[0]) if (further if backward else started) else ""
    return after, before


def add_up(visit: Visit, query: RecordQuery, names: Sequence[str]) -> dict[str, Value]:
    """Return the sums of the numeric columns over all records of a query."""
    numeric = {name: query.columns[name] for name in names if query.columns[name].type.is_numeric}
    if not numeric:
        return {}
    row = visit.connection.execute(visit.queries.total(query, numeric)).one()
    return dict(zip(numeric, row, strict=True))


def _read_rows(visit: Visit, plan: ListPlan, request: ListRequest, *, few: bool) -> tuple[list[Any], bool]:
    query = replace(plan.query, limit=request.limit + 1, few=few)
    backward = bool(request.before) and not request.after
    text = request.before if backward else request.after
    rows: list[Any] = []
    if text:
        mark = read_cursor(text, query.form, query.sort, backward=backward)
        for page in visit.queries.pages(query, mark):
            rows += visit.connection.execute(page).all()
            if len(rows) > request.limit:
                break
    else:
        found = plan.run(visit, "few" if few else "rows", lambda queries: queries.compile(query).rows)
        rows = list(found.all())
    further = len(rows) > request.limit
    rows = rows[: request.limit]
    return (rows[::-1] if backward else rows), further


def _count_up(visit: Visit, plan: ListPlan, name: str, query: RecordQuery, most: int) -> int:
    """Count exactly up to a bound; beyond it the answer is one more."""
    found = plan.run(visit, f"{name} {most}", lambda queries: queries.count_up_to(query, most + 1))
    return int(found.scalar_one())


def _guess(visit: Visit, query: RecordQuery, *, plain: bool) -> tuple[int, Counting]:
    """Return about how many there are, to those who may read every record."""
    if plain and visit.queries.covers_all(query.form):
        table = visit.app.tables.tables[query.form].name
        guess = estimate_live(visit.connection, table) or 0
        if guess > MOST_COUNTED:
            return round(guess, 3 - len(str(guess))), "about"
    return MOST_COUNTED, "more"
