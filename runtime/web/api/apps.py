"""Apps by API: which there are, their definitions and versions, publishing and rolling back; and who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import UnsupportedMediaType

from engine.access import ACTIONS
from engine.problems import DefinitionError, Problem, ProblemCode
from engine.texts import Text
from engine.values import to_json
from runtime.service.apps import NO_SUCH_VERSION, PUBLISHED_MEANWHILE, Publisher, PublishPlan, Terms
from runtime.service.idempotency import Answer, Expected, Publication, publish_once
from runtime.service.visit import NO_SUCH_APP, NotFound
from runtime.store import definitions
from runtime.store.published import PublishedApp
from runtime.web.api.answering import give, json_answer, respond
from runtime.web.api.asking import attempt, check_parameters, expected_version, read_flag
from runtime.web.api.bodies import read_json_body
from runtime.web.errors import problem_document
from runtime.web.guest import actor, language, office
from runtime.web.navigation import may_design, visible_apps

blueprint = Blueprint("api_apps", __name__)

YAML = ("text/yaml", "application/yaml", "text/x-yaml", "application/x-yaml")
ADMINS_ONLY = ProblemCode(
    "admins-only",
    Text("只有{who}能这样做", "Only {who} may do this"),
    Text("请管理员来做,或给你权限", "Ask an administrator to do it, or for access"),
)
APP_EXISTS = ProblemCode(
    "app-exists",
    Text("应用「{app}」已经有了", "The app '{app}' exists already"),
    Text("用 PUT 更新它的定义", "Change its definition with PUT"),
)
APP_ADMINS = Text("这个应用的管理员", "administrators of the app")
PLATFORM_ADMINS = Text("平台管理员", "administrators of the platform")
_FLAGS = ("plan", "confirm")


class Barred(Exception):
    """Raised when the caller may see an app but not do what was asked."""

    def __init__(self, who: Text) -> None:
        self.problem = ADMINS_ONLY.here(who=who)
        super().__init__(self.problem.sentence.en)


@blueprint.errorhandler(Barred)
def _barred(error: Barred) -> Response:
    return problem_document(403, [error.problem])


@blueprint.get("/me")
def me() -> Response:
    """Say who the caller is."""
    check_parameters(())
    found = actor()
    body = {
        "id": found.id,
        "username": found.username,
        "name": found.name,
        "department": found.department_id,
        "language": found.language,
        "is_admin": found.is_admin,
        "roles": {app: sorted(roles) for app, roles in sorted(found.roles.items())},
    }
    return give(body)


@blueprint.get("/apps")
def list_apps() -> Response:
    """Give the apps in which the caller may do something, with their forms."""
    check_parameters(())
    actor()
    return give({"apps": [_describe(app) for app in visible_apps()]})


def _describe(app: PublishedApp) -> dict[str, Any]:
    definition, roles = app.definition, actor().roles_in(app.key)
    forms = []
    for key, form in definition.main_forms.items():
        policy = definition.access.policy(key, roles)
        actions = [action for action in ACTIONS if policy.may(action)]
        if actions:
            forms.append({"key": key, "title": form.label.to_json(), "actions": actions})
    described = {"key": app.key, "title": definition.title.to_json(), "version": app.number, "forms": forms}
    if may_design(app):
        described["definition"] = url_for("api_apps.show_definition", app=app.key)
    return described


@blueprint.post("/apps")
def import_app() -> Response:
    """Publish the first version of an app from its definition."""
    check_parameters(_FLAGS)
    if not actor().is_admin:
        raise Barred(PLATFORM_ADMINS)
    text, file = _read_definition("app")
    plan = office().publisher.plan(text, file)
    if read_flag("plan"):
        return give(_plan_body(plan))
    if plan.definition is None:
        raise DefinitionError(plan.problems)
    author = actor().id
    return _publish(
        plan.definition.key, None, lambda publisher: publisher.publish(text, file, author=author), 201
    )


@blueprint.get("/apps/<app>/definition")
def show_definition(app: str) -> Response:
    """Give the definition in force as it was written; its version is the ETag."""
    check_parameters(())
    found = _designed(app)
    headers = {"ETag": f'"{found.number}"', "Content-Type": "text/yaml; charset=utf-8"}
    return respond(Answer(200, found.definition.document.text, headers))


@blueprint.put("/apps/<app>/definition")
def put_definition(app: str) -> Response:
    """Publish a definition, or with `plan=true` only say what that would change."""
    check_parameters(_FLAGS)
    _designed(app)
    text, file = _read_definition(app)
    if read_flag("plan"):
        return give(_plan_body(office().publisher.plan(text, file, app=app)))
    terms = Terms(app=app, confirmed=read_flag("confirm"))
    author = actor().id
    return _publish(
        app,
        expected_version() or "any",
        lambda publisher: publisher.publish(text, file, author=author, terms=terms),
    )


@blueprint.get("/apps/<app>/versions")
def list_versions(app: str) -> Response:
    """Give the published versions of an app, newest first."""
    check_parameters(())
    found = _designed(app)
    with office().database.reading() as connection:
        rows = definitions.list_versions(connection, found.id)
    versions = [
        {
            "number": row.number,
            "hash": row.hash,
            "author": row.author,
            "note": row.note,
            "published_at": to_json(row.published_at),
            "in_force": row.number == found.number,
        }
        for row in rows
    ]
    return give({"versions": versions})


@blueprint.post("/apps/<app>/versions/<int:number>/rollback")
def roll_back(app: str, number: int) -> Response:
    """Publish an earlier version again, as a new version."""
    check_parameters(("confirm",))
    found = _designed(app)
    read_json_body(())
    with office().database.reading() as connection:
        if number >= 2**31 or definitions.find_version(connection, found.id, number) is None:
            return problem_document(404, [NO_SUCH_VERSION.here(app=app, number=number)])
    confirmed, author = read_flag("confirm"), actor().id
    return _publish(
        app,
        expected_version() or "any",
        lambda publisher: publisher.roll_back(app, number, author=author, confirmed=confirmed),
    )


def _publish(
    app: str, expected: Expected, work: Callable[[Publisher], PublishedApp], status: int = 200
) -> Response:
    """Publish once, and answer with the new version."""

    def made(number: int) -> Answer:
        location = url_for("api_apps.show_definition", app=app)
        return json_answer(status, {"app": app, "version": number}, ETag=f'"{number}"', Location=location)

    wanted = Publication(app=app, attempt=attempt(), expected=expected, answer=made)
    try:
        return respond(publish_once(office().publisher, wanted, work))
    except DefinitionError as error:
        number = _version(app)
        overtaken = expected not in ("any", number) or error.problems[0].code is PUBLISHED_MEANWHILE
        if not overtaken:
            raise
    if status == 201:
        return problem_document(409, [APP_EXISTS.here(app=app)])
    return problem_document(412, [PUBLISHED_MEANWHILE.here()], version=number)


def _version(app: str) -> int | None:
    with office().database.reading() as connection:
        found = definitions.find_app(connection, app)
    return found.number if found else None


def _designed(key: str) -> PublishedApp:
    """Return an app that the caller may change.

    Raises `Barred` for an app that the caller may only use, `NotFound` for one that the caller may not see.
    """
    actor()
    with office().database.reading() as connection:
        found = office().shelf.get(connection, key)
    if found is not None and may_design(found):
        return found
    if found is None or not any(_may_anything(found, form) for form in found.definition.forms):
        raise NotFound(NO_SUCH_APP)
    raise Barred(APP_ADMINS)


def _may_anything(app: PublishedApp, form: str) -> bool:
    policy = app.definition.access.policy(form, actor().roles_in(app.key))
    return policy.may("read") or policy.may("create")


def _read_definition(name: str) -> tuple[bytes, str]:
    """Return the definition that the request carries and a name for it in problems."""
    if request.mimetype == "application/json":
        return request.get_data(cache=True), f"{name}.json"
    if request.mimetype not in YAML:
        raise UnsupportedMediaType("text/yaml")
    return request.get_data(cache=True), f"{name}.yaml"


def _plan_body(plan: PublishPlan) -> dict[str, Any]:
    return {
        "can_publish": plan.definition is not None,
        "base": plan.base,
        "is_same": plan.is_same,
        "needs_confirmation": bool(plan.destructive),
        "changes": [
            {"risk": change.risk, "sentence": change.sentence.to(language()), "rows": change.rows}
            for change in plan.changes
        ],
        "meaning": [text.to(language()) for text in plan.meaning],
        "problems": [_problem(problem) for problem in plan.problems],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    place = problem.location
    return {
        "code": problem.code.name,
        "severity": problem.code.severity,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "path": list(problem.path),
        "message": problem.sentence.to(language()),
        "fix": problem.fix.to(language()),
    }
