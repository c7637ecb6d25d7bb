"""Search or jump to: apps, forms, new records and records by their name."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from runtime.service.listing import ListRequest, list_records
from runtime.store.people import search_text
from runtime.store.published import PublishedApp
from runtime.web.guest import language, reading, say
from runtime.web.navigation import app_link, visible_apps, visible_forms
from runtime.web.pages.home import start_links
from runtime.web.pages.records import record_title

blueprint = Blueprint("palette", __name__)
_MOST = 12


@blueprint.get("/palette")
def palette() -> Response:
    """Answer what was typed; Chinese titles are found by their pinyin too."""
    words = request.args.get("q", "").strip()[:60]
    apps = visible_apps()
    items = [item for item in _places(apps) if _fits(item["title"], words)]
    if len(words) >= 2 and len(items) < _MOST:
        items += _records(apps, words)
    return jsonify({"items": items[:_MOST]})


def _fits(title: str, words: str) -> bool:
    return words.lower() in title.lower() or words.lower().replace(" ", "") in search_text(title, "")


def _places(apps: list[PublishedApp]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for link in start_links(apps):
        title = say(f"新建{link['title']}", f"New: {link['title']}")
        items.append({"title": title, "hint": link["app_title"], "url": link["url"], "icon": "plus"})
    for app in apps:
        found = app_link(app)
        items.append(
            {"title": found["title"], "hint": say("应用", "App"), "url": found["url"], "icon": "home"}
        )
        for key in visible_forms(app):
            url = url_for("lists.records", app=app.key, form=key)
            items.append(
                {
                    "title": app.definition.forms[key].label.to(language()),
                    "hint": found["title"],
                    "url": url,
                    "icon": "list",
                }
            )
    items.append({"title": say("我的", "My page"), "hint": "", "url": url_for("me.me"), "icon": "user"})
    return items


def _records(apps: list[PublishedApp], words: str) -> list[dict[str, Any]]:
    items = []
    for app in apps:
        with reading(app.key) as visit:
            for key in visible_forms(app):
                if not visit.policy(key).may("read"):
                    continue
                form = app.definition.forms[key]
                page = list_records(visit, key, ListRequest(words=words, size=3, totals=False))
                for line in page.lines:
                    url = url_for("records.record", app=app.key, form=key, record=line.id)
                    items.append(
                        {
                            "title": record_title(form, line),
                            "hint": form.label.to(language()),
                            "url": url,
                            "icon": "form",
                        }
                    )
    return items
