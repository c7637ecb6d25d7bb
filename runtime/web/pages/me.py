"""My page: who I am, how the product looks to me, my password and my tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from runtime.service.sign_in import SignInRefused
from runtime.store import people as store
from runtime.web.guest import actor, language, office, say
from runtime.web.navigation import visible_apps
from runtime.web.pages.sign_in import remember
from runtime.web.requests import go_to
from runtime.web.session import toast
from runtime.web.wording import when_text

blueprint = Blueprint("me", __name__)
_LIFETIMES = (30, 90, 365)


@blueprint.get("/me")
def me() -> str:
    """Show my page."""
    return _page()


@blueprint.post("/me/password")
def change_password() -> str | tuple[str, int] | Response:
    """Change my password; every other session ends."""
    form = request.form
    if form.get("new", "") != form.get("again", ""):
        sentence = say("两次输入的新密码不一样", "The two new passwords differ")
        return _page(problems=[{"name": "again", "sentence": sentence}]), 422
    try:
        signed = office().sign_in.change_password(
            actor().id,
            form.get("current", ""),
            form.get("new", ""),
            request.headers.get("User-Agent", "")[:200],
        )
    except SignInRefused as refused:
        return _page(problems=[{"name": "new", "sentence": refused.problem.sentence.to(language())}]), 422
    toast(say("密码已改", "The password was changed"))
    return remember(go_to(url_for("me.me")), signed)


@blueprint.post("/me/tokens")
def create_token() -> str:
    """Make a token for a program; it is shown this once."""
    name = request.form.get("name", "").strip()[:60] or say("未命名", "Unnamed")
    days = request.form.get("days", "")
    lifetime = int(days) if days.isdigit() and int(days) in _LIFETIMES else _LIFETIMES[1]
    _, token = office().sign_in.create_token(actor().id, name, office().clock() + timedelta(days=lifetime))
    return _page(new_token=token)


@blueprint.post("/me/tokens/<int:token>/revoke")
def revoke_token(token: int) -> Response:
    """Make a token worthless."""
    office().sign_in.revoke_token(actor().id, token)
    toast(say("令牌已停用", "The token was revoked"))
    return go_to(url_for("me.me"))


def _page(*, problems: list[dict[str, str]] | None = None, new_token: str = "") -> str:
    profile = {
        "rows": _rows(),
        "password": {
            "action": url_for("me.change_password"),
            "controls": _password_controls(),
            "problems": problems or [],
        },
        "tokens": [_token(one) for one in office().sign_in.tokens(actor().id)],
        "token_form": {"action": url_for("me.create_token"), "controls": _token_controls()},
        "new_token": new_token,
        "sessions": [],
    }
    return render_template("pages/me.html", profile=profile)


def _rows() -> list[dict[str, str]]:
    with office().database.reading() as connection:
        person = store.load_person(connection, actor().id)
        department = (
            store.load_department(connection, person.department_id)
            if person and person.department_id
            else None
        )
        boss = (
            store.load_person(connection, person.supervisor_id) if person and person.supervisor_id else None
        )
    rows = [(say("登录名", "Sign-in name"), actor().username)]
    if department:
        rows.append((say("部门", "Department"), department.name))
    if boss:
        rows.append((say("直属上级", "Supervisor"), boss.name))
    for app in visible_apps():
        roles = [
            app.definition.roles[r].to(language())
            for r in sorted(actor().roles_in(app.key))
            if r in app.definition.roles
        ]
        if roles:
            rows.append((app.definition.title.to(language()), say("、", ", ").join(roles)))
    return [{"label": label, "text": text} for label, text in rows]


def plain_control(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """Return a control that belongs to no form of an app."""
    base: dict[str, Any] = {
        "kind": kind, "name": name, "label": label, "value": "", "display": "", "required": True,
        "readonly": False, "hidden": False, "computed": False, "help": "", "problems": [], "options": [],
        "attributes": {}, "unit": "",
    }  # fmt: skip
    return base | more


def _password_controls() -> list[dict[str, Any]]:
    current, new = (
        {"type": "password", "autocomplete": "current-password"},
        {"type": "password", "autocomplete": "new-password"},
    )
    return [
        plain_control("current", say("现在的密码", "Present password"), attributes=current),
        plain_control(
            "new",
            say("新密码", "New password"),
            attributes=new,
            help=say("至少 8 个字符", "At least 8 characters"),
        ),
        plain_control("again", say("再输一次", "New password again"), attributes=new),
    ]


def _token_controls() -> list[dict[str, Any]]:
    options = [{"value": str(d), "label": say(f"{d} 天", f"{d} days"), "color": ""} for d in _LIFETIMES]
    return [
        plain_control("name", say("用途", "What it is for"), attributes={"maxlength": "60"}),
        plain_control(
            "days", say("有效期", "Valid for"), "select", options=options, value=str(_LIFETIMES[1])
        ),
    ]


def _token(one: Any) -> dict[str, Any]:
    now, zone = office().clock(), office().settings.time_zone

    def said(moment: Any) -> str:
        return when_text(moment, now, zone, language()) if moment else say("从未", "never")

    until = one.expires_at.astimezone(zone).strftime("%Y-%m-%d") if one.expires_at else ""
    return {
        "id": one.id,
        "name": one.name,
        "prefix": "qt_",
        "created_text": say(f"建于{said(one.created_at)}", f"made {said(one.created_at)}"),
        "used_text": say(f"上次使用：{said(one.last_used_at)}", f"last used: {said(one.last_used_at)}"),
        "expires_text": say(f"{until} 到期", f"valid until {until}") if until else "",
        "revoke_url": url_for("me.revoke_token", token=one.id),
    }
