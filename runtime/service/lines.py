"""Rows of a query as records to show: cells in the reader's language, references by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.expression.tree import Expression, RecordShape
from engine.forms.model import Form
from engine.masking import mask
from engine.query import RecordQuery
from engine.texts import Text
from engine.values import Kind, Value, ValueType, display, to_json
from runtime.service.visit import Visit


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a record as it is shown.

    text: in the reader's language; record: the id that a link, a person or a department refers to.
    items: of a list of references, each with its name.
    """

    value: Value
    text: str
    color: str = ""
    record: int | None = None
    form: str = ""
    items: tuple[Cell, ...] = ()

    def to_json(self) -> object:
        """Return the plain value; for references their id and name."""
        if self.items:
            return [one.to_json() for one in self.items]
        return to_json(self.value) if self.record is None else {"id": self.record, "title": self.text}


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record: its id, its version and its cells by field name."""

    id: int
    version: int
    cells: Mapping[str, Cell]

    def to_json(self) -> dict[str, object]:
        """Return the record as the API gives it: plain values, and for references their id and name."""
        fields = {name: cell.to_json() for name, cell in self.cells.items()}
        return {"id": self.id, "version": self.version, "fields": fields}


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


def name_path(visit: Visit, kind: ValueType) -> str:
    """Return the field that names what a value refers to; '' for other values and hidden names."""
    shape: RecordShape | None = visit.shapes(kind.points_to) if kind.points_to else None
    if shape is None:
        return ""
    form = visit.app.definition.forms.get(kind.points_to)
    name = form.named_by if form else "name"
    return name if name in shape.shape_fields() and name != "id" else ""


def columns_with_names(visit: Visit, form: Form, names: Iterable[str]) -> dict[str, Expression]:
    """Return the columns to select: each name, and beside a reference the name of what it refers to."""
    columns: dict[str, Expression] = {}
    for name in names:
        columns[name] = expression = visit.path(form.key, name)
        named = name_path(visit, expression.type)
        if named:
            columns[f"{name}.{named}"] = visit.path(form.key, f"{name}.{named}")
    return columns


def read_lines(
    visit: Visit, query: RecordQuery, names: Iterable[str], rows: Sequence[Any]
) -> tuple[RecordLine, ...]:
    """Return the rows of a query as records with some of its columns as cells."""
    places = {name: position + 2 for position, name in enumerate(query.columns)}
    plans = []
    for name in names:
        kind = query.columns[name].type
        named = name_path(visit, kind)
        make = _cell_maker(visit, kind)
        plans.append((name, places[name], make, places.get(f"{name}.{named}") if named else None))
    kinds = {name: query.columns[name].type for name, *_ in plans}
    lists = {name: _names_of(visit, kinds[name], rows, places[name]) for name in kinds if kinds[name].item}
    return tuple(
        RecordLine(
            row[0],
            row[1],
            {
                name: make(row[place], lists.get(name) if title is None else row[title])
                for name, place, make, title in plans
            },
        )
        for row in rows
    )


def _cell_maker(visit: Visit, kind: ValueType) -> Callable[[Value, Any], Cell]:
    """Return what makes the cells of one column; equal values of a page are written once."""
    known: dict[Any, Cell] = {}
    blank = Cell(None, "")

    def make(value: Value, title: Any) -> Cell:
        if value is None:
            return blank
        found = known.get((value, title))
        if found is None:
            found = known[(value, title)] = make_cell(visit, kind, value, title)
        return found

    def make_list(value: Value, names: Any) -> Cell:
        return make_cell(visit, kind, value, names)

    return make_list if kind.item is not None else make


def _names_of(visit: Visit, kind: ValueType, rows: Sequence[Any], place: int) -> dict[int, str]:
    """Return the names of everything that the lists of a column refer to, with one statement."""
    if not kind.refers_to:
        return {}
    ids = {one for row in rows for one in row[place] or ()}
    return find_names(visit, kind.refers_to, tuple(sorted(ids))) if ids else {}


def find_names(visit: Visit, shape: str, ids: tuple[int, ...]) -> dict[int, str]:
    """Return the names of people, departments or records, as far as the person may see them."""
    if shape.startswith("@"):
        table = visit.app.tables.table(shape)
        found = visit.connection.execute(select(table.c.id, table.c.name).where(table.c.id.in_(ids)))
        return {row[0]: str(row[1]) for row in found}
    named = name_path(visit, ValueType(Kind.RECORD, form=shape))
    if not named or not visit.policy(shape).may("read"):
        return {}
    query = RecordQuery(form=shape, columns={named: visit.path(shape, named)}, ids=ids)
    rows = visit.connection.execute(visit.queries.compile(query).rows)
    kind = query.columns[named].type
    return {row[0]: make_cell(visit, kind, row[2]).text for row in rows if row[2] is not None}


def make_cell(visit: Visit, kind: ValueType, value: Value, title: Value | Mapping[int, str] = None) -> Cell:
    """Return a value as it is shown; `title` is the name of what it refers to, names by id for a list."""
    if value is None:
        return Cell(None, "")
    if kind.item is not None and isinstance(value, tuple) and kind.refers_to:
        names = title if isinstance(title, Mapping) else {}
        items = tuple(
            make_cell(visit, kind.item, one, names.get(one)) for one in value if isinstance(one, int)
        )
        return Cell(value, Text("、", ", ").to(visit.language).join(one.text for one in items), items=items)
    if kind.points_to and isinstance(value, int):
        return Cell(value, f"#{value}" if title is None else str(title), record=value, form=kind.points_to)
    option = kind.option(value) if kind.kind is Kind.CHOICE else None
    text = display(value, kind, visit.language, visit.app.definition.zone)
    return Cell(value, text, option.color if option else "")


def name_references(visit: Visit, kind: ValueType, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of what several values refer to by id, as `name_reference` gives each."""
    wanted = tuple(ids)
    visit.reader.prepare(kind.points_to, wanted)
    return {one: name_reference(visit, kind, one) for one in wanted}


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
    name = mask(name) if form.named_by in rights.masked else name
    return str(name) if name is not None else f"#{identifier}"
