"""The inventory of routes: every route, pages too, says who may use it, and is asked as each of them.

A new route makes `test_every_route_is_in_the_table` fail until it has its line in `ROUTES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import delete

from runtime.service.public_forms import open_link
from runtime.store.companions import entry_drafts, views
from runtime.store.people import load_actor
from tests.runtime.office import STORE, Reply, World

RECORDS = "/api/apps/<app>/forms/<form>/records"
FORM = "/a/<app>/f/<form>"
NOBODY = (401, 302, 303)
STRANGER = (403, 404)
GOOD = (200, 201, 204, 302, 303)


@dataclass(frozen=True)
class Access:
    """Who may use a route, and what a real request to it carries.

    who: somebody who may; "" for a route that everybody may use.
    stranger: somebody who has signed in and may not; "" where everybody who has signed in may.
    body: JSON for the API, fields of a form for a page, or the text of a definition.
    query: what stands behind the address.
    """

    who: str = "rep"
    stranger: str = "outsider"
    body: Any = None
    query: str = ""
    good: tuple[int, ...] = GOOD


FIELDS = {"fields": {"quantity": 2}}
ROUTES: dict[str, Access] = {
    # The API.
    "GET /api/": Access(stranger=""),
    "GET /api/openapi.json": Access(stranger=""),
    "GET /api/me": Access(stranger=""),
    "GET /api/apps": Access(stranger=""),
    "POST /api/apps": Access("admin", "rep", STORE.replace("app: store", "app: fresh")),
    "GET /api/apps/<app>/definition": Access("admin", "rep"),
    "PUT /api/apps/<app>/definition": Access("admin", "rep", STORE),
    "GET /api/apps/<app>/versions": Access("admin", "rep"),
    "POST /api/apps/<app>/versions/<int:number>/rollback": Access("admin", "rep", {}),
    f"GET {RECORDS}": Access(),
    f"POST {RECORDS}": Access(body={"fields": {"product": 1, "quantity": 1}}),
    f"POST {RECORDS}:batch": Access(body={"create": [{"fields": {"product": 1, "quantity": 1}}]}),
    f"GET {RECORDS}/<int:record>": Access(),
    f"PATCH {RECORDS}/<int:record>": Access(body=FIELDS),
    f"DELETE {RECORDS}/<int:record>": Access(),
    f"POST {RECORDS}/<int:record>/restore": Access(body={}),
    f"POST {RECORDS}/<int:record>/actions/<button>": Access(body={}),
    f"GET {RECORDS}/<int:record>/history": Access(),
    f"GET {RECORDS}/<int:record>/comments": Access(),
    f"POST {RECORDS}/<int:record>/comments": Access(body={"body": "seen"}),
    # Pages.
    "GET /": Access(stranger=""),
    "GET /start": Access(stranger=""),
    "GET /tasks": Access(stranger=""),
    "GET /palette": Access(stranger="", query="q=order"),
    "GET /me": Access(stranger=""),
    "POST /me/password": Access(stranger="", body={"current": "no", "new": "no"}, good=(422,)),
    "POST /me/tokens": Access(stranger="", body={"name": "mine"}),
    "POST /me/tokens/<int:token>/revoke": Access(stranger="", body={}),
    "GET /people": Access("admin", "rep"),
    "POST /people/users": Access("admin", "rep", {"name": "", "login": ""}, good=(*GOOD, 422)),
    "GET /people/lookup/<kind>": Access("admin", "outsider"),
    "GET /styleguide": Access("admin", "rep"),
    "GET /new-app": Access("admin", "rep"),
    "POST /new-app": Access("admin", "rep", {"text": "app: x"}, good=(200, 422)),
    "POST /new-app/publish": Access("admin", "rep", {"text": "app: x"}, good=(422,)),
    "GET /a/<app>/": Access(),
    "GET /a/<app>/definition": Access("admin", "rep"),
    "POST /a/<app>/definition": Access("admin", "rep", {"text": STORE}),
    "POST /a/<app>/definition/publish": Access("admin", "rep", {"text": STORE}, good=(*GOOD, 422)),
    "GET /a/<app>/definition/versions/<int:number>.yaml": Access("admin", "rep"),
    "POST /a/<app>/definition/versions/<int:number>/rollback": Access("admin", "rep", {}, good=(*GOOD, 422)),
    f"GET {FORM}": Access(),
    f"GET {FORM}/bin": Access(),
    f"GET {FORM}/choices/<field>": Access(query="q=p"),
    f"GET {FORM}/new": Access(),
    f"POST {FORM}/new": Access(body={"product": "1", "quantity": "1"}),
    f"POST {FORM}/preview": Access(body={"record": {}}),
    f"GET {FORM}/r/<int:record>": Access(),
    f"GET {FORM}/r/<int:record>/edit": Access(),
    f"POST {FORM}/r/<int:record>/edit": Access(body={"quantity": "3", "version": "1"}),
    f"POST {FORM}/r/<int:record>/delete": Access(body={"version": "1"}),
    f"POST {FORM}/r/<int:record>/undelete": Access(body={}),
    f"POST {FORM}/r/<int:record>/restore/<int:version>": Access(body={}),
    f"POST {FORM}/r/<int:record>/do/<button>": Access(body={}),
    # What is kept around records: drafts, copies, comments, public pages.
    f"POST {FORM}/drafts": Access(body={"record": {"note": "a"}, "edited": ["note"]}),
    f"GET {FORM}/drafts/<int:draft>": Access(),
    "GET /me/drafts": Access(stranger=""),
    "POST /me/drafts/<int:draft>/discard": Access(body={}),
    f"GET {FORM}/r/<int:record>/copy": Access(),
    f"POST {FORM}/r/<int:record>/comments": Access(body={"body": "seen"}),
    f"POST {FORM}/r/<int:record>/comments/<int:comment>/edit": Access(body={"body": "seen again"}),
    f"POST {FORM}/r/<int:record>/comments/<int:comment>/delete": Access(body={}),
    f"GET {FORM}/r/<int:record>/readers": Access(query="q=re"),
    "GET /me/mentions": Access(stranger=""),
    f"GET {FORM}/public": Access("admin", "rep"),
    f"GET {FORM}/public/qr.svg": Access("admin", "rep"),
    f"POST {FORM}/public/open": Access("admin", "rep", {}),
    f"POST {FORM}/public/close": Access("admin", "rep", {}),
    # Lists: filters, views, boards, many records at once. Files: `vault` has tests of its own for them.
    f"GET {FORM}/filter-fields": Access(),
    f"GET {FORM}/filter-values/<field>": Access(query="q=p"),
    f"POST {FORM}/views": Access(body={"title": "seen", "address": "sort=number"}),
    f"POST {FORM}/views/<int:view>": Access(body={"title": "seen again"}),
    f"POST {FORM}/views/<int:view>/delete": Access(body={}),
    f"POST {FORM}/r/<int:record>/move": Access(body={"move.field": "note", "move.value": "seen"}),
    f"GET {FORM}/batch/<action>": Access(stranger=""),
    f"POST {FORM}/batch/<action>": Access(body={"id": "1"}),
    f"POST {FORM}/files/<field>": Access(good=(400,)),
    f"GET {FORM}/r/<int:record>/files/<field>/<content>": Access(good=(400, 404)),
    "GET /a/<app>/sent/<content>": Access(good=(404,)),
}
# Routes that need no right, each with the reason.
OPEN: dict[str, str] = {
    "GET /static/<path:filename>": "what the pages are made of",
    "GET /assets/branches/<type>": "the names of provinces and cities",
    "GET /assets/<mark>.css": "what the pages are made of",
    "GET /sign-in": "where everybody comes in",
    "POST /sign-in": "where everybody comes in; guessing is slowed down",
    "POST /sign-out": "ends the caller's own session",
    "POST /preferences": "language and theme in the caller's own cookies",
    "GET /session": "only tells whether the caller has signed in",
    "GET /p/<token>": "a form that was opened to everybody, by a link that cannot be guessed",
    "POST /p/<token>": "writes the fields that the definition opens, so often a minute",
    "POST /p/<token>/preview": "tells of those fields only",
    "GET /p/<token>/done": "says thanks",
}


def routes(world: World) -> list[str]:
    """Return every route with each of its methods."""
    found = []
    for rule in world.site.url_map.iter_rules():
        found += [f"{method} {rule.rule}" for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return sorted(found)


@pytest.fixture
def values(world: World) -> dict[str, object]:
    """What stands for the parts of an address: an order of `rep`, in the recycle bin for a restore."""
    product = world.product(stock=100)
    order = world.as_("rep").create("orders", product=product)
    parts = {
        "app": "store",
        "form": "orders",
        "record": order,
        "button": "send",
        "field": "product",
        "number": 1,
    }
    parts |= {"token": 1, "kind": "people", "version": 1, "action": "change", "content": "0" * 64}
    return parts | around(world, order)


def around(world: World, order: int) -> dict[str, object]:
    """Keep a draft of `rep`, write a comment, and open the form of notes to everybody."""
    office, ask = world.office, world.as_("rep").ask
    comment = world.as_("rep").post(f"apps/store/forms/orders/records/{order}/comments", {"body": "mine"})
    office.database.in_transaction(lambda connection: connection.execute(delete(entry_drafts)))
    office.database.in_transaction(lambda connection: connection.execute(delete(views)))
    draft = ask("POST", "/a/store/f/orders/drafts", {"record": {"note": "a"}, "edited": ["note"]})
    saved = ask("POST", "/a/store/f/orders/views", data={"title": "mine", "address": "sort=number"})
    with office.database.reading() as connection:
        admin = load_actor(connection, world.people["admin"])
    assert admin is not None
    office.writing("store", admin, "en", lambda visit: open_link(visit, "notes"))
    view = int(saved.headers["Location"].partition("view=")[2].partition("&")[0])
    return {"comment": comment.data["id"], "draft": draft.data["draft"], "view": view}


def ask(world: World, who: str, route: str, access: Access, values: dict[str, object]) -> Reply:
    method, _, path = route.partition(" ")
    if "/public" in path:
        values = values | {"form": "notes"}
    for name, value in values.items():
        path = path.replace(f"<int:{name}>", str(value)).replace(f"<{name}>", str(value))
    caller = world.as_(who) if who else world.nobody
    options: dict[str, Any] = {"query_string": access.query} if access.query else {}
    if isinstance(access.body, str):
        return caller.ask(
            method, path, access.body.encode(), headers={"Content-Type": "text/yaml"}, **options
        )
    if path.startswith("/api/") or path.endswith("/preview") or access.body is None:
        return caller.ask(method, path, access.body, **options)
    return caller.ask(method, path, data=access.body, **options)


def test_every_route_is_in_the_table(world: World) -> None:
    known = {*ROUTES, *OPEN}
    missing = [route for route in routes(world) if route not in known]
    assert not missing, "say who may use:\n" + "\n".join(missing)
    assert not known - set(routes(world)), "these are no routes any more"


@pytest.mark.parametrize("route", ROUTES)
def test_who_may_and_who_may_not(world: World, route: str, values: dict[str, object]) -> None:
    access = ROUTES[route]
    if route.endswith(("/restore", "/undelete")):
        assert world.as_("rep").delete(f"apps/store/forms/orders/records/{values['record']}").status == 204
    if access.who:
        reply = ask(world, "", route, access, values)
        assert reply.status in NOBODY, reply.text
        assert "password" not in reply.text
        if route.split()[1].startswith("/api/"):
            assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, "Bearer")
    if access.stranger:
        reply = ask(world, access.stranger, route, access, values)
        assert reply.status in STRANGER, reply.text
    reply = ask(world, access.who, route, access, values)
    assert reply.status in access.good, reply.text


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if "/api/" in route and not route.startswith("GET")]
)
def test_a_bad_token_and_a_foreign_site_get_nowhere(
    world: World, route: str, values: dict[str, object]
) -> None:
    access = ROUTES[route]
    world.tokens["forged"] = "qt_" + "x" * 43
    assert ask(world, "forged", route, access, values).status == 401
    method, _, path = route.partition(" ")
    for name, value in values.items():
        path = path.replace(f"<int:{name}>", str(value)).replace(f"<{name}>", str(value))
    client = world.site.test_client()
    answer = client.open(path, method=method, data="{}", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code in (401, 403)
