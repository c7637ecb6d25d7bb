"""What happened to a record, as its page tells it: changes and comments in one timeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from engine.forms.model import Form
from engine.values import Value
from runtime.service.comments import Comment
from runtime.service.listing import HistoryLine, RecordLine, name_reference
from runtime.service.visit import Visit
from runtime.web.controls import shown_text
from runtime.web.guest import language, say
from runtime.web.wording import when_text

_LINK = re.compile(r"https?://[^\s<>\"'，。；：！？、）】》]+")
_TRAILING = ".,;:!?)]}"


@dataclass(frozen=True, slots=True)
class Attempted:
    """A comment that could not be saved: which one (0: a new one), what was typed, and why."""

    comment: int = 0
    body: str = ""
    problem: str = ""


def activity(
    visit: Visit,
    form: Form,
    line: RecordLine,
    history: Sequence[HistoryLine],
    comments: Sequence[Comment],
    attempted: Attempted,
) -> list[dict[str, Any]]:
    """Return the moments of a record's life, the newest first."""
    found = [(one.at, _change(visit, form, one, line)) for one in history]
    found += [(one.at, _comment(visit, form, line.id, one, attempted)) for one in comments]
    return [moment for _, moment in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _change(visit: Visit, form: Form, one: HistoryLine, line: RecordLine) -> dict[str, Any]:
    titles = {
        "create": say("新建", "Created"),
        "update": say("修改", "Changed"),
        "delete": say("删除", "Deleted"),
        "restore": say("恢复", "Brought back"),
    }
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key, "record": line.id}
    restore = url_for("records.restore_version", **here, version=one.version)
    return {
        "kind": "change",
        "who": one.actor or say("系统", "The system"),
        "initial": one.actor[:1] or "Q",
        "system": not one.actor,
        "when_text": when_text(one.at, visit.now, visit.app.definition.zone, language()),
        "when_iso": one.at.isoformat(),
        "title": titles.get(one.action, one.action),
        "note": "",
        "mark": None,
        "color": "neutral",
        "anchor": f"t-{one.version}",
        "changes": [
            {
                "label": form.field_label(key).to(language()),
                "old": _old_text(visit, form, key, old),
                "new": _old_text(visit, form, key, new),
            }
            for key, (old, new) in one.changes.items()
            if one.action != "create"
        ],
        "restore_url": restore if one.version < line.version else None,
        "version": one.version,
    }


def _old_text(visit: Visit, form: Form, key: str, raw: object) -> str:
    """Write a value of the history as the field would write it today."""
    field = form.fields[key]
    value: Value
    try:
        value = field.type.parse(raw, field.value_type)
    except ValueError:
        return str(raw)
    if field.value_type.points_to and isinstance(value, int):
        return name_reference(visit, field.value_type, value)
    return shown_text(visit, field, value)


def _comment(visit: Visit, form: Form, record: int, one: Comment, attempted: Attempted) -> dict[str, Any]:
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key, "record": record, "comment": one.id}
    again = attempted.comment == one.id
    return {
        "kind": "comment",
        "who": one.author_name,
        "initial": one.author_name[:1],
        "system": False,
        "when_text": when_text(one.at, visit.now, visit.app.definition.zone, language()),
        "when_iso": one.at.isoformat(),
        "title": "",
        "anchor": f"c-{one.id}",
        "removed": one.is_removed,
        "edited": one.edited_at is not None,
        "parts": body_parts(one.body, one.mentions),
        "body": attempted.body if again else one.body,
        "problem": attempted.problem if again else "",
        "edit_url": url_for("comments.edit", **here) if one.may_edit else None,
        "delete_url": url_for("comments.delete", **here) if one.may_delete else None,
    }


def body_parts(body: str, mentions: Sequence[tuple[int, str, str]]) -> list[dict[str, str]]:
    """Take a comment apart for showing: plain text, links and mentions.

    >>> body_parts("@Li see https://a.example.", [(7, "Li", "li")])
    [{'mention': '@Li'}, {'text': ' see '}, {'url': 'https://a.example'}, {'text': '.'}]
    """
    names = {f"@{name}" for _, *called in mentions for name in called}
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    pattern = re.compile(f"(?P<url>{_LINK.pattern})" + (f"|(?P<mention>{words})" if words else ""), re.I)
    parts: list[dict[str, str]] = []
    end = 0
    for found in pattern.finditer(body):
        text = found[0].rstrip(_TRAILING) if found.lastgroup == "url" else found[0]
        if found.start() > end:
            parts.append({"text": body[end : found.start()]})
        parts.append({found.lastgroup or "text": text})
        end = found.start() + len(text)
    return parts + ([{"text": body[end:]}] if end < len(body) else [])
