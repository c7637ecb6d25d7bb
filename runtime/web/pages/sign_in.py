"""Signing in and out, and the choice of language and theme."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request, url_for

from engine.texts import LANGUAGES
from runtime.service.demo import demo_people
from runtime.service.sign_in import SignedIn, SignInForm, SignInRefused
from runtime.web.guest import actor, guest, language, office
from runtime.web.requests import go_to
from runtime.web.session import COOKIE, DEVICE_COOKIE, set_cookie

blueprint = Blueprint("sign_in", __name__)
_THEMES = ("light", "dark", "system")


@blueprint.get("/sign-in")
def sign_in() -> str | Response:
    """Show the sign-in page; people who are signed in go on."""
    if guest() is not None:
        return _go(local_path(request.args.get("next", "")))
    return _page()


@blueprint.post("/sign-in")
def enter() -> str | tuple[str, int] | Response:
    """Sign in with a name and a password, or as one of the demo people where there are some."""
    login = request.form.get("login", "")
    password = request.form.get("password", "")
    if (
        "password" not in request.form
        and office().demo_password
        and login in {p.username for p in demo_people(office())}
    ):
        password = office().demo_password
    form = SignInForm(
        username=login, password=password, address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", "")[:200], device=request.cookies.get(DEVICE_COOKIE, ""),
    )  # fmt: skip
    try:
        signed = office().sign_in.sign_in(form)
    except SignInRefused as refused:
        return _page(refused.problem.sentence.to(language()), login), 429 if refused.wait else 401
    return remember(_go(local_path(request.form.get("next", ""))), signed)


def remember(response: Response, signed: SignedIn) -> Response:
    """Give the browser the cookies of a new session."""
    days = (signed.expires_at - office().clock()).total_seconds() / 86400
    set_cookie(response, COOKIE, signed.token, days=days)
    set_cookie(response, DEVICE_COOKIE, signed.device)
    return response


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    office().sign_in.sign_out(request.cookies.get(COOKIE, ""))
    response = _go(url_for("sign_in.sign_in"))
    response.delete_cookie(COOKIE)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@blueprint.post("/preferences")
def preferences() -> Response:
    """Keep the language, the theme and the use of single keys that somebody chose."""
    response = _go(local_path(request.form.get("next", "")))
    chosen: dict[str, Any] = {}
    if request.form.get("lang") in LANGUAGES:
        chosen["language"] = request.form["lang"]
        set_cookie(response, "lang", request.form["lang"])
    if request.form.get("theme") in _THEMES:
        chosen["theme"] = request.form["theme"]
        set_cookie(response, "theme", request.form["theme"])
    if request.form.get("shortcuts") in ("on", "off"):
        set_cookie(response, "shortcuts", request.form["shortcuts"])
    if chosen and guest() is not None:
        office().people.change_person(actor().id, chosen)  # type: ignore[arg-type]  # checked above
    return response


@blueprint.get("/session")
def session() -> tuple[dict[str, str], int]:
    """Tell an open page whether its session still lives, and the token to send with what it saves."""
    found = guest()
    return ({"csrf": found.csrf, "name": found.actor.name}, 200) if found else ({}, 401)


def local_path(address: str) -> str:
    """Return an address of this site as it is, and the workbench for any other.

    >>> local_path("https://elsewhere.example/")
    '/'
    """
    parts = urlsplit(address)
    local = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if local and "\\" not in address and "\n" not in address else "/"


def _go(address: str) -> Response:
    return go_to(address)


def _page(problem: str = "", login: str = "") -> str:
    people = demo_people(office()) if office().demo_password else []
    page = {
        "action": url_for("sign_in.enter"),
        "login": login,
        "problem": problem,
        "next": local_path(request.values.get("next", "")),
        "first_start": False,
        "notice": "",
        "demo": [{"login": p.username, "name": p.name, "text": p.text.to(language())} for p in people],
    }
    return render_template("pages/sign_in.html", sign_in=page)
