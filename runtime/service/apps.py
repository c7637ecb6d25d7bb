"""Publishing: check, plan, publish, roll back; and the shelf of apps that are in force.

A publication is one transaction: tables, the version, and the pointer to it. Until it commits, everybody
works with the version before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.app import AppDefinition, check_app
from engine.catalog import Catalog
from engine.changes import (
    Change,
    ConvertField,
    Identity,
    Plan,
    RemoveRole,
    find_way,
    identify,
    join,
    meaning_changes,
    plan_changes,
)
from engine.definition.document import read_document
from engine.expression.sql import Facts
from engine.problems import DefinitionError, Problem, ProblemCode
from engine.stored import StoredApp, moved_fields, moved_forms
from engine.texts import Text
from runtime.store import definitions
from runtime.store.changing import RowCounter, SchemaWriter
from runtime.store.columns import metadata
from runtime.store.database import Database, is_locked_out, may_repeat
from runtime.store.published import PublishedApp, make_published

OTHER_APP = ProblemCode(
    "other-app",
    Text(
        "这个文件是应用「{found}」的,不是「{wanted}」的",
        "This file defines the app '{found}', not '{wanted}'",
    ),
    Text("换一个文件,或到那个应用里发布", "Use another file, or publish it as that app"),
)
PUBLISHED_MEANWHILE = ProblemCode(
    "published-meanwhile",
    Text("有人刚发布了另一个版本", "Somebody has just published another version"),
    Text("看看它改了什么,再发布", "Look at what it changed, then publish again"),
)
NEEDS_A_YES = ProblemCode(
    "needs-confirmation",
    Text(
        "有 {count} 处会停用已有的数据,要确认后才能发布",
        "{count} changes put existing data out of use; confirm them to publish",
    ),
    Text("看清楚影响后确认", "Look at what they concern, then confirm"),
)
NO_SUCH_VERSION = ProblemCode(
    "no-such-version",
    Text("应用「{app}」没有版本 {number}", "The app '{app}' has no version {number}"),
    Text("从版本列表里选一个", "Choose one from the list of versions"),
)
IN_USE = ProblemCode(
    "app-in-use",
    Text(
        "有人正在用这个应用的数据,没等到空隙", "The app's records are in use; there was no gap to change them"
    ),
    Text("过一会儿再发布", "Publish again in a while"),
)
ONLY_WRITTEN = Text("只有注释或写法不同", "Only comments or the way of writing differ")
PLATFORM = metadata.tables
_TRIES = 3


@dataclass(frozen=True)
class PublishPlan:
    """What a definition would change.

    definition: None where problems stand in the way.
    meaning: what changes without touching stored data, in sentences.
    base: the version in force that the plan was made against.
    """

    definition: AppDefinition | None
    problems: tuple[Problem, ...]
    changes: tuple[Change, ...] = ()
    meaning: tuple[Text, ...] = ()
    base: int | None = None
    is_same: bool = False

    @property
    def destructive(self) -> tuple[Change, ...]:
        """Return the changes that need a yes."""
        return tuple(change for change in self.changes if change.risk == "destructive")


@dataclass
class Shelf:
    """The apps in force, compiled once a version and shared by all threads.

    Which version is in force is asked anew in every transaction, so several processes agree.
    """

    catalog: Catalog
    _apps: dict[tuple[int, int], PublishedApp] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, connection: Connection, key: str, *, hold: bool = False) -> PublishedApp | None:
        """Return the published app with this key.

        hold: whether it stays in force until the end of the transaction, because records are written by it.
        """
        if hold:
            definitions.hold_app(connection, key)
        row = definitions.find_app(connection, key)
        return self.compiled(connection, row) if row and row.number else None

    def all(self, connection: Connection) -> list[PublishedApp]:
        """Return every published app."""
        rows = definitions.list_apps(connection)
        return [self.compiled(connection, row) for row in rows if row.number]

    def compiled(self, connection: Connection, row: definitions.AppRow) -> PublishedApp:
        """Return the version in force, compiled; an unchanged version is compiled once."""
        number = row.number or 0
        known = self._apps.get((row.id, number))
        if known is not None:
            return known
        version = definitions.find_version(connection, row.id, number)
        if version is None:
            raise LookupError(f"{row.key} {number}")
        definition, problems = check_app(read_document(version.text, version.file), self.catalog)
        if definition is None:
            raise DefinitionError(problems)
        app = make_published(
            row.id, number, definition, definitions.read_stored(connection, row.id), PLATFORM
        )
        with self._lock:
            self._apps = {k: v for k, v in self._apps.items() if k[0] != row.id} | {(row.id, number): app}
        return app


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a publication is agreed to under.

    app: the key that the definition must have; '' for any.
    confirmed: whether a person has seen and accepted the destructive changes.
    base: the version that the author saw; "any" to publish over whatever is in force.
    """

    app: str = ""
    confirmed: bool = False
    base: int | None | str = "any"


