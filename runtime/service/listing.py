"""Reading records: lists, single records, pickers, always through the one query compiler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.expression.tree import Expression, Scope
from engine.filters import both, build_filter, either
from engine.forms.model import Form
from engine.problems import Problem, ProblemCode, Refusal
from engine.query import RecordQuery, Sort
from engine.texts import Text
from engine.values import Kind, Value
from runtime.service.asking import (
    BAD_WORDS,
    MOST_COUNTED,
    MOST_ROWS,
    PAGE_TOO_FAR,
    TOO_MUCH_ASKED,
    Filter,
    ListRequest,
    check_bounds,
)
from runtime.service.changes import HistoryLine, read_history
from runtime.service.lines import (
    Cell,
    RecordLine,
    columns_with_names,
    default_columns,
    make_cell,
    name_path,
    name_reference,
    name_references,
    read_lines,
    visible_fields,
)
from runtime.service.paging import Counting, ListPlan, add_up, keep_plan, make_cursors, read_page
from runtime.service.visit import NotFound, Visit

__all__ = [
    "BAD_WORDS", "MOST_COUNTED", "MOST_ROWS", "PAGE_TOO_FAR", "TOO_MUCH_ASKED", "Cell", "Filter", "Group",
    "HistoryLine", "ListPage", "ListRequest", "RecordLine", "default_columns", "find_choices", "get_record",
    "list_groups", "list_query", "list_records", "name_reference", "name_references", "read_history",
    "read_lines", "visible_fields",
]  # fmt: skip

MOST_GROUPS = 200
_SEARCHED = 8

NO_ORDER = ProblemCode(
    "no-order",
    Text("「{field}」有多个值,不能排序或分组", "{field} holds several values and gives no order"),
    Text("换一个字段", "Use another field"),
)
NO_SUCH_VIEW = ProblemCode(
    "no-such-view",
    Text("没有「{name}」这个视图", "There is no view '{name}'"),
    Text("从列表上方选一个视图", "Choose one of the views above the list"),
)


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One page of a list.

    count: exact up to 10,000; `counting` says whether there are more than that ("more") or about so many
        ("about").
    after, before: the cursors of the next and the previous page; "" where there is none.
    """

    form: Form
    columns: tuple[str, ...]
    lines: tuple[RecordLine, ...]
    count: int
    page: int
    size: int
    totals: Mapping[str, Value] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    counting: Counting = "exact"
    after: str = ""
    before: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are, as far as they are counted."""
        return max(1, -(-self.count // self.size))


@dataclass(frozen=True, slots=True)
class Group:
    """The records that have the same values: those values, how many records there are, sums over them."""

    cells: tuple[Cell, ...]
    count: int
    totals: Mapping[str, Value]


def list_records(visit: Visit, form_key: str, request: ListRequest) -> ListPage:
    """Return one page of the records that the person may see.

    Raises `Refused`-like `Refusal` for a field, operator or value that does not fit; `NotFound`, `Forbidden`.
    """
    form = visit.form(form_key)
    if request.deleted:
        visit.form(form_key, "delete")
    plan = keep_plan(visit, form.key, request, lambda: _plan(visit, form, request))
    query, columns = plan.query, plan.columns
    page = read_page(visit, plan, request)
    lines = read_lines(visit, query, dict.fromkeys((*columns, *request.group)), page.rows)
    wanted = request.all_totals or (request.totals and page.counting == "exact")
    totals = add_up(visit, query, columns) if wanted and page.count > 1 else {}
    after, before = make_cursors(query, request, page)
    return ListPage(
        form=form, columns=columns, lines=lines, count=page.count, page=max(request.page, 1),
        size=request.limit, totals=totals, counting=page.counting, after=after, before=before,
    )  # fmt: skip


def _plan(visit: Visit, form: Form, request: ListRequest) -> ListPlan:
    columns = request.columns or default_columns(visit, form)
    return ListPlan(list_query(visit, form, request), columns)


def list_query(visit: Visit, form: Form, request: ListRequest) -> RecordQuery:
    """Return the query for what a list asks: its filters, words and order as the person may ask them.

    Raises `Refusal` for a field, operator or value that does not fit, or too much of it.
    """
    check_bounds(request)
    columns = request.columns or default_columns(visit, form)
    words = request.words.strip()
    conditions = tuple(_filter(visit, form, one) for one in request.filters)
    chosen = either(conditions) if request.any else both(conditions)
    viewed = _view_condition(visit, form, request.view)
    levels = [level for name in request.group for level in _group_levels(visit, form, name)]
    order = request.sort or _default_sort(visit, form)
    return RecordQuery(
        form=form.key,
        columns=columns_with_names(visit, form, dict.fromkeys((*columns, *request.group))),
        condition=both(tuple(one for one in (chosen, viewed) if one is not None)),
        sort=(*levels, *(_sort(visit, form, name) for name in order)),
        words=words,
        search=_searched(visit, form) if words else (),
        sounding=_sounding(visit, form) if words else (),
        keyed=True,
        deleted=request.deleted,
        limit=request.limit,
        offset=0 if request.is_keyed else (max(request.page, 1) - 1) * request.limit,
    )


def list_groups(visit: Visit, form_key: str, request: ListRequest) -> tuple[Group, ...]:
    """Return the groups of a list, outer and inner ones, in order: each before the groups within it.

    Raises `Refusal` like `list_records`.
    """
    form = visit.form(form_key)
    query = replace(list_query(visit, form, request), limit=MOST_GROUPS)
    columns = request.columns or default_columns(visit, form)
    sums = {name: query.columns[name] for name in columns if query.columns[name].type.adds_up}
    found: list[Group] = []
    for depth in range(1, len(request.group) + 1):
        found += _read_groups(visit, form, query, request.group[:depth], sums)
    places = {group.cells: place for place, group in enumerate(found)}

    def rank(group: Group) -> list[int]:
        return [places.get(group.cells[: depth + 1], len(found)) for depth in range(len(group.cells))]

    return tuple(sorted(found, key=rank))


def _read_groups(
    visit: Visit, form: Form, query: RecordQuery, names: tuple[str, ...], sums: Mapping[str, Expression]
) -> list[Group]:
    levels = [[level.by for level in _group_levels(visit, form, name)] for name in names]
    select = visit.queries.groups(query, [by for level in levels for by in level], list(sums.values()))
    groups = []
    for row in visit.connection.execute(select):
        cells, at = [], 0
        for level in levels:
            at += len(level)
            title = row[at - 2] if len(level) > 1 else None
            cells.append(make_cell(visit, level[-1].type, row[at - 1], title))
        totals = dict(zip(sums, row[at + 1 :], strict=True))
        groups.append(Group(tuple(cells), int(row[at]), totals))
    return groups


def get_record(
    visit: Visit, form_key: str, record: int, columns: tuple[str, ...] = (), *, deleted: bool = False
) -> RecordLine:
    """Return one record with every field that the person may see in it.

    Raises `NotFound` when it is not there or not for this person.
    """
    form = visit.form(form_key)
    if deleted:
        visit.form(form_key, "delete")
    check_bounds(ListRequest(columns=columns))
    names = columns or tuple(visible_fields(visit, form))
    query = RecordQuery(
        form=form.key, columns=columns_with_names(visit, form, names), ids=(record,), deleted=deleted
    )
    rows = visit.connection.execute(visit.queries.compile(query).rows).all()
    if not rows:
        raise NotFound
    return read_lines(visit, query, names, rows)[0]


def find_choices(
    visit: Visit,
    form_key: str,
    words: str,
    condition: Expression | None,
    limit: int = 20,
    around: Scope | None = None,
) -> tuple[RecordLine, ...]:
    """Return the records that a picker offers: those the person may see, by name or by its sound.

    Names of which a part begins with the words come first.
    around: the record that is being filled in, where the condition reads it.
    """
    form = visit.form(form_key)
    names = tuple(dict.fromkeys((form.named_by, *default_columns(visit, form)[:3])))
    visible = tuple(name for name in names if name.split(".")[0] in visit.shapes(form.key).shape_fields())  # type: ignore[union-attr]
    words = words.strip()
    query = RecordQuery(
        form=form.key, columns=columns_with_names(visit, form, visible), condition=condition, words=words,
        sounding=_sounding(visit, form)[:1] if words else (), limit=limit, around=around,
    )  # fmt: skip
    begun = replace(query, begins=True)
    others = replace(query, search=_searched(visit, form) if words else ())
    rows: dict[int, Any] = {}
    for asked in (begun, others) if words else (query,):
        if len(rows) < limit:
            found = visit.connection.execute(visit.queries.compile(asked).rows)
            rows |= {row[0]: row for row in found if row[0] not in rows}
    return read_lines(visit, query, visible, list(rows.values())[:limit])


# What is asked, as the person may ask it.


def _filter(visit: Visit, form: Form, one: Filter) -> Expression:
    visit.path(form.key, one.field)
    zone = visit.app.definition.zone
    environment = visit.environment(form.key)
    return build_filter(
        one.field, one.operator, one.value, environment, zone, lambda kind: name_path(visit, kind)
    )


def _view_condition(visit: Visit, form: Form, key: str) -> Expression | None:
    """Return the condition of a view of the definition, for those who may see all that it reads."""
    if not key:
        return None
    view = form.views.get(key)
    if view is None or not may_see_view(visit, form, key):
        raise Refusal(NO_SUCH_VIEW.here(name=key[:40]))
    return view.condition


def may_see_view(visit: Visit, form: Form, key: str) -> bool:
    """Tell whether a view of the definition is for this person: nothing that it asks about is hidden."""
    condition = form.views[key].condition
    for owner, name in condition.reads if condition is not None else ():
        shape = visit.shapes(owner)
        if shape is None or name not in shape.shape_fields():
            return False
    return True


def _default_sort(visit: Visit, form: Form) -> tuple[str, ...]:
    """The form's own order, without the fields that the person may not see: an order tells their values."""
    shape = visit.shapes(form.key)
    known = shape.shape_fields() if shape else {}
    return tuple(name for name in form.sort if name.lstrip("-").split(".")[0] in known)


