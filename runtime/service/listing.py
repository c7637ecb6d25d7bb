"""Reading records: lists, single records, pickers and history, always through the one query compiler."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.expression.tree import Expression, RecordShape
from engine.filters import both, build_filter
from engine.forms.model import Form
from engine.problems import Problem, ProblemCode, Refusal
from engine.query import RecordQuery, Sort
from engine.texts import Text
from engine.values import Kind, Value, ValueType, display, to_json
from runtime.service.visit import NotFound, Visit
from runtime.store import schema

MOST_ROWS = 200
MOST_FILTERS, MOST_VALUES, MOST_SORTS, MOST_JOINS, MOST_WORDS = 20, 200, 5, 30, 200

TOO_MUCH_ASKED = ProblemCode(
    "too-much-asked",
    Text("条件、排序或关联字段太多了", "There are too many filters, sort fields or fields behind links"),
    Text("去掉一些", "Leave some out"),
)
BAD_WORDS = ProblemCode(
    "bad-search",
    Text(
        "搜索的文字最多 {most} 个字,不能有控制字符",
        "A search has at most {most} characters, and no control characters",
    ),
    Text("换一些文字", "Use other words"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a record as it is shown.

    text: in the reader's language; record: the id that a link, a person or a department refers to.
    """

    value: Value
    text: str
    color: str = ""
    record: int | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record: its id, its version and its cells by field name."""

    id: int
    version: int
    cells: Mapping[str, Cell]

    def to_json(self) -> dict[str, object]:
        """Return the record as the API gives it: plain values, and for references their id and name."""
        fields = {
            name: {"id": cell.record, "title": cell.text} if cell.record is not None else to_json(cell.value)
            for name, cell in self.cells.items()
        }
        return {"id": self.id, "version": self.version, "fields": fields}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition as an address writes it: field, operator, value."""

    field: str
    operator: str
    value: str = ""

    @classmethod
    def read(cls, text: str) -> Filter:
        """Read `field:operator:value`.

        >>> Filter.read("cost:gte:500")
        Filter(field='cost', operator='gte', value='500')
        """
        name, _, rest = text.partition(":")
        operator, _, value = rest.partition(":")
        return cls(name, operator or "is", value)


