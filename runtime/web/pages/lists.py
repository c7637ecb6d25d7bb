"""The list of a form's records. The address is the state: filters, order, columns, groups, page."""

from __future__ import annotations

from threading import Thread
from typing import Any

from flask import Blueprint, Response, after_this_request, jsonify, render_template, request, url_for

from engine.forms.model import Form
from engine.problems import Problem, Refusal
from engine.values import DEPARTMENT_SHAPE, USER_SHAPE
from runtime.service.listing import ListPage, ListRequest, list_groups, list_records
from runtime.service.views import ViewTab, view_tabs
from runtime.service.visit import Visit
from runtime.store.people import learn_sounds, sounds_are_known
from runtime.web.boards import Board, fitting_boards
from runtime.web.bulk import bulk_actions, whole_list
from runtime.web.draft_offers import draft_link
from runtime.web.guest import language, office, reading, say
from runtime.web.list_address import HEIGHTS, ListAddress, added_filter
from runtime.web.list_filters import (
    builder_fields,
    column_label,
    filter_chips,
    filter_fields,
    filter_operators,
)
from runtime.web.list_table import (
    ListTable,
    cell_view,
    column_choices,
    count_text,
    group_choices,
    is_coloured,
)
from runtime.web.list_views import save_form, tab_links
from runtime.web.picking import record_items
from runtime.web.public_links import public_link
from runtime.web.requests import go_to

__all__ = ["blueprint", "cell_view", "column_label", "is_coloured"]

blueprint = Blueprint("lists", __name__)
# What only a table or only a board has.
_NOTHING: dict[str, Any] = {
    "count_text": "", "columns": [], "rows": [], "totals": None, "totals_url": None, "pager": None,
    "row_count": None, "column_choices": [], "group_choices": [], "groups": [], "heights": [],
    "height": "", "bulk": [], "bulk_all": "", "error": None, "board_html": "",
}  # fmt: skip


@blueprint.get("/a/<app>/f/<form>")
def records(app: str, form: str) -> str | Response:
    """Show one page of the list, or the board that the address names in its place."""
    after_this_request(_learn_sounds)
    address = ListAddress.present()
    added = added_filter(address)
    if added:
        return go_to(added)
    with reading(app) as visit:
        found = visit.form(form)
        tabs = view_tabs(visit, found)
        asked = address.read(view=_declared_view(tabs, address))
        shown = fitting_boards(visit.shapes(form))
        board = shown.get(address.get("as"))
        view = _frame(visit, found, address, tabs) | _boards(shown, board, address)
        if board is None:
            view |= _table(visit, found, asked, address)
        else:
            view |= _board(visit, found, asked, address, board)
        return render_template("pages/list.html", view=view)


def _learn_sounds(response: Response) -> Response:
    """Load the tables of pinyin once this answer is on its way: whoever sees a list soon looks for a name."""
    if not sounds_are_known():
        response.call_on_close(Thread(target=learn_sounds, name="sounds", daemon=True).start)
    return response


@blueprint.get("/a/<app>/f/<form>/filter-fields")
def fields(app: str, form: str) -> Response:
    """Answer the filter builder: the fields that the person may filter by, and how."""
    with reading(app) as visit:
        return jsonify(builder_fields(visit, visit.form(form)))


@blueprint.get("/a/<app>/f/<form>/filter-values/<field>")
def values(app: str, form: str, field: str) -> Response:
    """Answer a picker of the filter builder: what a field may refer to, by the words that were typed."""
    words = request.args.get("q", "")[:100]
    with reading(app) as visit:
        found = visit.form(form)
        kind = visit.path(found.key, field).type
        target = (kind.item or kind).points_to
        if target == USER_SHAPE:
            people = office().people.find_people(words)
            items = [{"value": str(one.id), "label": one.name, "hint": one.username} for one in people]
        elif target == DEPARTMENT_SHAPE:
            departments = office().people.find_departments(words)
            items = [{"value": str(one.id), "label": one.name, "hint": ""} for one in departments]
        else:
            items = record_items(visit, target, words, None) if target else []
        return jsonify({"items": items})


def _declared_view(tabs: tuple[ViewTab, ...], address: ListAddress) -> str:
    """Return the view of the definition that the address names; one that is not for the person is none."""
    name = address.get("view")
    known = {tab.key for tab in tabs if tab.saved is None}
    return name if name in known else ""


