"""The records that refer to a record, as its page shows them: a short list a form, with count and totals."""

from __future__ import annotations

from typing import Any

from flask import url_for

from engine.forms.model import Form
from engine.values import display
from runtime.service.listing import Filter, ListPage, ListRequest, list_records
from runtime.service.visit import Visit
from runtime.web.guest import language, say
from runtime.web.pages.lists import cell_view, column_label, is_coloured

_COLUMNS = 5


def related_lists(visit: Visit, form: Form, record: int) -> list[dict[str, Any]]:
    """Return the lists of records that refer to this one, as far as the person may see them."""
    found = []
    for other in visit.app.definition.main_forms.values():
        if not visit.policy(other.key).may("read"):
            continue
        for field in other.stored_fields:
            if field.value_type.form == form.key and visit.policy(other.key).shows(field.key):
                found.append(_related_list(visit, other, field.key, record))
    return [one for one in found if one["rows"] or one["create_url"]]


def _related_list(visit: Visit, other: Form, key: str, record: int) -> dict[str, Any]:
    asked = ListRequest(filters=(Filter(key, "is", str(record)),), size=_COLUMNS)
    page = list_records(visit, other.key, asked)
    columns = _shown_columns(other, page.columns, key)
    here: dict[str, Any] = {"app": visit.app.key, "form": other.key}
    may_create = visit.policy(other.key).may("create") and key in visit.policy(other.key).creatable()
    preset: dict[str, Any] = {key: record}
    return {
        "title": other.label.to(language()),
        "count_text": say(f"{page.count:,} 条", f"{page.count:,}"),
        "totals": _totals(visit, other, page),
        "url": url_for("lists.records", **here, f=f"{key}:is:{record}"),
        "create_url": url_for("forms.new", **here, **preset) if may_create else None,
        "columns": [
            {"name": n, "label": column_label(visit, other, n),
             "align": "end" if visit.path(other.key, n).type.is_numeric else "start",
             "sort_url": None, "sorted": None, "title": position == 0, "card": True,
             "status": is_coloured(visit.path(other.key, n).type)}
            for position, n in enumerate(columns)
        ],
        "rows": [
            {"id": line.id, "url": url_for("records.record", **here, record=line.id),
             "title": line.cells[columns[0]].text if columns else f"#{line.id}",
             "cells": [cell_view(visit, line.cells[n], visit.path(other.key, n).type) for n in columns]}
            for line in page.lines
        ],
        "empty_text": say("还没有", "None yet"),
    }  # fmt: skip


def _totals(visit: Visit, other: Form, page: ListPage) -> list[dict[str, str]]:
    """Return the totals of the money columns over all the records of the list, not only those shown."""
    return [
        {
            "label": column_label(visit, other, name),
            "text": display(value, visit.path(other.key, name).type, language(), visit.app.definition.zone),
        }
        for name, value in page.totals.items()
        if value is not None
    ]


def _shown_columns(other: Form, names: tuple[str, ...], key: str) -> list[str]:
    """Return what a list on another record's page shows: its name, a few columns, and how it stands."""
    rest = [name for name in names if name != key and "." not in name]
    first = other.named_by if other.named_by in rest else rest[0] if rest else ""
    status = [name for name in rest if name != first and _is_status(other, name)][:1]
    between = [
        name
        for name in rest
        if name not in (first, *status) and not other.fields[name].value_type.points_to.startswith("@")
    ]
    return [name for name in (first, *between[: _COLUMNS - 1 - len(status)], *status) if name]


def _is_status(form: Form, name: str) -> bool:
    return form.fields[name].stored and is_coloured(form.fields[name].value_type)
