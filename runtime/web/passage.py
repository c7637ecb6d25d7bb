"""From one record to the next in the list that a person came from.

The list's address travels in the record's address, packed and with our mark.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import g, request, url_for

from engine.problems import Refusal
from runtime.service.listing import ListPage, ListRequest, list_records
from runtime.service.visit import Forbidden, NotFound, Visit
from runtime.web.guest import say
from runtime.web.list_address import ListAddress
from runtime.web.signing import sign, unsign

_NAMES = ("f", "any", "view", "group", "sort", "q", "page", "after", "before")
_PURPOSE = "list"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """The ways on from a record: the ones before and after it (None: none), where it stands, the list."""

    previous_url: str | None = None
    next_url: str | None = None
    position_text: str = ""
    list_url: str = ""


def came_from() -> dict[str, Any]:
    """Return what a link from the present list to one of its records carries along."""
    if "came_from" not in g:
        g.came_from = {"from": _token(ListAddress.present().pairs)}
    found: dict[str, Any] = g.came_from
    return found


def _token(pairs: Pairs) -> str:
    return sign(_PURPOSE, urlencode([pair for pair in pairs if pair[0] in _NAMES and pair[1]]))


def find_passage(visit: Visit, form: str, record: int) -> Passage:
    """Return the ways on in the list that the address of the page names; none where it names none."""
    text = unsign(_PURPOSE, request.args.get("from", ""))
    if text is None:
        return Passage()
    path = url_for("lists.records", app=visit.app.key, form=form)
    address = ListAddress(path, tuple(parse_qsl(text)))
    asked = replace(address.read(view=address.get("view")), columns=("id",), totals=False, all_totals=False)
    list_url = address.of(address.pairs)
    try:
        page = list_records(visit, form, asked)
        ids = [line.id for line in page.lines]
        if record not in ids:
            return Passage(list_url=list_url)
        at = ids.index(record)
        here = (address.pairs, ids[at - 1]) if at else _before(visit, form, asked, page, address)
        there = (
            (address.pairs, ids[at + 1]) if at + 1 < len(ids) else _after(visit, form, asked, page, address)
        )
    except (Refusal, NotFound, Forbidden):
        return Passage(list_url=list_url)
    place = (page.page - 1) * page.size + at + 1
    exact = page.counting == "exact"
    position = say(f"{place:,} / {page.count:,}", f"{place:,} of {page.count:,}") if exact else f"{place:,}"
    return Passage(_link(visit, form, here), _link(visit, form, there), position, list_url)


def _link(visit: Visit, form: str, found: tuple[Pairs, int] | None) -> str | None:
    if found is None:
        return None
    carried: dict[str, Any] = {"from": _token(found[0])}
    return url_for("records.record", app=visit.app.key, form=form, record=found[1], **carried)


def _before(
    visit: Visit, form: str, asked: ListRequest, page: ListPage, address: ListAddress
) -> tuple[Pairs, int] | None:
    """Return the last record of the page before, with that page's parameters."""
    if page.page <= 1 or not page.before:
        return None
    number = page.page - 1
    wanted = replace(asked, page=number, after="", before=page.before)
    lines = list_records(visit, form, wanted).lines
    place = (("page", str(number)), ("before", page.before)) if number > 1 else ()
    return ((*address.state, *place), lines[-1].id) if lines else None


def _after(
    visit: Visit, form: str, asked: ListRequest, page: ListPage, address: ListAddress
) -> tuple[Pairs, int] | None:
    """Return the first record of the page after, with that page's parameters."""
    if not page.after:
        return None
    wanted = replace(asked, page=page.page + 1, after=page.after, before="")
    lines = list_records(visit, form, wanted).lines
    place = (("page", str(page.page + 1)), ("after", page.after))
    return ((*address.state, *place), lines[0].id) if lines else None
