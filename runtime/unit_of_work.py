"""One transaction: the engine takes a turn inside it, and all that it decides is written or nothing is.

    with database.writing() as connection:
        unit = UnitOfWork(connection, app, now=clock(), actor=7)
        done = unit.take(RecordSubmitted("orders", {"quantity": "3"}))

Records come first, counted fields next and messages last: the order in which every unit takes its locks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, assert_never
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from engine.decisions import (
    Adjust,
    ChangeRecord,
    CreateRecord,
    Decision,
    DeleteRecord,
    RequestEffect,
    RestoreRecord,
)
from engine.turn import Event, Moment, Turn, take_turn
from engine.values import Value
from runtime.store import schema
from runtime.store.outbox import Cause, add_effects
from runtime.store.published import PublishedApp
from runtime.store.reader import Row, StoredReader
from runtime.store.records import RecordWriter


@dataclass(frozen=True, slots=True)
class Done:
    """What a unit wrote: the ids of new records in the order of the events, the versions of changed ones."""

    created: tuple[int, ...]
    versions: Mapping[tuple[str, int], int]
    effects: int


@dataclass
class UnitOfWork:
    """Everything that happens in one transaction on behalf of one person, or of the system (`actor` None).

    cause: why the unit runs, for the history: a button, a restored version, an import.
    """

    connection: Connection
    app: PublishedApp
    now: datetime
    actor: int | None = None
    cause: Mapping[str, object] = field(default_factory=dict)
    root: str = field(default_factory=lambda: uuid4().hex)

    @cached_property
    def reader(self) -> StoredReader:
        """The engine's view of stored data in this transaction."""
        dialect: Any = self.connection.dialect.name
        return StoredReader(self.connection, self.app, dialect, self.now, self.app.definition.zone)

    @cached_property
    def writer(self) -> RecordWriter:
        """What writes records in this transaction."""
        return RecordWriter(
            self.connection, self.app, self.reader, self.actor, self.now, self.app.definition.zone, self.cause
        )

    @property
    def moment(self) -> Moment:
        """When and for whom a turn of this unit is taken."""
        return Moment(reader=self.reader, now=self.now, zone=self.app.definition.zone, me=self.actor)

    def lock(self, form: str, record: int, *, deleted: bool = False) -> Row | None:
        """Return a record as it is stored, locked for the whole transaction; None if it is not there."""
        table = self.app.tables.tables[form]
        gone = table.c.deleted_at.is_not(None) if deleted else table.c.deleted_at.is_(None)
        row = self.connection.execute(
            select(table).where(table.c.id == record, gone).with_for_update()
        ).mappings().first()  # fmt: skip
        return None if row is None else self.reader.name_columns(form, dict(row))

    def take(
        self, *events: Event, stamps: Sequence[Mapping[str, Any]] = (), old: Mapping[int, Row] | None = None
    ) -> Done:
        """Take a turn over a batch of like events and write what it decides.

        stamps: creation times and people for new records, where they are not now and the actor.
        old: the stored rows of changed records by id, as `lock` returned them.
        Raises `Refused`, `Refusal` or `Conflict`; the caller's transaction then ends without a trace.
        """
        turn = take_turn(self.app.definition, events, self.moment)
        form = events[0].form if events else ""
        rows = {(form, record): row for record, row in (old or {}).items()}
        done = self._apply(turn.decisions, stamps, rows)
        self._keep_trace(turn, events)
        return done

    def _apply(
        self,
        decisions: Sequence[Decision],
        stamps: Sequence[Mapping[str, Any]],
        old: Mapping[tuple[str, int], Row],
    ) -> Done:
        created = self._create([d for d in decisions if isinstance(d, CreateRecord)], stamps)
        versions: dict[tuple[str, int], int] = {}
        for decision in decisions:
            if not isinstance(decision, CreateRecord | Adjust | RequestEffect):
                versions[(decision.form, decision.record)] = self._write(decision, old)
        adjusts = [decision for decision in decisions if isinstance(decision, Adjust)]
        for adjust in sorted(adjusts, key=lambda one: (one.form, one.record, one.field)):
            versions[(adjust.form, adjust.record)] = self.writer.adjust(adjust)
        effects = [decision for decision in decisions if isinstance(decision, RequestEffect)]
        if effects:
            cause = Cause(app_id=self.app.id, version=self.app.number, root_id=self.root)
            add_effects(self.connection, cause, effects, self.now)
        return Done(created, versions, len(effects))

    def _write(
        self, decision: ChangeRecord | DeleteRecord | RestoreRecord, old: Mapping[tuple[str, int], Row]
    ) -> int:
        """Change, delete or bring back one record; returns its new version."""
        form, record = self.app.definition.forms[decision.form], decision.record
        match decision:
            case ChangeRecord():
                before = old.get((form.key, record)) or self.lock(form.key, record) or {}
                return self.writer.change(
                    form, record, decision.values, before, decision.expected, decision.rows
                )
            case DeleteRecord():
                return self.writer.delete(form, record, decision.expected)
            case RestoreRecord():
                return self.writer.restore(form, record)
            case _:
                assert_never(decision)

    def _create(
        self, decisions: Sequence[CreateRecord], stamps: Sequence[Mapping[str, Any]]
    ) -> tuple[int, ...]:
        """Insert new records, one statement a form."""
        ids: dict[int, int] = {}
        by_form: dict[str, list[int]] = {}
        for position, decision in enumerate(decisions):
            by_form.setdefault(decision.form, []).append(position)
        for form, positions in by_form.items():
            rows: list[Mapping[str, Value]] = [decisions[position].values for position in positions]
            chosen = [stamps[position] for position in positions] if stamps else []
            tables = [decisions[position].rows for position in positions]
            found = self.writer.create(self.app.definition.forms[form], rows, stamps=chosen, tables=tables)
            ids |= dict(zip(positions, found, strict=True))
        return tuple(ids[position] for position in range(len(decisions)))

    def _keep_trace(self, turn: Turn, events: Sequence[Event]) -> None:
        kinds = {type(event).__name__ for event in events}
        forms = {event.form for event in events}
        event = {"v": 1, "kind": sorted(kinds), "form": sorted(forms), "count": len(events)}
        self.connection.execute(
            insert(schema.traces).values(
                app_id=self.app.id, version=self.app.number, root=self.root, at=self.now, actor=self.actor,
                event=event, steps=turn.trace.to_json(),
            )
        )  # fmt: skip
