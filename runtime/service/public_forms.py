"""Forms that strangers fill in: opened and closed by an app's administrator, saved by the system.

A stranger has no rights at all. What may be entered is what the definition names, looked at by the same
`assess` as everybody's entries; nothing that is stored is ever shown.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace

from engine.expression.evaluate import holds
from engine.forms.assessment import Assessment, Circumstances
from engine.forms.model import Form, PublicForm
from engine.forms.submission import UNKNOWN_FIELD, assess
from engine.problems import Problem, ProblemCode
from engine.scope import RecordScope
from engine.texts import Language, Text
from engine.turn import RecordSubmitted, Refused
from runtime.service.visit import Forbidden, NotFound, Visit
from runtime.store import public_links as store
from runtime.store.people import Actor
from runtime.store.public_links import PublicLink
from runtime.unit_of_work import UnitOfWork

NO_PUBLIC_FORM = ProblemCode(
    "no-public-form",
    Text("没有这张公开表单", "There is no such public form"),
    Text("检查链接是否完整,或向发给你的人要新的", "Check the link, or ask for a new one"),
)
NOT_PUBLIC = ProblemCode(
    "form-not-public",
    Text("这张表单的定义里没有公开填写的部分", "The definition of this form has no public part"),
    Text("在表单里写 public: {fields: [...]}", "Write public: {fields: [...]} in the form"),
)
PUBLIC_CLOSED = ProblemCode(
    "public-form-closed",
    Text("这张表单已经不再收了", "This form is not taking entries any more"),
    Text("有问题请联系发给你链接的人", "Ask the person who gave you the link"),
)
NOT_TAKEN = ProblemCode(
    "public-form-not-taken",
    Text("现在收不了这份内容", "This cannot be taken right now"),
    Text("请联系发给你链接的人", "Ask the person who gave you the link"),
)

PAGE_TOO_OLD = ProblemCode(
    "public-form-too-old",
    Text("页面放得太久了,请再提交一次", "The page was open for too long; submit it once more"),
    Text("填的内容都还在", "What you filled in is still there"),
)


class Closed(Exception):
    """Raised when a form does not take entries any more."""

    problem = PUBLIC_CLOSED.here()


def stranger(language: Language) -> Actor:
    """Return the actor of somebody who has not signed in: nobody, without any role."""
    return Actor(0, "", "", None, is_admin=False, language=language, theme="system")


# What an administrator does.


def managed_form(visit: Visit, form_key: str) -> Form:
    """Return a form whose public page the person may open and close.

    Raises `NotFound` also where the definition has nothing public, `Forbidden` for everybody else.
    """
    form = visit.form(form_key)
    if not visit.policy(form.key).unlimited:
        raise Forbidden("update", form)
    if form.public is None:
        raise NotFound(NOT_PUBLIC)
    return form


def find_link(visit: Visit, form_key: str) -> PublicLink | None:
    """Return the link of a form; None where it was never opened."""
    return store.find_form(visit.connection, visit.app.id, managed_form(visit, form_key).key)


def open_link(visit: Visit, form_key: str, *, renew: bool = False) -> None:
    """Open a form to strangers; with `renew` under a new address, so that the old one ends."""
    found = find_link(visit, form_key)
    token = found.token if found is not None and not renew else secrets.token_urlsafe(12)
    if found is None:
        store.insert_link(visit.connection, visit.app.id, form_key, token, visit.actor.id, visit.now)
    else:
        store.change_link(visit.connection, visit.app.id, form_key, token=token, closed_at=None)


def close_link(visit: Visit, form_key: str) -> None:
    """Close a form to strangers; its address stays, for when it is opened again."""
    found = find_link(visit, form_key)
    if found is not None and found.is_open:
        store.change_link(visit.connection, visit.app.id, form_key, token=found.token, closed_at=visit.now)


def is_closed(visit: Visit, form: Form) -> bool:
    """Tell whether the definition says that nothing is taken any more."""
    condition = form.public.closed if form.public else None
    if condition is None:
        return False
    scope = RecordScope(form, {}, visit.reader, visit.now, visit.app.definition.zone)
    return holds(condition, scope)


# What a stranger does.


def entered_form(visit: Visit, link: PublicLink) -> tuple[Form, PublicForm]:
    """Return the form behind a link, and what of it is public.

    Raises `NotFound` where it is gone, `Closed` where it takes no entries.
    """
    form = visit.app.definition.forms.get(link.form)
    if form is None or form.public is None:
        raise NotFound(NO_PUBLIC_FORM)
    if not link.is_open or is_closed(visit, form):
        raise Closed
    return form, form.public


def preview_entry(visit: Visit, form: Form, public: PublicForm, values: Mapping[str, object]) -> Assessment:
    """Say how an entry stands, without saving. Names that are not public are left out."""
    entered = {key: value for key, value in values.items() if key in public.fields}
    return assess(form, entered, _circumstances(visit, public))


def save_entry(visit: Visit, link: PublicLink, values: Mapping[str, object]) -> int:
    """Save what a stranger has filled in, as the system; returns the new record's id.

    Raises `Refused` with problems of public fields alone, `Closed`, `NotFound`.
    """
    form, public = entered_form(visit, link)
    unknown = [key for key in values if key not in public.fields]
    if unknown:
        title = public.title or form.label
        raise Refused({0: tuple(UNKNOWN_FIELD.here(name=key[:100], form=title) for key in unknown)})
    unit = UnitOfWork(visit.connection, visit.app, visit.now, actor=None, cause={"public": form.key})
    event = RecordSubmitted(form.key, values, writable=frozenset(public.fields))
    try:
        return unit.take(event).created[0]
    except Refused as refused:
        raise Refused({0: shown_problems(public, refused.first)}) from refused


def shown_problems(public: PublicForm, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return problems as a stranger may read them: those of other fields only say that there is one."""
    found = {}
    for problem in problems:
        known = not problem.path or problem.path[0] in public.fields
        shown = replace(problem, suggestions=()) if known else NOT_TAKEN.here()
        found[(shown.code.name, shown.path, shown.sentence)] = shown
    return tuple(found.values())


def _circumstances(visit: Visit, public: PublicForm) -> Circumstances:
    return Circumstances(
        reader=visit.reader,
        now=visit.now,
        zone=visit.app.definition.zone,
        writable=frozenset(public.fields),
    )
