"""Where a person is mentioned: only in records that they may read today."""

from __future__ import annotations

from typing import Any

from flask import url_for

from runtime.service.comments import readable_record
from runtime.service.listing import get_record
from runtime.service.visit import Forbidden, NotFound, Visit
from runtime.store import comments as store
from runtime.store.comments import Mention
from runtime.web.activity import body_parts
from runtime.web.guest import actor, language, office, reading
from runtime.web.navigation import visible_apps
from runtime.web.wording import when_text

MOST_COUNTED = 20


def count_unseen() -> int:
    """Return how many mentions the person has not seen yet, up to `MOST_COUNTED`."""
    return len(_readable(unseen=True, limit=MOST_COUNTED))


def my_mentions() -> list[dict[str, Any]]:
    """Return the person's mentions as their page lists them, the newest first."""
    return [view for _, view in _readable(unseen=False, limit=100, shown=True)]


def see_mentions(app: str, form: str, record: int) -> None:
    """Note that the person has seen where a record's comments mention them.

    Raises `NotFound` where they are mentioned in a record that they may not read any more.
    """
    person = actor().id
    with office().database.reading() as connection:
        unseen = store.mentions_of(connection, person, unseen=True)
    ids = {one.key: one.id for one in visible_apps()}
    here = (ids.get(app), form, record)
    seen = [one.comment for one in unseen if (one.app_id, one.form, one.record_id) == here]
    if seen:
        with reading(app) as visit:
            readable_record(visit, form, record)
        now = office().clock()
        office().database.in_transaction(lambda c: store.mark_seen(c, person, seen, now))


def _readable(*, unseen: bool, limit: int, shown: bool = False) -> list[tuple[Mention, dict[str, Any]]]:
    with office().database.reading() as connection:
        found = store.mentions_of(connection, actor().id, unseen=unseen, limit=limit)
    apps = {app.id: app for app in visible_apps()} if found else {}
    kept: dict[int, dict[str, Any]] = {}
    for app_id in {one.app_id for one in found} & apps.keys():
        with reading(apps[app_id].key) as visit:
            for one in found:
                if one.app_id == app_id and _may_read(visit, one):
                    kept[one.comment] = _view(visit, one) if shown else {}
    return [(one, kept[one.comment]) for one in found if one.comment in kept]


def _may_read(visit: Visit, one: Mention) -> bool:
    try:
        readable_record(visit, one.form, one.record_id)
    except (NotFound, Forbidden):
        return False
    return True


def _view(visit: Visit, one: Mention) -> dict[str, Any]:
    form = visit.app.definition.forms[one.form]
    shown = form.named_by in form.fields and visit.policy(form.key).shows(form.named_by)
    line = get_record(visit, form.key, one.record_id, (form.named_by,) if shown else ("id",))
    name = line.cells[form.named_by].text if shown else ""
    address = url_for("records.record", app=visit.app.key, form=form.key, record=one.record_id)
    return {
        "who": one.author_name,
        "initial": one.author_name[:1],
        "title": name or f"#{one.record_id}",
        "form_title": form.label.to(language()),
        "url": f"{address}#c-{one.comment}",
        "parts": body_parts(one.body, [(visit.actor.id, visit.actor.name, visit.actor.username)]),
        "when_text": when_text(one.at, visit.now, visit.app.definition.zone, language()),
        "when_iso": one.at.isoformat(),
        "unseen": one.seen_at is None,
    }
