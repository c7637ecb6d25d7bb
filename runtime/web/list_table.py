"""The table of a list: columns, rows, groups, totals and the pager, as the templates draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from engine.filters import join_values
from engine.forms.model import Form
from engine.values import Kind, Value, ValueType, display, to_json
from runtime.service.listing import Cell, Group, ListPage, ListRequest, default_columns, visible_fields
from runtime.service.visit import Visit
from runtime.web.guest import language, say
from runtime.web.list_address import ListAddress
from runtime.web.list_filters import column_label
from runtime.web.passage import came_from

_ON_A_CARD = 4
_CARD_ORDER = (Kind.RECORD, Kind.MONEY, Kind.NUMBER, Kind.DATE, Kind.DATETIME, Kind.USER, Kind.TEXT)


def is_coloured(kind: ValueType) -> bool:
    """Tell whether the options of a choice say how a record stands: some of them have a colour."""
    return kind.kind is Kind.CHOICE and any(option.color != "neutral" for option in kind.options)


def cell_view(visit: Visit, cell: Cell, kind: ValueType) -> dict[str, Any]:
    """Return a cell as the table draws it: a chip for coloured options, a link for visible records."""
    view: dict[str, Any] = {"text": cell.text}
    if cell.color and is_coloured(kind):
        view["chip"] = {"label": cell.text, "color": cell.color}
    if cell.record is not None and cell.form in visit.app.definition.forms and not cell.text.startswith("#"):
        view["url"] = url_for("records.record", app=visit.app.key, form=cell.form, record=cell.record)
    return view


@dataclass(frozen=True)
class ListTable:
    """One page of a list as a table."""

    visit: Visit
    page: ListPage
    asked: ListRequest
    address: ListAddress

    def columns(self) -> list[dict[str, Any]]:
        """Return the headings, each with the address that sorts by it."""
        page = self.page
        order = self.asked.sort or page.form.sort
        card = self._card_columns()
        columns = []
        for name in page.columns:
            kind = self._kind(name)
            level = next((n for n, one in enumerate(order, 1) if one.lstrip("-") == name), 0)
            sorted_as = ("desc" if order[level - 1].startswith("-") else "asc") if level else None
            following = f"-{name}" if sorted_as == "asc" else name
            columns.append({
                "name": name, "label": column_label(self.visit, page.form, name),
                "align": "end" if kind.is_numeric else "start",
                "sort_url": None if kind.kind is Kind.LIST else self.address.to(sort=following),
                "sorted": sorted_as, "level": level if len(order) > 1 else 0,
                "title": name == self._title_column(),
                "status": is_coloured(kind) and "." not in name,
                "card": name in card,
            })  # fmt: skip
        return columns

    def rows(self, groups: Sequence[Group] = ()) -> list[dict[str, Any]]:
        """Return the rows; where the list is grouped, the heading of each group before its rows."""
        rows = [self._row(position) for position in range(len(self.page.lines))]
        if not self.asked.group:
            return rows
        return self._grouped(rows, groups)

    def totals(self) -> list[str | None] | None:
        """Return the sums below the columns; None where none were worked out."""
        return self._sums(self.page.totals) if self.page.totals else None

    def pager(self) -> dict[str, Any] | None:
        """Return where the page is and where its neighbours are; None where there is only this one."""
        page = self.page
        if not page.after and not page.before and page.page <= 1:
            return None
        first = (page.page - 1) * page.size + 1
        return {
            "from": first,
            "to": first + len(page.lines) - 1,
            "total_text": say(f"共 {count_text(page)}", f"of {count_text(page)}"),
            "previous_url": self._previous(),
            "next_url": self._turn(page.page + 1, after=page.after) if page.after else None,
        }

    def _previous(self) -> str | None:
        number = self.page.page - 1
        if not self.page.before or number < 1:
            return self.address.to() if self.page.page > 1 else None
        return self._turn(number, before=self.page.before) if number > 1 else self.address.to()

    def _turn(self, number: int, **place: str) -> str:
        return self.address.of([*self.address.state, ("page", str(number)), *place.items()])

    # Rows.

    def _kind(self, name: str) -> ValueType:
        return self.visit.path(self.page.form.key, name).type

    def _title_column(self) -> str:
        columns = self.page.columns
        return self.page.form.named_by if self.page.form.named_by in columns else (columns or ("",))[0]

    def _card_columns(self) -> set[str]:
        """Return the columns on a phone's card: what a record is about comes before when it was."""

        def rank(name: str) -> int:
            kind = self._kind(name).kind
            return _CARD_ORDER.index(kind) if kind in _CARD_ORDER else len(_CARD_ORDER)

        own = [name for name in self.page.columns if "." not in name and name != self._title_column()]
        own = [name for name in own if not is_coloured(self._kind(name))]
        return set(sorted(own, key=rank)[:_ON_A_CARD])

    def _row(self, position: int) -> dict[str, Any]:
        page, line = self.page, self.page.lines[position]
        here: dict[str, Any] = {"app": self.visit.app.key, "form": page.form.key} | came_from()
        url = url_for("records.record", record=line.id, **here)
        title = line.cells[self._title_column()].text if page.columns else ""
        cells = [cell_view(self.visit, line.cells[name], self._kind(name)) for name in page.columns]
        return {"id": line.id, "url": url, "title": title or f"#{line.id}", "cells": cells}

    def _sums(self, totals: Mapping[str, Value]) -> list[str | None]:
        zone = self.visit.app.definition.zone
        return [
            display(totals[name], self._kind(name), language(), zone)
            if totals.get(name) is not None
            else None
            for name in self.page.columns
        ]

    # Groups.

    def _grouped(self, rows: list[dict[str, Any]], groups: Sequence[Group]) -> list[dict[str, Any]]:
        """Put each row behind the heading of its group; groups that have no row here are headings alone."""
        within: dict[tuple[Value, ...], list[dict[str, Any]]] = {}
        for row, key in zip(rows, self._keys(), strict=True):
            within.setdefault(key, []).append(row)
        shown: list[dict[str, Any]] = []
        for group in groups:
            key = tuple(cell.value for cell in group.cells)
            own = within.pop(key, []) if len(key) == len(self.asked.group) else []
            shown += [self._heading(group, own), *own]
        return [*shown, *(row for left in within.values() for row in left)]

    def _keys(self) -> list[tuple[Value, ...]]:
        return [tuple(line.cells[name].value for name in self.asked.group) for line in self.page.lines]

    def _heading(self, group: Group, rows: list[dict[str, Any]]) -> dict[str, Any]:
        depth = len(group.cells)
        name, cell = self.asked.group[depth - 1], group.cells[-1]
        kind = self._kind(name)
        conditions = [
            ("f", _same(name, cell.value)) for name, cell in zip(self.asked.group, group.cells, strict=False)
        ]
        left = self.asked.group[depth:]
        totals = self._sums(group.totals)
        span = next((place for place, total in enumerate(totals) if total is not None), len(totals))
        also = [*conditions, *([("group", ",".join(left))] if left else [])]
        return {
            "group": {
                "label": column_label(self.visit, self.page.form, name),
                "cell": cell_view(self.visit, cell, kind)
                if cell.value is not None
                else {"text": say("空", "Blank")},
                "count": f"{group.count:,}",
                "depth": depth,
                "totals": totals,
                "span": max(span, 1),
                "url": self.address.to(without=("group",), also=also),
                "more": depth == len(self.asked.group) and len(rows) < group.count,
            }
        }


