"""Many records at once: choose a field and a value, see what would happen, do it; so with deleting.

The records that were picked travel in the page itself, each with the version at which it was seen, so nothing
is kept on the server between the steps and a record that changed meanwhile is left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from engine.forms.assessment import FieldState
from engine.forms.model import Field, Form
from engine.problems import Refusal
from runtime.service.batch_edit import (
    ACTIONS,
    MOST_REASONS,
    BatchAction,
    Outcome,
    Picked,
    Wish,
    carry_out,
    name_records,
    pick_found,
    pick_records,
    rehearse,
    writable_field,
    writable_fields,
)
from runtime.service.listing import ListRequest
from runtime.service.views import view_tabs
from runtime.service.visit import NotFound, Visit
from runtime.web.controls import make_control, shown_text
from runtime.web.guest import language, reading, say, writing
from runtime.web.list_address import ListAddress
from runtime.web.requests import LARGEST_ID, go_to, posted_values
from runtime.web.session import toast

blueprint = Blueprint("batch_edit", __name__)


@blueprint.get("/a/<app>/f/<form>/batch/<action>")
def leave(app: str, form: str, action: str) -> Response:
    """Lead back to the list: without what was picked there is nothing to show."""
    return go_to(_list_url(app, form, action))


@blueprint.post("/a/<app>/f/<form>/batch/<action>")
def edit(app: str, form: str, action: str) -> str | tuple[str, int] | Response:
    """Show one step: choose what is to be changed, check what would happen, or do it."""
    chosen = next((one for one in ACTIONS if one == action), None)
    if chosen is None:
        raise NotFound
    step = request.form.get("batch.step", "")
    rows: tuple[Picked, ...] = ()
    try:
        with reading(app) as visit:
            rows = _picked(visit, visit.form(form), chosen)
        if not rows:
            toast(say("没有选中记录", "No records are chosen"), tone="bad")
            return go_to(_list_url(app, form, action))
        if chosen == "change" and step not in ("check", "do"):
            return _show_choice(app, form, rows)
        wish = _wish(chosen, rows)
        if step == "do":
            outcome = carry_out(lambda work: writing(app, work), form, wish)
        else:
            with reading(app) as visit:
                outcome = rehearse(visit, form, wish)
    except Refusal as refusal:
        if not rows or not (chosen == "change" and step in ("check", "do")):
            toast(refusal.problem.sentence.to(language()), tone="bad")
            return go_to(_list_url(app, form, action))
        return _show_choice(app, form, rows, refusal.problem.sentence.to(language())), 422
    return _show_outcome(app, form, wish, outcome, done=step == "do")


def _list_url(app: str, form: str, action: str) -> str:
    """Return the address of the list that the records were picked in."""
    asked = request.query_string.decode("ascii", "ignore")
    place = "records.recycle_bin" if action == "restore" else "lists.records"
    url = url_for(place, app=app, form=form)
    return f"{url}?{asked}" if asked else url


# What was picked, and what is to be done.


def _picked(visit: Visit, form: Form, action: BatchAction) -> tuple[Picked, ...]:
    """Return the picked records: as an earlier step saw them, all that the list finds, or the ticked ones."""
    if "batch.rows" in request.form:
        return _read_rows(request.form["batch.rows"])
    if request.form.get("batch.all"):
        return pick_found(visit, form, _list_request(visit, form, action))
    ids = [int(word) for word in request.form.getlist("id") if word.isascii() and word.isdigit()]
    known = [one for one in ids if one < LARGEST_ID]
    return pick_records(visit, form, known, deleted=action == "restore")


def _list_request(visit: Visit, form: Form, action: BatchAction) -> ListRequest:
    """Return what the list asked that the records were picked in: its address came along."""
    address = ListAddress.present()
    declared = {tab.key for tab in view_tabs(visit, form) if tab.saved is None}
    view = address.get("view")
    asked = address.read(view=view if view in declared else "")
    return replace(asked, deleted=action == "restore")


def _read_rows(text: str) -> tuple[Picked, ...]:
    """Read `12.3-13.1`: the records with their versions."""
    rows = []
    for word in text.split("-"):
        record, _, version = word.partition(".")
        if all(part.isascii() and part.isdigit() and int(part) < LARGEST_ID for part in (record, version)):
            rows.append(Picked(int(record), int(version)))
    return tuple(rows)


def _write_rows(rows: tuple[Picked, ...]) -> str:
    return "-".join(f"{one.record}.{one.version}" for one in rows)


def _wish(action: BatchAction, rows: tuple[Picked, ...]) -> Wish:
    field = request.form.get("batch.field", "") if action == "change" else ""
    return Wish(action=action, rows=rows, field=field, value=posted_values().get(field) or None)


# Pages.


def _show_choice(app: str, form: str, rows: tuple[Picked, ...], problem: str = "") -> str:
    """Show the choice of a field with its own control."""
    with reading(app) as visit:
        found = visit.form(form, "update")
        fields = writable_fields(visit, found)
        asked = request.form.get("batch.field", "")
        chosen = writable_field(visit, found, asked) if asked and not problem else None
        chosen = chosen or next((one for one in fields if one.key == asked), None)
        batch = _frame(visit, found, "change", rows) | {
            "fields": [{"key": one.key, "label": one.label.to(language())} for one in fields],
            "field": chosen.key if chosen else "",
            "control": _control(visit, found, chosen, problem) if chosen else None,
            "problem": "" if chosen else problem,
        }
        return render_template("pages/batch_choice.html", batch=batch)


def _control(visit: Visit, form: Form, field: Field, problem: str) -> dict[str, Any]:
    state = FieldState(visible=True, required=False, readonly=False)
    raw = posted_values().get(field.key)
    control = make_control(visit, field, state, visit.scope(form, {}), raw=raw)
    return control | {"problems": [problem] if problem else []}


def _frame(visit: Visit, form: Form, action: BatchAction, rows: tuple[Picked, ...]) -> dict[str, Any]:
    """Return what every step shows and carries on."""
    label = form.label.to(language())
    count = f"{len(rows):,}"
    titles = {
        "change": say(f"修改 {count} 条{label}", f"Change {count} {label}"),
        "delete": say(f"删除 {count} 条{label}", f"Delete {count} {label}"),
        "restore": say(f"恢复 {count} 条{label}", f"Bring back {count} {label}"),
    }
    return {
        "action": action,
        "title": titles[action],
        "crumbs": [{"title": label, "url": _list_url(visit.app.key, form.key, action)}],
        "url": request.full_path.rstrip("?"),
        "back_url": _list_url(visit.app.key, form.key, action),
        "rows": _write_rows(rows),
    }


def _show_outcome(app: str, form: str, wish: Wish, outcome: Outcome, *, done: bool) -> str:
    """Show what would happen, or what has happened."""
    with reading(app) as visit:
        found = visit.form(form)
        batch = _frame(visit, found, wish.action, wish.rows) | {
            "done": done,
            "field": wish.field,
            "values": _posted_pairs(wish.field),
            "sentence": _sentence(visit, found, wish),
            "count": len(outcome.done),
            "same": outcome.same,
            "refused": len(outcome.refused),
            "reasons": _reasons(visit, found, wish, outcome),
            "rest": max(0, len(outcome.refused) - MOST_REASONS),
            "undo": _undo(app, form, wish, outcome) if done else None,
        }
        return render_template("pages/batch_outcome.html", batch=batch)


def _posted_pairs(field: str) -> list[str]:
    return request.form.getlist(field) if field else []


def _sentence(visit: Visit, form: Form, wish: Wish) -> str:
    if wish.action != "change":
        return ""
    field = form.fields[wish.field]
    value = field.type.parse(wish.value, field.value_type, visit.app.definition.zone)
    words = shown_text(visit, field, value) or say("空", "blank")
    label = field.label.to(language())
    return say(f"「{label}」改为「{words}」", f"{label} becomes “{words}”")


def _reasons(visit: Visit, form: Form, wish: Wish, outcome: Outcome) -> list[dict[str, str]]:
    """Return the records that are left out, each with its reasons; a link where the person may see it."""
    ids = sorted(outcome.refused)[:MOST_REASONS]
    names = name_records(visit, form, ids, deleted=wish.action == "restore") if ids else {}
    linked = names if wish.action != "restore" else {}
    return [
        {
            "title": names.get(record) or f"#{record}",
            "url": url_for("records.record", app=visit.app.key, form=form.key, record=record)
            if record in linked
            else "",
            "sentence": say(";", "; ").join(p.sentence.to(language()) for p in outcome.refused[record]),
        }
        for record in ids
    ]


def _undo(app: str, form: str, wish: Wish, outcome: Outcome) -> dict[str, str] | None:
    """Offer the way back from deleting."""
    if wish.action != "delete" or not outcome.done:
        return None
    rows = _write_rows(tuple(Picked(record) for record in outcome.done))
    return {"url": url_for("batch_edit.edit", app=app, form=form, action="restore"), "rows": rows}
