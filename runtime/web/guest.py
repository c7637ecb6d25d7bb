"""Who is asking: the person behind a session cookie or a token, the language and the theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar, cast

from flask import current_app, g, request

from engine.texts import LANGUAGES, Language, Text
from runtime.service.office import Office
from runtime.service.visit import Visit
from runtime.store.people import Actor

Result = TypeVar("Result")


@dataclass(frozen=True)
class Guest:
    """The person of this request. `token` is true for API tokens, which need no CSRF token."""

    actor: Actor
    csrf: str
    token: bool = False


class SignInNeeded(Exception):
    """Raised where only people who have signed in get on."""


def office() -> Office:
    """Return the services of this installation."""
    found: Office = current_app.extensions["quartet"]
    return found


def guest() -> Guest | None:
    """Return who is asking, None for nobody."""
    found: Guest | None = g.get("guest")
    return found


def actor() -> Actor:
    """Return the person who is asking.

    Raises `SignInNeeded` for nobody.
    """
    found = guest()
    if found is None:
        raise SignInNeeded
    return found.actor


def language() -> Language:
    """Return the language of the answer: chosen in the address, by the person, by cookie, by the browser."""
    if "language" not in g:
        g.language = _choose_language()
    return cast(Language, g.language)


def _choose_language() -> Language:
    found = guest()
    asked = request.args.get("lang", "")
    for choice in (asked, found.actor.language if found else "", request.cookies.get("lang", "")):
        if choice in LANGUAGES:
            return choice
    best = request.accept_languages.best_match(["zh", "zh-CN", "en"])
    return "en" if best == "en" else office().settings.language if best is None else "zh"


def theme() -> str:
    """Return the theme: "light", "dark" or "system"."""
    found = guest()
    choice = found.actor.theme if found else request.cookies.get("theme", "")
    return choice if choice in ("light", "dark") else "system"


def say(zh: str, en: str) -> str:
    """Return the words in the language of the answer."""
    return Text(zh, en).to(language())


@contextmanager
def reading(app: str) -> Iterator[Visit]:
    """Give a visit of the person who is asking that only reads."""
    with office().reading(app, actor(), language()) as visit:
        yield visit


def writing(app: str, work: Callable[[Visit], Result]) -> Result:
    """Do something as the person who is asking, in one transaction."""
    return office().writing(app, actor(), language(), work)
