"""The description of the API for machines: OpenAPI 3.1, built from the apps that the caller may see."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for

from runtime.web.api.answering import give
from runtime.web.api.asking import check_parameters
from runtime.web.api.descriptions import PARAMETERS, PROBLEM, REFERENCE, Json, app_paths, operation, parameter
from runtime.web.guest import actor, language
from runtime.web.navigation import visible_apps

blueprint = Blueprint("api_openapi", __name__)

_OBJECT: Json = {"type": "object"}
_APP = {"name": "app", "in": "path", "required": True, "schema": {"type": "string"}}
_NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


@blueprint.get("/")
def index() -> Response:
    """Say where things are."""
    check_parameters(())
    actor()
    links = {
        "me": url_for("api_apps.me"),
        "apps": url_for("api_apps.list_apps"),
        "openapi": url_for("api_openapi.openapi"),
    }
    return give({"name": "Quartet", "links": links})


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe the API as the caller may use it."""
    check_parameters(())
    paths: dict[str, Any] = _platform_paths()
    schemas: dict[str, Any] = {"Problem": PROBLEM, "Reference": REFERENCE}
    for app in visible_apps():
        policies = app.definition.access.policies(actor().roles_in(app.key))
        found, described = app_paths(app, policies, language())
        paths |= found
        schemas |= described
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    body = {
        "openapi": "3.1.0",
        "info": {"title": "Quartet", "version": "1"},
        "servers": [{"url": "/api"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": PARAMETERS,
            "responses": {"Problem": {"description": "what is wrong, and the way out", "content": problem}},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }
    return give(body)


def _platform_paths() -> dict[str, Json]:
    flags = [parameter("plan"), parameter("confirm")]
    definition = {"text/yaml": {"schema": {"type": "string"}}, "application/json": {"schema": _OBJECT}}
    body = {"requestBody": {"required": True, "content": definition}}
    text = operation("get a definition", None)
    text["responses"]["200"]["content"] = {"text/yaml": {"schema": {"type": "string"}}}
    put = operation("publish a definition", _OBJECT, parameters=[*flags, parameter("If-Match")], writes=True)
    importing = operation("import an app", _OBJECT, parameters=flags, status="201", writes=True)
    importing["responses"]["200"] = {"description": "the plan"}
    back = operation(
        "roll an app back", _OBJECT, parameters=[parameter("confirm"), parameter("If-Match")], writes=True
    )
    return {
        "/": {"get": operation("index", _OBJECT)},
        "/openapi.json": {"get": operation("describe", _OBJECT)},
        "/me": {"get": operation("who am I", _OBJECT)},
        "/apps": {"get": operation("list apps", _OBJECT), "post": importing | body},
        "/apps/{app}/definition": {"parameters": [_APP], "get": text, "put": put | body},
        "/apps/{app}/versions": {"parameters": [_APP], "get": operation("list versions", _OBJECT)},
        "/apps/{app}/versions/{number}/rollback": {"parameters": [_APP, _NUMBER], "post": back},
    }
