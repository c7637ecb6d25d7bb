"""Comments on a record by API: they follow the right to read it."""

from __future__ import annotations

from flask import Blueprint, Response

from engine.problems import Refusal
from engine.values import to_json
from runtime.service.comments import Comment, add_comment, read_comments
from runtime.service.idempotency import Answer
from runtime.service.visit import Visit
from runtime.web.api.answering import give, json_answer, save
from runtime.web.api.asking import check_parameters
from runtime.web.api.bodies import TEXT_VALUE, WRONG_BODY_VALUE, read_json_body
from runtime.web.api.records import RECORD
from runtime.web.guest import reading

blueprint = Blueprint("api_comments", __name__)


@blueprint.get(f"{RECORD}/comments")
def list_all(app: str, form: str, record: int) -> Response:
    """Give the comments of a record, the newest first."""
    check_parameters(())
    with reading(app) as visit:
        found = read_comments(visit, form, record)
    return give({"comments": [_view(one) for one in found]})


@blueprint.post(f"{RECORD}/comments")
def add(app: str, form: str, record: int) -> Response:
    """Write a comment; `@` and a name in its body mentions somebody who may read the record."""
    check_parameters(())
    body = read_json_body(("body",), required=("body",))["body"]
    if not isinstance(body, str):
        raise Refusal(WRONG_BODY_VALUE.here(key="body", expected=TEXT_VALUE))

    def work(visit: Visit) -> Answer:
        return json_answer(201, _view(add_comment(visit, form, record, body)))

    return save(app, form, "read", work)


def _view(one: Comment) -> dict[str, object]:
    return {
        "id": one.id,
        "author": {"id": one.author, "title": one.author_name},
        "body": one.body,
        "at": to_json(one.at),
        "edited_at": to_json(one.edited_at),
        "removed": one.is_removed,
        "mentions": [{"id": person, "title": name} for person, name, _ in one.mentions],
    }
