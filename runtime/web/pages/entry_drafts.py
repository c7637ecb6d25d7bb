"""What somebody has typed and not submitted: kept, listed, opened again, discarded."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from engine.problems import Refusal
from runtime.service import entry_drafts as service
from runtime.service import records
from runtime.service.entry_drafts import DraftContent, Reopened
from runtime.service.visit import NotFound, Visit
from runtime.store import entry_drafts as store
from runtime.store.entry_drafts import EntryDraft
from runtime.store.published import PublishedApp
from runtime.web.guest import actor, language, office, reading, say, writing
from runtime.web.navigation import visible_apps
from runtime.web.pages.forms import form_page
from runtime.web.requests import LARGEST_ID, go_to
from runtime.web.row_names import nest
from runtime.web.session import toast
from runtime.web.wording import when_text

blueprint = Blueprint("entry_drafts", __name__)


@blueprint.post("/a/<app>/f/<form>/drafts")
def keep(app: str, form: str) -> Response | tuple[Response, int]:
    """Keep what a form holds; answers with the draft's number, which the next call sends along."""
    body = request.get_json(silent=True)
    body = body if isinstance(body, dict) else {}
    record = body.get("record") if isinstance(body.get("record"), dict) else {}
    edited = [key for key in body.get("edited") or [] if isinstance(key, str)]
    content = DraftContent(record=record or {}, edited=edited, version=_number(body.get("version")) or None)

    def work(visit: Visit) -> EntryDraft:
        return service.keep_draft(
            visit, form, content, draft=_number(body.get("draft")), record=_number(body.get("id"))
        )

    try:
        kept = writing(app, work)
    except Refusal as refusal:
        return jsonify({"problem": refusal.problem.sentence.to(language())}), 422
    return jsonify({"draft": kept.id})


def _number(raw: object) -> int:
    text = str(raw or "")
    return int(text) if text.isascii() and text.isdigit() and int(text) < LARGEST_ID else 0


@blueprint.get("/a/<app>/f/<form>/drafts/<int:draft>")
def reopen(app: str, form: str, draft: int) -> str:
    """Show the form with what a draft holds."""
    with reading(app) as visit:
        found = service.read_draft(visit, form, draft)
        again = service.reopen(visit, found)
        record = found.record_id or 0
        sent = nest(_as_posted(again.values))
        assessment = records.preview(visit, form, sent.values, record)
        page = form_page(visit, assessment, record, typed=sent)
        return render_template("pages/form.html", form=page | _reopened(visit, found, again))


def _as_posted(values: Any) -> dict[str, object]:
    """Write what the script sent as a page's form would have sent it."""
    words = {True: "true", False: "false"}
    return {key: words[value] if isinstance(value, bool) else value for key, value in values.items()}


def _reopened(visit: Visit, draft: EntryDraft, again: Reopened) -> dict[str, Any]:
    """Return what a form says of the draft that it was filled from."""
    when = when_text(draft.updated_at, visit.now, visit.app.definition.zone, language())
    sentences = [say(f"这是{when}存的草稿，还没提交。", f"This is the draft kept {when}, not yet submitted.")]
    if again.left_out:
        names = say("、", ", ").join(again.left_out)
        sentences.append(
            say(
                f"这几项现在不能填了，没有带出来：{names}。", f"No longer to be filled in, left out: {names}."
            )
        )
    if again.is_behind:
        sentences.append(
            say("存草稿之后，别人改过这条记录。", "Somebody has changed the record since the draft was kept.")
        )
    return {
        "draft": {
            "id": draft.id,
            "text": " ".join(sentences) if language() == "en" else "".join(sentences),
            "resume_url": None,
            "discard_url": url_for("entry_drafts.discard", draft=draft.id),
            "all_url": None,
        },
        "draft_id": draft.id,
        "typed": " ".join(again.values),
    }


@blueprint.post("/me/drafts/<int:draft>/discard")
def discard(draft: int) -> Response:
    """Remove one of my drafts."""
    gone = office().database.in_transaction(lambda c: store.delete_draft(c, actor().id, draft))
    if not gone:
        raise NotFound(service.NO_SUCH_DRAFT)
    toast(say("草稿已丢弃", "The draft was discarded"))
    return go_to(url_for("entry_drafts.mine"))


@blueprint.get("/me/drafts")
def mine() -> str:
    """List my drafts, of one form where the address names it."""
    apps = {app.id: app for app in visible_apps()}
    form = request.args.get("form", "")
    asked = [one.id for one in apps.values() if request.args.get("app", one.key) == one.key]
    with office().database.reading() as connection:
        found = store.load_drafts(connection, actor().id, asked, form)
    rows = [_row(apps[one.app_id], one) for one in found]
    view = {"rows": rows, "all_url": url_for("entry_drafts.mine") if form else None}
    return render_template("pages/drafts.html", drafts=view)


def _row(app: PublishedApp, draft: EntryDraft) -> dict[str, Any]:
    """Return a draft as the list shows it; one of a form that is gone can only be discarded."""
    form = app.definition.forms.get(draft.form)
    title = service.title_of(form, draft) if form else ""
    form_title = form.label.to(language()) if form else draft.form
    here: dict[str, Any] = {"app": app.key, "form": draft.form}
    of_record = say(f"修改 #{draft.record_id}", f"change of #{draft.record_id}") if draft.record_id else ""
    return {
        "title": title or say("还没写名称", "Not named yet"),
        "form_title": form_title,
        "of_record": of_record,
        "when_text": when_text(draft.updated_at, office().clock(), app.definition.zone, language()),
        "when_iso": draft.updated_at.isoformat(),
        "url": url_for("entry_drafts.reopen", **here, draft=draft.id) if form else None,
        "discard_url": url_for("entry_drafts.discard", draft=draft.id),
    }