@dataclass(frozen=True)
class Publisher:
    """Checks, plans and publishes definitions."""

    database: Database
    catalog: Catalog
    shelf: Shelf
    clock: Callable[[], datetime]

    def check(self, text: str | bytes, file: str) -> tuple[AppDefinition | None, tuple[Problem, ...]]:
        """Check a definition without touching anything."""
        try:
            return check_app(read_document(text, file), self.catalog)
        except DefinitionError as error:
            return None, error.problems

    def plan(self, text: str | bytes, file: str, *, app: str = "") -> PublishPlan:
        """Say what publishing would change, with the number of records that each change concerns.

        app: the key that the definition must have; '' for any.
        """
        definition, problems = self.check(text, file)
        if definition is not None and app and definition.key != app:
            place = definition.document.location(("app",))
            problems, definition = (*problems, OTHER_APP.at(place, found=definition.key, wanted=app)), None
        if definition is None:
            return PublishPlan(None, problems)
        with self.database.reading() as connection:
            return self._plan(connection, definition, problems)[0]

    def _plan(
        self, connection: Connection, definition: AppDefinition, problems: tuple[Problem, ...]
    ) -> tuple[PublishPlan, Plan]:
        row = definitions.find_app(connection, definition.key)
        current = self.shelf.compiled(connection, row) if row and row.number else None
        stored = definitions.read_stored(connection, row.id) if row else StoredApp()
        before = current.definition if current else None
        same = self._identity(connection, current, definition)
        plan = plan_changes(before, definition, stored, definitions.table_names(connection), same)
        counter = RowCounter(connection, row.id if row else 0, stored, plan.stored)
        counted = tuple(counter.count(change) for change in plan.changes)
        is_same = before is not None and before.hash == definition.hash
        meaning = () if is_same else tuple(meaning_changes(before, definition, same))
        if before is not None and not (is_same or counted or meaning):
            meaning = (ONLY_WRITTEN,)
        number = row.number if row else None
        return PublishPlan(definition, problems, counted, meaning, number, is_same), plan

    def _identity(
        self, connection: Connection, current: PublishedApp | None, definition: AppDefinition
    ) -> Identity:
        """Tell what was renamed since; where an earlier version comes back, step by step over the others."""
        old = current.definition if current else None
        if current is None or old is None:
            return identify(None, definition)
        versions = definitions.list_hashes(connection, current.id)
        same = identify(old, old)
        for fingerprint, back in find_way(versions.values(), old.hash, definition.hash):
            number = next((n for n, one in versions.items() if one == fingerprint), 0)
            version = definitions.find_version(connection, current.id, number)
            new = (
                self.check(version.text, version.file)[0]
                if version and fingerprint != definition.hash
                else definition
            )
            if new is not None:
                same, old = join(same, identify(old, new, back=back)), new
        return same

    def publish(
        self,
        text: str | bytes,
        file: str,
        *,
        author: int | None = None,
        note: str = "",
        terms: Terms = Terms(),  # noqa: B008 - frozen
    ) -> PublishedApp:
        """Publish a definition and return the app as it is now in force.

        Raises `DefinitionError` with every problem; nothing has changed then.
        """
        plan = self.plan(text, file, app=terms.app)
        if plan.definition is None:
            raise DefinitionError(plan.problems)
        _confirm(plan, confirmed=terms.confirmed)
        if terms.base != "any" and terms.base != plan.base:
            raise DefinitionError([PUBLISHED_MEANWHILE.here()])
        for _ in range(_TRIES):
            try:
                with self.database.changing_schema() as connection:
                    return self._publish(connection, plan, author, note, confirmed=terms.confirmed)
            except DBAPIError as error:
                if not (may_repeat(error) or is_locked_out(error)):
                    raise
        raise DefinitionError([IN_USE.here()])

    def _publish(
        self, connection: Connection, seen: PublishPlan, author: int | None, note: str, *, confirmed: bool
    ) -> PublishedApp:
        definition = seen.definition
        if definition is None:
            raise DefinitionError(seen.problems)
        definitions.seize_app(connection, definition.key)
        row = definitions.find_app(connection, definition.key)
        if (row.number if row else None) != seen.base:
            raise DefinitionError([PUBLISHED_MEANWHILE.here()])
        counted, plan = self._plan(connection, definition, ())
        _confirm(counted, confirmed=confirmed)
        now = self.clock()
        app_id = (
            row.id
            if row
            else definitions.create_app(connection, definition.key, definition.title.to_json(), now)
        )
        number = self._add_version(
            connection, app_id, definition, seen.base, {"author": author, "note": note, "published_at": now}
        )
        before = definitions.read_stored(connection, app_id)
        app = make_published(app_id, number, definition, plan.stored, PLATFORM)
        SchemaWriter(connection, app, Facts(now, definition.zone)).carry_out(plan)
        definitions.write_stored(connection, app_id, plan.stored, now)
        _follow(connection, app_id, before, plan)
        return app

    def _add_version(
        self,
        connection: Connection,
        app_id: int,
        definition: AppDefinition,
        base: int | None,
        version: dict[str, Any],
    ) -> int:
        document = definition.document
        whole = version | {"hash": definition.hash, "text": document.text, "file": document.file}
        number = definitions.add_version(connection, app_id, whole, definition.title.to_json(), base)
        if number is None:
            raise DefinitionError([PUBLISHED_MEANWHILE.here()])
        return number

    def roll_back(
        self, app: str, number: int, *, author: int | None = None, confirmed: bool = False
    ) -> PublishedApp:
        """Publish an earlier version again, as a new version with the same text.

        Raises `DefinitionError` where there is no such version or it cannot be published now.
        """
        with self.database.reading() as connection:
            row = definitions.find_app(connection, app)
            version = definitions.find_version(connection, row.id, number) if row else None
        if version is None:
            raise DefinitionError([NO_SUCH_VERSION.here(app=app, number=number)])
        note = f"← v{number}"
        terms = Terms(app=app, confirmed=confirmed)
        return self.publish(version.text, version.file, author=author, note=note, terms=terms)


def _confirm(plan: PublishPlan, *, confirmed: bool) -> None:
    """Raise `DefinitionError` where somebody must agree first and has not."""
    if plan.destructive and not confirmed:
        raise DefinitionError([NEEDS_A_YES.here(count=len(plan.destructive))])


def _follow(connection: Connection, app_id: int, before: StoredApp, plan: Plan) -> None:
    """Let what goes by the keys of forms, fields and roles follow the plan: history, who has which role."""
    definitions.move_history(connection, app_id, moved_forms(before, plan.stored))
    operations = [change.operation for change in plan.changes]
    converted = {(one.form, one.old.name) for one in operations if isinstance(one, ConvertField)}
    for form, table in plan.stored.tables.items():
        found = before.find_table(table.name)
        if found is not None:
            kept = [name for key, name in converted if key == form]
            definitions.move_changes(connection, app_id, form, moved_fields(found[1], table, kept))
    for operation in operations:
        if isinstance(operation, RemoveRole):
            definitions.remove_role(connection, app_id, operation.role)