@dataclass(frozen=True, kw_only=True)
class ListRequest:
    """What is asked of a list: all of it stands in the address."""

    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: tuple[str, ...] = ()
    words: str = ""
    page: int = 1
    size: int = 50
    deleted: bool = False
    totals: bool = True


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One page of a list."""

    form: Form
    columns: tuple[str, ...]
    lines: tuple[RecordLine, ...]
    count: int
    page: int
    size: int
    totals: Mapping[str, Value] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // self.size))


def list_records(visit: Visit, form_key: str, request: ListRequest) -> ListPage:
    """Return one page of the records that the person may see.

    Raises `Refused`-like `Refusal` for a field, operator or value that does not fit; `NotFound`, `Forbidden`.
    """
    form = visit.form(form_key)
    if request.deleted:
        visit.form(form_key, "delete")
    _check_bounds(request)
    size = min(max(request.size, 1), MOST_ROWS)
    page = max(request.page, 1)
    columns = request.columns or default_columns(visit, form)
    query = RecordQuery(
        form=form.key,
        columns=_with_names(visit, form, columns),
        condition=both(tuple(_filter(visit, form, one) for one in request.filters)),
        sort=tuple(_sort(visit, form, name) for name in (request.sort or _default_sort(visit, form))),
        words=request.words.strip(),
        search=_searched(visit, form) if request.words.strip() else (),
        deleted=request.deleted,
        limit=size,
        offset=(page - 1) * size,
    )
    compiled = visit.queries.compile(query)
    lines = _lines(visit, query, columns, visit.connection.execute(compiled.rows).all())
    short = len(lines) < size and (lines or page == 1)
    count = (
        (page - 1) * size + len(lines)
        if short
        else int(visit.connection.execute(compiled.count).scalar_one())
    )
    totals = _totals(visit, query, columns) if request.totals and count > 1 else {}
    return ListPage(form=form, columns=columns, lines=lines, count=count, page=page, size=size, totals=totals)


def get_record(
    visit: Visit, form_key: str, record: int, columns: tuple[str, ...] = (), *, deleted: bool = False
) -> RecordLine:
    """Return one record with every field that the person may see in it.

    Raises `NotFound` when it is not there or not for this person.
    """
    form = visit.form(form_key)
    if deleted:
        visit.form(form_key, "delete")
    _check_bounds(ListRequest(columns=columns))
    names = columns or tuple(visible_fields(visit, form))
    query = RecordQuery(
        form=form.key, columns=_with_names(visit, form, names), ids=(record,), deleted=deleted
    )
    rows = visit.connection.execute(visit.queries.compile(query).rows).all()
    if not rows:
        raise NotFound
    return _lines(visit, query, names, rows)[0]


def find_choices(
    visit: Visit, form_key: str, words: str, condition: Expression | None, limit: int = 20
) -> tuple[RecordLine, ...]:
    """Return the records that a picker offers: those the person may see, by name."""
    form = visit.form(form_key)
    names = tuple(dict.fromkeys((form.named_by, *default_columns(visit, form)[:3])))
    visible = tuple(name for name in names if name.split(".")[0] in visit.shapes(form.key).shape_fields())  # type: ignore[union-attr]
    query = RecordQuery(
        form=form.key, columns=_with_names(visit, form, visible), condition=condition, words=words.strip(),
        search=_searched(visit, form) if words.strip() else (), limit=limit,
    )  # fmt: skip
    rows = visit.connection.execute(visit.queries.compile(query).rows).all()
    return _lines(visit, query, visible, rows)


def default_columns(visit: Visit, form: Form) -> tuple[str, ...]:
    """Return the columns that a list shows unless others are asked for, as far as the person may see them."""
    wanted = form.columns or tuple(form.fields)[:8]
    shape = visit.shapes(form.key)
    known = shape.shape_fields() if shape else {}
    return tuple(name for name in wanted if name.split(".")[0] in known)


def visible_fields(visit: Visit, form: Form) -> tuple[str, ...]:
    """Return the fields that the person may see on some record, in the order of the form."""
    policy = visit.policy(form.key)
    return tuple(key for key in form.fields if policy.shows(key))


def _default_sort(visit: Visit, form: Form) -> tuple[str, ...]:
    """The form's own order, without the fields that the person may not see: an order tells their values."""
    shape = visit.shapes(form.key)
    known = shape.shape_fields() if shape else {}
    return tuple(name for name in form.sort if name.lstrip("-").split(".")[0] in known)


def _check_bounds(request: ListRequest) -> None:
    """Raise `Refusal` for what no page asks for, and what a database could only answer with an error."""
    names = (
        *request.columns,
        *(one.field for one in request.filters),
        *(name.lstrip("-") for name in request.sort),
    )
    steps = [tuple(name.split(".")) for name in names]
    joins = {path[:depth] for path in steps for depth in range(1, len(path))}
    too_many = (
        len(request.filters) > MOST_FILTERS or len(request.sort) > MOST_SORTS or len(joins) > MOST_JOINS
    )
    if too_many or any(len(one.value.split(",")) > MOST_VALUES for one in request.filters):
        raise Refusal(TOO_MUCH_ASKED.here())
    if len(request.words) > MOST_WORDS or any(
        unicodedata.category(char) in ("Cc", "Cs") for char in request.words
    ):
        raise Refusal(BAD_WORDS.here(most=MOST_WORDS))


def _filter(visit: Visit, form: Form, one: Filter) -> Expression:
    visit.path(form.key, one.field)
    return build_filter(
        one.field, one.operator, one.value, visit.environment(form.key), visit.app.definition.zone
    )


def _sort(visit: Visit, form: Form, name: str) -> Sort:
    descending = name.startswith("-")
    name = name.lstrip("-")
    expression = visit.path(form.key, name)
    named = _name_path(visit, expression.type)
    return Sort(visit.path(form.key, f"{name}.{named}") if named else expression, descending)


def _searched(visit: Visit, form: Form) -> tuple[Expression, ...]:
    """The stored texts of a form that the person may see, and the names of what it links to."""
    found = []
    for key, one in form.fields.items():
        if not visit.policy(form.key).shows(key):
            continue
        if one.value_type.kind is Kind.TEXT:
            found.append(visit.path(form.key, key))
        elif one.value_type.kind is Kind.RECORD and (named := _name_path(visit, one.value_type)):
            found.append(visit.path(form.key, f"{key}.{named}"))
    return tuple(found[:8])


