"""A published app as the runtime works with it: the definition, its version and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table

from engine.app import AppDefinition
from engine.forms.tables import AppTables, build_tables
from engine.stored import StoredApp
from runtime.store.kept import Kept


@dataclass(frozen=True)
class PublishedApp:
    """One version of one app, compiled and ready; shared by all requests and never changed.

    kept: what was worked out from this version and holds for as long as it does.
    """

    id: int
    number: int
    definition: AppDefinition
    tables: AppTables
    kept: Kept = field(default_factory=Kept, compare=False, repr=False)

    @property
    def key(self) -> str:
        """The app's key."""
        return self.definition.key


def make_published(
    app_id: int, number: int, definition: AppDefinition, stored: StoredApp, platform: Mapping[str, Table]
) -> PublishedApp:
    """Put together what the runtime needs to serve a version."""
    return PublishedApp(app_id, number, definition, build_tables(stored, platform))
