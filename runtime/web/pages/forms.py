"""The form of a record: new, edit, live feedback, and what its pickers offer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from engine.forms.model import Form
from engine.forms.submission import Assessment
from engine.problems import Problem
from engine.turn import Refused
from runtime.service import records as service
from runtime.service.idempotency import Answer, Attempt, once
from runtime.service.listing import RecordLine, find_choices
from runtime.service.visit import Visit
from runtime.store.people import search_text
from runtime.store.records import Conflict
from runtime.web.controls import feedback, make_control
from runtime.web.guest import actor, language, office, reading, say, writing
from runtime.web.requests import IDEMPOTENCY, go_to, posted_values, request_hash
from runtime.web.session import toast

blueprint = Blueprint("forms", __name__)
# Among how many records names are compared by sound; no database knows pinyin.
_MOST_BY_SOUND = 1000
_MOST_CHOICES = 20


@blueprint.get("/a/<app>/f/<form>/new")
def new(app: str, form: str) -> str:
    """Show an empty form, filled with defaults and with what the address gives (`?quantity=2`)."""
    with reading(app) as visit:
        found = visit.form(form, "create")
        given = {key: value for key, value in request.args.items() if key in found.fields}
        assessment = service.preview(visit, form, given)
        page = _page(visit, assessment) | {"typed": " ".join(given)}
        return render_template("pages/form.html", form=page)


@blueprint.get("/a/<app>/f/<form>/r/<int:record>/edit")
def edit(app: str, form: str, record: int) -> str:
    """Show the form of a record."""
    with reading(app) as visit:
        assessment = service.preview(visit, form, {}, record)
        return render_template("pages/form.html", form=_page(visit, assessment, record))


@blueprint.post("/a/<app>/f/<form>/preview")
def preview(app: str, form: str) -> Response:
    """Say how the record as it is being typed stands; nothing is saved."""
    body = request.get_json(silent=True)
    body = body if isinstance(body, dict) else {}
    raw = body.get("record") if isinstance(body.get("record"), dict) else {}
    record = int(str(body.get("id") or "0")) if str(body.get("id") or "0").isdigit() else 0
    edited = [key for key in body.get("edited") or [] if isinstance(key, str)]
    touched = {key for key in body.get("touched") or [] if isinstance(key, str)}
    with reading(app) as visit:
        assessment = service.preview(visit, form, raw or {}, record, [*edited, *touched])
        return jsonify(feedback(visit, assessment, touched))


@blueprint.post("/a/<app>/f/<form>/new")
def create(app: str, form: str) -> str | tuple[str, int] | Response:
    """Save a new record; the same form sent twice saves once."""
    values = posted_values()

    def work(visit: Visit) -> str:
        def save() -> Answer:
            done = service.create_records(visit, form, [values])
            return Answer(303, url_for("records.record", app=app, form=form, record=done.created[0]))

        key = request.form.get(IDEMPOTENCY, "") or uuid4().hex
        attempt = Attempt(actor().id, request.path, key, request_hash(), visit.now)
        return once(visit.connection, attempt, save).body

    try:
        address = writing(app, work)
    except Refused as refused:
        return _again(app, form, values, refused.first), 422
    toast(say("已保存", "Saved"))
    return go_to(address)


@blueprint.post("/a/<app>/f/<form>/r/<int:record>/edit")
def change(app: str, form: str, record: int) -> str | tuple[str, int] | Response:
    """Save a changed record, unless somebody changed it meanwhile."""
    values = posted_values()
    version = request.form.get("version", "")
    expected = int(version) if version.isdigit() else None
    try:
        writing(app, lambda visit: service.change_record(visit, form, record, values, expected))
    except Refused as refused:
        return _again(app, form, values, refused.first, record), 422
    except Conflict:
        return _again(app, form, values, (), record), 409
    toast(say("已保存", "Saved"))
    return go_to(url_for("records.record", app=app, form=form, record=record))


def _again(
    app: str, form: str, values: dict[str, object], problems: tuple[Problem, ...], record: int = 0
) -> str:
    """Show the form again with what was typed and every problem; without problems, the conflict."""
    with reading(app) as visit:
        assessment = service.preview(visit, form, values, record)
        page = _page(visit, assessment, record, typed=values, judge=bool(problems))
        order = [control["name"] for section in page["sections"] for control in section["controls"]]
        lines = [_summary_line(assessment.form, problem) for problem in problems]
        page["problems"] = sorted(
            lines, key=lambda line: order.index(line["name"]) if line["name"] in order else len(order)
        )
        if not problems:
            page["conflict"] = _conflict(visit, assessment, values, record)
        return render_template("pages/form.html", form=page)


def _summary_line(form: Form, problem: Problem) -> dict[str, str | None]:
    """Return a problem for the summary on top, where the field must be named."""
    name = str(problem.path[0]) if problem.path else ""
    sentence = problem.sentence.to(language())
    label = form.fields[name].label.to(language()) if name in form.fields else ""
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
    for key in values:
        field = form.fields.get(key)
        if field is None or assessment.value(key) == theirs.value(key):
            continue
        mine = make_control(visit, field, assessment.states[key], assessment.scope)["display"]
        other = make_control(visit, field, theirs.states[key], theirs.scope)["display"]
        fields.append({"name": key, "label": field.label.to(language()), "mine": mine, "theirs": other})
    updated_by = row.get("updated_by")
    who = visit.reader.row("@user", updated_by) if isinstance(updated_by, int) else None
    return {"who": str(who["name"]) if who else say("系统", "The system"), "when_text": "", "fields": fields}


def _page(
    visit: Visit,
    assessment: Assessment,
    record: int = 0,
    *,
    typed: dict[str, object] | None = None,
    judge: bool = False,
) -> dict[str, Any]:
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
        "sections": _sections(visit, assessment, typed, judge=judge),
        "problems": [],
        "submit_label": say("保存", "Save") if record else say("提交", "Submit"),
        "draft_label": None,
        "cancel_url": back,
        "save_state": {"state": "", "text": ""},
        "draft": None,
        "conflict": None,
        "route": [],
        "multipart": False,
        "typed": "all" if typed is not None else "",
    }


def _sections(
    visit: Visit, assessment: Assessment, typed: dict[str, object] | None, *, judge: bool
) -> list[dict[str, Any]]:
    form, visible = assessment.form, service.shown_fields(visit, assessment)
    shown = [key for key in form.fields if key in visible]
    if not assessment.scope.record_id:
        shown = [key for key in shown if not form.fields[key].is_numbered]
    sections = []
    for title, keys in layout(form, shown):
        controls = [
            make_control(
                visit, form.fields[key], assessment.states[key], assessment.scope,
                raw=(typed or {}).get(key), judge=judge,
            )
            for key in keys
        ]  # fmt: skip
        sections.append({"title": title, "help": "", "columns": 2, "controls": controls, "lines": None})
    return sections


def layout(form: Form, shown: list[str]) -> list[tuple[str, list[str]]]:
    """Return the sections of a form's page: title and fields; fields of no section come last."""
    placed = {key for section in form.sections for key in section.fields}
    sections = [(s.title.to(language()), [key for key in s.fields if key in shown]) for s in form.sections]
    rest = [key for key in shown if key not in placed]
    sections.append((say("其他", "Other") if form.sections else "", rest))
    return [(title, keys) for title, keys in sections if keys]


