"""The form of a record: new, edit, live feedback, and what its pickers offer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from engine.forms.assessment import Assessment
from engine.forms.model import Form
from engine.problems import Problem
from engine.turn import Refused
from runtime.service import records as service
from runtime.service.entry_drafts import discard_draft
from runtime.service.idempotency import Answer, Attempt, once
from runtime.service.records import shown_fields
from runtime.service.references import scope_of
from runtime.service.visit import Visit
from runtime.store.records import Conflict
from runtime.web.controls import feedback, make_control
from runtime.web.draft_offers import offered_draft
from runtime.web.form_sections import FormSections, remark_states
from runtime.web.guest import actor, language, office, reading, say, writing
from runtime.web.picking import record_items
from runtime.web.requests import IDEMPOTENCY, go_to, posted_draft, posted_values, request_hash
from runtime.web.row_controls import TableControls
from runtime.web.row_names import Nested, nest
from runtime.web.session import toast
from runtime.web.similar import similar_views

blueprint = Blueprint("forms", __name__)


@blueprint.get("/a/<app>/f/<form>/new")
def new(app: str, form: str) -> str:
    """Show an empty form, filled with defaults and with what the address gives (`?quantity=2`)."""
    with reading(app) as visit:
        found = visit.form(form, "create")
        given = {key: value for key, value in request.args.items() if key in found.fields}
        assessment = service.preview(visit, form, given)
        page = form_page(visit, assessment) | {"typed": " ".join(given)}
        return render_template("pages/form.html", form=page)


@blueprint.get("/a/<app>/f/<form>/r/<int:record>/edit")
def edit(app: str, form: str, record: int) -> str:
    """Show the form of a record."""
    with reading(app) as visit:
        assessment = service.preview(visit, form, {}, record)
        return render_template("pages/form.html", form=form_page(visit, assessment, record))


@blueprint.post("/a/<app>/f/<form>/preview")
def preview(app: str, form: str) -> Response:
    """Say how the record as it is being typed stands; nothing is saved."""
    body = request.get_json(silent=True)
    body = body if isinstance(body, dict) else {}
    raw = body.get("record") if isinstance(body.get("record"), dict) else {}
    raw = raw or {}
    record = int(str(body.get("id") or "0")) if str(body.get("id") or "0").isdigit() else 0
    edited = [key for key in body.get("edited") or [] if isinstance(key, str)]
    touched = {key for key in body.get("touched") or [] if isinstance(key, str)}
    sent = nest(raw, {*edited, *touched})
    with reading(app) as visit:
        assessment = service.preview(visit, form, sent.values, record, [*edited, *touched, *sent.keys])
        answer = feedback(visit, assessment, touched) | {"similar": similar_views(visit, assessment)}
        answer["fields"] |= {key: {"visible": on} for key, on in remark_states(assessment).items()}
        for table in assessment.form.tables:
            if table.key in answer["fields"]:
                rows = TableControls(visit, table, assessment, sent)
                answer["fields"] |= rows.feedback(touched)
        return jsonify(answer)


@blueprint.post("/a/<app>/f/<form>/new")
def create(app: str, form: str) -> str | tuple[str, int] | Response:
    """Save a new record; the same form sent twice saves once."""
    sent = nest(posted_values())

    def work(visit: Visit) -> str:
        def save() -> Answer:
            done = service.create_records(visit, form, [sent.values])
            discard_draft(visit, posted_draft())
            return Answer(303, url_for("records.record", app=app, form=form, record=done.created[0]))

        key = request.form.get(IDEMPOTENCY, "") or uuid4().hex
        attempt = Attempt(actor().id, request.path, key, request_hash(), visit.now)
        return once(visit.connection, attempt, save).body

    try:
        address = writing(app, work)
    except Refused as refused:
        return _again(app, form, sent, refused.first), 422
    toast(say("已保存", "Saved"))
    return go_to(address)


@blueprint.post("/a/<app>/f/<form>/r/<int:record>/edit")
def change(app: str, form: str, record: int) -> str | tuple[str, int] | Response:
    """Save a changed record, unless somebody changed it meanwhile."""
    sent = nest(posted_values())
    version = request.form.get("version", "")
    expected = int(version) if version.isdigit() else None

    def work(visit: Visit) -> None:
        service.change_record(visit, form, record, sent.values, expected)
        discard_draft(visit, posted_draft())

    try:
        writing(app, work)
    except Refused as refused:
        return _again(app, form, sent, refused.first, record), 422
    except Conflict:
        return _again(app, form, sent, (), record), 409
    toast(say("已保存", "Saved"))
    return go_to(url_for("records.record", app=app, form=form, record=record))


def _again(app: str, form: str, sent: Nested, problems: tuple[Problem, ...], record: int = 0) -> str:
    """Show the form again with what was typed and every problem; without problems, the conflict."""
    with reading(app) as visit:
        assessment = service.preview(visit, form, sent.values, record)
        page = form_page(visit, assessment, record, typed=sent, judge=bool(problems))
        order = [
            name
            for section in page["sections"]
            for control in section["controls"]
            for name in _names(control)
        ]
        lines = [_summary_line(assessment.form, problem, sent) for problem in problems]
        page["problems"] = sorted(
            lines, key=lambda line: order.index(line["name"]) if line["name"] in order else len(order)
        )
        if not problems:
            page["conflict"] = _conflict(visit, assessment, sent.values, record)
        return render_template("pages/form.html", form=page)


def _summary_line(form: Form, problem: Problem, sent: Nested) -> dict[str, str | None]:
    """Return a problem for the summary on top, where the field must be named."""
    first = str(problem.path[0]) if problem.path else ""
    name = sent.name_of(problem.path)
    sentence = problem.sentence.to(language())
    label = form.fields[first].label.to(language()) if first in form.fields else ""
    if first in form.row_forms and len(problem.path) > 1:
        row = int(str(problem.path[1])) + 1
        inner = form.row_forms[first].fields.get(str(problem.path[-1]))
        words = inner.label.to(language()) if inner else ""
        label = say(f"{label}第 {row} 行{words}", f"{label}, row {row} {words}".rstrip())
    return {
        "name": name,
        "sentence": sentence if label in sentence else say(f"{label}：{sentence}", f"{label}: {sentence}"),
    }


def _conflict(visit: Visit, assessment: Assessment, values: dict[str, object], record: int) -> dict[str, Any]:
    """Show field by field what somebody else wrote meanwhile."""
    form = assessment.form
    row = visit.reader.row(form.key, record) or {}
    theirs = service.preview(visit, form.key, {}, record)
    fields = []
    shown = shown_fields(visit, assessment)
    for key in values:
        field = form.fields.get(key)
        if field is None or key not in shown or assessment.value(key) == theirs.value(key):
            continue
        mine = make_control(visit, field, assessment.states[key], assessment.scope)["display"]
        other = make_control(visit, field, theirs.states[key], theirs.scope)["display"]
        fields.append({"name": key, "label": field.label.to(language()), "mine": mine, "theirs": other})
    updated_by = row.get("updated_by")
    who = visit.reader.row("@user", updated_by) if isinstance(updated_by, int) else None
    return {"who": str(who["name"]) if who else say("系统", "The system"), "when_text": "", "fields": fields}


def form_page(
    visit: Visit,
    assessment: Assessment,
    record: int = 0,
    *,
    typed: Nested | None = None,
    judge: bool = False,
) -> dict[str, Any]:
    """Return a form as templates/pages/form.html draws it; `typed` is shown instead of the values."""
    form = assessment.form
    title = form.label.to(language())
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key}
    back = url_for("records.record", **here, record=record) if record else url_for("lists.records", **here)
    row = visit.reader.row(form.key, record) if record else None
    return {
        "title": say(f"修改{title}", f"{title}: edit") if record else say(f"新建{title}", f"{title}: new"),
        "crumbs": [{"title": title, "url": url_for("lists.records", **here)}],
        "sub": form.help.to(language()) if form.help and not record else "",
        "action": url_for("forms.change", **here, record=record)
        if record
        else url_for("forms.create", **here),
        "preview_url": url_for("forms.preview", **here),
        "record_id": record or "",
        "version": row["version"] if row else "",
        "idempotency_key": uuid4().hex,
        "key": f"{visit.app.key}/{form.key}",
        "sections": FormSections(visit, assessment, typed, judge).sections(),
        "problems": [],
        "submit_label": say("保存", "Save") if record else say("提交", "Submit"),
        "drafts_url": url_for("entry_drafts.keep", **here),
        "draft_id": posted_draft() or "",
        "cancel_url": back,
        "save_state": {"state": "", "text": ""},
        "draft": offered_draft(visit, form.key, record) if typed is None else None,
        "conflict": None,
        "route": [],
        "multipart": False,
        "typed": "all" if typed is not None else "",
    }


def _names(control: dict[str, Any]) -> list[str]:
    """Return the names of a control's inputs in their order on the page."""
    inside = [
        *control.get("parts", ()),
        *(c for row in control.get("lines", {}).get("rows", ()) for c in row["controls"]),
    ]
    return [control["name"], *(part["name"] for part in inside)]


@blueprint.get("/a/<app>/f/<form>/choices/<field>")
def choices(app: str, form: str, field: str) -> Response:
    """Answer a picker: records, people or departments by the words that were typed."""
    words = request.args.get("q", "")[:100]
    with reading(app) as visit:
        policy = visit.policy(form)
        fields = visit.form(form, "read" if policy.may("read") else "create").fields
        found = fields.get(field) if policy.shows(field) or field in policy.creatable() else None
        control = found.type.control(found.options, found.value_type) if found else None
        if found is None or control is None or not control.lookup:
            return jsonify({"items": []})
        if control.lookup == "user":
            items = [
                {"value": str(p.id), "label": p.name, "hint": p.username}
                for p in office().people.find_people(words)
            ]
        elif control.lookup == "department":
            items = [
                {"value": str(d.id), "label": d.name, "hint": ""}
                for d in office().people.find_departments(words)
            ]
        else:
            own = {key: request.args.get(f"own.{key}", "") for key in found.offered_by}
            around = scope_of(visit, visit.app.definition.forms[form], own) if found.offered_by else None
            only = found.expressions.get("only")
            items = record_items(visit, found.value_type.refers_to, words, only, around)
        return jsonify({"items": items})
