"""The definition of an app: upload, problems with lines, the plan, publishing, and the versions."""

from __future__ import annotations

import difflib
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from engine.access import ADMIN
from engine.changes import Change
from engine.definition.lines import show_problem
from engine.problems import DefinitionError, Problem
from runtime.service.apps import NEEDS_A_YES, PublishPlan, Terms
from runtime.service.visit import NO_SUCH_APP, NotFound
from runtime.store import definitions as store
from runtime.store import people as people_store
from runtime.web.guest import actor, language, office, say
from runtime.web.navigation import visible_apps
from runtime.web.requests import go_to
from runtime.web.session import toast
from runtime.web.wording import when_text

blueprint = Blueprint("definitions", __name__)
_FAR, _BEFORE = 70, 40
_SIGNS = {"safe": "add", "slow": "change", "destructive": "remove"}


def _may_design(app: str) -> None:
    if ADMIN not in actor().roles_in(app):
        raise NotFound(NO_SUCH_APP)


@blueprint.get("/a/<app>/definition")
def definition(app: str) -> str:
    """Show the definition in force, ready to be changed."""
    _may_design(app)
    return _page(app, _live_text(app), None)


@blueprint.post("/a/<app>/definition")
def check(app: str) -> str | tuple[str, int]:
    """Check what was uploaded or written, and show its problems or the plan."""
    _may_design(app)
    text, file = _sent()
    plan = office().publisher.plan(text, file, app=app)
    return _page(app, text, plan, file), 200 if plan.definition else 422


@blueprint.post("/a/<app>/definition/publish")
def publish(app: str) -> str | tuple[str, int] | Response:
    """Publish what was checked."""
    _may_design(app)
    return _publish(app)


@blueprint.get("/new-app")
def new_app() -> str:
    """Show the page for a new app."""
    _only_admins()
    return _page("", "", None)


@blueprint.post("/new-app")
def check_new() -> str | tuple[str, int]:
    """Check the definition of a new app."""
    _only_admins()
    text, file = _sent()
    plan = office().publisher.plan(text, file)
    return _page("", text, plan, file), 200 if plan.definition else 422


@blueprint.post("/new-app/publish")
def publish_new() -> str | tuple[str, int] | Response:
    """Publish a new app."""
    _only_admins()
    return _publish("")


def _only_admins() -> None:
    if not actor().is_admin:
        raise NotFound(NO_SUCH_APP)


def _publish(app: str) -> str | tuple[str, int] | Response:
    text, file = _sent()
    base, note = request.form.get("base", ""), request.form.get("note", "")[:500]
    terms = Terms(
        app=app,
        confirmed=request.form.get("confirmed") == "yes",
        base=int(base) if base.isdecimal() else None,
    )
    try:
        done = office().publisher.publish(text, file, author=actor().id, note=note, terms=terms)
    except DefinitionError as error:
        plan = office().publisher.plan(text, file, app=app)
        return _page(app, text, plan, file, extra=error.problems), 422
    toast(say(f"已发布版本 {done.number}", f"Published version {done.number}"))
    return go_to(url_for("definitions.definition", app=done.key))


@blueprint.post("/a/<app>/definition/versions/<int:number>/rollback")
def roll_back(app: str, number: int) -> str | tuple[str, int] | Response:
    """Publish an earlier version again; where data would go out of use, show the plan first."""
    _may_design(app)
    try:
        done = office().publisher.roll_back(app, number, author=actor().id)
    except DefinitionError as error:
        text = _version_text(app, number)
        return _page(
            app, text, office().publisher.plan(text, f"{app}.yaml", app=app), extra=error.problems
        ), 422
    toast(
        say(
            f"已回到版本 {number}（现在是版本 {done.number}）",
            f"Back at version {number} (now version {done.number})",
        )
    )
    return go_to(url_for("definitions.definition", app=app))


@blueprint.get("/a/<app>/definition/versions/<int:number>.yaml")
def version(app: str, number: int) -> Response:
    """Give the text of a version as it was published."""
    _may_design(app)
    response = Response(_version_text(app, number), mimetype="application/yaml")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{app if app.isascii() else "app"}-v{number}.yaml"'
    )
    return response


