"""The one place where things are wired together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.actions.ports import EffectError, Ports
from engine.catalog import Catalog, build_catalog
from engine.definition.document import read_document
from engine.problems import Problem
from runtime.adapters.mail import mail_port
from runtime.adapters.sealing import KeySealer
from runtime.config import Settings
from runtime.jobs.relay import Relay
from runtime.service.apps import Publisher, Shelf
from runtime.service.demo import load_demo
from runtime.service.office import Office
from runtime.service.people import People
from runtime.service.sign_in import SignIn
from runtime.store.database import Database
from runtime.store.migrations import migrate
from runtime.store.outbox import OutboxRow
from runtime.store.sounds import fill_sounds
from runtime.web.site import create_site

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True)
class Installation:
    """A running installation: its services and what works in the background."""

    office: Office
    relay: Relay

    @property
    def site(self) -> Flask:
        """Return the web application."""
        return create_site(self.office)


def clock() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def open_installation(settings: Settings) -> Installation:
    """Open the database, bring its tables up to date, and put the services together.

    Raises `StartError` for a database that cannot be used, `RegistryError` for a type that cannot be loaded.
    """
    plugins = settings.plugins if settings.plugins.is_dir() else None
    catalog = build_catalog(plugins)
    database = Database.open(settings.database_url, catalog.function_map, connections=settings.threads + 2)
    migrate(database)
    database.seal_with(KeySealer(settings.secret()))
    shelf = Shelf(catalog)
    fill_sounds(database, shelf.all)
    relay = Relay(database, performer(catalog, settings), clock)
    office = Office(
        settings=settings,
        catalog=catalog,
        database=database,
        shelf=shelf,
        publisher=Publisher(database, catalog, shelf, clock),
        people=People(database, clock, settings.language),
        sign_in=SignIn(database, settings, clock),
        clock=clock,
        wake=relay.wake,
    )
    office.files.sweep()
    return Installation(office, relay)


def performer(catalog: Catalog, settings: Settings) -> Any:
    """Return what performs one effect of the outbox: its action's outside work, through the ports."""
    ports = Ports(mail=mail_port(settings, clock))

    def perform(row: OutboxRow) -> Mapping[str, object]:
        found = catalog.actions.find(row.action)
        if isinstance(found, Problem):
            raise EffectError(found.sentence.en, final=True)
        return found.perform(row.payload, row.uuid, ports)

    return perform


def prepare_demo(installation: Installation, definitions: list[Path], password: str) -> Installation:
    """Publish definitions that are not there yet and load their demo people and records.

    Returns the installation with the demo sign-in open.
    """
    office = replace(installation.office, demo_password=password)
    for path in definitions:
        text = path.read_bytes()
        definition = read_document(text, path.name)
        with office.database.reading() as connection:
            known = office.shelf.get(connection, definition.data.get("app", ""))
        app = known or office.publisher.publish(text, path.name, note="demo")
        load_demo(office, app, password)
    return Installation(office, installation.relay)
