"""The API in the words of OpenAPI 3.1: schemas from value types, and the paths of each form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.access import Policy
from engine.filters import OPERATORS
from engine.forms.model import Field, Form
from engine.texts import Language
from engine.values import TEXT_LIMIT, Kind, ValueType
from runtime.service.batch import MOST_ENTRIES
from runtime.service.comments import LONGEST as LONGEST_COMMENT
from runtime.service.listing import MOST_ROWS
from runtime.store.published import PublishedApp

Json = dict[str, Any]

REFERENCE: Json = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "title": {"type": "string"}},
    "required": ["id", "title"],
}
_PLAIN: Mapping[Kind, Json] = {
    Kind.TEXT: {"type": "string"},
    Kind.NUMBER: {"type": "number"},
    Kind.MONEY: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
    Kind.DURATION: {"type": "integer", "description": "seconds"},
    Kind.CHOICE: {"type": "string"},
    Kind.FILE: {"type": "string"},
    Kind.BLANK: {},
}
_WRITING = {"400", "404", "403", "409", "412", "413", "415", "422", "503"}


def value_schema(kind: ValueType, *, entered: bool = False) -> Json:
    """Return the schema of a value, which may be blank; `entered` for what is sent, not what is answered."""
    if kind.kind is Kind.LIST:
        return {
            "type": ["array", "null"],
            "items": value_schema(kind.item or ValueType(Kind.TEXT), entered=entered),
        }
    if kind.points_to or kind.kind is Kind.RECORD:
        return (
            {"type": ["integer", "null"], "minimum": 1}
            if entered
            else _or_null({"$ref": "#/components/schemas/Reference"})
        )
    schema = dict(_PLAIN[kind.kind])
    if kind.kind is Kind.CHOICE and kind.options:
        schema["enum"] = [*(option.key for option in kind.options), None]
    if entered and kind.kind is Kind.TEXT:
        schema["maxLength"] = TEXT_LIMIT
    return schema | {"type": [schema["type"], "null"]} if "type" in schema else schema


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def form_schemas(name: str, form: Form, policy: Policy, language: Language) -> dict[str, Json]:
    """Return the schemas of one form as somebody may see it: what is answered, and what may be sent."""
    seen = [one for key, one in form.fields.items() if policy.shows(key)]
    writable = policy.creatable() | _changeable(policy)
    sent = [
        one for key, one in form.fields.items() if key in writable and one.is_entered and not one.readonly
    ]
    record = {
        "type": "object",
        "description": form.label.to(language),
        "properties": {
            "id": {"type": "integer"},
            "version": {"type": "integer"},
            "fields": {
                "type": "object",
                "properties": _properties(seen, form.row_forms, language, entered=False),
            },
        },
        "required": ["id", "version", "fields"],
    }
    fields: Json = {
        "type": "object",
        "properties": _properties(sent, form.row_forms, language, entered=True),
        "additionalProperties": False,
    }
    return {name: record, f"{name}.entered": fields}


def _changeable(policy: Policy) -> frozenset[str]:
    """Return the fields that may be changed on some record."""
    grants = [grant for grant in policy.grants if "update" in grant.actions]
    return frozenset(
        key
        for grant in grants
        for key in policy.fields
        if key not in grant.hidden and key not in grant.read_only
    )


def _rows_schema(form: Form, language: Language, *, entered: bool) -> Json:
    fields = [one for one in form.fields.values() if not one.system and (one.is_entered or not entered)]
    properties = {"id": {"type": "integer"}, **_properties(fields, {}, language, entered=entered)}
    return {"type": "array", "items": {"type": "object", "properties": properties}}


def _properties(
    fields: Iterable[Field], rows: Mapping[str, Form], language: Language, *, entered: bool
) -> Json:
    found: Json = {}
    for one in fields:
        schema = value_schema(one.value_type, entered=entered)
        if one.rows:
            schema = _rows_schema(rows[one.key], language, entered=entered)
        found[one.key] = {**schema, "title": one.label.to(language)}
        if not entered and (one.formula is not None or one.is_numbered):
            found[one.key]["readOnly"] = True
    return found


def app_paths(
    app: PublishedApp, policies: Callable[[str], Policy], language: Language
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the paths and the schemas of the forms of one app in which somebody may do something."""
    paths: dict[str, Json] = {}
    schemas: dict[str, Json] = {}
    for key, form in app.definition.forms.items():
        policy = policies(key)
        if not (policy.may("read") or policy.may("create")):
            continue
        name = (
            f"{app.key}.{key}" if f"{app.key}{key}".isascii() else f"app{app.id}.form{len(schemas) // 2 + 1}"
        )
        schemas |= form_schemas(name, form, policy, language)
        paths |= _form_paths(f"/apps/{app.key}/forms/{key}/records", name, form, policy)
    return paths, schemas