def _sent() -> tuple[str | bytes, str]:
    """Return the uploaded file, or else the text of the page."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return upload.read(), upload.filename[-100:]
    text = request.form.get("text", "")
    return text.replace("\r\n", "\n"), request.form.get("file_name", "")[-100:] or "app.yaml"


def _live_text(app: str) -> str:
    with office().database.reading() as connection:
        row = store.find_app(connection, app)
        found = store.find_version(connection, row.id, row.number) if row and row.number else None
    if found is None:
        raise NotFound(NO_SUCH_APP)
    return found.text


def _version_text(app: str, number: int) -> str:
    with office().database.reading() as connection:
        row = store.find_app(connection, app)
        found = store.find_version(connection, row.id, number) if row else None
    if found is None:
        raise NotFound(NO_SUCH_APP)
    return found.text


def _page(
    app: str, text: str | bytes, plan: PublishPlan | None, file: str = "", *, extra: tuple[Problem, ...] = ()
) -> str:
    shown = text.decode(errors="replace") if isinstance(text, bytes) else text
    versions, live = _versions(app) if app else ([], None)
    current = _live_text(app) if app else ""
    # That a yes is missing is said where the yes is given, beside the plan.
    problems = [*(plan.problems if plan else ()), *(one for one in extra if one.code is not NEEDS_A_YES)]
    can_publish = plan is not None and plan.definition is not None and not plan.is_same
    view = {
        "title": _title(app),
        "text": shown,
        "file_name": file or (f"{app}.yaml" if app else ""),
        "live": live,
        "check_url": url_for("definitions.check", app=app) if app else url_for("definitions.check_new"),
        "publish_url": url_for("definitions.publish", app=app) if app else url_for("definitions.publish_new"),
        "base": plan.base if plan and plan.base is not None else "",
        "dirty": shown != current,
        "checked": plan is not None,
        "save_state": {"state": "", "text": ""},
        "can_publish": can_publish,
        "why_not": _why_not(plan),
        "problems": [_problem(problem, shown) for problem in problems],
        "plan": _plan(plan) if plan else [],
        "needs_yes": bool(plan and plan.destructive),
        "running": None,
        "tests": None,
        "versions": versions,
        "diff": _diff(current, shown) if plan and plan.definition and app else [],
        "diff_title": say("定义的改动", "Changes of the text"),
        "download_url": live["url"] if live else None,
        "reference_url": None,
    }
    return render_template("pages/definition.html", definition=view)


def _title(app: str) -> str:

    found = next((one for one in visible_apps() if one.key == app), None)
    return found.definition.title.to(language()) if found else ""


def _why_not(plan: PublishPlan | None) -> str:
    if plan is None:
        return say("先检查", "Check it first")
    if plan.definition is None:
        return say("先改好上面的问题", "Correct the problems first")
    return say("和正在用的版本一样", "It is the same as the version in force") if plan.is_same else ""


def _problem(problem: Problem, text: str) -> dict[str, Any]:
    place = problem.location
    lines = text.splitlines()
    source = lines[place.line - 1] if place and 0 < place.line <= len(lines) else ""
    start = place.column - 1 if place else 0
    if start > _FAR:  # so that the place is on the screen
        source, start = "…" + source[start - _BEFORE :], _BEFORE + 1
    return {
        "severity": problem.code.severity,
        "code": problem.code.name,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "width": place.length if place else 1,
        "source": source,
        "from": start,
        "sentence": problem.sentence.to(language()),
        "fix": problem.fix.to(language()),
        "text": show_problem(problem, text, language()),
    }


def _plan(plan: PublishPlan) -> list[dict[str, Any]]:
    rows = [_change(change) for change in plan.changes]
    meaning = [
        {
            "sign": "change",
            "sentence": one.to(language()),
            "detail": "",
            "risk": "safe",
            "rows_text": "",
            "part": "",
        }
        for one in plan.meaning
    ]
    return rows + meaning


def _change(change: Change) -> dict[str, Any]:
    rows = ""
    if change.rows:
        rows = say(f"涉及 {change.rows:,} 条记录", f"concerns {change.rows:,} records")
    return {
        "sign": _SIGNS[change.risk], "sentence": change.sentence.to(language()), "detail": "",
        "risk": change.risk,
        "rows_text": rows, "part": "",
    }  # fmt: skip


def _diff(old: str, new: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2):
        if line.startswith(("---", "+++")):
            continue
        kind = {"+": "add", "-": "remove", "@": "gap"}.get(line[:1], "same")
        lines.append({"kind": kind, "text": line if kind == "gap" else line[1:]})
    return lines[:400]


def _versions(app: str) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    with office().database.reading() as connection:
        row = store.find_app(connection, app)
        if row is None:
            raise NotFound(NO_SUCH_APP)
        rows = store.list_versions(connection, row.id)
        people = people_store.load_people(connection, [one.author for one in rows if one.author])
    now, zone = office().clock(), office().settings.time_zone
    found = []
    for one in rows:
        live = one.number == row.number
        roll = url_for("definitions.roll_back", app=app, number=one.number)
        author = people.get(one.author) if one.author else None
        found.append({
            "number": one.number, "live": live,
            "when_text": when_text(one.published_at, now, zone, language()),
            "who": author.name if author else say("系统", "The system"), "note": one.note, "text": "",
            "url": url_for("definitions.version", app=app, number=one.number), "compare_url": None,
            "rollback_url": None if live else roll,
        })  # fmt: skip
    return found, next((one for one in found if one["live"]), None)
