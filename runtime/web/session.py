"""Sessions on the web: the cookie or token of a request, the CSRF check, and notices after a redirect."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Response, g, request
from flask import session as flask_session

from engine.problems import ProblemCode
from engine.texts import Text
from runtime.web.errors import answer
from runtime.web.guest import Guest, guest, office

COOKIE = "quartet_session"
DEVICE_COOKIE = "quartet_device"
SAFE = ("GET", "HEAD", "OPTIONS")

WRONG_ORIGIN = ProblemCode(
    "wrong-origin",
    Text(
        "页面过期了,或者请求不是从本站发出的",
        "The page is out of date, or the request did not come from this site",
    ),
    Text("刷新页面再试", "Reload the page and try again"),
)
BAD_TOKEN = ProblemCode(
    "bad-token",
    Text("令牌无效或已过期", "The token is not valid any more"),
    Text("在「我的」里新建一个令牌", "Make a new token on your page"),
)


def open_session() -> Response | None:
    """Find out who is asking, and refuse a write that does not come from our own pages."""
    if request.endpoint == "static":
        return None
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        actor = office().sign_in.program(header.removeprefix("Bearer ").strip())
        if actor is None:
            return answer(401, [BAD_TOKEN.here()])
        g.guest = Guest(actor, "", token=True)
        return None
    token = request.cookies.get(COOKIE, "")
    visit = office().sign_in.visit(token) if token else None
    if visit is not None:
        g.guest = Guest(visit.actor, visit.csrf_token)
    return None if _comes_from_here() else answer(403, [WRONG_ORIGIN.here()])


def _comes_from_here() -> bool:
    """Tell whether a write carries the token of the session that it uses.

    Without a session there is nothing to misuse but the sign-in itself, which the same-site rule guards.
    """
    if request.method in SAFE:
        return True
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in ("same-origin", "none"):
        return False
    found = guest()
    if found is None:
        return True
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    return bool(sent) and _same(sent, found.csrf)


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def csrf_token() -> str:
    """Return the token that a form of this session must send."""
    found = guest()
    return found.csrf if found else ""


def set_cookie(
    response: Response, name: str, value: str, *, days: float = 400, readable: bool = False
) -> None:
    """Set a cookie that no script reads (unless `readable`) and no other site sends along with a form."""
    secure = office().settings.base_url.startswith("https://")
    response.set_cookie(
        name, value, max_age=int(days * 86400), httponly=not readable, samesite="Lax", secure=secure, path="/"
    )


def toast(text: str, *, tone: str = "ok", undo_url: str = "") -> None:
    """Show a notice on the page that comes next."""
    flask_session["toast"] = {"text": text, "tone": tone, "undo_url": undo_url or None}


def take_toasts() -> list[dict[str, Any]]:
    """Return the notices for this page."""
    found = flask_session.pop("toast", None)
    return [found] if found else []