def _form_paths(base: str, name: str, form: Form, policy: Policy) -> dict[str, Json]:
    record, entered = ref(name), ref(f"{name}.entered")
    one = {"parameters": [_path_number("record")]}
    version = [parameter("If-Match")]
    collection: Json = {}
    single: Json = dict(one)
    paths = {base: collection, f"{base}/{{record}}": single}
    if policy.may("read"):
        collection["get"] = operation(f"list {name}", _page(record), parameters=_list_parameters())
        single["get"] = operation(
            f"get {name}", record, parameters=[parameter("fields"), parameter("deleted")]
        )
        paths[f"{base}/{{record}}/history"] = one | {"get": operation(f"history of {name}", HISTORY)}
        paths[f"{base}/{{record}}/comments"] = one | {
            "get": operation(f"comments of {name}", COMMENTS),
            "post": operation(f"comment on {name}", COMMENT, body=COMMENT_SENT, status="201"),
        }
    if policy.may("create"):
        collection["post"] = operation(f"create {name}", record, body=_fields(entered), status="201")
    if policy.may("update"):
        single["patch"] = operation(f"change {name}", record, body=_fields(entered), parameters=version)
    if policy.may("delete"):
        single["delete"] = operation(f"delete {name}", None, parameters=version, status="204", writes=True)
        paths[f"{base}/{{record}}/restore"] = one | {
            "post": operation(f"restore {name}", record, writes=True)
        }
    if policy.may("create") or policy.may("update") or policy.may("delete"):
        paths[f"{base}:batch"] = {"post": operation(f"batch {name}", BATCH_DONE, body=_batch(entered))}
    for button in form.buttons if policy.may("read") else ():
        press = operation(f"{button} {name}", record, parameters=version, writes=True)
        paths[f"{base}/{{record}}/actions/{button}"] = one | {"post": press}
    return paths


def operation(
    name: str, answer: Json | None, *, body: Json | None = None, parameters: Iterable[Json] = (),
    status: str = "200", writes: bool = False,
) -> Json:  # fmt: skip
    """Return one operation with its answers; every error is a problem document."""
    codes = _WRITING if writes or body is not None else {"400", "403", "404", "503"}
    responses: Json = {code: {"$ref": "#/components/responses/Problem"} for code in sorted(codes | {"401"})}
    responses[status] = {"description": "done"} | ({"content": _json(answer)} if answer is not None else {})
    found: Json = {"operationId": name, "responses": responses}
    asked = [*parameters, *([parameter("Idempotency-Key")] if writes or body is not None else [])]
    if asked:
        found["parameters"] = asked
    if body is not None:
        found["requestBody"] = {"required": True, "content": _json(body)}
    return found


