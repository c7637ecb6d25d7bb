"""One record: its page, its history, its buttons, the recycle bin."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, render_template, request, url_for
from sqlalchemy import select

from engine.access import Rights
from engine.expression.evaluate import holds
from engine.forms.model import Field, Form
from engine.problems import Refusal
from engine.turn import Refused
from engine.values import Kind
from runtime.service import records as service
from runtime.service.comments import read_comments
from runtime.service.listing import (
    ListRequest,
    RecordLine,
    get_record,
    list_records,
    read_history,
    visible_fields,
)
from runtime.service.visit import NotFound, Visit
from runtime.store.reader import Row
from runtime.web.activity import Attempted, activity
from runtime.web.form_sections import layout
from runtime.web.guest import language, office, reading, say, writing
from runtime.web.mentions import see_mentions
from runtime.web.pages.lists import is_coloured
from runtime.web.passage import find_passage
from runtime.web.record_fields import field_view, is_shown
from runtime.web.related import related_lists
from runtime.web.requests import go_to
from runtime.web.session import toast
from runtime.web.wording import when_text

blueprint = Blueprint("records", __name__)
_FACTS = 5
_NOTHING_ATTEMPTED = Attempted()


@blueprint.get("/a/<app>/f/<form>/r/<int:record>")
def record(app: str, form: str, record: int) -> str:
    """Show one record; whoever is mentioned in its comments has seen that now."""
    see_mentions(app, form, record)
    return record_page(app, form, record)


def record_page(app: str, form: str, record: int, attempted: Attempted = _NOTHING_ATTEMPTED) -> str:
    """Return the page of a record; with a comment that could not be saved, it shows what was typed."""
    with reading(app) as visit:
        found = visit.form(form)
        line = get_record(visit, form, record)
        row = visit.reader.row(form, record)
        if row is None:
            raise NotFound
        return render_template("pages/record.html", record=_view(visit, found, line, row, attempted))


def _view(visit: Visit, form: Form, line: RecordLine, row: Row, attempted: Attempted) -> dict[str, Any]:
    rights = visit.policy(form.key).rights(visit.scope(form, row))
    passage = find_passage(visit, form.key, line.id)
    list_url = passage.list_url or url_for("lists.records", app=visit.app.key, form=form.key)
    scope = visit.scope(form, row)
    shown = [key for key, one in form.fields.items() if key in rights.readable and is_shown(one, scope)]
    status = next((k for k in shown if _is_status(form.fields[k]) and line.cells[k].text), None)
    number = next((k for k in shown if form.fields[k].is_numbered), None)
    return (
        {
            "title": record_title(form, line),
            "number": line.cells[number].text if number and number != form.named_by else "",
            "crumbs": [{"title": form.label.to(language()), "url": list_url}],
            "status": {"label": line.cells[status].text, "color": line.cells[status].color}
            if status
            else None,
            "updated_text": _updated_text(visit, row),
            "facts": _facts(form, line, shown, status),
            "sections": [
                {"title": title, "fields": [field_view(visit, form, line, key) for key in keys]}
                for title, keys in layout(form, shown)
            ],
            "related": related_lists(visit, form, line.id),
            "actions": _buttons(visit, form, row, line),
            "previous_url": passage.previous_url,
            "next_url": passage.next_url,
            "position_text": passage.position_text,
            "version": line.version,
            "deleted": None,
            "notices": [],
        }
        | _ways(visit, form, line, rights)
        | _activity(visit, form, line, rights, attempted)
    )


def _ways(visit: Visit, form: Form, line: RecordLine, rights: Rights) -> dict[str, Any]:
    """Return what the person may go on to do with a record, beside the buttons of the definition."""
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key, "record": line.id}
    return {
        "edit_url": url_for("forms.edit", **here) if _can_edit(form, rights) else None,
        "copy_of_url": url_for("copies.copy", **here) if visit.policy(form.key).may("create") else None,
        "delete_url": url_for("records.delete", **here) if "delete" in rights.actions else None,
        "print_url": None,
        "copy_url": office().settings.base_url + url_for("records.record", **here),
    }


def _can_edit(form: Form, rights: Rights) -> bool:
    return "update" in rights.actions and any(
        one.is_entered and not one.readonly and key in rights.writable for key, one in form.fields.items()
    )


def _activity(
    visit: Visit, form: Form, line: RecordLine, rights: Rights, attempted: Attempted
) -> dict[str, Any]:
    """Return what happened to a record, and the box for a new comment."""
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key, "record": line.id}
    comments = read_comments(visit, form.key, line.id)
    # What was typed into a comment that can no longer be changed may still become a new one.
    is_new = not any(one.id == attempted.comment and one.may_edit for one in comments)
    history = read_history(visit, form, line.id, rights)
    moments = activity(visit, form, line, history, comments, attempted)
    if not _can_edit(form, rights):
        moments = [moment | {"restore_url": None} for moment in moments]
    return {
        "activity": moments,
        "comment": {
            "url": url_for("comments.add", **here),
            "readers_url": url_for("comments.readers", **here),
            "body": attempted.body if is_new else "",
            "problem": attempted.problem if is_new else "",
            "idempotency_key": uuid4().hex,
        },
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
            "batch_url": url_for("batch_edit.edit", app=app, form=form, action="restore"),
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
