"""The Flask application: pages and API found by a scan, the session in front, errors in words behind."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, g, request, url_for

from runtime.service.office import Office
from runtime.web import api, errors, guest, pages, requests, session
from runtime.web.mentions import count_unseen
from runtime.web.navigation import navigation
from runtime.web.wording import when_text

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
MOST_BYTES = 4 * 1024 * 1024


def create_site(office: Office) -> Flask:
    """Return the web application of an installation."""
    folder = Path(__file__).parent
    site = Flask("quartet", template_folder=str(folder / "templates"), static_folder=str(folder / "static"))
    site.extensions["quartet"] = office
    site.secret_key = office.settings.secret()
    site.config |= {
        "MAX_CONTENT_LENGTH": MOST_BYTES,
        "SESSION_COOKIE_NAME": "quartet_notice",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": office.settings.base_url.startswith("https://"),
    }
    site.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    for blueprint in find_blueprints(pages.__name__, pages.__path__):
        site.register_blueprint(blueprint)
    for blueprint in find_blueprints(api.__name__, api.__path__):
        site.register_blueprint(blueprint, url_prefix="/api")
    site.before_request(requests.check_path)
    site.before_request(session.open_session)
    site.after_request(_finish)
    site.context_processor(_page_context)
    errors.register(site)
    return site


def find_blueprints(package: str, path: Any) -> Iterator[Blueprint]:
    """Yield the `blueprint` of every module of a package."""
    for found in sorted(pkgutil.iter_modules(path), key=lambda one: one.name):
        module = importlib.import_module(f"{package}.{found.name}")
        blueprint = getattr(module, "blueprint", None)
        if isinstance(blueprint, Blueprint):
            yield blueprint


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Vary", "Cookie, Accept-Language")
    return response


def _page_context() -> dict[str, Any]:
    """Give every template what the shell needs."""
    found = guest.guest()
    me = None
    if found is not None:
        actor = found.actor
        me = {"id": actor.id, "name": actor.name, "initial": actor.name[:1], "is_admin": actor.is_admin}
    inside = found is not None and not g.get("plain")
    apps, nav, app = navigation() if inside else ([], [], None)
    return {
        "say": guest.say,
        "lang": guest.language(),
        "theme": guest.theme(),
        "me": me,
        "apps": apps,
        "nav": nav,
        "app": app,
        "csrf_token": session.csrf_token,
        "mentions_unseen": count_unseen() if inside else 0,
        "toasts": session.take_toasts(),
        "when_text": when_text,
        "links": {
            "home": url_for("home.home"),
            "sign_out": url_for("sign_in.sign_out"),
            "me": url_for("me.me"),
        },
    }
