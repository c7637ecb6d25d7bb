"""The kanban: a column an option, cards that are moved between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for
from flask import request as asked

from engine.expression.tree import FieldShape, RecordShape
from engine.forms.model import Form
from engine.texts import Text
from engine.values import Kind, display
from runtime.service.batch_edit import may_write
from runtime.service.boards import A_LANE, A_WIDE_LANE, FoundRecords, Lane, money_field, read_lanes
from runtime.service.listing import ListRequest
from runtime.service.visit import Visit
from runtime.web.cards import (
    asked_field,
    card_columns,
    card_view,
    field_links,
    known_fields,
    list_address,
)
from runtime.web.guest import language, say
from runtime.web.list_address import ListAddress
from runtime.web.list_table import is_coloured


class Kanban:
    """Records in columns by a choice: `?as=kanban&by=status`."""

    kind = "kanban"
    label = Text("看板", "Board")

    def fits(self, shape: RecordShape) -> bool:
        """Tell whether there is a stored choice with options."""
        return bool(_choices(shape.shape_fields()))

    def render(self, visit: Visit, form: Form, request: ListRequest) -> str:
        """Return the columns with their cards, counts and totals."""
        fields = _choices(known_fields(visit, form))
        by = asked_field(visit, form, "by", fields)
        money = money_field(visit, form)
        wide = frozenset(asked.args.getlist("more"))
        found = FoundRecords(visit, form, request)
        lanes = read_lanes(found, by, columns=card_columns(visit, form, by), money=money, wide=wide)
        board = {
            "by": by,
            "by_label": form.field_label(by).to(language()),
            "fields": field_links(form, "by", fields, by),
            "movable": is_movable(visit, form, by),
            "money": form.field_label(money).to(language()) if money else "",
            "lanes": [_lane_view(visit, form, lane, by, money, wide) for lane in lanes],
        }
        return render_template("boards/kanban.html", board=board)


def _choices(fields: Mapping[str, FieldShape]) -> list[str]:
    """Return the stored choices, first those whose colours say how a record stands."""
    found = [
        key
        for key, one in fields.items()
        if one.value_type.kind is Kind.CHOICE and one.value_type.options and one.computed is None
    ]
    return sorted(found, key=lambda key: not is_coloured(fields[key].value_type))


def is_movable(visit: Visit, form: Form, by: str) -> bool:
    """Tell whether the person may give the field a value on some record; on which, the turn says."""
    field = form.fields[by]
    return field.is_entered and not field.readonly and may_write(visit.policy(form.key), by)


def _lane_view(
    visit: Visit, form: Form, lane: Lane, by: str, money: str, wide: frozenset[str]
) -> dict[str, Any]:
    here: dict[str, Any] = {"app": visit.app.key, "form": form.key}
    label = lane.option.label.to(language()) if lane.option else lane.key or say("未填", "Blank")
    cards = [
        card_view(visit, form, line, by)
        | {"move_url": url_for("boards.move", **here, record=line.id), "lane": lane.key}
        for line in lane.lines
    ]
    return {
        "key": lane.key,
        "label": label,
        "color": lane.option.color if lane.option else "neutral",
        "known": lane.option is not None or not lane.key,
        "count": f"{lane.count:,}",
        "total": _total_text(visit, form, money, lane),
        "cards": cards,
        "more": _more(lane, by, wide),
        "is_wide": lane.key in wide,
    }


def _total_text(visit: Visit, form: Form, money: str, lane: Lane) -> str:
    if not money or lane.total is None or not lane.count:
        return ""
    kind = visit.path(form.key, money).type
    return display(lane.total, kind, language(), visit.app.definition.zone)


def _more(lane: Lane, by: str, wide: frozenset[str]) -> dict[str, str] | None:
    """Lead on to more of a lane: on the board at first, in the table where a board would be too long."""
    rest = lane.count - len(lane.lines)
    if rest <= 0:
        return None
    if lane.key in wide or lane.count > A_WIDE_LANE or not lane.key:
        url = list_address(by, "is" if lane.key else "empty", lane.key)
        label = say(f"在列表里看全部 {lane.count:,} 条", f"All {lane.count:,} in the list")
        return {"url": url, "label": label} if url else None
    more = min(rest, A_WIDE_LANE - A_LANE)
    return {
        "url": ListAddress.present().to(also=[("more", lane.key)]),
        "label": say(f"再看 {more} 条", f"{more} more"),
    }