def _frame(visit: Visit, form: Form, address: ListAddress, tabs: tuple[ViewTab, ...]) -> dict[str, Any]:
    """Return what stands around the table or the board."""
    title = form.label.to(language())
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key}
    new = url_for("forms.new", **here)
    create = {"url": new, "label": say("新建", "New")} if visit.policy(form.key).may("create") else None
    actions = [{"label": create["label"], "url": new, "primary": True}] if create else []
    return {
        "title": title,
        "label": title,
        "action_url": address.path,
        "state": [{"name": name, "value": value} for name, value in address.state],
        "search": address.get("q"),
        "search_label": "",
        "create": create,
        "drafts": draft_link(visit.connection, [visit.app], form.key),
        "public_url": public_link(visit, form),
        "import_url": None,
        "export_url": None,
        "tabs": tab_links(visit, form, tabs, address),
        "save_view": save_form(visit, form, tabs, address),
        "filters": [],
        "any": None,
        "clear_url": address.to(without=("q", "f", "any")),
        "reset_url": address.path,
        "filter_fields": filter_fields(visit, form),
        "filter_operators": filter_operators(),
        "filter_source": url_for("lists.fields", **here),
        "empty": {
            "title": say(f"还没有{title}", f"No {title} yet"),
            "text": form.help.to(language()) if form.help else "",
            "actions": actions,
        },
        **_NOTHING,
    }


def _boards(shown: dict[str, Board], board: Board | None, address: ListAddress) -> dict[str, Any]:
    """Return the switch between the table and the boards that fit; nothing where none does."""
    kind = board.kind if board else ""
    links = [{"label": say("表格", "Table"), "url": address.to(without=("as",)), "active": not kind}]
    links += [
        {
            "label": one.label.to(language()),
            "url": address.to(without=("as",), also=[("as", name)]),
            "active": name == kind,
        }
        for name, one in shown.items()
    ]
    return {"boards": links if shown else [], "board": kind}


def _board(
    visit: Visit, form: Form, asked: ListRequest, address: ListAddress, board: Board
) -> dict[str, Any]:
    try:
        html = board.render(visit, form, asked)
        return {"board_html": html} | _chips(visit, form, asked, address)
    except Refusal as refusal:
        return _failure(refusal.problem)


def _table(visit: Visit, form: Form, asked: ListRequest, address: ListAddress) -> dict[str, Any]:
    try:
        page = list_records(visit, form.key, asked)
        groups = list_groups(visit, form.key, asked) if asked.group else ()
        chips = _chips(visit, form, asked, address)
    except Refusal as refusal:
        return _failure(refusal.problem)
    table = ListTable(visit, page, asked, address)
    height = address.get("rows") if address.get("rows") in HEIGHTS else "default"
    return chips | {
        "count_text": count_text(page),
        "columns": table.columns(),
        "rows": table.rows(groups),
        "totals": table.totals(),
        "totals_url": _totals_url(page, address),
        "pager": table.pager(),
        "bulk": bulk_actions(visit, form, address),
        "bulk_all": whole_list(page),
        "row_count": page.count if page.counting == "exact" else -1,
        "column_choices": column_choices(visit, form, page.columns),
        "group_choices": group_choices(visit, form),
        "groups": list(asked.group),
        "heights": _heights(height, address),
        "height": height,
    }


def _chips(visit: Visit, form: Form, asked: ListRequest, address: ListAddress) -> dict[str, Any]:
    """Return the filters in words, and the switch between all and any of them where there are several."""
    either = {
        "active": asked.any,
        "all_url": address.to(without=("any",)),
        "any_url": address.to(any="1"),
    }
    several = len(asked.filters) > 1
    return {"filters": filter_chips(visit, form, asked, address), "any": either if several else None}


def _failure(problem: Problem) -> dict[str, Any]:
    """Return what is shown where the address asks for what cannot be: the sentence, and a way out of it."""
    text = problem.sentence.to(language())
    return {"error": {"text": text, "fix": problem.fix.to(language()), "reference": ""}}


def _totals_url(page: ListPage, address: ListAddress) -> str | None:
    """Return the address that adds up all records where they are too many to do so unasked."""
    numeric = page.counting != "exact" and not page.totals
    return address.to(totals="1") if numeric else None


def _heights(height: str, address: ListAddress) -> list[dict[str, Any]]:
    words = {
        "compact": say("紧凑", "Compact"),
        "default": say("标准", "Default"),
        "relaxed": say("宽松", "Relaxed"),
    }
    return [
        {
            "label": words[one],
            "url": address.to(rows="" if one == "default" else one),
            "active": one == height,
        }
        for one in HEIGHTS
    ]
