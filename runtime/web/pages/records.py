"""One record: its page, its history, its buttons, the recycle bin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from sqlalchemy import select

from engine.expression.evaluate import holds
from engine.forms.model import Field, Form
from engine.problems import Refusal
from engine.turn import Refused
from engine.values import Kind, Value
from runtime.service import records as service
from runtime.service.listing import (
    Filter,
    HistoryLine,
    ListRequest,
    RecordLine,
    get_record,
    list_records,
    name_reference,
    read_history,
    visible_fields,
)
from runtime.service.visit import NotFound, Visit
from runtime.store.reader import Row
from runtime.web.controls import shown_text
from runtime.web.guest import language, office, reading, say, writing
from runtime.web.pages.forms import layout
from runtime.web.pages.lists import cell_view, column_label, is_coloured
from runtime.web.requests import go_to
from runtime.web.session import toast
from runtime.web.wording import when_text

blueprint = Blueprint("records", __name__)
_FACTS = 5
_RELATED = 5


@blueprint.get("/a/<app>/f/<form>/r/<int:record>")
def record(app: str, form: str, record: int) -> str:
    """Show one record."""
    with reading(app) as visit:
        found = visit.form(form)
        line = get_record(visit, form, record)
        row = visit.reader.row(form, record)
        if row is None:
            raise NotFound
        return render_template("pages/record.html", record=_view(visit, found, line, row))


def _view(visit: Visit, form: Form, line: RecordLine, row: Row) -> dict[str, Any]:
    rights = visit.policy(form.key).rights(visit.scope(form, row))
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key, "record": line.id}
    list_url = url_for("lists.records", app=visit.app.key, form=form.key)
    shown = [key for key in form.fields if key in rights.readable]
    status = next((k for k in shown if _is_status(form.fields[k]) and line.cells[k].text), None)
    number = next((k for k in shown if form.fields[k].is_numbered), None)
    can_edit = "update" in rights.actions and any(
        form.fields[key].is_entered and not form.fields[key].readonly for key in rights.writable
    )
    return {
        "title": record_title(form, line),
        "number": line.cells[number].text if number and number != form.named_by else "",
        "crumbs": [{"title": form.label.to(language()), "url": list_url}],
        "status": {"label": line.cells[status].text, "color": line.cells[status].color} if status else None,
        "updated_text": _updated_text(visit, row),
        "facts": _facts(form, line, shown, status),
        "sections": [
            {"title": title, "fields": [_field_view(visit, form, line, key) for key in keys]}
            for title, keys in layout(form, shown)
        ],
        "related": _related(visit, form, line.id),
        "history": [
            _history_view(visit, form, one, line, can_edit=can_edit)
            for one in read_history(visit, form, line.id, rights.readable)
        ],
        "history_url": None,
        "actions": _buttons(visit, form, row, line),
        "edit_url": url_for("forms.edit", **here) if can_edit else None,
        "delete_url": url_for("records.delete", **here) if "delete" in rights.actions else None,
        "print_url": None,
        "copy_url": office().settings.base_url + url_for("records.record", **here),
        "previous_url": None,
        "next_url": None,
        "position_text": "",
        "version": line.version,
        "deleted": None,
        "notices": [],
    }


def _updated_text(visit: Visit, row: Row) -> str:
    """Say who changed a record last, and when."""
    updated_by, updated_at = row.get("updated_by"), row["updated_at"]
    who = visit.reader.row("@user", updated_by) if isinstance(updated_by, int) else None
    name = who["name"] if who else say("系统", "The system")
    zone = visit.app.definition.zone
    when = when_text(updated_at, visit.now, zone, language()) if isinstance(updated_at, datetime) else ""
    return say(f"{name} {when}改过", f"Changed by {name}, {when}")


def _is_status(field: Field) -> bool:
    """Tell whether a field says how a record stands: a stored choice whose options have colours."""
    return field.stored and is_coloured(field.value_type)


def record_title(form: Form, line: RecordLine) -> str:
    """Return the words that name a record."""
    cell = line.cells.get(form.named_by)
    return cell.text if cell and cell.text else f"#{line.id}"


def _facts(form: Form, line: RecordLine, shown: list[str], status: str | None) -> list[dict[str, Any]]:
    keys = [k for k in form.columns if k in shown and k not in (form.named_by, status) and line.cells[k].text]
    lead = next((k for k in keys if form.fields[k].value_type.kind is Kind.MONEY), None)
    keys = sorted(keys, key=lambda key: key != lead)[:_FACTS]
    return [
        {"label": form.field_label(k).to(language()), "text": line.cells[k].text, "lead": k == lead}
        for k in keys
    ]


def _field_view(visit: Visit, form: Form, line: RecordLine, key: str) -> dict[str, Any]:
    field = form.fields[key]
    view = {"label": field.label.to(language()), **cell_view(visit, line.cells[key], field.value_type)}
    long = field.value_type.kind is Kind.TEXT and (
        len(line.cells[key].text) > 60 or "\n" in line.cells[key].text
    )
    return view | {"long": True} if long else view


def _related(visit: Visit, form: Form, record: int) -> list[dict[str, Any]]:
    """Show the records that refer to this one, form by form."""
    found = []
    for other in visit.app.definition.forms.values():
        if not visit.policy(other.key).may("read"):
            continue
        for field in other.stored_fields:
            if field.value_type.form == form.key and visit.policy(other.key).shows(field.key):
                found.append(_related_list(visit, other, field.key, record))
    return [one for one in found if one["rows"] or one["create_url"]]


def _related_list(visit: Visit, other: Form, key: str, record: int) -> dict[str, Any]:
    asked = ListRequest(filters=(Filter(key, "is", str(record)),), size=5, totals=False)
    page = list_records(visit, other.key, asked)
    columns = _related_columns(other, page.columns, key)
    here: dict[str, Any] = {"app": visit.app.key, "form": other.key}
    may_create = visit.policy(other.key).may("create")
    preset: dict[str, Any] = {key: record}
    return {
        "title": other.label.to(language()),
        "count_text": say(f"{page.count:,} 条", f"{page.count:,}"),
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
             "title": record_title(other, line),
             "cells": [cell_view(visit, line.cells[n], visit.path(other.key, n).type) for n in columns]}
            for line in page.lines
        ],
        "empty_text": say("还没有", "None yet"),
    }  # fmt: skip


def _related_columns(other: Form, names: tuple[str, ...], key: str) -> list[str]:
    """Return what a list on another record's page shows: its name, a few columns, and how it stands."""
    rest = [name for name in names if name != key and "." not in name]
    first = other.named_by if other.named_by in rest else rest[0] if rest else ""
    status = [name for name in rest if name != first and _is_status(other.fields[name])][:1]
    between = [
        name
        for name in rest
        if name not in (first, *status) and not other.fields[name].value_type.points_to.startswith("@")
    ]
    return [name for name in (first, *between[: _RELATED - 1 - len(status)], *status) if name]


