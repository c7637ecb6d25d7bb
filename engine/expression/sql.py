"""Back end 2: an expression as a column of a SELECT, on SQLite and on PostgreSQL.

A `SqlCompiler` belongs to one statement. It walks the typed tree and asks a `RowSource`, an alias of a
form's table, for columns; a path through a link adds a join to the source, so `source.from_clause()` is
read after everything has been compiled. What a reader may see of other forms is the `Guard`'s word: it
stands in every join and every aggregate, so a lookup, a filter or a chart cannot forget it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import (
    Boolean,
    String,
    Text,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    true,
    type_coerce,
)

from engine.columns import ComputedNumber, ScaledNumber, computed_type, write_moment
from engine.expression import operators, sql_aggregates, sql_conditions, sql_links, sql_paths
from engine.expression.codes import NOT_IN_DATABASE
from engine.expression.moments import local_day
from engine.expression.sql_sources import (
    AliasPool,
    Asker,
    Element,
    Facts,
    Frame,
    Guard,
    RowSource,
    Tables,
    Unguarded,
    by_number,
    fresh_alias,
)
from engine.expression.sqlite import signature_of
from engine.expression.tree import (
    Aggregate,
    Apply,
    Choose,
    Clock,
    Constant,
    Logic,
    Member,
    Node,
    Not,
    Path,
    RecordShape,
)
from engine.problems import Refusal
from engine.values import DATE, DATETIME, USER, Kind, Value, ValueType

__all__ = ["Element", "Facts", "Frame", "Guard", "RowSource", "SqlCompiler", "Tables", "Unguarded"]

DialectName = Literal["sqlite", "postgresql"]


@dataclass
class SqlCompiler:
    """Compiles the expressions of one statement; `pool` holds its aliases, shared with those inside it."""

    dialect: DialectName
    tables: Tables
    shapes: Callable[[str], RecordShape | None]
    facts: Facts
    guard: Guard = field(default_factory=Unguarded)
    pool: AliasPool | None = None

    @property
    def zone_name(self) -> str:
        """The time zone by name."""
        return self.facts.zone.key

    @property
    def is_sqlite(self) -> bool:
        """Tell which dialect is compiled for."""
        return self.dialect == "sqlite"

    def source(self, form: str) -> RowSource:
        """Return a fresh alias of a form's table."""
        return RowSource(form, fresh_alias(self.tables.table(form), self.pool))

    # Entry points.

    def value(self, node: Node, frame: Frame) -> Element:
        """Return the value of a node, ready to be an argument of another expression."""
        if isinstance(node, Path):
            return self.computed_form(self.path(node, frame))
        return self._compute(node, frame)

    def output(self, node: Node, frame: Frame) -> Element:
        """Return the value of a node for selecting, sorting and grouping."""
        element = self.path(node, frame) if isinstance(node, Path) else self._compute(node, frame)
        if self.is_sqlite and isinstance(element.type, ComputedNumber):
            return by_number(element)
        if not self.is_sqlite and isinstance(element.type, String) and not isinstance(node, Path):
            return element.collate("C")
        return type_coerce(element, Boolean()) if node.type.kind is Kind.BOOLEAN else element

    def condition(self, node: Node, frame: Frame, *, positive: bool = True) -> Element:
        """Return a yes-or-no value; NULL may stand for no where only yes counts (`positive`)."""
        match node:
            case Logic():
                return sql_links.join_parts(self, node, frame, positive=positive)
            case Not(part=part):
                return not_(self.condition(part, frame, positive=False))
            case Apply() if node.function is operators.COMPARISONS.get(node.function.name):
                return sql_conditions.compare(self, node, frame, positive=positive)
            case Member():
                return sql_conditions.member(self, node, frame, positive=positive)
            case Constant(value=value):
                return true() if value is True else false()
            case _:
                return self.value(node, frame).is_(true())

    # Paths.

    def path(self, node: Path, frame: Frame) -> Element:
        """Return what a path leads to: a column of a table where that is possible."""
        known = self.known(node, frame)
        if known is not None:
            return self.constant(known.value, known.type)
        if node.root in ("me", "initiator"):
            return sql_paths.person_field(self, node)
        current = frame.row if node.root == "row" else frame.record
        if isinstance(current, RowSource):
            return self.field(current, node.steps)
        raise LookupError(f"no {node.root} for {node.key}")

    def known(self, node: Node, frame: Frame) -> Constant | None:
        """Return the constant that a node is for this statement, or None if it depends on the row."""
        match node:
            case Constant():
                return node
            case Clock(name="today"):
                return Constant(local_day(self.facts.now, self.facts.zone), DATE)
            case Clock():
                return Constant(self.facts.now.replace(microsecond=0), DATETIME)
            case Path(root="me" | "initiator", steps=()):
                return Constant(self.facts.me if node.root == "me" else self.facts.initiator, USER)
            case Path(root="record" | "old") if not isinstance(frame.record, RowSource):
                return Constant(frame.record.resolve(node), node.type)
            case Apply():
                return sql_conditions.settle_day(self, node, frame)
            case _:
                return None

    def field(self, source: RowSource, steps: tuple[str, ...]) -> Element:
        """Return a field of a source, through links where there are several steps."""
        for step in steps[:-1]:
            source = sql_paths.follow(self, source, step)
        value = sql_paths.raw_field(self, source, steps[-1])
        return value if source.is_root else self.guard.field(self, source, steps[-1], value)

    # Values.

    def _compute(self, node: Node, frame: Frame) -> Element:
        match node:
            case Constant() | Clock():
                known = self.known(node, frame) or node
                return self.constant(getattr(known, "value", None), known.type)
            case Choose(condition, then, otherwise):
                chosen = case(
                    (self.condition(condition, frame), self.value(then, frame)),
                    else_=self.value(otherwise, frame),
                )
                return type_coerce(chosen, computed_type(node.type))
            case Aggregate():
                return sql_aggregates.aggregate(self, node, frame)
            case Apply() if node.function is not operators.COMPARISONS.get(node.function.name):
                return self._apply(node, frame)
            case _:
                return self.condition(node, frame, positive=False)

    def _apply(self, node: Apply, frame: Frame) -> Element:
        function = node.function
        if function.postgres is None:
            raise Refusal(NOT_IN_DATABASE.here(name=function.name))
        arguments = tuple(self.value(argument, frame) for argument in node.arguments)
        if not self.is_sqlite:
            return type_coerce(function.postgres(self, *arguments), computed_type(node.type))
        if function.sqlite is not None:
            return type_coerce(function.sqlite(self, *arguments), computed_type(node.type))
        kinds = (argument.type.kind for argument in node.arguments)
        return self.call(signature_of(function, kinds), arguments, node.type, contextual=function.contextual)

    def call(
        self, signature: str, arguments: tuple[Element, ...], kind: ValueType, *, contextual: bool = False
    ) -> Element:
        """Run the Python face of a function inside SQLite."""
        name = f"{signature}|{self.zone_name}@{write_moment(self.facts.now)}" if contextual else signature
        return type_coerce(func.q_call(literal(name), *arguments), computed_type(kind))

    def constant(self, value: Value | Asker, kind: ValueType) -> Element:
        """Return a constant as the statement's parameter."""
        if isinstance(value, Asker):
            return value.parameter
        if value is not None:
            return literal(value, computed_type(kind))
        if kind.kind is Kind.BLANK:
            return null()
        stored = computed_type(kind)
        return type_coerce(cast(null(), Text() if isinstance(stored, String) else stored), stored)

    def computed_form(self, element: Element) -> Element:
        """Turn a stored number into its digits where the two differ (SQLite)."""
        if self.is_sqlite and isinstance(element.type, ScaledNumber):
            return type_coerce(func.q_number(element, element.type.scale), ComputedNumber())
        return element
