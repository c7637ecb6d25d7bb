"""The page that strangers fill in, and the one where an app's administrator opens and closes it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import segno
from flask import Blueprint, Response, jsonify, make_response, render_template, request, url_for

from engine.forms.assessment import Assessment
from engine.forms.model import Form, PublicForm
from engine.problems import Problem, Refusal
from engine.turn import Refused
from runtime.service import public_forms as service
from runtime.service.idempotency import Answer, Attempt, once
from runtime.service.public_forms import NO_PUBLIC_FORM, Closed
from runtime.service.throttle import HOUR, MINUTE, TooOften, count_or_refuse, network_of
from runtime.service.visit import NotFound, Visit
from runtime.store import public_links as store
from runtime.store.public_links import PublicLink
from runtime.web.controls import field_feedback, make_control
from runtime.web.guest import language, office, reading, say, writing
from runtime.web.requests import IDEMPOTENCY, go_to, posted_values, request_hash
from runtime.web.session import toast
from runtime.web.signing import sign, unsign

blueprint = Blueprint("public_forms", __name__)
_TRIES = {MINUTE: 10, HOUR: 100}
_LOOKS = {MINUTE: 120}
# How long a page may stay open before it is sent.
_OPEN_FOR = timedelta(hours=24)
# People do not see it; what fills it in is a program.
_TRAP = "homepage__text"


@dataclass(frozen=True, slots=True)
class _Typed:
    """What a page shows of what was typed: the names of the fields ("all"), the raw values, and problems."""

    names: str
    raw: Mapping[str, object] = field(default_factory=dict)
    judge: bool = False


# What a stranger sees.


@blueprint.get("/p/<token>")
def fill_in(token: str) -> str | Response:
    """Show the form behind a link to anybody."""
    link = _link(token)
    with office().reading(link.app, service.stranger(language()), language()) as visit:
        try:
            form, public = service.entered_form(visit, link)
        except Closed as closed:
            return _say(410, closed.problem)
        given = {key: value for key, value in request.args.items() if key in public.fields}
        assessment = service.preview_entry(visit, form, public, given)
        page = _page(visit, link, public, assessment, _Typed(" ".join(given)))
        return render_template("pages/public_form.html", form=page, **_plain(token))


@blueprint.post("/p/<token>")
def send(token: str) -> Response:
    """Take what a stranger has filled in; the same page sent twice counts once."""
    link = _link(token)
    values = posted_values()
    if request.form.get(_TRAP):
        return go_to(url_for("public_forms.done", token=token))
    try:
        count_or_refuse(
            office().database, f"public {link.app}/{link.form}", _network(), _TRIES, office().clock()
        )
        key = _key_of_page(token)
        if key is None:
            return _again(link, values, 422, notice=service.PAGE_TOO_OLD.here())
        office().writing(
            link.app, service.stranger(language()), language(), lambda visit: _save(visit, link, values, key)
        )
    except TooOften as often:
        response = _again(link, values, 429, notice=often.problem)
        response.headers["Retry-After"] = str(often.wait)
        return response
    except Closed as closed:
        return _say(410, closed.problem)
    except Refused as refused:
        return _again(link, values, 422, problems=refused.first)
    except Refusal as refusal:
        return _again(link, values, 422, problems=(refusal.problem,))
    return go_to(url_for("public_forms.done", token=token))


def _save(visit: Visit, link: PublicLink, values: Mapping[str, object], key: str) -> None:
    def save() -> Answer:
        service.save_entry(visit, link, values)
        return Answer(303)

    digest = request_hash()
    # What is sent from a page that was sent before, and says something else now, is another entry.
    attempt = Attempt(0, f"/p/{link.token}", f"{key}.{digest}", digest, visit.now)
    once(visit.connection, attempt, save)


@blueprint.post("/p/<token>/preview")
def preview(token: str) -> Response | tuple[Response, int]:
    """Say how what is being typed stands; nothing is saved, and nothing but the public fields is told."""
    link = _link(token)
    body = request.get_json(silent=True)
    body = body if isinstance(body, dict) else {}
    raw = body.get("record") if isinstance(body.get("record"), dict) else {}
    touched = {key for key in body.get("touched") or [] if isinstance(key, str)}
    edited = {key for key in body.get("edited") or [] if isinstance(key, str)} | touched
    try:
        count_or_refuse(office().database, "public preview", _network(), _LOOKS, office().clock())
        with office().reading(link.app, service.stranger(language()), language()) as visit:
            form, public = service.entered_form(visit, link)
            entered = {key: value for key, value in (raw or {}).items() if key in edited}
            assessment = service.preview_entry(visit, form, public, entered)
            return jsonify(_feedback(visit, public, assessment, touched))
    except TooOften as often:
        return jsonify({"problem": often.problem.sentence.to(language())}), 429
    except Closed as closed:
        return jsonify({"problem": closed.problem.sentence.to(language())}), 410


@blueprint.get("/p/<token>/done")
def done(token: str) -> str:
    """Say thanks."""
    link = _link(token)
    with office().reading(link.app, service.stranger(language()), language()) as visit:
        form = visit.app.definition.forms.get(link.form)
        if form is None or form.public is None:
            raise NotFound(NO_PUBLIC_FORM)
        is_open = link.is_open and not service.is_closed(visit, form)
        title = (form.public.title or form.label).to(language())
    again = url_for("public_forms.fill_in", token=token) if is_open else None
    return render_template(
        "pages/public_done.html", done={"title": title, "again_url": again}, **_plain(token)
    )


def _link(token: str) -> PublicLink:
    with office().database.reading() as connection:
        found = store.find_token(connection, token)
    if found is None:
        raise NotFound(NO_PUBLIC_FORM)
    return found


def _network() -> str:
    return network_of(request.remote_addr or "", office().settings.secret())


def _page_key(token: str) -> str:
    """Return what a page must bring back when it is sent: made by us, for this form, not long ago."""
    return sign(f"public form {token}", f"{uuid4().hex} {int(office().clock().timestamp())}")


def _key_of_page(token: str) -> str | None:
    found = unsign(f"public form {token}", request.form.get(IDEMPOTENCY, ""))
    nonce, _, at = (found or "").partition(" ")
    young = at.isdigit() and office().clock().timestamp() - int(at) <= _OPEN_FOR.total_seconds()
    return nonce if young else None


def _plain(token: str) -> dict[str, Any]:
    """Return what keeps the shell of the page from leading inside."""
    here = url_for("public_forms.fill_in", token=token)
    return {"links": {"home": here, "preferences": url_for("sign_in.preferences")}}


def _say(status: int, problem: Problem) -> Response:
    said = {"title": problem.sentence.to(language()), "text": problem.fix.to(language())}
    token = str((request.view_args or {}).get("token", ""))
    return make_response(render_template("pages/public_note.html", note=said, **_plain(token)), status)


def _again(
    link: PublicLink,
    values: Mapping[str, object],
    status: int,
    *,
    problems: tuple[Problem, ...] = (),
    notice: Problem | None = None,
) -> Response:
    """Show the form again with what was typed, and what is wrong."""
    with office().reading(link.app, service.stranger(language()), language()) as visit:
        form, public = service.entered_form(visit, link)
        assessment = service.preview_entry(visit, form, public, values)
        page = _page(visit, link, public, assessment, _Typed("all", values, judge=bool(problems)))
    shown = service.shown_problems(public, problems)
    page["problems"] = [_line(form, problem) for problem in shown]
    page["notice"] = notice.sentence.to(language()) if notice else ""
    return make_response(render_template("pages/public_form.html", form=page, **_plain(link.token)), status)


def _line(form: Form, problem: Problem) -> dict[str, str]:
    name = str(problem.path[0]) if problem.path and problem.path[0] in form.fields else ""
    label, sentence = form.fields[name].label.to(language()) if name else "", problem.sentence.to(language())
    named = sentence if label in sentence else say(f"{label}：{sentence}", f"{label}: {sentence}")
    return {"name": name, "sentence": named}


def _page(
    visit: Visit, link: PublicLink, public: PublicForm, assessment: Assessment, typed: _Typed
) -> dict[str, Any]:
    form = assessment.form
    controls = [
        make_control(
            visit, form.fields[key], assessment.states[key], assessment.scope,
            raw=typed.raw.get(key), judge=typed.judge,
        )
        for key in public.fields
    ]  # fmt: skip
    return {
        "title": (public.title or form.label).to(language()),
        "sub": public.say.to(language()) if public.say else "",
        "action": url_for("public_forms.send", token=link.token),
        "preview_url": url_for("public_forms.preview", token=link.token),
        "key": f"public/{link.token}",
        "page_key": _page_key(link.token),
        "controls": controls,
        "problems": [],
        "notice": "",
        "typed": typed.names,
        "trap": _TRAP,
    }


def _feedback(visit: Visit, public: PublicForm, assessment: Assessment, touched: set[str]) -> dict[str, Any]:
    """Return what the live form needs to know of the public fields, and of no other."""
    fields = {key: field_feedback(visit, assessment, key, judge=key in touched) for key in public.fields}
    return {"fields": fields, "problems": []}


# What the administrator sees.


@blueprint.get("/a/<app>/f/<form>/public")
def manage(app: str, form: str) -> str:
    """Show whether the form is open to strangers, its link and its QR code."""
    with reading(app) as visit:
        found = service.managed_form(visit, form)
        link = service.find_link(visit, form)
        public = found.public
        here: dict[str, Any] = {"app": app, "form": form}
        address = ""
        if link is not None:
            address = office().settings.base_url + url_for("public_forms.fill_in", token=link.token)
        view = {
            "title": say(f"{found.label.zh}：公开填写", f"{found.label.en}: public form"),
            "crumbs": [{"title": found.label.to(language()), "url": url_for("lists.records", **here)}],
            "is_open": link is not None and link.is_open,
            "is_closed_by_rule": service.is_closed(visit, found),
            "address": address,
            "qr_url": url_for("public_forms.qr_code", **here) if link is not None else None,
            "open_url": url_for("public_forms.open_form", **here),
            "close_url": url_for("public_forms.close_form", **here),
            "fields": [found.fields[key].label.to(language()) for key in public.fields] if public else [],
        }
        return render_template("pages/public_manage.html", public=view)


@blueprint.get("/a/<app>/f/<form>/public/qr.svg")
def qr_code(app: str, form: str) -> Response:
    """Give the QR code of the link."""
    with reading(app) as visit:
        link = service.find_link(visit, form)
    if link is None:
        raise NotFound(NO_PUBLIC_FORM)
    address = office().settings.base_url + url_for("public_forms.fill_in", token=link.token)
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=8, border=2, dark="#000", light="#fff")
    return Response(out.getvalue(), mimetype="image/svg+xml")


@blueprint.post("/a/<app>/f/<form>/public/open")
def open_form(app: str, form: str) -> Response:
    """Open the form to strangers, under a new address where that is asked for."""
    renew = request.form.get("renew", "") == "true"
    writing(app, lambda visit: service.open_link(visit, form, renew=renew))
    toast(
        say("已换成新链接，旧的失效了", "A new link; the old one is gone")
        if renew
        else say("已开放", "It is open")
    )
    return go_to(url_for("public_forms.manage", app=app, form=form))


@blueprint.post("/a/<app>/f/<form>/public/close")
def close_form(app: str, form: str) -> Response:
    """Close the form to strangers."""
    writing(app, lambda visit: service.close_link(visit, form))
    toast(say("已关闭", "It is closed"))
    return go_to(url_for("public_forms.manage", app=app, form=form))