def _buttons(visit: Visit, form: Form, row: Row, line: RecordLine) -> list[dict[str, Any]]:
    scope = visit.scope(form, row)
    found: list[dict[str, Any]] = []
    for key, button in form.buttons.items():
        if service.may_press(visit, form, key) and (button.when is None or holds(button.when, scope)):
            found.append({
                "label": button.label.to(language()), "method": "post", "icon": None, "name": key,
                "kind": "secondary" if found else "primary",
                "url": url_for("records.press", app=visit.app.key, form=form.key, record=line.id, button=key),
                "confirm": None,
            })  # fmt: skip
    return found


def _history_view(
    visit: Visit, form: Form, one: HistoryLine, line: RecordLine, *, can_edit: bool
) -> dict[str, Any]:
    titles = {
        "create": say("新建", "Created"),
        "update": say("修改", "Changed"),
        "delete": say("删除", "Deleted"),
        "restore": say("恢复", "Brought back"),
    }
    restore = url_for(
        "records.restore_version", app=visit.app.key, form=form.key, record=line.id, version=one.version
    )
    zone = visit.app.definition.zone
    return {
        "who": one.actor or say("系统", "The system"),
        "initial": one.actor[:1] or "Q",
        "system": not one.actor,
        "when_text": when_text(one.at, visit.now, zone, language()),
        "when_iso": one.at.isoformat(),
        "title": titles.get(one.action, one.action),
        "note": "",
        "mark": None,
        "color": "neutral",
        "anchor": f"t-{one.version}",
        "changes": [
            {
                "label": form.field_label(key).to(language()),
                "old": _old_text(visit, form, key, old),
                "new": _old_text(visit, form, key, new),
            }
            for key, (old, new) in one.changes.items()
            if one.action != "create"
        ],
        "restore_url": restore if can_edit and one.version < line.version else None,
        "version": one.version,
    }


