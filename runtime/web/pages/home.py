"""The workbench: start a record, open an app, go on where one left off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from sqlalchemy import func, select

from runtime.service.listing import get_record
from runtime.service.visit import Forbidden, NotFound
from runtime.store import schema
from runtime.store.published import PublishedApp
from runtime.web.draft_offers import draft_link
from runtime.web.guest import actor, language, office, reading, say
from runtime.web.navigation import app_link, platform_admins, visible_apps, visible_forms
from runtime.web.requests import go_to
from runtime.web.wording import when_text

blueprint = Blueprint("home", __name__)
_RECENT = 8
_START = 6


@blueprint.get("/")
def home() -> str:
    """Show the workbench."""
    apps = visible_apps()
    startable = start_links(apps)
    with office().database.reading() as connection:
        drafts = draft_link(connection, apps)
    page = {
        "greeting": _greeting(),
        "start": startable[:_START],
        "start_url": url_for("home.start") if len(startable) > _START else None,
        "apps": [_app_card(app) for app in apps],
        "recent": recent_records(apps),
        "drafts": drafts,
        "tasks": None,
        "started": None,
        "first_run": _first_run() if actor().is_admin and not apps else [],
        "admins": platform_admins() if not apps and not actor().is_admin else [],
        "new_app_url": url_for("definitions.new_app") if actor().is_admin else None,
    }
    return render_template("pages/home.html", home=page)


@blueprint.get("/start")
def start() -> str | Response:
    """Show every form that the person may fill in."""
    words = request.args.get("q", "").strip()
    found = [one for one in start_links(visible_apps()) if words.lower() in one["title"].lower()]
    page = {"search": words, "groups": _groups(found)}
    return render_template("pages/start.html", start=page)


def _groups(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for link in links:
        groups.setdefault(link["app_title"], []).append(link)
    return [{"title": title, "forms": forms} for title, forms in groups.items()]


@blueprint.get("/tasks")
def tasks() -> Response:
    """Lead to the workbench, which lists what there is to do."""
    return go_to(url_for("home.home"))


def start_links(apps: list[PublishedApp]) -> list[dict[str, Any]]:
    """Return the forms in which the person may create records."""
    found = []
    for app in apps:
        for key in visible_forms(app):
            if app.definition.access.policy(key, actor().roles_in(app.key)).may("create"):
                form = app.definition.forms[key]
                found.append({
                    "title": form.label.to(language()), "app_title": app.definition.title.to(language()),
                    "url": url_for("forms.new", app=app.key, form=key), "icon": "form", "text": "",
                })  # fmt: skip
    return found


def recent_records(apps: list[PublishedApp], limit: int = _RECENT) -> list[dict[str, Any]]:
    """Return the records that the person changed last and still may see."""
    table = schema.history
    latest = (
        select(
            table.c.app_id,
            table.c.form,
            table.c.record_id,
            func.max(table.c.id).label("last"),
            func.max(table.c.at).label("at"),
        )
        .where(table.c.actor == actor().id, table.c.app_id.in_([app.id for app in apps]))
        .group_by(table.c.app_id, table.c.form, table.c.record_id)
        .order_by(func.max(table.c.id).desc())
        .limit(limit)
    )
    with office().database.reading() as connection:
        rows = list(connection.execute(latest))
    by_id = {app.id: app for app in apps}
    found = []
    for app_id, form, record, _, at in rows:
        app = by_id[app_id]
        link = _recent_link(app, form, record)
        if link is not None:
            zone = app.definition.zone
            found.append(
                link
                | {"when_text": when_text(at, office().clock(), zone, language()), "when_iso": at.isoformat()}
            )
    return found


def _recent_link(app: PublishedApp, form_key: str, record: int) -> dict[str, Any] | None:
    form = app.definition.forms.get(form_key)
    if form is None:
        return None
    with reading(app.key) as visit:
        try:
            line = get_record(visit, form_key, record, (form.named_by,) if form.named_by != "id" else ())
        except (NotFound, Forbidden):
            return None
    cell = line.cells.get(form.named_by)
    return {
        "title": cell.text if cell and cell.text else f"#{record}",
        "url": url_for("records.record", app=app.key, form=form_key, record=record),
        "form_title": form.label.to(language()),
        "who": say("你", "You"),
        "status": None,
    }


def _app_card(app: PublishedApp) -> dict[str, Any]:
    definition = app.definition
    text = definition.description.to(language()) if definition.description else ""
    title = definition.title.to(language())
    return {
        "title": title, "url": app_link(app)["url"], "text": text, "initial": title[:1],
        "color": "brand", "count": None,
    }  # fmt: skip


def _greeting() -> str:
    hour = office().clock().astimezone(office().settings.time_zone).hour
    words = (say("早上好", "Good morning"), say("下午好", "Good afternoon"), say("晚上好", "Good evening"))
    word = words[0] if 5 <= hour < 12 else words[1] if 12 <= hour < 18 else words[2]
    return say(f"{word}，{actor().name}", f"{word}, {actor().name}")


def _first_run() -> list[dict[str, str]]:
    return [
        {
            "title": say("从一个文件建应用", "Make an app from a file"),
            "text": say(
                "上传一份 YAML 定义，检查后发布", "Upload a YAML definition, check it and publish it"
            ),
            "url": url_for("definitions.new_app"),
            "icon": "upload",
        },
        {
            "title": say("加成员", "Add people"),
            "text": say("部门、上级和角色", "Departments, supervisors and roles"),
            "url": url_for("people.people"),
            "icon": "people",
        },
    ]