def _same(name: str, value: Value) -> str:
    """Return the filter that keeps the records of a group."""
    return f"{name}:empty" if value is None else f"{name}:is:{_address_text(value)}"


def _address_text(value: Value) -> str:
    raw = to_json(value)
    return str(raw).lower() if isinstance(raw, bool) else join_values([str(raw)]).replace("\\,", ",")


def count_text(page: ListPage) -> str:
    """Say how many records a list has: exactly, about, or that there are more than were counted."""
    if page.counting == "more":
        return say("超过 1 万条", f"{page.count:,}+ records")
    if page.counting == "about":
        return say(f"约 {page.count:,} 条", f"about {page.count:,} records")
    return say(f"{page.count:,} 条", f"{page.count:,} records")


def column_choices(visit: Visit, form: Form, shown: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the columns to choose from: those that are shown in their order, then the others."""
    names = dict.fromkeys([*shown, *default_columns(visit, form), *visible_fields(visit, form)])
    return [
        {
            "name": name,
            "label": column_label(visit, form, name),
            "checked": name in shown,
            "locked": name == form.named_by,
        }
        for name in names
    ]


def group_choices(visit: Visit, form: Form) -> list[dict[str, str]]:
    """Return the fields by which a list can be grouped: what few records have each for themselves alone."""
    fitting = (Kind.CHOICE, Kind.USER, Kind.DEPARTMENT, Kind.RECORD, Kind.BOOLEAN, Kind.DATE)
    shape = visit.shapes(form.key)
    fields = shape.shape_fields() if shape else {}
    return [
        {"value": key, "label": one.label.to(language())}
        for key, one in fields.items()
        if one.value_type.kind in fitting and key != "id"
    ]
