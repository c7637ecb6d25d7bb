"""Filters in words: the chips above a list, and what the filter builder offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import url_for

from engine.expression.tree import FieldShape
from engine.filters import (
    BY_NAME,
    PERIODS,
    FilterOperator,
    find_period,
    find_point,
    operators_for,
    split_values,
)
from engine.forms.contract import default_control
from engine.forms.model import Form
from engine.values import BOOLEAN, Kind, ValueType
from runtime.service.listing import Filter, ListRequest, name_reference
from runtime.service.visit import Visit
from runtime.store.people import search_text
from runtime.web.guest import language, say
from runtime.web.list_address import ListAddress

# Fields behind a link that are offered at most, so that a form with many links stays quick to open.
_MOST_BEHIND = 300
_FIRST = ("within", "contains", "contains_any", "in")


def column_label(visit: Visit, form: Form, name: str) -> str:
    """Return the heading of a column; a path through links names every step."""
    shape: Any = form
    labels = []
    for step in name.split("."):
        found = shape.shape_fields().get(step) if shape else None
        labels.append(found.label.to(language()) if found else step)
        shape = visit.app.definition.shape(found.value_type.points_to) if found else None
    return " · ".join(labels)


def filter_chips(visit: Visit, form: Form, asked: ListRequest, address: ListAddress) -> list[dict[str, Any]]:
    """Return the filters of an address in words, each with the address without it."""
    chips = []
    for text, one in zip(address.all("f"), asked.filters, strict=True):
        kind = visit.path(form.key, one.field).type
        operator = BY_NAME[one.operator]
        chips.append({
            "text": text,
            "field": column_label(visit, form, one.field),
            "operator": operator.label_for(kind).to(language()),
            "value": _value_text(visit, kind, operator, one),
            "labels": _labels(visit, kind, operator, one),
            "remove_url": address.to(drop=("f", text)),
        })  # fmt: skip
    return chips


def _labels(visit: Visit, kind: ValueType, operator: FilterOperator, one: Filter) -> dict[str, str]:
    """Return the names of what a filter refers to by their ids, for the builder's pickers."""
    kind = operator.takes or kind.item or kind
    words = split_values(one.value) if operator.values < 0 else [one.value]
    return {word: name_reference(visit, kind, int(word)) for word in words if _is_reference(kind, word)}


def _is_reference(kind: ValueType, word: str) -> bool:
    return bool(kind.points_to) and word.isascii() and word.isdigit() and len(word) < 16


def _value_text(visit: Visit, kind: ValueType, operator: FilterOperator, one: Filter) -> str:
    if operator.values == 0:
        return ""
    if operator.period:
        period = find_period(one.value)
        return period.label.to(language()) if period else one.value
    words = split_values(one.value) if operator.values in (2, -1) else [one.value]
    shown = [_word_text(visit, operator.takes or kind.item or kind, word) for word in words]
    if operator.values == 2:
        return " – ".join(word or "…" for word in shown)
    return say("、", ", ").join(shown)


def _word_text(visit: Visit, kind: ValueType, word: str) -> str:
    if _is_reference(kind, word):
        return name_reference(visit, kind, int(word))
    if kind.kind in (Kind.DATE, Kind.DATETIME):
        point = find_point(word, visit.app.definition.catalog.function_map)
        return point.label.to(language()) if point else word.replace("T", " ")
    if kind.kind is Kind.BOOLEAN:
        return say("是", "Yes") if word == "true" else say("否", "No") if word == "false" else word
    option = kind.option(word)
    return option.label.to(language()) if option else word


# What the builder offers.


def filter_fields(visit: Visit, form: Form) -> list[dict[str, str]]:
    """Return the fields by which a list can be filtered, one link deep, by name and label."""
    return [{"name": name, "label": column_label(visit, form, name)} for name, _ in _paths(visit, form)]


def filter_operators() -> list[dict[str, str]]:
    """Return every operator, for a page without script."""
    return [{"value": one.name, "label": one.label.to(language())} for one in BY_NAME.values()]


def builder_fields(visit: Visit, form: Form) -> dict[str, Any]:
    """Return what the filter builder needs: fields with their values, operators by kind, and periods."""
    fields = []
    kinds: dict[str, Any] = {}
    for name, one in _paths(visit, form):
        kind = one.value_type
        key = f"{kind.kind}:{kind.item.kind if kind.item else ''}"
        kinds.setdefault(key, [_operator_view(found, kind) for found in _in_order(kind)])
        label = column_label(visit, form, name)
        fields.append({
            "name": name, "label": label, "sound": search_text(label, name), "kind": key,
            **_values_view(visit, form, name, kind.item or kind),
        })  # fmt: skip
    periods = [{"value": one.name, "label": one.label.to(language())} for one in PERIODS]
    return {"fields": fields, "operators": kinds, "periods": periods, "points": _points(visit)}


def _points(visit: Visit) -> list[dict[str, str]]:
    """Return days that move with the clock, but for those that are counted."""
    edges = (
        f"this_{unit}_{side}" for unit in ("week", "month", "quarter", "year") for side in ("start", "end")
    )
    functions = visit.app.definition.catalog.function_map
    found = ((word, find_point(word, functions)) for word in ("today", "yesterday", "tomorrow", *edges))
    return [{"value": word, "label": point.label.to(language())} for word, point in found if point]


def _paths(visit: Visit, form: Form) -> Iterator[tuple[str, FieldShape]]:
    """Yield the fields to filter by, as far as seen: the form's own, the system's, those behind links."""
    shape = visit.shapes(form.key)
    fields = shape.shape_fields() if shape else {}
    own = {key: one for key, one in fields.items() if operators_for(one.value_type) and key != "id"}
    system = [key for key in own if key not in form.fields]
    yield from ((key, one) for key, one in own.items() if key in form.fields)
    yield from ((key, own[key]) for key in system)
    left = _MOST_BEHIND
    for key, one in own.items():
        target = visit.shapes(one.value_type.points_to) if key in form.fields else None
        behind = target.shape_fields() if target else {}
        for name, further in behind.items():
            if left and name != "id" and operators_for(further.value_type):
                left -= 1
                yield f"{key}.{name}", further


def _in_order(kind: ValueType) -> list[FilterOperator]:
    """Return the operators of a kind; what people ask most comes first."""
    found = [one for one in operators_for(kind) if one.name != "today"]
    if kind.kind in (Kind.NUMBER, Kind.MONEY, Kind.DURATION, Kind.BOOLEAN):
        return found
    return sorted(found, key=lambda one: _FIRST.index(one.name) if one.name in _FIRST else len(_FIRST))


def _operator_view(operator: FilterOperator, kind: ValueType) -> dict[str, Any]:
    takes = "period" if operator.period else operator.takes.kind.value if operator.takes else ""
    return {
        "value": operator.name, "label": operator.label_for(kind).to(language()), "values": operator.values,
        "takes": takes,
    }  # fmt: skip


def _values_view(visit: Visit, form: Form, name: str, kind: ValueType) -> dict[str, Any]:
    """Return how a value of a field is entered: options to tick, a picker, or a plain input of its kind."""
    options = [{"value": one.key, "label": one.label.to(language())} for one in (kind.item or kind).options]
    if kind.kind is BOOLEAN.kind:
        options = [{"value": "true", "label": say("是", "Yes")}, {"value": "false", "label": say("否", "No")}]
    lookup = ""
    if kind.points_to:
        lookup = url_for("lists.values", app=visit.app.key, form=form.key, field=name)
    return {"input": default_control(kind).kind, "options": options, "lookup": lookup}
