"""The gallery: cards with a picture, or with a coloured initial where a form has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import current_app, render_template, url_for

from engine.expression.tree import FieldShape, RecordShape
from engine.forms.model import Form
from engine.texts import Text
from engine.values import Kind, Value, ValueType
from runtime.service.listing import ListPage, ListRequest, RecordLine, list_records
from runtime.service.visit import Visit
from runtime.web.cards import address, asked_field, card_columns, card_view, field_links, known_fields
from runtime.web.guest import say

A_PAGE = 24
_FILES = "files.show"
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")


class Gallery:
    """Records as large cards: `?as=gallery&cover=photos`."""

    kind = "gallery"
    label = Text("画廊", "Gallery")

    def fits(self, shape: RecordShape) -> bool:
        """Every form fits: without pictures each card shows an initial."""
        return True

    def render(self, visit: Visit, form: Form, request: ListRequest) -> str:
        """Return one page of cards."""
        covers = _covers(known_fields(visit, form))
        cover = asked_field(visit, form, "cover", covers)
        columns = (*card_columns(visit, form, cover), *([cover] if cover else []))
        page = list_records(visit, form.key, replace(request, columns=columns, size=A_PAGE, totals=False))
        board = {
            "fields": field_links(form, "cover", covers, cover),
            "cards": [_card(visit, form, line, cover) for line in page.lines],
            "pager": _pager(page),
        }
        return render_template("boards/gallery.html", board=board)


def _covers(fields: Mapping[str, FieldShape]) -> list[str]:
    return [key for key, one in fields.items() if _holds_files(one.value_type)]


def _holds_files(kind: ValueType) -> bool:
    inner = kind.item if kind.kind is Kind.LIST else kind
    return inner is not None and inner.kind is Kind.FILE


def _card(visit: Visit, form: Form, line: RecordLine, cover: str) -> dict[str, Any]:
    file = first_picture(line.cells[cover].value) if cover else ""
    card = card_view(visit, form, line, cover)
    if file and _FILES in current_app.view_functions:
        here: dict[str, Any] = {"app": visit.app.key, "form": form.key, "record": line.id}
        card["image"] = url_for(_FILES, **here, field=cover, file=file)
    return card


def first_picture(value: Value) -> str:
    """Return the first file of a value that browsers show as a picture; '' for none.

    >>> first_picture(("ab12/plan.pdf", "cd34/Front.JPG")), first_picture(None)
    ('cd34/Front.JPG', '')
    """
    files = value if isinstance(value, tuple) else (value,)
    return next((f for f in files if isinstance(f, str) and f.lower().endswith(_PICTURES)), "")


def _pager(page: ListPage) -> dict[str, Any] | None:
    if page.count <= page.size and page.page == 1:
        return None
    first = (page.page - 1) * page.size + 1
    return {
        "from": first,
        "to": first + len(page.lines) - 1,
        "total_text": say(f"共 {page.count:,} 条", f"of {page.count:,}"),
        "previous_url": address({"page": str(page.page - 1)}) if page.page > 1 else None,
        "next_url": address({"page": str(page.page + 1)}) if page.page < page.pages else None,
    }
