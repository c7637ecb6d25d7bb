"""Writing comments on a record, whom they may mention, and where one is mentioned."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from engine.turn import Refused
from runtime.service import comments as service
from runtime.service.idempotency import Answer, Attempt, once
from runtime.service.visit import Visit
from runtime.web.activity import Attempted
from runtime.web.guest import actor, language, reading, say, writing
from runtime.web.mentions import my_mentions
from runtime.web.pages.records import record_page
from runtime.web.requests import IDEMPOTENCY, go_to, request_hash
from runtime.web.session import toast

blueprint = Blueprint("comments", __name__)
RECORD = "/a/<app>/f/<form>/r/<int:record>"


@blueprint.post(f"{RECORD}/comments")
def add(app: str, form: str, record: int) -> Response | tuple[str, int]:
    """Write a comment; the same form sent twice writes one."""
    body = request.form.get("body", "")

    def work(visit: Visit) -> str:
        def save() -> Answer:
            return Answer(303, str(service.add_comment(visit, form, record, body).id))

        key = request.form.get(IDEMPOTENCY, "") or uuid4().hex
        attempt = Attempt(actor().id, request.path, key[:100], request_hash(), visit.now)
        return once(visit.connection, attempt, save).body

    try:
        comment = writing(app, work)
    except Refused as refused:
        sentence = refused.first[0].sentence.to(language())
        return record_page(app, form, record, Attempted(0, body, sentence)), 422
    return go_to(f"{_address(app, form, record)}#c-{comment}")


@blueprint.post(f"{RECORD}/comments/<int:comment>/edit")
def edit(app: str, form: str, record: int, comment: int) -> Response | tuple[str, int]:
    """Change one of one's own comments."""
    body = request.form.get("body", "")
    try:
        writing(app, lambda visit: service.edit_comment(visit, form, record, comment, body))
    except Refused as refused:
        sentence = refused.first[0].sentence.to(language())
        return record_page(app, form, record, Attempted(comment, body, sentence)), 422
    return go_to(f"{_address(app, form, record)}#c-{comment}")


@blueprint.post(f"{RECORD}/comments/<int:comment>/delete")
def delete(app: str, form: str, record: int, comment: int) -> Response:
    """Remove a comment."""
    try:
        writing(app, lambda visit: service.delete_comment(visit, form, record, comment))
        toast(say("评论已删除", "The comment was removed"))
    except Refused as refused:
        toast(refused.first[0].sentence.to(language()), tone="bad")
    return go_to(_address(app, form, record))


@blueprint.get(f"{RECORD}/readers")
def readers(app: str, form: str, record: int) -> Response:
    """Answer the picker of mentions: people who may read the record."""
    words = request.args.get("q", "")[:60]
    with reading(app) as visit:
        found = service.find_readers(visit, form, record, words)
    return jsonify({"items": [{"name": one.name, "username": one.username} for one in found]})


@blueprint.get("/me/mentions")
def mentions() -> str:
    """List where I am mentioned."""
    return render_template("pages/mentions.html", mentions=my_mentions())


def _address(app: str, form: str, record: int) -> str:
    return url_for("records.record", app=app, form=form, record=record)
