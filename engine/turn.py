"""One turn: an event, and all that follows from it, until quiet or until a limit names the loop.

A turn takes a batch of like events (a page's save is a batch of one) and returns decisions; it writes
nothing. Whatever changes records inside a turn, a person or an action, goes through the same `assess`, and
each action sees what those before it have done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.actions.counting import BAD_AMOUNT, NO_RECORD
from engine.app import AppDefinition
from engine.decisions import (
    Adjust,
    ChangeRecord,
    CreateRecord,
    Decision,
    DeleteRecord,
    RequestEffect,
    RestoreRecord,
)
from engine.expression.evaluate import holds
from engine.expression.tree import Path as FieldPath
from engine.expression.tree import Reader
from engine.forms.assessment import Assessment, Circumstances
from engine.forms.submission import assess
from engine.problems import Path, Problem, ProblemCode, Refusal
from engine.scope import RecordScope, settle_digits
from engine.texts import Text
from engine.trace import Trace
from engine.values import Value

MOST_STEPS = 100
_SHOWN_STEPS = 8

LOOP = ProblemCode(
    "loop",
    Text(
        "这些动作绕成了圈,已全部撤销:{chain}",
        "These actions go round in a circle; all of it was undone: {chain}",
    ),
    Text("让其中一个动作不再触发前一个", "Let one of the actions not set off an earlier one"),
)
NOT_NOW = ProblemCode(
    "button-not-now",
    Text("现在不能「{button}」", "'{button}' is not possible now"),
    Text("刷新页面看看记录的现状", "Reload the page to see how the record stands"),
)


@dataclass(frozen=True, slots=True)
class RecordSubmitted:
    """A person saves a record: a new one (`record` 0, `old` empty) or a change.

    raw: what was entered; writable: the fields that the person may fill in, None for the system.
    trusted: the raw values are values already.
    """

    form: str
    raw: Mapping[str, object]
    record: int = 0
    old: Mapping[str, Value] = field(default_factory=dict)
    writable: frozenset[str] | None = None
    expected: int | None = None
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class RecordRemoved:
    """A person moves a record to the recycle bin, or brings it back."""

    form: str
    record: int
    expected: int | None = None
    restore: bool = False


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A person presses a button of a record."""

    form: str
    record: int
    values: Mapping[str, Value]
    button: str


