"""A record as a card: its name, how it stands and a few facts; and the addresses that boards lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import request, url_for

from engine.expression.tree import FieldShape
from engine.forms.model import Form
from engine.problems import ProblemCode, Refusal
from engine.texts import Text
from engine.values import Kind
from runtime.service.listing import Cell, Filter, RecordLine, default_columns
from runtime.service.visit import Visit
from runtime.web.guest import language
from runtime.web.list_address import ListAddress
from runtime.web.list_table import is_coloured

FACTS = 3
_OF_LISTS = ("q", "f", "view", "sort")
TONES = ("brand", "ok", "warn", "info", "violet")
_ORDER = (Kind.RECORD, Kind.MONEY, Kind.USER, Kind.DATE, Kind.DATETIME, Kind.NUMBER, Kind.TEXT, Kind.CHOICE)

NOT_FOR_BOARD = ProblemCode(
    "not-for-board",
    Text("「{label}」不能用来排这种视图", "This view cannot be arranged by {label}"),
    Text("在视图上选另一个字段", "Choose another field on the view"),
)


def known_fields(visit: Visit, form: Form) -> Mapping[str, FieldShape]:
    """Return the fields of a form that the reader may see, the system's included."""
    shape = visit.shapes(form.key)
    return shape.shape_fields() if shape else {}


def asked_field(visit: Visit, form: Form, name: str, fitting: list[str]) -> str:
    """Return the field that the address names, or the first that fits; '' where nothing does.

    Raises `Refusal` for a field that is not there for the reader, or that does not fit.
    """
    asked = request.args.get(name, "")
    if not asked:
        return fitting[0] if fitting else ""
    visit.path(form.key, asked)
    if asked not in fitting:
        raise Refusal(NOT_FOR_BOARD.here(label=form.field_label(asked)))
    return asked


def field_links(form: Form, name: str, fitting: list[str], chosen: str) -> list[dict[str, Any]]:
    """Return the choice between the fields that fit, as links."""
    return [
        {
            "label": form.field_label(key).to(language()),
            "url": address({name: key}),
            "current": key == chosen,
        }
        for key in fitting
    ]


def address(more: Mapping[str, str]) -> str:
    """Return the present address with some parameters changed, or left out where they are empty.

    Its page is left out unless it is among them.
    """
    return ListAddress.present().to(without=more, also=[pair for pair in more.items() if pair[1]])


def list_address(field: str, operator: str, value: str = "") -> str:
    """Return the address of the same list as a table, narrowed down by one more condition.

    '' where one of the present conditions is enough, so that one more would not narrow it down.
    """
    here = ListAddress.present()
    if here.get("any"):
        return ""
    kept = tuple(pair for pair in here.pairs if pair[0] in _OF_LISTS)
    return replace(here, pairs=kept).to(also=[("f", Filter(field, operator, value).text)])


def status_field(visit: Visit, form: Form) -> str:
    """Return the field that says how a record stands, as far as the reader may see it; '' for none."""
    known = known_fields(visit, form)
    return next((k for k in form.fields if k in known and is_coloured(known[k].value_type)), "")


def title_field(visit: Visit, form: Form) -> str:
    """Return the field that names a record; '' where the reader may not see it."""
    return form.named_by if form.named_by in known_fields(visit, form) else ""


def fact_fields(visit: Visit, form: Form, *leave: str) -> tuple[str, ...]:
    """Return the fields of a card below its name: what a record is about before when it was."""

    def rank(name: str) -> int:
        kind = known[name].value_type.kind
        return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)

    known = known_fields(visit, form)
    out = {form.named_by, status_field(visit, form), *leave}
    names = [name for name in default_columns(visit, form) if "." not in name and name not in out]
    return tuple(sorted(names, key=rank)[:FACTS])


def card_columns(visit: Visit, form: Form, *leave: str) -> tuple[str, ...]:
    """Return the columns that a card needs: its name, its facts and how it stands."""
    names = (title_field(visit, form), *fact_fields(visit, form, *leave), status_field(visit, form))
    return tuple(dict.fromkeys(name for name in names if name))


def card_view(visit: Visit, form: Form, line: RecordLine, *leave: str) -> dict[str, Any]:
    """Return a record as a card draws it."""
    title = line.cells.get(form.named_by)
    words = title.text if title and title.text else f"#{line.id}"
    status = status_field(visit, form)
    cell = line.cells.get(status) if status and status not in leave else None
    return {
        "id": line.id,
        "version": line.version,
        "title": words,
        "initial": words.lstrip("#")[:1].upper(),
        "tone": TONES[line.id % len(TONES)],
        "url": url_for("records.record", app=visit.app.key, form=form.key, record=line.id),
        "status": {"label": cell.text, "color": cell.color or "neutral"} if cell and cell.text else None,
        "facts": [
            fact_view(form, name, line.cells[name])
            for name in fact_fields(visit, form, *leave)
            if name in line.cells and line.cells[name].text
        ],
    }


def fact_view(form: Form, name: str, cell: Cell) -> dict[str, str]:
    """Return one fact of a card: its label and its words."""
    return {"label": form.field_label(name).to(language()), "text": cell.text}
