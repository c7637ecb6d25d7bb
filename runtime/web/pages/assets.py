"""The stylesheet of every page: all sheets in one answer, so that a first visit waits for one file."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, request, url_for

from engine.forms.contract import Branching
from runtime.web.guest import language, office

blueprint = Blueprint("assets", __name__)
_STATIC = Path(__file__).parent.parent / "static"
# Order matters: tokens, elements, components, content, then the frame.
_SHEETS = (
    *("tokens", "base", "components", "menus", "controls", "combobox", "forms", "lists", "boards"),
    *("content", "activity", "source", "states", "layers", "page", "shell", "pages", "public"),
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


@blueprint.get("/assets/branches/<type>")
def branches(type: str) -> Response:
    """Give the choices of a field type directly below `in`, the first without it; nobody needs to sign in."""
    found: object = office().catalog.fields.members.get(type)
    if not isinstance(found, Branching):
        abort(404)
    below = found.branches(request.args.get("in", ""))
    items = [{"value": one.key, "label": one.label.to(language()), "more": one.more} for one in below]
    response = jsonify({"items": items})
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Vary"] = "Cookie, Accept-Language"
    return response


@blueprint.app_template_global("control_script")
def control_script(kind: str) -> str:
    """Return the address of the script that a kind of control has for itself, '' for none."""
    return url_for("static", filename=f"js/controls/{kind}.js") if kind in _scripts() else ""


@cache
def _scripts() -> frozenset[str]:
    return frozenset(path.stem for path in (_STATIC / "js" / "controls").glob("*.js"))


@cache
def _text() -> str:
    folder = _STATIC / "css"
    paths = [*(folder / f"{name}.css" for name in _SHEETS), *sorted((folder / "controls").glob("*.css"))]
    sheets = [path.read_text(encoding="utf-8") for path in paths]
    paper = (_STATIC / "css" / "print.css").read_text(encoding="utf-8")
    return "\n".join([*sheets, f"@media print {{\n{paper}\n}}\n"]).replace('url("../', 'url("/static/')


@cache
def _mark() -> str:
    return hashlib.sha256(_text().encode()).hexdigest()[:12]