@blueprint.get("/a/<app>/f/<form>/choices/<field>")
def choices(app: str, form: str, field: str) -> Response:
    """Answer a picker: records, people or departments by the words that were typed."""
    words = request.args.get("q", "")[:100]
    with reading(app) as visit:
        found = visit.form(form, "read" if visit.policy(form).may("read") else "create").fields.get(field)
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
            items = _record_items(visit, found.value_type.form, words, found.expressions.get("only"))
        return jsonify({"items": items})


def _by_sound(lines: tuple[RecordLine, ...], words: str) -> tuple[RecordLine, ...]:
    """Keep the records whose name sounds like the letters that were typed: pinyin in full or its initials."""
    wanted = words.casefold().replace(" ", "")
    found = [line for line in lines if wanted in search_text(next(iter(line.cells.values())).text, "")]
    return tuple(found[:_MOST_CHOICES])


def _record_items(visit: Visit, form: str, words: str, condition: Any) -> list[dict[str, str]]:
    lines = find_choices(visit, form, words, condition)
    if not lines and words.strip().isascii() and words.strip():
        lines = _by_sound(find_choices(visit, form, "", condition, _MOST_BY_SOUND), words)
    items = []
    for line in lines:
        cells = list(line.cells.values())
        hint = " · ".join(cell.text for cell in cells[1:] if cell.text)
        items.append({"value": str(line.id), "label": cells[0].text or f"#{line.id}", "hint": hint})
    return items
