"""The tree: records below the record that they belong to, opened level by level."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import render_template
from flask import request as asked

from engine.expression.tree import RecordShape
from engine.forms.model import Form
from engine.texts import Text
from engine.values import Kind
from runtime.service.boards import FoundRecords, read_branch
from runtime.service.listing import ListRequest, RecordLine
from runtime.service.visit import Visit
from runtime.web.cards import (
    address,
    asked_field,
    card_columns,
    card_view,
    fact_fields,
    field_links,
    known_fields,
    list_address,
)
from runtime.web.guest import language, say

MOST_OPEN = 60
MOST_DEPTH = 12


class Tree:
    """Records by a link to their own form: `?as=tree&by=parent&open=3,17`."""

    kind = "tree"
    label = Text("树", "Tree")

    def fits(self, shape: RecordShape) -> bool:
        """Tell whether there is a link to the form itself."""
        return bool(_parents(shape))

    def render(self, visit: Visit, form: Form, request: ListRequest) -> str:
        """Return the levels that are open."""
        shape = visit.shapes(form.key)
        fields = _parents(shape) if shape else []
        by = asked_field(visit, form, "by", fields)
        growth = _Growth(FoundRecords(visit, form, request), by, _opened())
        growth.grow(0, 1)
        facts = fact_fields(visit, form, by)
        board = {
            "by": by,
            "fields": field_links(form, "by", fields, by),
            "columns": [form.field_label(name).to(language()) for name in facts],
            "numeric": [known_fields(visit, form)[name].value_type.is_numeric for name in facts],
            "rows": growth.rows,
        }
        return render_template("boards/tree.html", board=board)


def _parents(shape: RecordShape) -> list[str]:
    fields = shape.shape_fields().items()
    return [
        key
        for key, one in fields
        if key != "id" and one.value_type.kind is Kind.RECORD and one.value_type.form == shape.key
        and one.computed is None
    ]  # fmt: skip


def _opened() -> dict[int, None]:
    """Return the records whose level is open, in the order of opening."""
    words = asked.args.get("open", "").split(",")
    return dict.fromkeys(int(word) for word in words[:MOST_OPEN] if word.isdigit() and len(word) < 16)


@dataclass
class _Growth:
    """The rows of a tree while its open levels are read, each by a few statements."""

    found: FoundRecords
    by: str
    opened: dict[int, None]
    rows: list[dict[str, Any]] = field(default_factory=list)

    def grow(self, under: int, level: int) -> None:
        """Add the rows below a record, and below those among them that are open."""
        columns = card_columns(self.found.visit, self.found.form, self.by)
        branch = read_branch(self.found, self.by, columns, under)
        for position, line in enumerate(branch.lines, 1):
            children = branch.children.get(line.id, 0)
            is_open = children > 0 and line.id in self.opened and level < MOST_DEPTH
            row = self._row(line, children, is_open=is_open)
            self.rows.append(row | {"level": level, "position": position, "size": branch.count})
            if is_open:
                self.grow(line.id, level + 1)
        if branch.count > len(branch.lines):
            self._add_rest(under, level, branch.count)

    def _row(self, line: RecordLine, children: int, *, is_open: bool) -> dict[str, Any]:
        facts = fact_fields(self.found.visit, self.found.form, self.by)
        return card_view(self.found.visit, self.found.form, line, self.by) | {
            "children": children,
            "children_text": say(f"{children:,} 个下级", f"{children:,} below"),
            "open": is_open,
            "toggle_url": self._toggle(line.id, is_open=is_open) if children else "",
            "cells": [line.cells[name].text for name in facts],
        }

    def _toggle(self, record: int, *, is_open: bool) -> str:
        left = [one for one in self.opened if one != record]
        opened = left if is_open else [*left, record]
        return address({"open": ",".join(map(str, opened[-MOST_OPEN:]))})

    def _add_rest(self, under: int, level: int, count: int) -> None:
        url = list_address(self.by, "is", str(under)) if under else list_address(self.by, "empty")
        label = say(f"在列表里看全部 {count:,} 条", f"All {count:,} in the list")
        if url:
            self.rows.append({"rest": {"url": url, "label": label}, "level": level})