def _sort(visit: Visit, form: Form, name: str) -> Sort:
    descending = name.startswith("-")
    name = name.lstrip("-")
    expression = _ordered(visit, form, name)
    named = name_path(visit, expression.type)
    return Sort(visit.path(form.key, f"{name}.{named}") if named else expression, descending)


def _group_levels(visit: Visit, form: Form, name: str) -> tuple[Sort, ...]:
    """Return the order that brings equal values together: by name first, then by what is referred to."""
    expression = _ordered(visit, form, name)
    named = name_path(visit, expression.type)
    first = (Sort(visit.path(form.key, f"{name}.{named}")),) if named else ()
    return (*first, Sort(expression))


def _ordered(visit: Visit, form: Form, name: str) -> Expression:
    expression = visit.path(form.key, name)
    if expression.type.kind is Kind.LIST or expression.type.sealed:
        raise Refusal(NO_ORDER.here(field=form.field_label(name)))
    return expression


def _searched(visit: Visit, form: Form) -> tuple[Expression, ...]:
    """The stored texts of a form that the person may see, and the names of what it links to."""
    found = []
    for key, one in form.fields.items():
        if not visit.policy(form.key).shows(key):
            continue
        if one.value_type.kind is Kind.TEXT and not one.value_type.sealed:
            found.append(visit.path(form.key, key))
        elif one.value_type.kind is Kind.RECORD and (named := name_path(visit, one.value_type)):
            found.append(visit.path(form.key, f"{key}.{named}"))
    return tuple(found[:_SEARCHED])


def _sounding(visit: Visit, form: Form) -> tuple[Expression, ...]:
    """The field that names a record and those that name what it links to, as far as the person sees them."""
    policy = visit.policy(form.key)
    named = form.named_by in form.fields and policy.shows(form.named_by) and not policy.masks(form.named_by)
    own = (visit.path(form.key, form.named_by),) if named else ()
    linked = [one for one in _searched(visit, form) if "." in one.source]
    return (*own, *linked)
