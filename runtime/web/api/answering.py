"""How the API answers: compact JSON with exact numbers, and writes that count once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Response

from engine.access import Action
from engine.problems import Refusal
from engine.turn import Refused
from runtime.service.idempotency import Answer, once
from runtime.service.visit import Visit
from runtime.store.exact_json import write_json
from runtime.web import guest
from runtime.web.api.asking import attempt


def json_answer(status: int, body: object, **headers: str) -> Answer:
    """Return an answer with a JSON body; `headers` by name, with `_` for `-`."""
    return Answer(
        status, write_json(body), {name.replace("_", "-"): value for name, value in headers.items()}
    )


def respond(answer: Answer) -> Response:
    """Return what Flask sends for an answer."""
    response = Response(answer.body, answer.status, mimetype="application/json")
    if answer.status == 204:
        del response.headers["Content-Type"]
    response.headers.update(answer.headers)
    return response


def give(body: object, headers: Mapping[str, str] | None = None) -> Response:
    """Answer a question with JSON."""
    return respond(Answer(200, write_json(body), headers or {}))


def save(app: str, form: str, action: Action, work: Callable[[Visit], Answer]) -> Response:
    """Write in one transaction, once for each `Idempotency-Key`, and answer.

    A kept answer is given only to who may still do `action` in the form.
    Raises `Refused` also where a value is refused by the database, such as one that must be unique.
    """
    found = attempt()

    def whole(visit: Visit) -> Answer:
        visit.form(form, action)
        return work(visit) if found is None else once(visit.connection, found, partial(work, visit))

    try:
        return respond(guest.writing(app, whole))
    except Refusal as refusal:
        raise Refused({0: (refusal.problem,)}) from refusal


def version_headers(version: int, location: str = "") -> dict[str, Any]:
    """Return the headers that name the version of a record, and where it is when it is new."""
    headers = {"ETag": f'"{version}"'}
    return headers | {"Location": location} if location else headers