Event = RecordSubmitted | RecordRemoved | ButtonPressed
Row = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When and for whom a turn is taken, and the stored data that it may read."""

    reader: Reader
    now: datetime
    zone: ZoneInfo
    me: int | None = None


class Refused(Exception):
    """Raised when a turn cannot be taken: what is wrong, for each event by its place in the batch."""

    def __init__(self, problems: Mapping[int, tuple[Problem, ...]]) -> None:
        self.problems = problems
        super().__init__("; ".join(p.line("en") for found in problems.values() for p in found))

    @property
    def first(self) -> tuple[Problem, ...]:
        """Return the problems of the first event that has some."""
        return next(iter(self.problems.values()), ())


@dataclass
class Turn:
    """What a turn decided, and the story of how it came to that."""

    decisions: list[Decision] = field(default_factory=list)
    trace: Trace = field(default_factory=Trace)


def take_turn(app: AppDefinition, events: tuple[Event, ...], moment: Moment) -> Turn:
    """Take one turn over a batch of events.

    Raises `Refused` with the problems of every event that cannot be done; nothing is decided then.
    """
    turn = Turn()
    problems: dict[int, tuple[Problem, ...]] = {}
    for position, event in enumerate(events):
        try:
            found = _Work(app, moment, turn).handle(event)
        except Refusal as refusal:
            found = (refusal.problem,)
        if found:
            problems[position] = found
    if problems:
        raise Refused(problems)
    return turn


@dataclass
class _Work:
    """One event and what follows from it.

    rows: the records that it has touched, each as it was and as it is after what was decided so far.
    chain: the steps so far, in words.
    """

    app: AppDefinition
    moment: Moment
    turn: Turn
    rows: dict[tuple[str, int], tuple[Row, Row]] = field(default_factory=dict)
    chain: list[str] = field(default_factory=list)

    def handle(self, event: Event) -> tuple[Problem, ...]:
        """Decide about the event; returns its problems."""
        match event:
            case RecordSubmitted():
                return self._submitted(event)
            case RecordRemoved():
                return self._removed(event)
            case ButtonPressed():
                return self._pressed(event)

    def _submitted(self, event: RecordSubmitted) -> tuple[Problem, ...]:
        result = self._assess(
            event.form, event.raw, event.old if event.record else None, event.writable, event.trusted
        )
        if not result.is_accepted:
            return result.all_problems
        path: Path = ("forms", event.form)
        changed, rows = result.changed(event.old), result.row_changes
        if not event.record:
            self._decide(CreateRecord(event.form, result.values, rows=rows), path, "created")
        elif changed or rows:
            change = ChangeRecord(event.form, event.record, changed, event.expected, rows)
            self._decide(change, path, "changed")
        return ()

    def _removed(self, event: RecordRemoved) -> tuple[Problem, ...]:
        path: Path = ("forms", event.form)
        if event.restore:
            self._decide(RestoreRecord(event.form, event.record), path, "restored")
        else:
            self._decide(DeleteRecord(event.form, event.record, event.expected), path, "deleted")
        return ()

    def _pressed(self, event: ButtonPressed) -> tuple[Problem, ...]:
        key = (event.form, event.record)
        self.rows[key] = (event.values, event.values)
        button = self.app.forms[event.form].buttons[event.button]
        scope = self._scope(key)
        if button.when is not None:
            path: Path = ("forms", event.form, "buttons", event.button, "when")
            held = holds(button.when, scope)
            values = {_name_of(each): scope.resolve(each) for each in button.when.paths}
            self.turn.trace.add(path, "condition", "yes" if held else "no", **values)
            if not held:
                return (NOT_NOW.here(button=button.label),)
        for action in button.actions:
            for number, scope in enumerate(self._scopes(key, action.each)):
                for decision in action.plan(scope):
                    self._step(f"{event.form}.{event.button} → {action.type.name}")
                    found = self._follow(_of_row(decision, number), action.path)
                    if found:
                        return found
        return ()

    def _scopes(self, key: tuple[str, int], each: str) -> list[RecordScope]:
        """Return what an action happens to: the record, or each row of one of its sub-tables."""
        around = self._scope(key)
        if not each:
            return [around]
        form, moment = self.app.forms[key[0]].row_forms[each], self.moment
        rows = moment.reader.rows(form.key, key[1])
        return [
            RecordScope(form, row, moment.reader, moment.now, moment.zone, moment.me, parent=around)
            for row in rows
        ]

    def _step(self, words: str) -> None:
        """Note a step; raises `Refusal` where there are too many to be meant."""
        self.chain.append(words)
        if len(self.chain) > MOST_STEPS:
            raise Refusal(LOOP.here(chain=" → ".join(dict.fromkeys(self.chain[-_SHOWN_STEPS:]))))

    # What actions ask for.

    def _follow(self, decision: Decision, path: Path) -> tuple[Problem, ...]:
        """Take what an action asks for; what it writes into a record is a submission like any other."""
        match decision:
            case ChangeRecord():
                return self._change(decision, path)
            case CreateRecord(form=form, values=values):
                result = self._assess(form, values, None, None, trusted=True)
                if not result.is_accepted:
                    return result.all_problems
                whole = replace(decision, values=result.values, rows=result.row_changes)
                self._decide(whole, path, "created")
            case Adjust():
                self._count(decision, path)
            case _:
                self._decide(decision, path, "asked")
        return ()

    def _change(self, asked: ChangeRecord, path: Path) -> tuple[Problem, ...]:
        """Change a record; changes of one record in one turn are one decision."""
        key = (asked.form, asked.record)
        first, row = self._row(key)
        result = self._assess(asked.form, asked.values, row, None, trusted=True)
        if not result.is_accepted:
            return result.all_problems
        after = {**row, **result.values}
        self.rows[key] = (first, after)
        # What a counted field has become is the database's to say.
        counted = {
            one.field
            for one in self.turn.decisions
            if isinstance(one, Adjust) and (one.form, one.record) == key
        }
        values = {name: value for name, value in result.changed(first).items() if name not in counted}
        mine = [
            one
            for one in self.turn.decisions
            if isinstance(one, ChangeRecord) and (one.form, one.record) == key
        ]
        if mine:
            self.turn.decisions.remove(mine[0])
        if values or result.row_changes:
            whole = ChangeRecord(asked.form, asked.record, values, asked.expected, result.row_changes)
            self.turn.decisions.append(whole)
        self.turn.trace.add(path, "decision", "changed", **result.changed(row))
        return ()

    def _count(self, asked: Adjust, path: Path) -> None:
        """Count a field up or down, by a whole number of the digits that it keeps."""
        kind = self.app.forms[asked.form].fields[asked.field].value_type
        change = settle_digits(asked.change, kind)
        if not isinstance(change, Decimal) or change == 0:
            raise Refusal(BAD_AMOUNT.here())
        key = (asked.form, asked.record)
        if key in self.rows:
            first, row = self.rows[key]
            present = row.get(asked.field)
            self.rows[key] = (
                first,
                {**row, asked.field: (present if isinstance(present, Decimal) else Decimal(0)) + change},
            )
        self._decide(replace(asked, change=change), path, "counted", **{asked.field: change})

    # What all share.

    def _row(self, key: tuple[str, int]) -> tuple[Row, Row]:
        """Return a record as it was before the turn and as it is now. Raises `Refusal` where it is gone."""
        if key not in self.rows:
            form, record = key
            names = [
                "id",
                "created_at",
                "created_by",
                *(one.key for one in self.app.forms[form].stored_fields),
            ]
            row = {name: self.moment.reader.follow(form, record, (name,)) for name in names}
            if row["id"] is None:
                raise Refusal(NO_RECORD.here())
            self.rows[key] = (row, row)
        return self.rows[key]

    def _scope(self, key: tuple[str, int]) -> RecordScope:
        moment = self.moment
        form = self.app.forms[key[0]]
        return RecordScope(form, self._row(key)[1], moment.reader, moment.now, moment.zone, moment.me)

    def _assess(
        self,
        form: str,
        raw: Mapping[str, object],
        old: Row | None,
        writable: frozenset[str] | None,
        trusted: bool,  # noqa: FBT001 - handed on from the event
    ) -> Assessment:
        moment = self.moment
        given = Circumstances(
            reader=moment.reader, now=moment.now, zone=moment.zone, me=moment.me, writable=writable
        )
        return assess(self.app.forms[form], raw, given, old=old, trusted=trusted)

    def _decide(self, decision: Decision, path: Path, result: str, **values: Value) -> None:
        self.turn.decisions.append(decision)
        self.turn.trace.add(path, "decision", result, **values)


def _of_row(decision: Decision, number: int) -> Decision:
    """Let the effects of several rows be several effects: the key of the first one stays as it is."""
    if number and isinstance(decision, RequestEffect):
        return replace(decision, key=f"{decision.key}#{number}")
    return decision


def _name_of(path: FieldPath) -> str:
    """Write a path as the definition does."""
    return ".".join(path.steps if path.root == "record" else (path.root, *path.steps))
