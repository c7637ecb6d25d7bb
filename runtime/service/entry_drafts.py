"""Drafts: what somebody has typed into a form and not submitted. Nobody else ever sees one.

A draft is what the page's form held, as it held it; it is looked at only when it is opened again, by the
definition and the rights of that day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.forms.model import Field, Form
from engine.problems import ProblemCode, Refusal
from engine.texts import Text
from runtime.service.visit import Forbidden, NotFound, Visit
from runtime.store import entry_drafts as store
from runtime.store.entry_drafts import EntryDraft
from runtime.store.exact_json import write_json

MOST_BYTES = 64 * 1024
MOST_DRAFTS = 50

NO_SUCH_DRAFT = ProblemCode(
    "no-such-draft",
    Text("没有这份草稿", "There is no such draft"),
    Text("它可能已经提交或丢弃", "It may have been submitted or discarded"),
)
DRAFT_TOO_LARGE = ProblemCode(
    "draft-too-large",
    Text("内容太多,草稿最多存 {most} KB", "This is too much for a draft, which holds at most {most} KB"),
    Text("直接提交,或者删掉一些再存", "Submit it, or keep less"),
)
TOO_MANY_DRAFTS = ProblemCode(
    "too-many-drafts",
    Text("这张表单已经有 {most} 份草稿", "You have {most} drafts of this form already"),
    Text("先提交或丢弃几份", "Submit or discard some first"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContent:
    """What a form held. edited: the fields that the person has typed in; version: of the changed record."""

    record: Mapping[str, object]
    edited: Sequence[str]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Reopened:
    """What of a draft can still be entered, and the names of what cannot.

    is_behind: whether somebody has changed the record since.
    """

    values: Mapping[str, object]
    left_out: tuple[str, ...]
    is_behind: bool


def keep_draft(
    visit: Visit, form_key: str, content: DraftContent, *, draft: int = 0, record: int = 0
) -> EntryDraft:
    """Keep what somebody has typed: in one of their drafts, or in a new one where `draft` is 0.

    Raises `Refusal` for too much or too many, `NotFound` for a draft that is not there, `Forbidden`.
    """
    form = visit.form(form_key, "update" if record else "create")
    raw = {"record": dict(content.record), "edited": list(content.edited), "version": content.version}
    if len(write_json(raw).encode()) > MOST_BYTES:
        raise Refusal(DRAFT_TOO_LARGE.here(most=MOST_BYTES // 1024))
    if record:
        check_changeable(visit, form, record)
    mine, now = visit.actor.id, visit.now
    if draft:
        found = read_draft(visit, form_key, draft)
        store.update_draft(visit.connection, found.id, raw, now)
        return EntryDraft(found.id, visit.app.id, form.key, found.record_id, mine, raw, found.created_at, now)
    if store.count_drafts(visit.connection, mine, [visit.app.id], form.key) >= MOST_DRAFTS:
        raise Refusal(TOO_MANY_DRAFTS.here(most=MOST_DRAFTS))
    row: dict[str, Any] = {
        "app_id": visit.app.id, "form": form.key, "record_id": record or None, "owner": mine, "raw": raw,
        "created_at": now, "updated_at": now,
    }  # fmt: skip
    return EntryDraft(id=store.insert_draft(visit.connection, row), **row)


def check_changeable(visit: Visit, form: Form, record: int) -> None:
    """Raise `NotFound` or `Forbidden` where the person may not change a record."""
    row = visit.reader.row(form.key, record)
    rights = visit.policy(form.key).rights(visit.scope(form, row or {}))
    if row is None or "read" not in rights.actions:
        raise NotFound
    if "update" not in rights.actions:
        raise Forbidden("update", form)


def read_draft(visit: Visit, form_key: str, draft: int) -> EntryDraft:
    """Return one of the person's drafts. Raises `NotFound`, also for a draft of somebody else."""
    found = store.find_draft(visit.connection, visit.actor.id, draft)
    if found is None or (found.app_id, found.form) != (visit.app.id, form_key):
        raise NotFound(NO_SUCH_DRAFT)
    return found


def discard_draft(visit: Visit, draft: int) -> bool:
    """Remove one of the person's drafts; False where there is none, as for number 0."""
    return bool(draft) and store.delete_draft(visit.connection, visit.actor.id, draft)


def reopen(visit: Visit, draft: EntryDraft) -> Reopened:
    """Return what of a draft can be entered today: removed fields and fields of others' are left out.

    Only what the person typed counts; what the form had proposed is proposed anew. The rows of a sub-table
    count as a whole.
    """
    form = visit.form(draft.form, "update" if draft.record_id else "create")
    policy = visit.policy(form.key)
    writable, version = policy.creatable(), None
    if draft.record_id:
        row = visit.reader.row(form.key, draft.record_id)
        if row is None:
            raise NotFound
        writable, version = policy.rights(visit.scope(form, row)).writable, row["version"]
    values: dict[str, object] = {}
    left_out: dict[str, None] = {}
    edited = set(draft.raw.get("edited", ()))
    for name, value in draft.raw.get("record", {}).items():
        field = form.fields.get(name.partition(".")[0])
        if name not in edited and not (field is not None and field.rows):
            continue
        if field is not None and field.is_entered and not field.readonly and field.key in writable:
            values[name] = value
        elif value not in ("", None, [], False):
            known = field is not None and field.key in policy.visible
            left_out[field.label.to(visit.language) if field is not None and known else name] = None
    before = draft.raw.get("version")
    return Reopened(values, tuple(left_out), bool(draft.record_id and before and before != version))


def title_of(form: Form, draft: EntryDraft) -> str:
    """Return words that tell a draft from others: its name as typed, or the first text in it."""
    record = draft.raw.get("record", {})
    for key in (form.named_by, *(key for key in form.fields if key in draft.raw.get("edited", ()))):
        field, value = form.fields.get(key), record.get(key)
        if field is not None and isinstance(value, str) and value.strip() and _is_said(field):
            return value.strip()[:60]
    return ""


def _is_said(field: Field) -> bool:
    """Tell whether what is typed into a field reads well by itself, as no id and no key of an option does."""
    return field.is_entered and not field.value_type.points_to and not field.value_type.options
