"""What a board changes: one field of one card, moved to another column."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from runtime.service.records import change_record
from runtime.web.guest import writing

blueprint = Blueprint("boards", __name__)


@blueprint.post("/a/<app>/f/<form>/r/<int:record>/move")
def move(app: str, form: str, record: int) -> Response:
    """Give one field of a record another value, unless somebody changed the record meanwhile."""
    field, value = request.form.get("move.field", ""), request.form.get("move.value", "")
    version = request.form.get("move.version", "")
    expected = int(version) if version.isdigit() else None
    done = writing(app, lambda visit: change_record(visit, form, record, {field: value or None}, expected))
    return jsonify({"id": record, "version": done})
