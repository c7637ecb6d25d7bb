"""Saved views: the address of a list under a name, for oneself or shared with roles.

A view holds only what an address says, so opening one shows nothing that its reader could not ask for: parts
that name a field which the reader may not see are left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from engine.access import ADMIN, EVERYONE
from engine.forms.model import Form
from engine.problems import ProblemCode, Refusal
from engine.texts import Text
from runtime.service.listing import may_see_view
from runtime.service.visit import NotFound, Visit
from runtime.store import views as store
from runtime.store.views import SavedView

__all__ = ["SavedView", "ViewTab", "change_view", "clean_address", "delete_view", "fit_address", "save_view",
           "view_tabs"]  # fmt: skip

MOST_VIEWS = 50
MOST_TITLE, MOST_ADDRESS, MOST_PARTS = 60, 8_000, 120
# What an address says of one look at a list, not of the list: where one has paged to, which language.
_PASSING = frozenset({"page", "after", "before", "view", "lang", "totals", "open"})
_NAMES = frozenset({"sort", "cols", "group"})

VIEW_TITLE = ProblemCode(
    "view-title",
    Text("视图的名称要有 1 到 {most} 个字", "A view's name has 1 to {most} characters"),
    Text("写一个短名称", "Give it a short name"),
)
TOO_MANY_VIEWS = ProblemCode(
    "too-many-views",
    Text("一张表单你最多存 {most} 个视图", "You may save at most {most} views of a form"),
    Text("先删掉不用的", "Delete one that you no longer use"),
)
VIEW_TOO_LONG = ProblemCode(
    "view-too-long",
    Text("这个视图的条件太多了,存不下", "This view has too many conditions to be saved"),
    Text("去掉一些条件或列", "Leave some conditions or columns out"),
)
NO_VIEW = ProblemCode(
    "no-saved-view",
    Text("没有这个视图,或者它不是你的", "There is no such view, or it is not yours"),
    Text("请建它的人或应用管理员修改", "Ask its owner or the app's administrator to change it"),
)
UNKNOWN_ROLE = ProblemCode(
    "no-such-role",
    Text("没有「{role}」这个角色", "There is no role '{role}'"),
    Text("选应用里有的角色", "Choose a role of the app"),
)


@dataclass(frozen=True, slots=True)
class ViewTab:
    """A view as a tab: the word that `view` has in the address, its title, and the rest of the address.

    saved: the stored view behind it; None for one of the definition.
    changes: whether the person may change it.
    """

    key: str
    title: str
    pairs: tuple[tuple[str, str], ...]
    saved: SavedView | None = None
    changes: bool = False


def view_tabs(visit: Visit, form: Form) -> tuple[ViewTab, ...]:
    """Return the views that the person has of a form: the definition's, the shared ones and the own."""
    tabs = []
    for key, view in form.views.items():
        if may_see_view(visit, form, key):
            pairs = fit_address(visit, form, _declared_pairs(form, key))
            tabs.append(ViewTab(key, view.title.to(visit.language), pairs))
    for saved in store.load_views(visit.connection, visit.app.id, form.key):
        if _sees(visit, saved):
            pairs = fit_address(visit, form, parse_qsl(saved.address))
            tabs.append(ViewTab(str(saved.id), saved.title, pairs, saved, _changes(visit, saved)))
    return tuple(tabs)


def _declared_pairs(form: Form, key: str) -> list[tuple[str, str]]:
    view = form.views[key]
    pairs = [("f", text) for text in view.filters]
    pairs += [
        (name, ",".join(names))
        for name, names in (("sort", view.sort), ("cols", view.columns), ("group", view.group))
        if names
    ]
    return pairs + ([("as", view.shown_as)] if view.shown_as else [])


