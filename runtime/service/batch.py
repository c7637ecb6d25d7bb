"""Many changes of one form's records in one turn and one transaction, all or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from engine.access import Action
from engine.forms.model import Form
from engine.problems import Problem, ProblemCode
from engine.texts import Text
from engine.turn import Event, RecordRemoved, RecordSubmitted, Refused, take_turn
from runtime.service.records import check_names, check_references, check_scope
from runtime.service.visit import ACTION_WORDS, NO_SUCH_RECORD, NOT_ALLOWED, Visit
from runtime.store.reader import Row
from runtime.unit_of_work import Done, UnitOfWork

MOST_ENTRIES = 500

TWICE = ProblemCode(
    "record-twice",
    Text("记录 {record} 在这一批里出现了两次", "The record {record} stands twice in this batch"),
    Text("一条记录只写一次", "Name each record once"),
)
CHANGED_MEANWHILE = ProblemCode(
    "changed-meanwhile",
    Text(
        "有人刚改过这条记录,现在是版本 {version}",
        "Somebody has just changed this record; its version is {version}",
    ),
    Text("重新读取,再改一次", "Read it again and repeat your change"),
)

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One record of a batch; `record` is 0 for a new one, `version` None to change it whatever it is."""

    record: int
    version: int | None
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be done, in this order."""

    create: tuple[BatchEntry, ...] = ()
    change: tuple[BatchEntry, ...] = ()
    delete: tuple[BatchEntry, ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        """Return what the person must be allowed to do."""
        parts: tuple[tuple[Action, Sequence[BatchEntry]], ...] = (
            ("create", self.create), ("update", self.change), ("delete", self.delete),
        )  # fmt: skip
        return tuple(action for action, entries in parts if entries)


class BatchRefused(Exception):
    """Raised when a batch cannot be done: what is wrong, by part ("create" …) and place in it."""

    def __init__(self, problems: Mapping[Place, tuple[Problem, ...]]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} entries cannot be done")


def save_batch(visit: Visit, form_key: str, batch: Batch) -> dict[str, list[tuple[int, int]]]:
    """Do a batch and return the ids with the new versions, by part.

    Raises `BatchRefused` with the problems of every entry, `Forbidden`, `NotFound`.
    """
    form = visit.form(form_key, batch.actions[0] if batch.actions else "read")
    for action in batch.actions:
        visit.form(form_key, action)
    if not batch.actions:
        return {"create": [], "change": [], "delete": []}
    return _BatchWork(visit, form, batch).run()


@dataclass
class _BatchWork:
    """One batch in progress."""

    visit: Visit
    form: Form
    batch: Batch
    problems: dict[Place, tuple[Problem, ...]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def run(self) -> dict[str, list[tuple[int, int]]]:
        """Lock, check every entry, take the turn, write."""
        unit = self.visit.unit(batch=True)
        rows = self._lock(unit)
        entries = list(self._entries())
        before = [rows.get(entry.record) for _, _, entry in entries]
        refused = check_references(self.visit, self.form, [entry.fields for _, _, entry in entries], before)
        for position, (place, action, entry) in enumerate(entries):
            found = self._check(action, entry, rows) or refused.get(position, ())
            if action == "create":
                found = found or check_scope(self.visit, unit, self.form, entry.fields)
            if found:
                self.problems[place] = found
            else:
                self._add(place, action, entry, rows)
        self._check_twice()
        done = self._take(unit, rows)
        versions = {record: version for (_, record), version in done.versions.items()}
        kept = {record: _version(row) for record, row in rows.items()} | versions
        return {
            "create": [(record, 1) for record in done.created],
            "change": [(one.record, kept[one.record]) for one in self.batch.change],
            "delete": [(one.record, kept[one.record]) for one in self.batch.delete],
        }

    def _entries(self) -> Iterator[tuple[Place, Action, BatchEntry]]:
        for position, entry in enumerate(self.batch.create):
            yield ("create", position), "create", entry
        for position, entry in enumerate(self.batch.change):
            yield ("change", position), "update", entry
        for position, entry in enumerate(self.batch.delete):
            yield ("delete", position), "delete", entry

    def _lock(self, unit: UnitOfWork) -> dict[int, Row]:
        """Lock every record that is named, in the order of ids, with one statement."""
        ids = sorted({entry.record for entry in (*self.batch.change, *self.batch.delete)})
        if not ids:
            return {}
        table = self.visit.app.tables.tables[self.form.key]
        query = select(table).where(table.c.id.in_(ids), table.c.deleted_at.is_(None)).order_by(table.c.id)
        rows = self.visit.connection.execute(query.with_for_update()).mappings().all()
        return {row["id"]: unit.reader.name_columns(self.form.key, dict(row)) for row in rows}

    def _check(self, action: Action, entry: BatchEntry, rows: Mapping[int, Row]) -> tuple[Problem, ...]:
        """Return what stands against an entry before its values are looked at."""
        row = rows.get(entry.record)
        if action != "create":
            found = self._check_rights(action, row)
            if found is not None:
                return (found,)
            if entry.version is not None and row is not None and row["version"] != entry.version:
                return (CHANGED_MEANWHILE.here(version=row["version"]),)
        return check_names(self.visit, self.form, entry.fields)

    def _check_rights(self, action: Action, row: Row | None) -> Problem | None:
        if row is None:
            return NO_SUCH_RECORD.here()
        rights = self.visit.policy(self.form.key).rights(self.visit.scope(self.form, row))
        if "read" not in rights.actions:
            return NO_SUCH_RECORD.here()
        if action not in rights.actions:
            return NOT_ALLOWED.here(action=ACTION_WORDS[action], form=self.form.label)
        return None

    def _add(self, place: Place, action: Action, entry: BatchEntry, rows: Mapping[int, Row]) -> None:
        """Turn an entry into the event that a single save would be."""
        policy = self.visit.policy(self.form.key)
        if action == "create":
            event: Event = RecordSubmitted(self.form.key, entry.fields, writable=policy.creatable())
        elif action == "update":
            row = rows[entry.record]
            rights = policy.rights(self.visit.scope(self.form, row))
            event = RecordSubmitted(
                self.form.key,
                entry.fields,
                entry.record,
                row,
                writable=rights.writable,
                expected=entry.version,
            )
        else:
            event = RecordRemoved(self.form.key, entry.record, entry.version)
        self.events.append(event)
        self.places.append(place)

    def _check_twice(self) -> None:
        seen: set[int] = set()
        for place, action, entry in self._entries():
            if action != "create" and entry.record in seen:
                self.problems[place] = (TWICE.here(record=entry.record),)
            seen.add(entry.record)

    def _take(self, unit: UnitOfWork, rows: Mapping[int, Row]) -> Done:
        """Take the turn and write; where something is wrong already, only find out what else is."""
        try:
            if not self.problems:
                return unit.take(*self.events, old=rows)
            take_turn(self.visit.app.definition, tuple(self.events), unit.moment)
        except Refused as refused:
            self.problems = {self.places[at]: found for at, found in refused.problems.items()} | self.problems
        order = [place for place, _, _ in self._entries()]
        raise BatchRefused({place: self.problems[place] for place in order if place in self.problems})


def _version(row: Row) -> int:
    return int(str(row["version"]))
