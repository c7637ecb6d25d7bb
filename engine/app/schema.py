"""The JSON Schema of the whole definition language, composed from what the installed types declare.

It is for editors: completion, hover texts and a first check of the shape. Whether a definition is right is
told by `check_app`, which knows names and expressions too; whatever that accepts, this schema accepts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.actions.contract import ActionType
from engine.app.buttons import EACH
from engine.app.definition import AppOptions
from engine.app.demo import DemoOptions
from engine.app.grants import GrantOptions
from engine.catalog import Catalog
from engine.forms.contract import FieldType
from engine.forms.declared import ButtonOptions, FieldOptions, FormOptions
from engine.options import both_languages, options_schema, rows_of
from engine.texts import Text

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TITLE = Text("Quartet 应用定义", "Quartet app definition")

Schema = dict[str, Any]


_EACH_WORDS = Text("对子表的每一行做一次", "Done once for each row of this sub-table")


def definition_schema(catalog: Catalog) -> Schema:
    """Return the JSON Schema (2020-12) of app definitions that use the types of a catalog."""
    return {
        "$schema": DIALECT,
        "title": both_languages(_TITLE),
        **_with(AppOptions, forms=_map_of({"$ref": "#/$defs/form"}), access=_access(), demo=_demo()),
        "$defs": {
            "form": _with(
                FormOptions,
                fields={"minProperties": 1, **_map_of({"$ref": "#/$defs/field"})},
                buttons=_map_of({"$ref": "#/$defs/button"}),
            ),
            "field": _field(catalog),
            "button": _with(ButtonOptions, do={"type": "array", "items": {"$ref": "#/$defs/action"}}),
            "action": _action(catalog),
            "grant": options_schema(GrantOptions),
            **dict(_field_types(catalog)),
        },
    }


def _with(options: type, **parts: Schema) -> Schema:
    """Return the schema of an options class, with some of its options spelled out."""
    schema = options_schema(options)
    for key, part in parts.items():
        described = schema["properties"][key].get("description")
        schema["properties"][key] = part | ({"description": described} if described else {})
    return schema


def _map_of(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def _field(catalog: Catalog) -> Schema:
    """Return the schema of any field: its type decides what else may be written."""
    types = [{"const": one.name, "description": _described(one.label, one)} for one in catalog.fields]
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"anyOf": types, "description": both_languages(_help(FieldOptions, "type"))}},
        "allOf": [
            {
                "if": {"required": ["type"], "properties": {"type": {"const": one.name}}},
                "then": {"$ref": f"#/$defs/{_definition_of(one)}"},
            }
            for one in catalog.fields
        ],
    }


def _field_types(catalog: Catalog) -> Iterator[tuple[str, Schema]]:
    common = options_schema(FieldOptions)
    for one in catalog.fields:
        own = options_schema(one.Options)
        yield (
            _definition_of(one),
            {
                **own,
                "description": _described(one.label, one),
                "properties": {**common["properties"], **own["properties"]},
                "required": [*common.get("required", ()), *own.get("required", ())],
            },
        )


def _definition_of(field_type: FieldType) -> str:
    return f"field_{field_type.name}"


def _action(catalog: Catalog) -> Schema:
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 2,
        "additionalProperties": False,
        "properties": {
            one.name: _action_options(one) | {"description": _described(one.label, one)}
            for one in catalog.actions
        }
        | {EACH: {"type": "string", "description": both_languages(_EACH_WORDS)}},
    }


def _action_options(action: ActionType) -> Schema:
    """Return the schema of an action's options; one that reads them itself takes its only option as it is."""
    if type(action).read is ActionType.read:
        return options_schema(action.Options)
    rows = list(rows_of(action.Options))
    return rows[0].kind.schema() if len(rows) == 1 else {}


def _access() -> Schema:
    """Return the schema of the grants: form, role, and one grant or several."""
    grant: Schema = {"$ref": "#/$defs/grant"}
    return _map_of(_map_of({"anyOf": [grant, {"type": "array", "items": grant}]}))


def _demo() -> Schema:
    return _with(DemoOptions, records=_map_of(_map_of({"type": "object"})))


def _described(label: Text, member: object) -> str:
    """Return what people see of a type: its label in both languages, and its own sentence."""
    sentence = (type(member).__doc__ or "").strip().partition("\n")[0]
    return f"{both_languages(label)}: {sentence}"


def _help(options: type, key: str) -> Text:
    return next(row.help for row in rows_of(options) if row.key == key)
