"""The list of a form's records. The address is the state: filters, order, columns, page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from engine.filters import BY_NAME, operators_for
from engine.forms.contract import default_control
from engine.forms.model import Form
from engine.problems import Refusal
from engine.values import Kind, ValueType, display
from runtime.service.listing import (
    Cell,
    Filter,
    ListPage,
    ListRequest,
    default_columns,
    list_records,
    name_reference,
    visible_fields,
)
from runtime.service.visit import Visit
from runtime.web.guest import language, reading, say
from runtime.web.requests import go_to

blueprint = Blueprint("lists", __name__)
_SIZE = 50
_ON_A_CARD = 4
_CARD_ORDER = (Kind.RECORD, Kind.MONEY, Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.USER, Kind.TEXT)


@blueprint.get("/a/<app>/f/<form>")
def records(app: str, form: str) -> str | Response:
    """Show one page of the list."""
    added = _filter_from_plain_form()
    if added:
        return go_to(added)
    with reading(app) as visit:
        asked = _read_request()
        problem = ""
        try:
            page = list_records(visit, form, asked)
        except Refusal as refusal:
            problem = refusal.problem.sentence.to(language())
            page = list_records(visit, form, ListRequest(size=_SIZE))
        return render_template("pages/list.html", view=_view(visit, page, asked, problem))


def _read_request() -> ListRequest:
    arguments = request.args
    columns = tuple(name for part in arguments.getlist("cols") for name in part.split(",") if name)
    page = arguments.get("page", "1")
    return ListRequest(
        columns=columns,
        filters=tuple(Filter.read(text) for text in arguments.getlist("f") if text),
        sort=tuple(name for name in arguments.get("sort", "").split(",") if name),
        words=arguments.get("q", ""),
        page=int(page) if page.isdigit() and len(page) < 9 else 1,
        size=_SIZE,
    )


def _filter_from_plain_form() -> str:
    """Turn the filter form of a page without script into an address."""
    field = request.args.get("add_field", "")
    if not field:
        return ""
    text = f"{field}:{request.args.get('add_operator', 'is')}:{request.args.get('add_value', '')}"
    kept = [
        (k, v)
        for k, v in request.args.items(multi=True)
        if k not in ("add_field", "add_operator", "add_value", "page")
    ]
    return f"{request.path}?{urlencode([*kept, ('f', text)])}"


def _address(*, without: tuple[str, ...] = (), drop: tuple[str, str] | None = None, **more: str) -> str:
    """Return the present address with some parameters changed."""
    names = {"page", *without, *more}
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in names and (k, v) != drop]
    query = urlencode([*kept, *((k, v) for k, v in more.items() if v)])
    return f"{request.path}?{query}" if query else request.path


def _view(visit: Visit, page: ListPage, asked: ListRequest, problem: str) -> dict[str, Any]:
    form, policy = page.form, visit.policy(page.form.key)
    title = form.label.to(language())
    new = url_for("forms.new", app=visit.app.key, form=form.key)
    create = {"url": new, "label": say("新建", "New")} if policy.may("create") else None
    actions = [{"label": create["label"], "url": new, "primary": True}] if create else []
    return {
        "title": title,
        "label": title,
        "count_text": say(f"{page.count:,} 条", f"{page.count:,} records"),
        "action_url": request.path,
        "state": [{"name": k, "value": v} for k, v in request.args.items(multi=True) if k != "page"],
        "search": asked.words,
        "search_label": "",
        "create": create,
        "import_url": None,
        "export_url": None,
        "tabs": _tabs(visit, form),
        "filters": _chips(visit, form, asked) if not problem else [],
        "clear_url": _address(without=("q", "f")),
        "filter_fields": [_filter_field(visit, form, key) for key in visible_fields(visit, form)],
        "columns": _columns(visit, page, asked),
        "rows": [_row(visit, page, position) for position in range(len(page.lines))],
        "totals": _totals(visit, page),
        "pager": _pager(page),
        "row_count": page.count,
        "column_choices": _column_choices(visit, form, page.columns),
        "bulk": [],
        "empty": {
            "title": say(f"还没有{title}", f"No {title} yet"),
            "text": form.help.to(language()) if form.help else "",
            "actions": actions,
        },
        "error": {"text": problem, "reference": ""} if problem else None,
    }


def _tabs(visit: Visit, form: Form) -> list[dict[str, Any]]:
    if not visit.policy(form.key).may("delete"):
        return []
    here = url_for("lists.records", app=visit.app.key, form=form.key)
    bin_url = url_for("records.recycle_bin", app=visit.app.key, form=form.key)
    return [
        {"title": say("全部", "All"), "url": here, "active": True, "count": None},
        {"title": say("回收站", "Recycle bin"), "url": bin_url, "active": False, "count": None},
    ]


def _chips(visit: Visit, form: Form, asked: ListRequest) -> list[dict[str, str]]:
    texts = [text for text in request.args.getlist("f") if text]
    chips = []
    for text, one in zip(texts, asked.filters, strict=True):
        expression = visit.path(form.key, one.field)
        operator = BY_NAME[one.operator].label.to(language())
        chips.append({
            "field": column_label(visit, form, one.field), "operator": operator,
            "value": _filter_value(visit, expression.type, one.value),
            "remove_url": _address(drop=("f", text)),
        })  # fmt: skip
    return chips


def _filter_value(visit: Visit, kind: Any, value: str) -> str:
    if kind.points_to and value.isdigit():
        return name_reference(visit, kind, int(value))
    if kind.kind is Kind.CHOICE:
        words = [
            kind.option(word).label.to(language()) if kind.option(word) else word for word in value.split(",")
        ]
        return say("、", ", ").join(words)
    return value


def _filter_field(visit: Visit, form: Form, key: str) -> dict[str, Any]:
    field = form.fields[key]
    control = default_control(field.value_type)
    lookup = url_for("forms.choices", app=visit.app.key, form=form.key, field=key) if control.lookup else None
    kind = "select" if control.kind in ("radio", "select") else control.kind
    options = [{"value": o.key, "label": o.label.to(language())} for o in field.value_type.options]
    if field.value_type.kind is Kind.BOOLEAN:
        kind, options = (
            "select",
            [{"value": "true", "label": say("是", "Yes")}, {"value": "false", "label": say("否", "No")}],
        )
    return {
        "name": key,
        "label": field.label.to(language()),
        "kind": kind,
        "operators": [
            {"value": o.name, "label": o.label.to(language()), "bare": o.values == 0}
            for o in operators_for(field.value_type)
            if o.values >= 0
        ],
        "options": options or None,
        "lookup_url": lookup,
    }


def column_label(visit: Visit, form: Form, name: str) -> str:
    """Return the heading of a column; a path through a link names both ends."""
    first, _, rest = name.partition(".")
    label = form.field_label(first).to(language())
    if not rest:
        return label
    target = visit.app.definition.shape(form.shape_fields()[first].value_type.points_to)
    found = target.shape_fields().get(rest.split(".")[0]) if target else None
    return f"{label} · {found.label.to(language()) if found else rest}"


def _columns(visit: Visit, page: ListPage, asked: ListRequest) -> list[dict[str, Any]]:
    order = asked.sort or page.form.sort
    columns = []
    title = _title_column(page)
    card = _card_columns(visit, page)
    for name in page.columns:
        kind = visit.path(page.form.key, name).type
        sorted_as = "asc" if name in order else "desc" if f"-{name}" in order else None
        following = f"-{name}" if sorted_as == "asc" else name
        columns.append({
            "name": name, "label": column_label(visit, page.form, name),
            "align": "end" if kind.is_numeric else "start",
            "sort_url": _address(sort=following), "sorted": sorted_as, "title": name == title,
            "status": is_coloured(kind) and "." not in name,
            "card": name in card,
        })  # fmt: skip
    return columns


def is_coloured(kind: ValueType) -> bool:
    """Tell whether the options of a choice say how a record stands: some of them have a colour."""
    return kind.kind is Kind.CHOICE and any(option.color != "neutral" for option in kind.options)


def _card_columns(visit: Visit, page: ListPage) -> set[str]:
    """Return the columns that a phone shows under the title: what a record is about before when it was."""

    def rank(name: str) -> int:
        kind = visit.path(page.form.key, name).type.kind
        return _CARD_ORDER.index(kind) if kind in _CARD_ORDER else len(_CARD_ORDER)

    own = [name for name in page.columns if "." not in name and name != _title_column(page)]
    own = [name for name in own if not is_coloured(visit.path(page.form.key, name).type)]
    return set(sorted(own, key=rank)[:_ON_A_CARD])


def _title_column(page: ListPage) -> str:
    if page.form.named_by in page.columns:
        return page.form.named_by
    return page.columns[0] if page.columns else ""


def _row(visit: Visit, page: ListPage, position: int) -> dict[str, Any]:
    line = page.lines[position]
    url = url_for("records.record", app=visit.app.key, form=page.form.key, record=line.id)
    title = line.cells[_title_column(page)].text if page.columns else ""
    cells = [
        cell_view(visit, line.cells[name], visit.path(page.form.key, name).type) for name in page.columns
    ]
    return {"id": line.id, "url": url, "title": title or f"#{line.id}", "cells": cells}


def cell_view(visit: Visit, cell: Cell, kind: ValueType) -> dict[str, Any]:
    """Return a cell as the table draws it: a chip for coloured options, a link for visible records."""
    view: dict[str, Any] = {"text": cell.text}
    if cell.color and is_coloured(kind):
        view["chip"] = {"label": cell.text, "color": cell.color}
    if cell.record is not None and cell.form in visit.app.definition.forms and not cell.text.startswith("#"):
        view["url"] = url_for("records.record", app=visit.app.key, form=cell.form, record=cell.record)
    return view


def _totals(visit: Visit, page: ListPage) -> list[str | None] | None:
    if not page.totals:
        return None
    texts: list[str | None] = []
    for name in page.columns:
        kind = visit.path(page.form.key, name).type
        value = page.totals.get(name)
        texts.append(
            display(value, kind, language(), visit.app.definition.zone) if value is not None else None
        )
    return texts


def _pager(page: ListPage) -> dict[str, Any] | None:
    if page.count <= page.size and page.page == 1:
        return None
    first = (page.page - 1) * page.size + 1
    return {
        "from": first,
        "to": first + len(page.lines) - 1,
        "total_text": say(f"共 {page.count:,} 条", f"of {page.count:,}"),
        "previous_url": _address(page=str(page.page - 1)) if page.page > 1 else None,
        "next_url": _address(page=str(page.page + 1)) if page.page < page.pages else None,
    }


def _column_choices(visit: Visit, form: Form, shown: tuple[str, ...]) -> list[dict[str, Any]]:
    names = dict.fromkeys([*shown, *default_columns(visit, form), *visible_fields(visit, form)])
    return [
        {
            "name": name,
            "label": column_label(visit, form, name),
            "checked": name in shown,
            "locked": name == form.named_by,
        }
        for name in names
    ]
