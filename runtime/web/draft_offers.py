"""The drafts that a person is reminded of: on a form, on a list, at home."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import Connection

from runtime.service.visit import Visit
from runtime.store import entry_drafts as store
from runtime.store.published import PublishedApp
from runtime.web.guest import actor, say
from runtime.web.wording import when_text


def offered_draft(visit: Visit, form: str, record: int = 0) -> dict[str, Any] | None:
    """Return the banner of a form for which the person has drafts; None without any."""
    found = store.load_drafts(visit.connection, visit.actor.id, [visit.app.id], form, record)
    if not found:
        return None
    newest = found[0]
    here: dict[str, Any] = {"app": visit.app.key, "form": form}
    when = when_text(newest.updated_at, visit.now, visit.app.definition.zone, visit.language)
    text = say(f"你有一份草稿没提交，{when}存的。", f"You have an unsubmitted draft, kept {when}.")
    if len(found) > 1:
        text = say(
            f"你有 {len(found)} 份草稿没提交，最近一份{when}存的。",
            f"You have {len(found)} unsubmitted drafts, the latest kept {when}.",
        )
    return {
        "id": newest.id,
        "text": text,
        "resume_url": url_for("entry_drafts.reopen", **here, draft=newest.id),
        "discard_url": url_for("entry_drafts.discard", draft=newest.id) if len(found) == 1 else None,
        "all_url": url_for("entry_drafts.mine", **here) if len(found) > 1 else None,
    }


def draft_link(connection: Connection, apps: list[PublishedApp], form: str = "") -> dict[str, Any] | None:
    """Return the link to the person's drafts with their number; None without any."""
    count = store.count_drafts(connection, actor().id, [app.id for app in apps], form) if apps else 0
    if not count:
        return None
    here: dict[str, Any] = {"app": apps[0].key, "form": form} if form else {}
    return {"label": say(f"草稿 {count}", f"Drafts {count}"), "url": url_for("entry_drafts.mine", **here)}
