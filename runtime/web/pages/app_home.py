"""The landing page of an app."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for

from engine.query import RecordQuery
from runtime.service.visit import NO_SUCH_APP, NotFound
from runtime.store.published import PublishedApp
from runtime.web.guest import actor, language, reading, say
from runtime.web.navigation import may_design, visible_apps, visible_forms
from runtime.web.pages.home import recent_records

blueprint = Blueprint("app_home", __name__)


@blueprint.get("/a/<app>/")
def app_home(app: str) -> str:
    """Show what the app has for this person."""
    found = next((one for one in visible_apps() if one.key == app), None)
    if found is None:
        raise NotFound(NO_SUCH_APP)
    definition = found.definition
    page = {
        "title": definition.title.to(language()),
        "text": definition.description.to(language()) if definition.description else "",
        "forms": _forms(found),
        "reports": [],
        "numbers": [],
        "recent": recent_records([found]),
        "definition_url": url_for("definitions.definition", app=app) if may_design(found) else None,
        "draft_notice": None,
        "checklist": [],
    }
    return render_template("pages/app_home.html", page=page)


def _forms(app: PublishedApp) -> list[dict[str, object]]:
    links: list[dict[str, object]] = []
    with reading(app.key) as visit:
        for key in visible_forms(app):
            form = app.definition.forms[key]
            policy = app.definition.access.policy(key, actor().roles_in(app.key))
            count = ""
            if policy.may("read"):
                number = visit.connection.execute(
                    visit.queries.compile(RecordQuery(form=key)).count
                ).scalar_one()
                count = say(f"{number:,} 条", f"{number:,} records")
            links.append({
                "title": form.label.to(language()), "text": form.help.to(language()) if form.help else "",
                "url": url_for("lists.records", app=app.key, form=key), "count_text": count, "icon": "form",
                "create_url": url_for("forms.new", app=app.key, form=key) if policy.may("create") else None,
            })  # fmt: skip
    return links
