"""One turn: an event, and all that follows from it, until quiet or until a limit names the loop.

A turn takes a batch of like events (a page's save is a batch of one) and returns decisions; it writes
nothing. Whatever changes records inside a turn, a person or an action, goes through the same `assess`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.app import AppDefinition
from engine.decisions import ChangeRecord, CreateRecord, Decision, DeleteRecord, RestoreRecord
from engine.expression.evaluate import holds
from engine.expression.tree import Reader
from engine.forms.submission import Assessment, Circumstances, assess
from engine.problems import Path, Problem, ProblemCode, Refusal
from engine.scope import RecordScope
from engine.texts import Text
from engine.trace import Trace
from engine.values import Value

MOST_STEPS = 100
MOST_DEPTH = 8

LOOP = ProblemCode(
    "loop",
    Text("这些动作绕成了圈,已全部撤销:{chain}", "These actions go round in a circle; all of it was undone: {chain}"),
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

    Raises `Refused` with the problems of every event of the batch that cannot be done; nothing is decided then.
    """
    work = _Work(app, moment)
    problems: dict[int, tuple[Problem, ...]] = {}
    for position, event in enumerate(events):
        try:
            found = work.handle(event, depth=0, chain=())
        except Refusal as refusal:
            found = (refusal.problem,)
        if found:
            problems[position] = found
    if problems:
        raise Refused(problems)
    while work.queue:
        event, depth, chain = work.queue.popleft()
        found = work.handle(event, depth=depth, chain=chain)
        if found:
            raise Refused({0: found})
    return work.turn


@dataclass
class _Work:
    app: AppDefinition
    moment: Moment
    turn: Turn = field(default_factory=Turn)
    queue: deque[tuple[Event, int, tuple[str, ...]]] = field(default_factory=deque)
    steps: int = 0

    def handle(self, event: Event, *, depth: int, chain: tuple[str, ...]) -> tuple[Problem, ...]:
        """Decide about one event; returns its problems."""
        self.steps += 1
        if depth > MOST_DEPTH or self.steps > MOST_STEPS and depth:
            raise Refused({0: (LOOP.here(chain=" → ".join(chain)),)})
        match event:
            case RecordSubmitted():
                return self._submitted(event)
            case RecordRemoved():
                return self._removed(event)
            case ButtonPressed():
                return self._pressed(event, depth, chain)

    def _submitted(self, event: RecordSubmitted) -> tuple[Problem, ...]:
        form = self.app.forms[event.form]
        result = assess(
            form, event.raw, self._circumstances(event.writable),
            old=event.old if event.record else None, trusted=event.trusted,
        )  # fmt: skip
        if not result.is_accepted:
            return result.all_problems
        self._decide_save(event, result)
        return ()

    def _decide_save(self, event: RecordSubmitted, result: Assessment) -> None:
        path: Path = ("forms", event.form)
        if not event.record:
            self._decide(CreateRecord(event.form, result.values), path, "created")
            return
        changed = result.changed(event.old)
        if changed:
            self._decide(ChangeRecord(event.form, event.record, changed, event.expected), path, "changed")

    def _removed(self, event: RecordRemoved) -> tuple[Problem, ...]:
        path: Path = ("forms", event.form)
        if event.restore:
            self._decide(RestoreRecord(event.form, event.record), path, "restored")
        else:
            self._decide(DeleteRecord(event.form, event.record, event.expected), path, "deleted")
        return ()

    def _pressed(self, event: ButtonPressed, depth: int, chain: tuple[str, ...]) -> tuple[Problem, ...]:
        form = self.app.forms[event.form]
        button = form.buttons[event.button]
        path: Path = ("forms", event.form, "buttons", event.button)
        scope = RecordScope(
            form, event.values, self.moment.reader, self.moment.now, self.moment.zone, self.moment.me
        )
        if button.when is not None and not holds(button.when, scope):
            self.turn.trace.add(path, "condition", "no", **{p.key: scope.resolve(p) for p in button.when.paths})
            return (NOT_NOW.here(button=button.label),)
        for action in button.actions:
            for decision in action.plan(scope):
                self._follow(decision, event, depth, (*chain, f"{event.form}.{event.button}"))
        return ()

    def _follow(self, decision: Decision, event: ButtonPressed, depth: int, chain: tuple[str, ...]) -> None:
        """Take what an action asks for: a change of a record is a submission of its own."""
        match decision:
            case ChangeRecord(form=form, record=record, values=values) if record == event.record:
                change = RecordSubmitted(form, values, record, event.values, trusted=True)
                self.queue.append((change, depth + 1, chain))
            case _:
                self._decide(decision, ("forms", event.form, "buttons", event.button), "asked")

    def _circumstances(self, writable: frozenset[str] | None) -> Circumstances:
        moment = self.moment
        return Circumstances(
            reader=moment.reader, now=moment.now, zone=moment.zone, me=moment.me, writable=writable
        )

    def _decide(self, decision: Decision, path: Path, result: str) -> None:
        self.turn.decisions.append(decision)
        self.turn.trace.add(path, "decision", result)