def _name_path(visit: Visit, kind: ValueType) -> str:
    """Return the field that names what a value refers to; '' for other values and hidden names."""
    shape: RecordShape | None = visit.shapes(kind.points_to) if kind.points_to else None
    if shape is None:
        return ""
    form = visit.app.definition.forms.get(kind.points_to)
    name = form.named_by if form else "name"
    return name if name in shape.shape_fields() and name != "id" else ""


def _with_names(visit: Visit, form: Form, names: Sequence[str]) -> dict[str, Expression]:
    """Return the columns to select: each name, and beside a reference the name of what it refers to."""
    columns: dict[str, Expression] = {}
    for name in names:
        columns[name] = expression = visit.path(form.key, name)
        named = _name_path(visit, expression.type)
        if named:
            columns[f"{name}.{named}"] = visit.path(form.key, f"{name}.{named}")
    return columns


def _lines(
    visit: Visit, query: RecordQuery, names: Sequence[str], rows: Sequence[Any]
) -> tuple[RecordLine, ...]:
    places = {name: position + 2 for position, name in enumerate(query.columns)}
    plans = []
    for name in names:
        kind = query.columns[name].type
        named = _name_path(visit, kind)
        plans.append((name, places[name], kind, places.get(f"{name}.{named}") if named else None))
    return tuple(
        RecordLine(
            row[0],
            row[1],
            {name: _cell(visit, row, place, kind, title) for name, place, kind, title in plans},
        )
        for row in rows
    )


def _cell(visit: Visit, row: Any, place: int, kind: ValueType, title: int | None) -> Cell:
    value = row[place]
    if value is None:
        return Cell(None, "")
    if kind.points_to:
        text = str(row[title]) if title is not None and row[title] is not None else f"#{value}"
        return Cell(value, text, record=value, form=kind.points_to)
    option = kind.option(value) if kind.kind is Kind.CHOICE else None
    text = display(value, kind, visit.language, visit.app.definition.zone)
    return Cell(value, text, option.color if option else "")


def name_reference(visit: Visit, kind: ValueType, identifier: int) -> str:
    """Return the name of what a value refers to, or its number where the person may not see it."""
    target = kind.points_to
    row = visit.reader.row(target, identifier)
    form = visit.app.definition.forms.get(target)
    if row is None:
        return f"#{identifier}"
    if form is None:
        return str(row.get("name") or f"#{identifier}")
    rights = visit.policy(target).rights(visit.scope(form, row))
    seen = "read" in rights.actions and form.named_by in rights.readable
    name = visit.reader.follow(target, identifier, (form.named_by,)) if seen else None
    return str(name) if name is not None else f"#{identifier}"


def _totals(visit: Visit, query: RecordQuery, names: Sequence[str]) -> dict[str, Value]:
    numeric = {name: query.columns[name] for name in names if query.columns[name].type.kind is Kind.MONEY}
    if not numeric:
        return {}
    row = visit.connection.execute(visit.queries.total(query, numeric)).one()
    return dict(zip(numeric, row, strict=True))


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of a record, as far as the person may see it."""

    version: int
    action: str
    actor: str
    at: datetime
    changes: Mapping[str, tuple[object, object]]


def read_history(
    visit: Visit, form: Form, record: int, readable: frozenset[str], limit: int = 50
) -> tuple[HistoryLine, ...]:
    """Return who changed what in a record, newest first, in the fields that the person may read there."""
    table, people = schema.history, schema.users
    query = (
        select(table.c.version, table.c.action, people.c.name, table.c.at, table.c.changes)
        .select_from(table.outerjoin(people, people.c.id == table.c.actor))
        .where(table.c.app_id == visit.app.id, table.c.form == form.key, table.c.record_id == record)
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    lines = []
    for version, action, name, at, changes in visit.connection.execute(query):
        seen = {key: (pair[0], pair[1]) for key, pair in changes.items() if key in readable}
        if seen or not changes or action != "update":
            lines.append(HistoryLine(version, action, name or "", at, seen))
    return tuple(lines)