def _old_text(visit: Visit, form: Form, key: str, raw: object) -> str:
    """Write a value of the history as the field would write it today."""
    field = form.fields[key]
    value: Value
    try:
        value = field.type.parse(raw, field.value_type)
    except ValueError:
        return str(raw)
    if field.value_type.points_to and isinstance(value, int):
        return name_reference(visit, field.value_type, value)
    return shown_text(visit, field, value)


@blueprint.post("/a/<app>/f/<form>/r/<int:record>/delete")
def delete(app: str, form: str, record: int) -> Response:
    """Move a record to the recycle bin; the notice on the next page can undo it."""
    version = request.form.get("version", "")
    writing(
        app, lambda v: service.delete_record(v, form, record, int(version) if version.isdigit() else None)
    )
    undo = url_for("records.undelete", app=app, form=form, record=record)
    toast(say("已删除，在回收站里", "Deleted; it is in the recycle bin"), undo_url=undo)
    return go_to(url_for("lists.records", app=app, form=form))


@blueprint.post("/a/<app>/f/<form>/r/<int:record>/undelete")
def undelete(app: str, form: str, record: int) -> Response:
    """Bring a record back from the recycle bin."""
    writing(app, lambda visit: service.undelete_record(visit, form, record))
    toast(say("已恢复", "Brought back"))
    return go_to(url_for("records.record", app=app, form=form, record=record))


@blueprint.post("/a/<app>/f/<form>/r/<int:record>/restore/<int:version>")
def restore_version(app: str, form: str, record: int, version: int) -> Response:
    """Give a record the values of an earlier version."""
    try:
        writing(app, lambda visit: service.restore_version(visit, form, record, version))
        toast(say(f"已恢复到版本 {version}", f"Restored to version {version}"))
    except Refused as refused:
        toast(refused.first[0].sentence.to(language()), tone="bad")
    return go_to(url_for("records.record", app=app, form=form, record=record))


@blueprint.post("/a/<app>/f/<form>/r/<int:record>/do/<button>")
def press(app: str, form: str, record: int, button: str) -> Response:
    """Press a button of a record."""
    try:
        writing(app, lambda visit: service.press_button(visit, form, record, button))
        toast(say("已完成", "Done"))
    except Refused as refused:
        toast(refused.first[0].sentence.to(language()), tone="bad")
    except Refusal as refusal:
        toast(refusal.problem.sentence.to(language()), tone="bad")
    return go_to(url_for("records.record", app=app, form=form, record=record))


@blueprint.get("/a/<app>/f/<form>/bin")
def recycle_bin(app: str, form: str) -> str:
    """Show what was deleted and can come back."""
    with reading(app) as visit:
        found = visit.form(form, "delete")
        page = list_records(
            visit, form, ListRequest(columns=_bin_columns(visit, found), deleted=True, totals=False)
        )
        table = visit.app.tables.tables[form]
        gone = {
            row.id: row
            for row in visit.connection.execute(
                select(table.c.id, table.c.deleted_at, table.c.deleted_by).where(
                    table.c.id.in_([one.id for one in page.lines])
                )
            )
        }
        rows = [_bin_row(visit, found, one, gone[one.id]) for one in page.lines]
        view = {
            "title": say(f"{found.label.zh} 回收站", f"{found.label.en}: recycle bin"),
            "count_text": say(f"{page.count:,} 条", f"{page.count:,} records"),
            "keep_text": "",
            "rows": rows,
            "pager": None,
        }
        return render_template("pages/recycle_bin.html", bin=view)


def _bin_columns(visit: Visit, form: Form) -> tuple[str, ...]:
    shown = visible_fields(visit, form)
    return (form.named_by,) if form.named_by in shown else shown[:1]


def _bin_row(visit: Visit, form: Form, line: RecordLine, gone: Any) -> dict[str, Any]:
    who = visit.reader.row("@user", gone.deleted_by) if gone.deleted_by else None
    return {
        "id": line.id,
        "title": record_title(form, line),
        "form_title": form.label.to(language()),
        "who": who["name"] if who else say("系统", "The system"),
        "when_text": when_text(gone.deleted_at, visit.now, visit.app.definition.zone, language()),
        "left_text": "",
        "left_tone": "",
        "restore_url": url_for("records.undelete", app=visit.app.key, form=form.key, record=line.id),
        "purge_url": None,
    }
