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
from runtime.service.records import check_names, check_scope, own_form
from runtime.service.references import check_references
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
    restore: tuple[BatchEntry, ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        """Return what the person must be allowed to do."""
        parts: tuple[tuple[Action, Sequence[BatchEntry]], ...] = (
            ("create", self.create), ("update", self.change), ("delete", (*self.delete, *self.restore)),
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
    form = own_form(visit, form_key, batch.actions[0] if batch.actions else "read")
    for action in batch.actions:
        visit.form(form_key, action)
    if not batch.actions:
        return {"create": [], "change": [], "delete": [], "restore": []}
    return _BatchWork(visit, form, batch).run()


def check_batch(visit: Visit, form_key: str, batch: Batch) -> dict[Place, tuple[Problem, ...]]:
    """Return what would stand against each entry of a batch, by the same turn; nothing is written.

    Raises `Forbidden`, `NotFound`.
    """
    form = own_form(visit, form_key)
    for action in batch.actions:
        visit.form(form_key, action)
    return _BatchWork(visit, form, batch).judge()


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
        rows = self._read(unit, lock=True)
        self._prepare(unit, rows)
        done = self._take(unit, rows)
        versions = {record: version for (_, record), version in done.versions.items()}
        kept = {record: _version(row) for record, row in rows.items()} | versions
        parts = (
            ("change", self.batch.change),
            ("delete", self.batch.delete),
            ("restore", self.batch.restore),
        )
        return {"create": [(record, 1) for record in done.created]} | {
            name: [(one.record, kept[one.record]) for one in entries] for name, entries in parts
        }

    def judge(self) -> dict[Place, tuple[Problem, ...]]:
        """Check every entry and take the turn without writing what it decides."""
        unit = self.visit.unit(batch=True)
        self._prepare(unit, self._read(unit, lock=False))
        try:
            take_turn(self.visit.app.definition, tuple(self.events), unit.moment)
        except Refused as refused:
            self.problems = {self.places[at]: found for at, found in refused.problems.items()} | self.problems
        return self.problems

    def _prepare(self, unit: UnitOfWork, rows: Mapping[int, Row]) -> None:
        """Turn every entry into an event, or into problems."""
        entries = list(self._entries())
        before = [rows.get(entry.record) for _, _, entry in entries]
        entered = [self._writable(entry, row) for (_, _, entry), row in zip(entries, before, strict=True)]
        refused = check_references(self.visit, self.form, entered, before)
        for position, (place, action, entry) in enumerate(entries):
            found = self._check(action, entry, rows) or refused.get(position, ())
            if action == "create":
                found = found or check_scope(self.visit, unit, self.form, entry.fields)
            if found:
                self.problems[place] = found
            else:
                self._add(place, action, entry, rows)
        self._check_twice()

    def _writable(self, entry: BatchEntry, row: Row | None) -> Mapping[str, object]:
        """Return what may be written in that record: whether another link stands there is not to be told."""
        policy = self.visit.policy(self.form.key)
        if row is None or policy.unlimited or not entry.fields:
            return entry.fields
        writable = policy.rights(self.visit.scope(self.form, row)).writable
        return {key: value for key, value in entry.fields.items() if key in writable}

    def _entries(self) -> Iterator[tuple[Place, Action, BatchEntry]]:
        for position, entry in enumerate(self.batch.create):
            yield ("create", position), "create", entry
        for position, entry in enumerate(self.batch.change):
            yield ("change", position), "update", entry
        for position, entry in enumerate(self.batch.delete):
            yield ("delete", position), "delete", entry
        for position, entry in enumerate(self.batch.restore):
            yield ("restore", position), "delete", entry

    def _read(self, unit: UnitOfWork, *, lock: bool) -> dict[int, Row]:
        """Read every record that is named, in the order of ids, with one statement; lock them on request."""
        back = {entry.record for entry in self.batch.restore}
        ids = sorted({entry.record for entry in (*self.batch.change, *self.batch.delete)} | back)
        if not ids:
            return {}
        table = self.visit.app.tables.tables[self.form.key]
        query = select(table).where(table.c.id.in_(ids)).order_by(table.c.id)
        found = self.visit.connection.execute(query.with_for_update() if lock else query).mappings().all()
        return {
            row["id"]: unit.reader.name_columns(self.form.key, dict(row))
            for row in found
            if (row["deleted_at"] is not None) == (row["id"] in back)
        }

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
            back = place[0] == "restore"
            event = RecordRemoved(self.form.key, entry.record, None if back else entry.version, restore=back)
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
