"""What the shell shows beside every page, as far as the person may see it; and whom to ask for more."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from sqlalchemy import select

from engine.access import ADMIN
from runtime.store import people as store
from runtime.store import schema
from runtime.store.published import PublishedApp
from runtime.web.guest import actor, guest, language, office, say

Links = list[dict[str, Any]]
_NAMES = 5


def visible_apps() -> list[PublishedApp]:
    """Return the published apps in which the person may do something; asked once a request."""
    if "apps" not in g:
        with office().database.reading() as connection:
            everything = office().shelf.all(connection)
        g.apps = [app for app in everything if visible_forms(app)]
    found: list[PublishedApp] = g.apps
    return found


def visible_forms(app: PublishedApp) -> list[str]:
    """Return the forms of an app in which the person may see or create records."""
    roles = actor().roles_in(app.key)
    policies = {key: app.definition.access.policy(key, roles) for key in app.definition.main_forms}
    return [key for key, policy in policies.items() if policy.may("read") or policy.may("create")]


def may_design(app: PublishedApp) -> bool:
    """Tell whether the person may change the definition of an app."""
    return ADMIN in actor().roles_in(app.key)


def grantors() -> list[str]:
    """Return the names of those who can open the present address to the person: the app's or all admins."""
    if guest() is None:
        return []
    app = next((one for one in visible_apps() if one.key == (request.view_args or {}).get("app")), None)
    with office().database.reading() as connection:
        members = store.members_of(connection, app.id, ADMIN) if app else []
        names = [person.name for person in store.load_people(connection, members).values()] if members else []
        return names[:_NAMES] or platform_admins()


def platform_admins() -> list[str]:
    """Return the names of a few administrators of the installation."""
    users = schema.users
    query = select(users.c.name).where(users.c.is_admin, users.c.is_active).order_by(users.c.id).limit(_NAMES)
    with office().database.reading() as connection:
        return [str(row[0]) for row in connection.execute(query)]


def navigation() -> tuple[Links, Links, dict[str, Any] | None]:
    """Return the apps, the groups of the side navigation, and the open app."""
    found = visible_apps()
    apps = [app_link(app) for app in found]
    key = (request.view_args or {}).get("app")
    current = next((app for app in found if app.key == key), None)
    if current is None:
        return apps, _platform_nav(apps), None
    return apps, _app_nav(current), app_link(current)


def app_link(app: PublishedApp) -> dict[str, Any]:
    """Return an app as a link to what opens first: the form that it names, or else its own page."""
    home = app.definition.home
    opens = url_for("app_home.app_home", app=app.key)
    if home in visible_forms(app) and actor_may_read(app, home):
        opens = url_for("lists.records", app=app.key, form=home)
    return {"key": app.key, "title": app.definition.title.to(language()), "url": opens}


def actor_may_read(app: PublishedApp, form: str) -> bool:
    """Tell whether the person may see records of a form."""
    return app.definition.access.policy(form, actor().roles_in(app.key)).may("read")


def _app_nav(app: PublishedApp) -> Links:
    form = (request.view_args or {}).get("form")
    items = [
        {
            "title": app.definition.forms[key].label.to(language()), "icon": "form", "count": None,
            "url": url_for("lists.records", app=app.key, form=key), "active": key == form,
        }
        for key in visible_forms(app)
    ]  # fmt: skip
    home = _item(say("应用首页", "App home"), "home", url_for("app_home.app_home", app=app.key))
    groups: Links = [{"title": "", "items": [home]}, {"title": say("数据", "Data"), "items": items}]
    if may_design(app):
        design = _item(say("定义", "Definition"), "code", url_for("definitions.definition", app=app.key))
        groups.append({"title": say("管理", "Manage"), "items": [design]})
    return groups


def _platform_nav(apps: Links) -> Links:
    items = [_item(say("工作台", "Home"), "home", url_for("home.home"))]
    groups: Links = [{"title": "", "items": items}]
    if apps:
        entries = [_item(app["title"], "apps", app["url"]) for app in apps]
        groups.append({"title": say("应用", "Apps"), "items": entries})
    if actor().is_admin:
        people = _item(say("成员与部门", "People"), "people", url_for("people.people"))
        new = _item(say("新建应用", "New app"), "plus", url_for("definitions.new_app"))
        groups.append({"title": say("管理", "Manage"), "items": [people, new]})
    return groups


def _item(title: str, icon: str, url: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "url": url, "count": None, "active": request.path == url}
