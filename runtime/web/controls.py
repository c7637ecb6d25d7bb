"""From a field of a form to the plain `control` that the templates draw (see components/field.html)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for

from engine.expression.explain import explain
from engine.expression.tree import Expression
from engine.forms.assessment import Assessment, FieldState
from engine.forms.model import Field
from engine.scope import RecordScope
from engine.texts import Language, Text
from engine.values import Kind, Option, Value, ValueType, display, to_json, write_number
from runtime.service.listing import name_reference, name_references
from runtime.service.records import shown_fields
from runtime.service.seen import seen_field
from runtime.service.visit import Visit
from runtime.web.file_links import file_control


def make_control(
    visit: Visit,
    field: Field,
    state: FieldState,
    scope: RecordScope,
    *,
    raw: object = None,
    judge: bool = True,
) -> dict[str, Any]:
    """Return the control of a field.

    raw: what the person typed, shown again instead of the value; judge: whether problems are shown.
    """
    language = visit.language
    shape = field.type.control(field.settle(scope), field.value_type)
    value = seen_field(visit, field, scope)
    entry = input_text(visit, field, value)
    control: dict[str, Any] = {
        "kind": "readonly" if state.readonly else shape.kind,
        "name": field.key,
        "label": field.label.to(language),
        "value": _entered(raw, entry, multiple=shape.multiple),
        "display": shown_text(visit, field, value),
        "multiple": shape.multiple,
        "note": _note(visit, field, value),
        "required": state.required and not state.readonly,
        "readonly": state.readonly,
        "hidden": not state.visible,
        "computed": field.formula is not None,
        "help": help_text(visit, field),
        "problems": [p.sentence.to(language) for p in state.problems] if judge else [],
        "options": _offered_views(visit, field, scope) or _option_views(visit, shape.options),
        "attributes": dict(shape.attributes),
        "unit": shape.unit.to(language),
    }
    if field.offered_by:
        control["depends"] = " ".join(field.offered_by)
    if shape.lookup:
        control["lookup_url"] = _lookup_address(visit, field, shape.lookup)
    if shape.lookup and shape.multiple:
        control["chosen"] = _chosen(visit, field, control["value"])
    if field.type.files(field.options) is not None:
        control |= file_control(visit, field, scope, value)
    return control


def _lookup_address(visit: Visit, field: Field, lookup: str) -> str:
    """Return where a picker of a field asks."""
    if lookup == "branches":
        return url_for("assets.branches", type=field.type.name)
    here: dict[str, Any] = {"app": visit.app.key, "form": field.form, "field": field.key}
    return url_for("forms.choices", **here)


def _entered(raw: object, entry: str | list[str], *, multiple: bool) -> object:
    """Return what the input shows: what the person typed, if anything, else the value."""
    if raw is None:
        return entry
    given = [str(one) for one in raw] if isinstance(raw, list | tuple) else [str(raw)]
    return [one for one in given if one] if multiple else raw


def _chosen(visit: Visit, field: Field, values: list[str]) -> list[dict[str, str]]:
    """Return several references with the names of what they refer to."""
    kind = field.value_type.item or field.value_type
    ids = [int(one) for one in values if one.isascii() and one.isdigit() and len(one) < 16]
    return [{"value": str(one), "label": name} for one, name in name_references(visit, kind, ids).items()]


def _note(visit: Visit, field: Field, value: Value) -> str:
    """Return the value in other words, for below its input."""
    format = field.value_type.format
    words = format.note(value) if format is not None and value is not None else None
    return words.to(visit.language) if words else ""


def input_text(visit: Visit, field: Field, value: Value) -> str | list[str]:
    """Write a value as its input holds it: a text, or a list of them where there may be several."""
    kind = field.value_type
    if kind.kind is Kind.LIST:
        return [_item_text(visit, kind.item or kind, one) for one in value or ()]  # type: ignore[union-attr]  # a tuple
    return _item_text(visit, kind, value)


def _item_text(visit: Visit, type: ValueType, value: Value) -> str:
    if value is None:
        return ""
    entry = type.format.entry(value) if type.format is not None else None
    if entry is not None:
        return entry
    kind = type.kind
    if kind in (Kind.NUMBER, Kind.MONEY):
        return write_number(value)  # type: ignore[arg-type]  # a numeric kind holds a Decimal
    if isinstance(value, datetime):
        return value.astimezone(visit.app.definition.zone).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(to_json(value))


def shown_text(visit: Visit, field: Field, value: Value) -> str:
    """Write a value as people read it; references by the name of what they refer to."""
    if value is None:
        return ""
    if field.value_type.points_to and isinstance(value, int):
        return name_reference(visit, field.value_type, value)
    labels = _labels(visit, field, value)
    if labels is not None:
        return Text("、", ", ").to(visit.language).join(labels)
    return display(value, field.value_type, visit.language, visit.app.definition.zone)


def help_text(visit: Visit, field: Field) -> str:
    """Return the hint of a field; for a computed one its formula in words."""
    if field.formula is not None and _is_seen(visit, field.formula):
        return explain(field.formula, visit.app.definition.shape, visit.language)
    return field.help.to(visit.language) if field.help else ""


def _is_seen(visit: Visit, formula: Expression) -> bool:
    """Tell whether the person knows every field that a formula reads: its words would name the others."""
    return all(visit.policy(form).shows(key) for form, key in formula.reads)


def _labels(visit: Visit, field: Field, value: Value) -> list[str] | None:
    """Return the words for each of several values, for a picker that shows them one by one."""
    item = field.value_type.item
    if item is None or not item.points_to or not isinstance(value, tuple):
        return None
    return list(name_references(visit, item, (one for one in value if isinstance(one, int))).values())


def _option_views(visit: Visit, options: Sequence[Option]) -> list[dict[str, str]]:
    return [{"value": o.key, "label": o.label.to(visit.language), "color": o.color} for o in options]


def _offered_views(visit: Visit, field: Field, scope: RecordScope) -> list[dict[str, str]] | None:
    """Return the options that are offered now; None where they never change."""
    offered = field.offered(scope)
    return None if offered is None else _option_views(visit, offered)


def field_feedback(visit: Visit, assessment: Assessment, key: str, *, judge: bool) -> dict[str, Any]:
    """Return what the live form needs to know of one field; its problems where `judge` says so."""
    field, state = assessment.form.fields[key], assessment.states[key]
    value = seen_field(visit, field, assessment.scope)
    return {
        "visible": state.visible,
        "required": state.required and not state.readonly,
        "readonly": state.readonly,
        "value": input_text(visit, field, value) or None,
        "display": shown_text(visit, field, value),
        "labels": _labels(visit, field, value),
        "note": _note(visit, field, value),
        "problems": [p.sentence.to(visit.language) for p in state.problems] if judge else [],
        "options": _offered_views(visit, field, assessment.scope),
    }


def feedback(visit: Visit, assessment: Assessment, touched: set[str]) -> dict[str, Any]:
    """Return what the live form needs to know of every field; problems only of those that were left."""
    language: Language = visit.language
    fields: dict[str, Any] = {}
    shown = shown_fields(visit, assessment)
    for key in assessment.states:
        if key not in shown:
            continue
        fields[key] = field_feedback(visit, assessment, key, judge=key in touched)
    problems = [p.sentence.to(language) for p in assessment.problems] if touched else []
    return {"fields": fields, "problems": problems}
