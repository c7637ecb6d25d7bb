"""The stylesheet of every page: all sheets in one answer, so that a first visit waits for one file."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, url_for

blueprint = Blueprint("assets", __name__)
_STATIC = Path(__file__).parent.parent / "static"
# Order matters: tokens, elements, components, content, then the frame.
_SHEETS = (
    *("tokens", "base", "components", "menus", "controls", "combobox", "forms", "lists"),
    *("content", "source", "states", "layers", "page", "shell", "pages"),
)


@blueprint.get("/assets/<mark>.css")
def stylesheet(mark: str) -> Response:
    """Give the stylesheet; its address changes with its content, so browsers may keep it."""
    response = Response(_text(), mimetype="text/css")
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if mark == _mark() else "no-cache"
    )
    response.headers["Vary"] = "Accept-Encoding"
    return response


@blueprint.app_template_global("stylesheet_url")
def stylesheet_url() -> str:
    """Return the address of the stylesheet."""
    return url_for("assets.stylesheet", mark=_mark())


@cache
def _text() -> str:
    sheets = [(_STATIC / "css" / f"{name}.css").read_text(encoding="utf-8") for name in _SHEETS]
    paper = (_STATIC / "css" / "print.css").read_text(encoding="utf-8")
    return "\n".join([*sheets, f"@media print {{\n{paper}\n}}\n"]).replace('url("../', 'url("/static/')


@cache
def _mark() -> str:
    return hashlib.sha256(_text().encode()).hexdigest()[:12]
