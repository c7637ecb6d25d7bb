"""What the names in an expression mean: fields, paths through links, people, the record before the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.expression.codes import NO_FURTHER, UNKNOWN_FIELD, UNKNOWN_NAME
from engine.expression.function import Function
from engine.expression.tree import Clock, Constant, FieldShape, Node, Path, RecordShape, Root
from engine.problems import Problem, suggest
from engine.texts import Text
from engine.values import BLANK, BOOLEAN, DATE, DATETIME, USER, USER_SHAPE, Kind, ValueType

CONSTANTS: Mapping[str, bool | None] = {
    "true": True, "false": False, "TRUE": True, "FALSE": False, "True": True, "False": False,
    "blank": None, "BLANK": None, "None": None,
}  # fmt: skip
CLOCKS = {"today": DATE, "now": DATETIME}
_NOWHERE = "?"  # the key of no form
RESERVED = frozenset({*CONSTANTS, *CLOCKS, "me", "initiator", "old", "this"})


@dataclass(frozen=True)
class Environment:
    """What the names in an expression may mean.

    record: the shape of the current record, None where there is none.
    shapes: gives the shape of a form, of people ("@user") and of departments by key.
    functions: by upper-case name.
    people: the names of people that exist here ("me", and "initiator" in a flow).
    has_old: whether `old`, the record before the change, exists here.
    row: a form whose fields may be named with its key in front, as in the conditions of an aggregate.
    """

    record: RecordShape | None
    shapes: Callable[[str], RecordShape | None]
    forms: tuple[str, ...]
    functions: Mapping[str, Function]
    people: tuple[str, ...] = ("me",)
    has_old: bool = False
    row: str = ""


class PathError(Exception):
    """Raised at a name without a meaning; carries the problem and which of the dotted names it is."""

    def __init__(self, problem: Problem, step: int) -> None:
        super().__init__(problem.sentence.en)
        self.problem = problem
        self.step = step


@dataclass
class PathFinder:
    """Finds what dotted names mean and notes which fields are read.

    row: the form of the rows that an aggregate looks at; row_name: its name there, if not its key.
    """

    environment: Environment
    row: str = ""
    row_name: str = ""
    reads: set[tuple[str, str]] = field(default_factory=set)

    def find(self, names: tuple[str, ...]) -> Node:
        """Return the node for dotted names, such as ("customer", "level").

        Raises `PathError`.
        """
        head = names[0]
        if len(names) == 1 and head in CONSTANTS:
            value = CONSTANTS[head]
            return Constant(value, BLANK if value is None else BOOLEAN)
        if len(names) == 1 and head in CLOCKS:
            return Clock("today" if head == "today" else "now", CLOCKS[head])
        root, shape, steps = self._start(names)
        return self._steps(root, shape, steps, len(names) - len(steps))

    def _start(self, names: tuple[str, ...]) -> tuple[Root, RecordShape, tuple[str, ...]]:
        """Return whose field the path begins with: root, shape and the steps that are left."""
        environment, head = self.environment, names[0]
        people = environment.shapes(USER_SHAPE)
        record = environment.record
        if head in environment.people and people:
            return ("me" if head == "me" else "initiator"), people, names[1:]
        if head == "old" and environment.has_old and record and len(names) > 1:
            return "old", record, names[1:]
        row = environment.shapes(self.row) if head == (self.row_name or self.row) and len(names) > 1 else None
        if row:
            return "row", row, names[1:]
        if head == "this" and record:
            return "record", record, names[1:] or ("id",)
        if record is None or head not in record.shape_fields():
            raise PathError(self._unknown(head), 0)
        return "record", record, names

    def _unknown(self, name: str) -> Problem:
        """Say that a name is unknown; a field's label, which people also write, leads to its key."""
        environment = self.environment
        known = {word: word for word in (*environment.people, *CLOCKS)}
        record = environment.record
        for key, one in (record.shape_fields() if record else {}).items():
            known.update({one.label.zh: key, one.label.en: key, key: key})
        title = record.label if record else Text("这里", "This place")
        suggestions = tuple(dict.fromkeys(known[word] for word in suggest(name, known)))
        return UNKNOWN_NAME.here(name=name, form=title, suggestions=suggestions)

    def _steps(self, root: Root, shape: RecordShape, steps: tuple[str, ...], offset: int) -> Node:
        kind, current, form = USER, shape, shape.key
        for position, step in enumerate(steps):
            found = current.shape_fields().get(step)
            if found is None:
                suggestions = suggest(step, current.shape_fields())
                problem = UNKNOWN_FIELD.here(name=step, form=current.label, suggestions=suggestions)
                raise PathError(problem, position + offset)
            self.reads.add((current.key, step))
            kind = found.value_type
            if position + 1 < len(steps):
                current = self._follow(found, steps[position + 1], position + 1 + offset)
        return Path(root, form, steps, kind)

    def _follow(self, found: FieldShape, step: str, position: int) -> RecordShape:
        kind: ValueType = found.value_type
        following = self.environment.shapes(kind.points_to) if kind.points_to else None
        if kind.kind is Kind.BLANK:
            following = self.environment.shapes(_NOWHERE)  # its problem has been reported already
        if following is None:
            problem = NO_FURTHER.here(name=found.label, kind=kind.kind.label, step=step)
            raise PathError(problem, position)
        return following
