"""Reading what a page sent: the values of a form, and a fingerprint of the whole."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import cast

from flask import Response, redirect, request

from runtime.service.visit import NotFound

IDEMPOTENCY = "Idempotency-Key"
LARGEST_ID = 2**53
OWN_NAMES = frozenset({"csrf_token", IDEMPOTENCY, "version", "intent", "next", "draft"})
# What changes from one try of the same form to the next.
_OF_THE_TRY = ("csrf_token", "draft")


def posted_values() -> dict[str, object]:
    """Return the values that a page's form sent, by field; a list where a name came several times.

    `NAME__text`, the words in a picker's box, are left out: the picker's own value counts. So is a field for
    which the person took what somebody else has written meanwhile (`keep.NAME=theirs`).
    """
    values: dict[str, object] = {}
    for name in request.form:
        if name in OWN_NAMES or name.endswith("__text") or name.startswith("keep."):
            continue
        if request.form.get(f"keep.{name}") == "theirs":
            continue
        found = request.form.getlist(name)
        values[name] = found[-1] if len(found) == 1 or set(found) <= {"true", "false"} else found
    return values


def posted_draft() -> int:
    """Return the number of the draft that a page's form was kept in; 0 without one."""
    text = request.form.get("draft", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) < LARGEST_ID else 0


def request_hash() -> str:
    """Return a fingerprint of what was sent, so that a repeated request can be told from another one."""
    parts = sorted(pair for pair in request.form.items(multi=True) if pair[0] not in _OF_THE_TRY)
    return hashlib.sha256(repr((request.path, parts)).encode()).hexdigest()


def check_path() -> None:
    """Answer 404 for an address that nothing can have: control characters, numbers beyond all ids."""
    for value in (request.view_args or {}).values():
        if isinstance(value, int) and not 0 < value < LARGEST_ID:
            raise NotFound
        if isinstance(value, str) and any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
            raise NotFound


def go_to(address: str) -> Response:
    """Return the answer that leads on to another page, to be asked for by GET."""
    return cast(Response, redirect(address, 303))
