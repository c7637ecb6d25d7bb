"""A small neutral app, a company of people, and a client for the API: what the tests of the API stand on."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.testing.apps import whole_catalog
from runtime.adapters.sealing import KeySealer
from runtime.config import Settings
from runtime.service.apps import Publisher, Shelf
from runtime.service.office import Office
from runtime.service.passwords import Passwords
from runtime.service.people import People
from runtime.service.sign_in import SignIn
from runtime.store.database import Database
from runtime.store.migrations import migrate
from runtime.web.site import create_site
from tests.runtime.clocks import Clock

STORE = (Path(__file__).parent / "store.yaml").read_text(encoding="utf-8")
FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Reply:
    """An answer as a test looks at it."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def data(self) -> Any:
        return json.loads(self.text, parse_float=Decimal) if self.text else None

    @property
    def fields(self) -> dict[str, Any]:
        return self.data["fields"]

    @property
    def codes(self) -> list[str]:
        return [error["code"] for error in self.data["errors"]]


@dataclass
class Caller:
    """Somebody who asks the API with a token; nobody without one."""

    site: Flask
    token: str = ""

    def ask(self, method: str, path: str, body: object = None, **options: Any) -> Reply:
        headers = {"Accept-Language": "en", **options.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            options["data"] = json.dumps(body, default=str) if not isinstance(body, bytes) else body
            headers.setdefault("Content-Type", "application/json")
        client: FlaskClient = self.site.test_client()
        answer: TestResponse = client.open(path, method=method, headers=headers, **options)
        return Reply(answer.status_code, answer.get_data(as_text=True), dict(answer.headers))

    def get(self, path: str, **query: Any) -> Reply:
        return self.ask("GET", f"/api/{path}", query_string=query)

    def post(self, path: str, body: object = None, **headers: str) -> Reply:
        return self.ask("POST", f"/api/{path}", body, headers=_named(headers))

    def patch(self, path: str, fields: dict[str, Any], **headers: str) -> Reply:
        return self.ask("PATCH", f"/api/{path}", {"fields": fields}, headers=_named(headers))

    def put(self, path: str, text: str, **headers: str) -> Reply:
        sent = {"Content-Type": "text/yaml", **_named(headers)}
        return self.ask("PUT", f"/api/{path}", text.encode(), headers=sent)

    def delete(self, path: str, **headers: str) -> Reply:
        return self.ask("DELETE", f"/api/{path}", headers=_named(headers))

    def create(self, form: str, **fields: Any) -> int:
        reply = self.post(f"apps/store/forms/{form}/records", {"fields": fields})
        assert reply.status == 201, reply.text
        return int(reply.data["id"])


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(repr=False)
class World:
    """An installation with its people.

    departments: company with sales (with east) and stock below it.
    people: chief; lead (sales) below the chief, rep and peer (east) below the lead; keeper (stock);
    outsider, who has no role; admin, who administers the platform.
    """

    office: Office
    site: Flask
    clock: Clock
    departments: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def as_(self, name: str) -> Caller:
        return Caller(self.site, self.tokens[name])

    @property
    def nobody(self) -> Caller:
        return Caller(self.site)

    @property
    def admin(self) -> Caller:
        return self.as_("admin")

    @property
    def database(self) -> Database:
        return self.office.database

    def unique(self, word: str) -> str:
        return f"{word} {next(self.numbers)}"

    def product(self, **fields: Any) -> int:
        return self.admin.create("products", **{"name": self.unique("product"), "price": "10", **fields})


COMPANY = (("company", None), ("sales", "company"), ("east", "sales"), ("stock", "company"))
STAFF = (
    ("chief", "company", None, ()),
    ("lead", "sales", "chief", ("seller",)),
    ("rep", "east", "lead", ("seller",)),
    ("peer", "east", "lead", ("seller",)),
    ("keeper", "stock", "chief", ("keeper",)),
    ("auditor", "stock", "chief", ("auditor",)),
    ("near", "sales", "chief", ("colleague",)),
    ("above", "sales", "chief", ("regional",)),
    ("mine", "east", "lead", ("owner",)),
    ("outsider", "company", None, ()),
    ("admin", "company", None, ()),
)


@contextmanager
def open_world(url: str, folder: Path) -> Iterator[World]:
    """Open an installation over an empty database, publish the store and let its people in."""
    clock, catalog = Clock(), whole_catalog()
    database = Database.open(url, catalog.function_map, connections=12)
    database.seal_with(KeySealer("k" * 40))
    migrate(database)
    shelf = Shelf(catalog)
    settings = Settings(secret_key="k" * 40, data=folder)
    office = Office(
        settings=settings,
        catalog=catalog,
        database=database,
        shelf=shelf,
        publisher=Publisher(database, catalog, shelf, clock),
        people=People(database, clock, "en"),
        sign_in=SignIn(database, settings, clock, FAST),
        clock=clock,
    )
    world = World(office, create_site(office), clock)
    try:
        populate(world)
        yield world
    finally:
        database.close()


def populate(world: World) -> None:
    office = world.office
    app = office.publisher.publish(STORE, "store.yaml")
    for key, parent in COMPANY:
        above = world.departments.get(parent or "")
        world.departments[key] = office.people.create_department(
            {"key": key, "name": key.title(), "parent_id": above}
        )
    for name, department, manager, roles in STAFF:
        person = office.people.create_person(
            {
                "username": name,
                "name": name.title(),
                "department_id": world.departments[department],
                "supervisor_id": world.people.get(manager or ""),
                "is_admin": name == "admin",
            }
        )
        world.people[name] = person
        office.people.set_roles(app.id, person, roles)
        _, world.tokens[name] = office.sign_in.create_token(person, "test")
