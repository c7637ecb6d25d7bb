"""From a field of a form to the plain `control` that the templates draw (see components/field.html)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from engine.expression.explain import explain
from engine.forms.model import Field
from engine.forms.submission import Assessment, FieldState
from engine.scope import RecordScope
from engine.texts import Language
from engine.values import Kind, Value, display, to_json, write_number
from runtime.service.listing import name_reference
from runtime.service.records import shown_fields
from runtime.service.visit import Visit


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
    readonly = state.readonly
    control: dict[str, Any] = {
        "kind": "readonly" if readonly else shape.kind,
        "name": field.key,
        "label": field.label.to(language),
        "value": raw if raw is not None else input_text(visit, field, scope.read(field.key)),
        "display": shown_text(visit, field, scope.read(field.key)),
        "required": state.required,
        "readonly": readonly,
        "hidden": not state.visible,
        "computed": field.formula is not None,
        "help": help_text(visit, field),
        "problems": [p.sentence.to(language) for p in state.problems] if judge else [],
        "options": [{"value": o.key, "label": o.label.to(language), "color": o.color} for o in shape.options],
        "attributes": dict(shape.attributes),
        "unit": shape.unit.to(language),
        "wide": shape.kind == "textarea",
    }
    if shape.lookup:
        control["lookup_url"] = url_for("forms.choices", app=visit.app.key, form=field.form, field=field.key)
    return control


def input_text(visit: Visit, field: Field, value: Value) -> str:
    """Write a value as its input holds it."""
    if value is None:
        return ""
    kind = field.value_type.kind
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
    return display(value, field.value_type, visit.language, visit.app.definition.zone)


def help_text(visit: Visit, field: Field) -> str:
    """Return the hint of a field; for a computed one its formula in words."""
    if field.formula is not None:
        return explain(field.formula, visit.app.definition.shape, visit.language)
    return field.help.to(visit.language) if field.help else ""


def feedback(visit: Visit, assessment: Assessment, touched: set[str]) -> dict[str, Any]:
    """Return what the live form needs to know of every field; problems only of those that were left."""
    language: Language = visit.language
    fields: dict[str, Any] = {}
    shown = shown_fields(visit, assessment)
    for key, state in assessment.states.items():
        if key not in shown:
            continue
        field = assessment.form.fields[key]
        fields[key] = {
            "visible": state.visible,
            "required": state.required,
            "readonly": state.readonly,
            "value": input_text(visit, field, assessment.value(key)) or None,
            "display": shown_text(visit, field, assessment.value(key)),
            "problems": [p.sentence.to(language) for p in state.problems] if key in touched else [],
            "options": None,
        }
    problems = [p.sentence.to(language) for p in assessment.problems] if touched else []
    return {"fields": fields, "problems": problems}
