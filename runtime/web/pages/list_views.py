"""Saving, changing and deleting the views of a list."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from engine.problems import Refusal
from runtime.service.views import change_view, clean_address, delete_view, save_view
from runtime.service.visit import Visit
from runtime.web.guest import language, say, writing
from runtime.web.requests import go_to
from runtime.web.session import toast

blueprint = Blueprint("list_views", __name__)


@blueprint.post("/a/<app>/f/<form>/views")
def create(app: str, form: str) -> Response:
    """Save the address that was sent as a view."""
    title, address = request.form.get("title", ""), request.form.get("address", "")
    roles = request.form.getlist("roles")
    try:
        made = writing(app, lambda visit: save_view(visit, form, title, address, roles))
    except Refusal as refusal:
        toast(refusal.problem.sentence.to(language()), tone="bad")
        return _back(app, form, address)
    toast(say("视图已保存", "View saved"))
    return _back(app, form, address, made)


@blueprint.post("/a/<app>/f/<form>/views/<int:view>")
def change(app: str, form: str, view: int) -> Response:
    """Change a view: its name and roles, or with `what=address` only what it lists."""
    address = request.form.get("address", "")
    only_address = request.form.get("what") == "address"

    def work(visit: Visit) -> None:
        if only_address:
            change_view(visit, view, address=address)
        else:
            change_view(visit, view, title=request.form.get("title", ""), roles=request.form.getlist("roles"))

    try:
        writing(app, work)
        toast(say("视图已更新", "View updated"))
    except Refusal as refusal:
        toast(refusal.problem.sentence.to(language()), tone="bad")
    return _back(app, form, address, view)


@blueprint.post("/a/<app>/f/<form>/views/<int:view>/delete")
def delete(app: str, form: str, view: int) -> Response:
    """Delete a view."""
    writing(app, lambda visit: delete_view(visit, view))
    toast(say("视图已删除", "View deleted"))
    return _back(app, form, "")


def _back(app: str, form: str, address: str, view: int = 0) -> Response:
    """Return to the list as it was, with the view open."""
    try:
        query = clean_address(address)
    except Refusal:
        query = ""
    parts = [*([f"view={view}"] if view else []), *([query] if query else [])]
    return go_to(url_for("lists.records", app=app, form=form) + (f"?{'&'.join(parts)}" if parts else ""))
