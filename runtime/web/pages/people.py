"""People, departments and roles, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from runtime.service.passwords import Passwords
from runtime.service.people import PeopleError, PersonFields
from runtime.service.visit import NO_SUCH_FORM, NotFound
from runtime.store import people as store
from runtime.web.guest import actor, language, office, say
from runtime.web.navigation import visible_apps
from runtime.web.pages.me import plain_control
from runtime.web.requests import go_to
from runtime.web.session import toast

blueprint = Blueprint("people", __name__)
TABS = ("users", "departments", "roles")


@blueprint.get("/people")
def people() -> str:
    """Show the people, the departments or the roles."""
    _only_admins()
    return _page()


@blueprint.post("/people/users")
def add_user() -> str | tuple[str, int] | Response:
    """Add a person with a first password."""
    _only_admins()
    form = request.form
    fields: PersonFields = {"username": form.get("username", ""), "name": form.get("name", "")}
    for name in ("department_id", "supervisor_id"):
        if form.get(name, "").isdigit():
            fields[name] = int(form[name])
    weak = Passwords().problem(form.get("password", ""), form.get("username", ""))
    if weak is not None:
        return _page([{"name": "password", "sentence": weak.sentence.to(language())}]), 422
    try:
        person = office().people.create_person(fields)
        office().sign_in.set_password(person, form.get("password", ""))
    except PeopleError as error:
        problems = [
            {"name": str(p.path[0]) if p.path else None, "sentence": p.sentence.to(language())}
            for p in error.problems
        ]
        return _page(problems), 422
    toast(say("已添加", "Added"))
    return go_to(url_for("people.people"))


def _only_admins() -> None:
    if not actor().is_admin:
        raise NotFound(NO_SUCH_FORM)


def _page(problems: list[dict[str, Any]] | None = None) -> str:
    tab = request.args.get("tab", "users")
    tab = tab if tab in TABS else "users"
    with office().database.reading() as connection:
        everybody = store.load_people(connection)
        departments = store.load_departments(connection)
    words = request.args.get("q", "").strip()
    shown = [
        p
        for p in everybody.values()
        if not words
        or words.lower() in f"{p.name} {p.username} {store.search_text(p.name, p.username)}".lower()
    ]
    view = {
        "tab": tab,
        "tabs": _tabs(tab, len(everybody), len(departments)),
        "search": words,
        "action_url": url_for("people.people"),
        "users": _users(shown, everybody, departments),
        "departments": _tree(departments, everybody, None),
        "roles": _roles(everybody),
        "warnings": _warnings(everybody, departments),
        "add": _add(problems or []) if tab == "users" else None,
        "import_url": None,
        "pager": None,
    }
    return render_template("pages/people.html", people=view)


def _tabs(tab: str, people_count: int, department_count: int) -> list[dict[str, Any]]:
    labels = (say("成员", "People"), say("部门", "Departments"), say("角色", "Roles"))
    counts = (people_count, department_count, None)
    return [
        {"title": label, "url": url_for("people.people", tab=name), "active": name == tab, "count": count}
        for name, label, count in zip(TABS, labels, counts, strict=True)
    ]


def _users(shown: list[Any], everybody: dict[int, Any], departments: dict[int, Any]) -> list[dict[str, Any]]:
    roles: dict[int, list[str]] = {}
    with office().database.reading() as connection:
        for app in visible_apps():
            for role, label in app.definition.roles.items():
                for member in store.members_of(connection, app.id, role):
                    roles.setdefault(member, []).append(label.to(language()))
    return [_user(one, everybody, departments) | {"roles": roles.get(one.id, [])} for one in shown]


def _user(person: Any, everybody: dict[int, Any], departments: dict[int, Any]) -> dict[str, Any]:
    department, boss = departments.get(person.department_id), everybody.get(person.supervisor_id)
    return {
        "id": person.id, "name": person.name, "initial": person.name[:1], "login": person.username,
        "department": department.name if department else "", "manager": boss.name if boss else "",
        "status": None if person.is_active else {"label": say("已停用", "Inactive"), "color": "neutral"},
        "url": None,
    }  # fmt: skip


def _tree(departments: dict[int, Any], everybody: dict[int, Any], parent: int | None) -> list[dict[str, Any]]:
    found = []
    for one in departments.values():
        if one.parent_id != parent:
            continue
        members = sum(1 for p in everybody.values() if p.department_id == one.id)
        head = everybody.get(one.head_id)
        found.append({
            "name": one.name, "head": head.name if head else "",
            "count_text": say(f"{members} 人", f"{members} people"),
            "warning": "" if head else say("没有负责人", "No head"),
            "children": _tree(departments, everybody, one.id),
        })  # fmt: skip
    return found


def _roles(everybody: dict[int, Any]) -> list[dict[str, Any]]:
    found = []
    with office().database.reading() as connection:
        for app in visible_apps():
            for role, label in app.definition.roles.items():
                members = store.members_of(connection, app.id, role)
                found.append({
                    "title": label.to(language()), "app_title": app.definition.title.to(language()),
                    "members": [everybody[m].name for m in members if m in everybody],
                    "warning": "" if members else say("没有成员", "Nobody has it"), "url": None,
                })  # fmt: skip
    return found


def _warnings(everybody: dict[int, Any], departments: dict[int, Any]) -> list[str]:
    warnings = []
    lonely = [p.name for p in everybody.values() if p.is_active and not p.supervisor_id and not p.is_admin]
    if len(lonely) > 1:
        names = "、".join(lonely[:5])
        warnings.append(
            say(f"{len(lonely)} 人没有直属上级：{names}", f"{len(lonely)} people have no supervisor: {names}")
        )
    headless = [d.name for d in departments.values() if not d.head_id]
    if headless:
        warnings.append(say(f"{len(headless)} 个部门没有负责人", f"{len(headless)} departments have no head"))
    return warnings


def _add(problems: list[dict[str, Any]]) -> dict[str, Any]:
    controls = [
        plain_control("name", say("姓名", "Name"), value=request.form.get("name", "")),
        plain_control("username", say("登录名", "Sign-in name"), value=request.form.get("username", "")),
        plain_control(
            "password",
            say("初始密码", "First password"),
            attributes={"type": "password", "autocomplete": "new-password"},
        ),
        plain_control(
            "department_id",
            say("部门", "Department"),
            "combobox",
            required=False,
            lookup_url=url_for("people.lookup", kind="departments"),
        ),
        plain_control(
            "supervisor_id",
            say("直属上级", "Supervisor"),
            "combobox",
            required=False,
            lookup_url=url_for("people.lookup", kind="users"),
        ),
    ]
    return {
        "title": say("添加成员", "Add a person"), "action": url_for("people.add_user"), "controls": controls,
        "label": say("添加", "Add"), "problems": problems,
    }  # fmt: skip


@blueprint.get("/people/lookup/<kind>")
def lookup(kind: str) -> Response | dict[str, Any]:
    """Answer the pickers of this page."""
    _only_admins()
    words = request.args.get("q", "")[:60]
    if kind == "departments":
        return {
            "items": [
                {"value": str(d.id), "label": d.name, "hint": ""}
                for d in office().people.find_departments(words)
            ]
        }
    return {
        "items": [
            {"value": str(p.id), "label": p.name, "hint": p.username}
            for p in office().people.find_people(words)
        ]
    }
