"""The typed tree of a checked expression: small frozen nodes that every back end walks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from engine.expression.function import Function
from engine.problems import Location, Problem, ProblemCode
from engine.texts import Text
from engine.values import Value, ValueType

Root = Literal["record", "row", "old", "me", "initiator"]
PARENT = "parent"  # of a row of a sub-table, the record that it belongs to


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant."""

    value: Value
    type: ValueType


@dataclass(frozen=True, slots=True)
class Path:
    """A field, or a field reached through links: `customer.level`.

    root: whose field it is: the current record, the row that an aggregate looks at, the record before the
        change, the person who acts, the person who started.
    form: the key of the shape that the first step belongs to ("@user" for me and initiator).
    steps: the field names; empty for the person or the record itself.
    """

    root: Root
    form: str
    steps: tuple[str, ...]
    type: ValueType

    @property
    def key(self) -> str:
        """Return a name that is unique among the paths of one expression."""
        return ".".join((f"@{self.root}", *self.steps))


@dataclass(frozen=True, slots=True)
class Clock:
    """`today` or `now`: the time of the turn."""

    name: Literal["today", "now"]
    type: ValueType


@dataclass(frozen=True, slots=True)
class Apply:
    """A function or an operator applied to arguments."""

    function: Function
    arguments: tuple[Node, ...]
    type: ValueType


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or`; a blank part counts as false."""

    operator: Literal["and", "or"]
    parts: tuple[Node, ...]
    type: ValueType


@dataclass(frozen=True, slots=True)
class Not:
    """`not`; of a blank it is true."""

    part: Node
    type: ValueType


@dataclass(frozen=True, slots=True)
class Choose:
    """`then if condition else otherwise`."""

    condition: Node
    then: Node
    otherwise: Node
    type: ValueType


@dataclass(frozen=True, slots=True)
class Member:
    """`item in (a, b, …)`."""

    item: Node
    choices: tuple[Node, ...]
    negated: bool
    type: ValueType


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A value over the records of a form for which the condition holds: `SUMIFS(requests.cost, …)`.

    In `value` and `condition` a path with root "row" is of the form's row, one with root "record" of
    the record for which the whole expression is computed.
    own: the sub-table of that record whose rows these are; '' for the records of any form. While a record
    is being entered they are taken from the scope, since they are not stored yet.
    """

    function: Function
    form: str
    value: Node | None
    condition: Node | None
    type: ValueType
    own: str = ""


Node = Constant | Path | Clock | Apply | Logic | Not | Choose | Member | Aggregate


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below `node`."""
    match node:
        case Apply(arguments=arguments):
            return arguments
        case Logic(parts=parts):
            return parts
        case Not(part=part):
            return (part,)
        case Choose(condition, then, otherwise):
            return (condition, then, otherwise)
        case Member(item, choices):
            return (item, *choices)
        case Aggregate(value=value, condition=condition):
            return tuple(part for part in (value, condition) if part is not None)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: its text and place, its typed tree and what it reads.

    program: the tree in the form that the evaluator runs; see `evaluate.py`.
    reads: every (form, field) that has an influence on the value, for rights, plans and order of work.
    """

    source: str
    location: Location | None
    tree: Node
    program: object
    reads: frozenset[tuple[str, str]]

    @property
    def type(self) -> ValueType:
        """Return the type of the value."""
        return self.tree.type

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return every path, each once, in the order of the text."""
        return tuple(dict.fromkeys(node for node in walk(self.tree) if isinstance(node, Path)))

    @property
    def is_local(self) -> bool:
        """Tell whether only the record itself is read, its sub-tables included: no link, clock or person."""
        return all(
            not isinstance(node, Clock)
            and not (isinstance(node, Aggregate) and not node.own)
            and not (isinstance(node, Path) and (node.root not in ("record", "row") or len(node.steps) != 1))
            and not (isinstance(node, Apply) and node.function.contextual)
            for node in walk(self.tree)
        )

    @property
    def python_only(self) -> tuple[str, ...]:
        """Return the functions that cannot run in the database; with one, there is no filter and no sort."""
        applied = (node.function for node in walk(self.tree) if isinstance(node, Apply))
        return tuple(dict.fromkeys(function.name for function in applied if function.postgres is None))


class FieldShape(Protocol):
    """What an expression needs to know of a field."""

    @property
    def key(self) -> str:
        """The name in expressions."""

    @property
    def label(self) -> Text:
        """The name for people."""

    @property
    def value_type(self) -> ValueType:
        """What it holds."""

    @property
    def computed(self) -> Expression | None:
        """The expression that gives the value at each read; None when the value is stored."""

    @property
    def rows(self) -> str:
        """The form of its rows, for a sub-table; '' for all others."""


class RecordShape(Protocol):
    """What an expression needs to know of a form, of people or of departments."""

    @property
    def key(self) -> str:
        """The form's key, or "@user" and "@department"."""

    @property
    def label(self) -> Text:
        """The form's title."""

    def shape_fields(self) -> Mapping[str, FieldShape]:
        """Return the fields by key."""


class Reader(Protocol):
    """What an evaluation may ask of stored data; always read-only."""

    def follow(self, form: str, record: int, steps: tuple[str, ...]) -> Value:
        """Return the field at the end of `steps`, beginning at a record of a form, a person ("@user") or a
        department; blank where a link is blank or leads to a deleted record.
        """

    def aggregate(self, node: Aggregate, scope: Scope) -> Value:
        """Compute an aggregate, with the outer record's values taken from `scope`."""

    def prepare(self, form: str, records: Sequence[int]) -> None:
        """Hear which records of a form will be followed, so that they can be read at once."""

    def rows(self, form: str, record: int) -> tuple[Mapping[str, Value], ...]:
        """Return the stored rows of a record's sub-table in their order, by the form of the rows."""

    def reports_to(self, person: int, manager: int) -> bool:
        """Tell whether `manager` is the supervisor of `person`, directly or further up."""

    def is_within(self, department: int, ancestor: int) -> bool:
        """Tell whether `department` is `ancestor` or lies below it."""


class Scope(Protocol):
    """Everything that a value of an expression depends on."""

    @property
    def now(self) -> datetime:
        """The time of the turn, in UTC."""

    @property
    def zone(self) -> ZoneInfo:
        """The app's time zone: where `today` is, and where a date has its midnight."""

    @property
    def reader(self) -> Reader:
        """Stored data."""

    def resolve(self, path: Path) -> Value:
        """Return the value of a path."""

    def own_rows(self, key: str) -> Sequence[Scope] | None:
        """Return the rows of a sub-table as they are being entered; None where the stored ones count."""


class Builder(Protocol):
    """What a special form may ask of the checker while it makes its tree."""

    def apply(self, name: str, *arguments: Node) -> Node:
        """Apply a function or operator by name, checked."""

    def condition(self, node: Node) -> Node:
        """Insist on a yes-or-no value."""

    def choose(self, condition: Node, then: Node, otherwise: Node) -> Node:
        """Make a choice whose two results have a common type."""

    def refuse(self, code: ProblemCode, **facts: object) -> Problem:
        """Make a problem placed at the call."""
