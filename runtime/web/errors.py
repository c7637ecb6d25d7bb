"""What goes wrong, in words: a page for people, an RFC 9457 problem document for machines."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError, TimeoutError
from werkzeug.exceptions import HTTPException

from engine.problems import DefinitionError, Problem, ProblemCode, Refusal
from engine.texts import Text
from engine.turn import Refused
from runtime.service.visit import Forbidden, NotFound
from runtime.store.records import Conflict
from runtime.web.guest import SignInNeeded, language, say
from runtime.web.navigation import grantors

log = logging.getLogger("quartet.web")

CHANGED_MEANWHILE = ProblemCode(
    "changed-meanwhile",
    Text("有人刚改过这条记录", "Somebody has just changed this record"),
    Text("重新打开,再改一次", "Open it again and repeat your change"),
)
SIGN_IN_FIRST = ProblemCode(
    "sign-in-first",
    Text("请先登录", "Sign in first"),
    Text("带上令牌,或先登录", "Send a token, or sign in"),
)
BUSY = ProblemCode(
    "busy",
    Text("数据库现在太忙", "The database is too busy right now"),
    Text("过几秒再试", "Try again in a few seconds"),
)
FAILED = ProblemCode(
    "failed",
    Text("出了问题,没有任何改动被保存", "Something went wrong; nothing was changed"),
    Text(
        "再试一次;还不行就把编号 {reference} 告诉管理员",
        "Try again; if it persists, give the administrator the reference {reference}",
    ),
)
HTTP_PROBLEM = ProblemCode("http", Text("{words}", "{words}"), Text("检查请求", "Check the request"))


def register(site: Flask) -> None:
    """Let the site answer every error in words."""
    site.register_error_handler(SignInNeeded, _sign_in)
    site.register_error_handler(NotFound, lambda error: answer(404, [error.problem]))
    site.register_error_handler(Forbidden, lambda error: answer(403, [error.problem]))
    site.register_error_handler(Refusal, lambda error: answer(400, [error.problem]))
    site.register_error_handler(Refused, lambda error: answer(422, error.first))
    site.register_error_handler(DefinitionError, lambda error: answer(422, error.problems))
    site.register_error_handler(Conflict, _conflict)
    site.register_error_handler(TimeoutError, lambda _: answer(503, [BUSY.here()]))
    site.register_error_handler(HTTPException, _http)
    site.register_error_handler(Exception, _unexpected)


def answer(status: int, problems: Iterable[Problem], **more: Any) -> Response:
    """Return the answer to a request that could not be done: a page, or a problem document."""
    found = list(problems)
    return problem_document(status, found, **more) if wants_json() else _page(status, found)


def wants_json() -> bool:
    """Tell whether a machine is asking."""
    if request.path.startswith("/api/"):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def problem_document(status: int, problems: list[Problem], **more: Any) -> Response:
    """Return an RFC 9457 problem document with one entry a problem."""
    first = problems[0] if problems else HTTP_PROBLEM.here(words=str(status))
    body: dict[str, Any] = {
        "type": f"urn:quartet:problem:{first.code.name}",
        "title": first.sentence.to(language()),
        "status": status,
        "detail": first.fix.to(language()),
        "errors": [_entry(problem) for problem in problems],
    } | more
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _entry(problem: Problem) -> dict[str, Any]:
    place = problem.location
    entry: dict[str, Any] = {
        "code": problem.code.name,
        "field": str(problem.path[0]) if problem.path else None,
        "path": list(problem.path),
        "message": problem.sentence.to(language()),
        "fix": problem.fix.to(language()),
    }
    if place is not None:
        entry |= {"line": place.line, "column": place.column}
    return entry


def _page(status: int, problems: list[Problem]) -> Response:
    # What only repeats the status in words is better said by the page itself.
    told = [problem for problem in problems if problem.code is not HTTP_PROBLEM]
    sentence = told[0].sentence.to(language()) if told else ""
    fix = told[0].fix.to(language()) if told else ""
    error = {
        "status": status, "title": sentence, "sentence": fix, "ask_url": None, "ways": [],
        "grantors": grantors() if told and status in (403, 404) else [],
        "retry_url": None, "reference": g.get("reference", ""),
    }  # fmt: skip
    g.plain = True
    return Response(render_template("pages/error.html", error=error), status)


def _sign_in(_: SignInNeeded) -> Response:
    if wants_json():
        response = problem_document(401, [SIGN_IN_FIRST.here()])
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("sign_in.sign_in", next=here))  # type: ignore[return-value]


def _conflict(error: Conflict) -> Response:
    if error.version is None:
        return answer(404, [NotFound().problem])
    return answer(412, [CHANGED_MEANWHILE.here()], version=error.version)


def _http(error: HTTPException) -> Response:
    words = {
        404: say("没有这个页面", "There is no such page"),
        405: say("不能这样请求", "This cannot be asked that way"),
    }
    code = error.code or 500
    text = words.get(code) or error.description or error.name
    return answer(code, [HTTP_PROBLEM.here(words=text)])


def _unexpected(error: Exception) -> Response:
    """Answer what nobody expected: keep the details in the log, give the person a reference."""
    if isinstance(error, DBAPIError) and "lock" in str(error.orig).lower():
        return answer(503, [BUSY.here()])
    g.reference = uuid4().hex[:12]
    log.exception("request failed, reference %s", g.reference)
    return answer(500, [FAILED.here(reference=g.reference)])