def ref(name: str) -> Json:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str) -> Json:
    """Return a reference to a parameter."""
    return {"$ref": f"#/components/parameters/{name}"}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _path_number(name: str) -> Json:
    schema = {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _list_parameters() -> list[Json]:
    names = ("filter", "any", "sort", "page", "size", "after", "before", "fields", "q", "deleted", "totals")
    return [parameter(name) for name in names]


def _fields(entered: Json) -> Json:
    properties = {"fields": entered}
    return {"type": "object", "properties": properties, "required": ["fields"], "additionalProperties": False}


def _page(record: Json) -> Json:
    whole = {"type": "integer"}
    properties = {
        "records": {"type": "array", "items": record},
        "count": whole, "page": whole, "pages": whole, "size": whole,
        "counting": {
            "enum": ["exact", "more", "about"],
            "description": "whether there are more records than the count, or about so many",
        },
        "after": {"type": "string", "description": "the cursor of the next page; empty on the last"},
        "before": {"type": "string", "description": "the cursor of the previous page; empty on the first"},
        "totals": {"type": "object", "additionalProperties": {"type": ["number", "null"]}},
    }  # fmt: skip
    return {
        "type": "object",
        "properties": properties,
        "required": ["records", "count", "page", "pages", "size", "counting", "after", "before"],
    }


def _batch(entered: Json) -> Json:
    version = {"type": ["integer", "null"], "minimum": 1}
    named: Json = {"id": {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}, "version": version}

    def entries(properties: Json, *required: str) -> Json:
        item = {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
        return {"type": "array", "maxItems": MOST_ENTRIES, "items": item}

    properties = {
        "create": entries({"fields": entered}, "fields"),
        "change": entries({**named, "fields": entered}, "id"),
        "delete": entries(named, "id"),
        "restore": entries({"id": named["id"]}, "id"),
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


_DONE = {
    "type": "array",
    "items": {"type": "object", "properties": {"id": {"type": "integer"}, "version": {"type": "integer"}}},
}
BATCH_DONE: Json = {
    "type": "object",
    "properties": dict.fromkeys(("create", "change", "delete", "restore"), _DONE),
}
HISTORY: Json = {
    "type": "object",
    "properties": {"history": {"type": "array", "items": {"type": "object"}}},
    "required": ["history"],
}
COMMENT: Json = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"}, "author": REFERENCE, "body": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "edited_at": {"type": ["string", "null"], "format": "date-time"},
        "removed": {"type": "boolean"}, "mentions": {"type": "array", "items": REFERENCE},
    },
    "required": ["id", "author", "body", "at", "edited_at", "removed", "mentions"],
}  # fmt: skip
COMMENTS: Json = {
    "type": "object",
    "properties": {"comments": {"type": "array", "items": COMMENT}},
    "required": ["comments"],
}
COMMENT_SENT: Json = {
    "type": "object",
    "properties": {
        "body": {
            "type": "string", "minLength": 1, "maxLength": LONGEST_COMMENT,
            "description": "plain text; @ and the name of somebody who may read the record mentions them",
        }
    },
    "required": ["body"],
    "additionalProperties": False,
}  # fmt: skip
_ENTRY = {
    "type": "object",
    "properties": {
        "code": {"type": "string"}, "field": {"type": ["string", "null"]}, "path": {"type": "array"},
        "message": {"type": "string"}, "fix": {"type": "string"},
        "line": {"type": "integer"}, "column": {"type": "integer"},
        "part": {"enum": ["create", "change", "delete", "restore"]}, "index": {"type": "integer"},
    },
    "required": ["code", "message", "fix"],
}  # fmt: skip
PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457, with one entry for each thing that is wrong",
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "version": {"type": "integer"},
        "errors": {"type": "array", "items": _ENTRY},
    },
    "required": ["type", "title", "status"],
}  # fmt: skip
_TEXT = {"type": "string"}
_OPERATORS = ", ".join(operator.name for operator in OPERATORS)


def _query(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


PARAMETERS: Mapping[str, Json] = {
    "filter": _query(
        "filter", f"field:operator:value, may stand there several times; operators: {_OPERATORS}",
        {"type": "array", "items": _TEXT, "maxItems": 20},
    ) | {"style": "form", "explode": True},
    "sort": _query("sort", "fields with commas between them, - in front for descending", _TEXT),
    "any": _query("any", "whether one of the filters is enough", {"type": "boolean"}),
    "page": _query(
        "page", "which page, within the first 10,000 records; further on, use after",
        {"type": "integer", "minimum": 1, "maximum": 1_000_000},
    ),
    "after": _query("after", "the cursor of the last page: give what follows it", _TEXT),
    "before": _query("before", "the cursor of the last page: give what stands before it", _TEXT),
    "size": _query("size", "records on a page", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}),
    "fields": _query("fields", "which fields, dotted through links", _TEXT),
    "q": _query("q", "words to look for", {"type": "string", "maxLength": 200}),
    "deleted": _query("deleted", "the recycle bin instead of the live records", {"type": "boolean"}),
    "totals": _query("totals", "also the totals of numeric fields over all pages", {"type": "boolean"}),
    "plan": _query("plan", "only say what would change", {"type": "boolean"}),
    "confirm": _query("confirm", "accept that data goes out of use", {"type": "boolean"}),
    "If-Match": {
        "name": "If-Match", "in": "header", "schema": {"type": "string"},
        "description": "the version as the ETag gives it; 412 when it is another one now. Without it, the "
        "change is made whatever the version is",
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key", "in": "header",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        "description": "makes it safe to send the request again: for a day a key gets the same answer",
    },
}  # fmt: skip
