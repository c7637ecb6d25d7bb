"""Views of a list as tabs, and the forms that save, rename, share and delete them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import url_for

from engine.access import EVERYONE
from engine.forms.model import Form
from runtime.service.views import ViewTab, clean_address
from runtime.service.visit import Visit
from runtime.web.guest import language, say
from runtime.web.list_address import ListAddress


def tab_links(
    visit: Visit, form: Form, tabs: tuple[ViewTab, ...], address: ListAddress
) -> list[dict[str, Any]]:
    """Return the tabs above a list: all records, the views, the recycle bin; none where there is only one."""
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key}
    active = _active(tabs, address)
    links = [{"title": say("全部", "All"), "url": address.path, "active": active is None, "count": None}]
    for tab in tabs:
        url = address.of([("view", tab.key), *tab.pairs])
        shared = bool(tab.saved and tab.saved.roles)
        links.append(
            {"title": tab.title, "url": url, "active": tab is active, "count": None, "shared": shared}
        )
    if visit.policy(form.key).may("delete"):
        bin_url = url_for("records.recycle_bin", **here)
        links.append({"title": say("回收站", "Recycle bin"), "url": bin_url, "active": False, "count": None})
    return links


def save_form(visit: Visit, form: Form, tabs: tuple[ViewTab, ...], address: ListAddress) -> dict[str, Any]:
    """Return what the forms around views need: where they go, the roles, and the view that is open."""
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key}
    active = _active(tabs, address)
    opened = None
    if active is not None and active.saved is not None and active.changes:
        saved = active.saved
        opened = {
            "title": saved.title,
            "roles": list(saved.roles),
            "changed": sorted(parse_qsl(saved.address)) != sorted(parse_qsl(clean_address(address.query))),
            "change_url": url_for("list_views.change", view=saved.id, **here),
            "delete_url": url_for("list_views.delete", view=saved.id, **here),
        }
    roles = {EVERYONE: say("所有人", "Everyone")}
    roles |= {key: label.to(language()) for key, label in visit.app.definition.roles.items()}
    return {
        "url": url_for("list_views.create", **here),
        "address": urlencode(address.state),
        "roles": [{"value": key, "label": label} for key, label in roles.items()],
        "open": opened,
    }


def _active(tabs: tuple[ViewTab, ...], address: ListAddress) -> ViewTab | None:
    return next((tab for tab in tabs if tab.key == address.get("view")), None)