def save_view(visit: Visit, form_key: str, title: str, address: str, roles: Sequence[str] = ()) -> int:
    """Save the address of a list under a name and return the view's id.

    Raises `Refusal` for a name, an address or roles that cannot be.
    """
    form = visit.form(form_key)
    if store.count_views(visit.connection, visit.app.id, form.key, visit.actor.id) >= MOST_VIEWS:
        raise Refusal(TOO_MANY_VIEWS.here(most=MOST_VIEWS))
    values = {
        "form": form.key,
        "owner": visit.actor.id,
        "title": _title(title),
        "address": clean_address(address),
        "roles": _roles(visit, roles),
    }
    return store.insert_view(visit.connection, visit.app.id, values, visit.now)


def change_view(
    visit: Visit,
    view_id: int,
    *,
    title: str | None = None,
    address: str | None = None,
    roles: Sequence[str] | None = None,
) -> SavedView:
    """Change what is given of a view, as its owner or the app's administrator, and return what it was.

    Raises `NotFound` for anybody else, `Refusal` for a name, an address or roles that cannot be.
    """
    view = _own(visit, view_id)
    values: dict[str, object] = {}
    if title is not None:
        values["title"] = _title(title)
    if address is not None:
        values["address"] = clean_address(address)
    if roles is not None:
        values["roles"] = _roles(visit, roles)
    if values:
        store.update_view(visit.connection, view.id, values)
    return view


def delete_view(visit: Visit, view_id: int) -> SavedView:
    """Delete a view, as its owner or the app's administrator, and return what it was.

    Raises `NotFound` for anybody else.
    """
    view = _own(visit, view_id)
    store.delete_view(visit.connection, view.id)
    return view


def clean_address(address: str) -> str:
    """Return the part of an address's query that a view keeps. Raises `Refusal` for too much of it."""
    try:
        pairs = parse_qsl(address.lstrip("?"), max_num_fields=MOST_PARTS)
    except ValueError as error:
        raise Refusal(VIEW_TOO_LONG.here()) from error
    kept = urlencode([(k, v) for k, v in pairs if k not in _PASSING and not k.startswith("add_")])
    if len(kept) > MOST_ADDRESS:
        raise Refusal(VIEW_TOO_LONG.here())
    return kept


def fit_address(visit: Visit, form: Form, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the parts of an address without those that name a field which the person may not see."""
    kept = []
    for name, value in pairs:
        if name == "f" and not _is_seen(visit, form, value.partition(":")[0]):
            continue
        if name in _NAMES:
            value = ",".join(one for one in value.split(",") if _is_seen(visit, form, one.lstrip("-")))
        if value:
            kept.append((name, value))
    return tuple(kept)


def _is_seen(visit: Visit, form: Form, path: str) -> bool:
    try:
        visit.path(form.key, path)
    except Refusal:
        return False
    return True


def _own(visit: Visit, view_id: int) -> SavedView:
    view = store.load_view(visit.connection, visit.app.id, view_id)
    if view is None or not _changes(visit, view):
        raise NotFound(NO_VIEW)
    visit.form(view.form)
    return view


def _changes(visit: Visit, view: SavedView) -> bool:
    return view.owner == visit.actor.id or (ADMIN in visit.roles and bool(view.roles))


def _sees(visit: Visit, view: SavedView) -> bool:
    """A shared view is its roles'; an administrator of the app sees every shared one, to look after it."""
    if view.owner == visit.actor.id:
        return True
    return bool(view.roles) and bool((visit.roles | {EVERYONE}) & {*view.roles, ADMIN})


def _title(title: str) -> str:
    text = "".join(char for char in title if unicodedata.category(char) not in ("Cc", "Cs", "Cf")).strip()
    if not 1 <= len(text) <= MOST_TITLE:
        raise Refusal(VIEW_TITLE.here(most=MOST_TITLE))
    return text


def _roles(visit: Visit, roles: Sequence[str]) -> list[str]:
    known = {*visit.app.definition.roles, EVERYONE}
    for role in roles:
        if role not in known:
            raise Refusal(UNKNOWN_ROLE.here(role=role[:40]))
    return list(dict.fromkeys(roles))
