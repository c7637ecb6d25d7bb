"""Sending files and getting them back, always with the rights on the record that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

from flask import Blueprint, Response, jsonify, request, send_file, url_for
from werkzeug.exceptions import ClientDisconnected

from engine.problems import Refusal
from runtime.service.files import FoundFile, find_file, find_sent, keep_file, note_file, rules_of
from runtime.service.visit import NotFound
from runtime.web.guest import language, office, reading, writing

blueprint = Blueprint("files", __name__)
_PROTECTED = "default-src 'none'; sandbox"


@dataclass
class Whole:
    """The body of a request that must be as long as was announced, so that half a file is never kept."""

    stream: IO[bytes]
    left: int | None

    def read(self, most: int) -> bytes:
        """Return the next bytes. Raises `ClientDisconnected` where the body ends too early."""
        found = self.stream.read(most)
        if self.left is not None:
            self.left -= len(found)
            if not found and self.left > 0:
                raise ClientDisconnected
        return found


@blueprint.post("/a/<app>/f/<form>/files/<field>")
def send(app: str, form: str, field: str) -> Response | tuple[Response, int]:
    """Take a file for a field: the body is its content, `?name=` its name. Answers how to refer to it."""
    with reading(app) as visit:
        rules = rules_of(visit, form, field)
    request.max_content_length = rules.most_bytes + 1
    try:
        stream = Whole(request.stream, request.content_length)
        reference, size = keep_file(office().files, rules, request.args.get("name", ""), stream)
    except Refusal as refusal:
        return jsonify({"problem": refusal.problem.sentence.to(language())}), 422
    writing(app, lambda visit: note_file(visit, reference, size))
    address = url_for("files.show_sent", app=app, content=reference.hash, name=reference.name)
    return jsonify({"value": str(reference), "name": reference.name, "size": size, "url": address})


@blueprint.get("/a/<app>/f/<form>/r/<int:record>/files/<field>/<content>")
def show(app: str, form: str, record: int, field: str, content: str) -> Response:
    """Give a file that a record holds."""
    with reading(app) as visit:
        return _give(find_file(visit, form, record, field, content))


@blueprint.get("/a/<app>/sent/<content>")
def show_sent(app: str, content: str) -> Response:
    """Give a file that the person has just sent, to look at it before the record is saved."""
    with reading(app) as visit:
        return _give(find_sent(visit, content, request.args.get("name", "")))


def _give(found: FoundFile) -> Response:
    path = office().files.path(found.hash)
    if not path.is_file():
        raise NotFound
    options: dict[str, Any] = {
        "mimetype": found.media_type, "download_name": found.name, "etag": found.hash,
        "as_attachment": not found.is_picture,
    }  # fmt: skip
    response = send_file(path.resolve(), max_age=0, **options)
    response.headers["Content-Security-Policy"] = _PROTECTED
    response.headers["Cache-Control"] = "private, no-cache"
    return response
