"""What a list offers to do with the records that are ticked in it."""

from __future__ import annotations

from typing import Any

from flask import url_for

from engine.forms.model import Form
from runtime.service.batch_edit import MOST_RECORDS, BatchAction, writable_fields
from runtime.service.listing import ListPage
from runtime.service.visit import Visit
from runtime.web.guest import say
from runtime.web.list_address import ListAddress


def bulk_actions(visit: Visit, form: Form, address: ListAddress) -> list[dict[str, Any]]:
    """Return the actions that the person may do with some records; none: nothing can be ticked."""
    policy = visit.policy(form.key)
    actions = []
    if policy.may("update") and writable_fields(visit, form):
        url = _url(visit, form, address, "change")
        actions.append({"label": say("修改", "Edit"), "url": url, "kind": "secondary", "icon": "edit"})
    if policy.may("delete"):
        url = _url(visit, form, address, "delete")
        actions.append({"label": say("删除", "Delete"), "url": url, "kind": "danger", "icon": "trash"})
    return actions


def _url(visit: Visit, form: Form, address: ListAddress, action: BatchAction) -> str:
    url = url_for("batch_edit.edit", app=visit.app.key, form=form.key, action=action)
    return f"{url}?{address.query}" if address.query else url


def whole_list(page: ListPage) -> str:
    """Return the words for ticking all that the list finds; '' where the page is all, or all is too much."""
    exact = page.counting == "exact" and page.count <= MOST_RECORDS
    if not exact or page.count <= len(page.lines):
        return ""
    return say(f"选中全部 {page.count:,} 条", f"Select all {page.count:,}")
