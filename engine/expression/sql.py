"""Back end 2: an expression as a column of a SELECT, on SQLite and on PostgreSQL.

A `SqlCompiler` belongs to one statement. It walks the typed tree and asks a `RowSource`, an alias of a
form's table, for columns; a path through a link adds a join to the source, so `source.from_clause()` is
read after everything has been compiled. What a reader may see of other forms is the `Guard`'s word: it
stands in every join and every aggregate, so a lookup, a filter or a chart cannot forget it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    type_coerce,
)

from engine.columns import NUMBER_COLLATION, ComputedNumber, ScaledNumber, computed_type, write_moment
from engine.expression import operators
from engine.expression.codes import NOT_IN_DATABASE
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
    Scope,
)
from engine.problems import Refusal
from engine.values import DATE, DATETIME, USER, Kind, Value, ValueType

DialectName = Literal["sqlite", "postgresql"]
Element = ColumnElement[Any]


class Tables(Protocol):
    """Where the records of a form are stored."""

    def table(self, form: str) -> FromClause:
        """Return the table of a form, of people ("@user") or of departments."""

    def column(self, form: str, name: str) -> str:
        """Return the name of a field's column; "id" and "deleted_at" name the system's."""


class Guard(Protocol):
    """What the reader of a statement may see of records that it reaches."""

    def rows(self, compiler: SqlCompiler, source: RowSource) -> Element | None:
        """Return the condition for seeing rows of a form; None when all may be seen."""

    def field(self, compiler: SqlCompiler, source: RowSource, name: str, value: Element) -> Element:
        """Return the value of a field as the reader may see it."""


class Unguarded:
    """The system's own reading: rules, flows and stored values see everything."""

    def rows(self, compiler: SqlCompiler, source: RowSource) -> Element | None:
        """All rows."""
        return None

    def field(self, compiler: SqlCompiler, source: RowSource, name: str, value: Element) -> Element:
        """The value itself."""
        return value


@dataclass(frozen=True)
class Facts:
    """What is the same for the whole statement: clock, zone and people."""

    now: datetime
    zone: ZoneInfo
    me: int | None = None
    initiator: int | None = None


@dataclass
class RowSource:
    """One alias of a form's table with the joins that paths through its links have added."""

    form: str
    table: FromClause
    is_root: bool = True
    joins: dict[tuple[str, str], tuple[RowSource, Element]] = field(default_factory=dict)

    def from_clause(self) -> FromClause:
        """Return the table with all its joins; complete only after everything is compiled."""
        clause: FromClause = self.table
        for target, condition in self.all_joins():
            clause = clause.outerjoin(target.table, condition)
        return clause

    def all_joins(self) -> list[tuple[RowSource, Element]]:
        """Return every join below this source, parents before children."""
        found = []
        for target, condition in self.joins.values():
            found += [(target, condition), *target.all_joins()]
        return found


Current = RowSource | Scope


@dataclass(frozen=True)
class Frame:
    """What "record" and "row" mean in the part of a tree that is being compiled."""

    record: Current
    row: RowSource | None = None


@dataclass
class SqlCompiler:
    """Compiles the expressions of one statement."""

    dialect: DialectName
    tables: Tables
    shapes: Callable[[str], RecordShape | None]
    facts: Facts
    guard: Guard = field(default_factory=Unguarded)
    _people: dict[str, RowSource] = field(default_factory=dict)

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
        return RowSource(form, self.tables.table(form).alias())

    def unguarded(self) -> SqlCompiler:
        """Return a compiler for the same statement that sees everything."""
        return SqlCompiler(self.dialect, self.tables, self.shapes, self.facts)

    # Entry points.

    def value(self, node: Node, frame: Frame) -> Element:
        """Return the value of a node, ready to be an argument of another expression."""
        if isinstance(node, Path):
            return self._computed_form(self.path(node, frame), node.type)
        return self._compute(node, frame)

    def output(self, node: Node, frame: Frame) -> Element:
        """Return the value of a node for selecting, sorting and grouping."""
        element = self.path(node, frame) if isinstance(node, Path) else self._compute(node, frame)
        if self.is_sqlite and isinstance(element.type, ComputedNumber):
            return type_coerce(element.collate(NUMBER_COLLATION), ComputedNumber())
        return element

    def condition(self, node: Node, frame: Frame, *, positive: bool = True) -> Element:
        """Return a yes-or-no value; NULL may stand for no where only yes counts (`positive`)."""
        match node:
            case Logic(operator, parts):
                join = and_ if operator == "and" else or_
                return join(*(self.condition(part, frame, positive=positive) for part in parts))
            case Not(part=part):
                return not_(self.condition(part, frame, positive=False))
            case Apply() if node.function.name in operators.COMPARISONS:
                return self._comparison(node, frame, positive=positive)
            case Member():
                return self._member(node, frame)
            case Constant(value=value):
                return true() if value is True else false()
            case _:
                return self.value(node, frame).is_(true())

    # Paths.

    def path(self, node: Path, frame: Frame) -> Element:
        """Return what a path leads to: a column of a table where that is possible."""
        if node.root in ("me", "initiator"):
            return self._person_path(node)
        current = frame.row if node.root == "row" else frame.record
        if not isinstance(current, RowSource):
            if current is None:
                raise LookupError(f"no {node.root} for {node.key}")
            return self._constant(current.resolve(node), node.type)
        return self.field(current, node.steps)

    def field(self, source: RowSource, steps: tuple[str, ...]) -> Element:
        """Return a field of a source, through links where there are several steps."""
        for step in steps[:-1]:
            source = self.follow(source, step)
        name = steps[-1]
        value = self.raw_field(source, name)
        return value if source.is_root else self.guard.field(self, source, name, value)

    def raw_field(self, source: RowSource, name: str) -> Element:
        """Return a field of a source itself, computed where it is not stored."""
        shape = self.shapes(source.form)
        found = shape.shape_fields().get(name) if shape else None
        if found is not None and found.computed is not None:
            element = self.value(found.computed.tree, Frame(source))
            return self._stored_digits(element, found.value_type)
        return source.table.c[self.tables.column(source.form, name)]

    def _stored_digits(self, element: Element, kind: ValueType) -> Element:
        """Round a computed number to the digits that its field shows."""
        if not kind.is_numeric or kind.scale is None:
            return element
        if self.is_sqlite:
            return self.call("ROUND(number,number)", (element, literal(str(kind.scale))), kind)
        return type_coerce(func.round(element, kind.scale), ComputedNumber())

    def follow(self, source: RowSource, step: str) -> RowSource:
        """Return the source that a link leads to, joined once."""
        shape = self.shapes(source.form)
        if shape is None:
            raise LookupError(source.form)
        target_form = shape.shape_fields()[step].value_type.points_to
        known = source.joins.get((step, target_form))
        if known:
            return known[0]
        target = RowSource(target_form, self.tables.table(target_form).alias(), is_root=False)
        link = self.raw_field(source, step)
        if not source.is_root:
            link = self.guard.field(self, source, step, link)
        condition = target.table.c.id == link
        condition = and_(condition, *self._visible(target))
        source.joins[(step, target_form)] = (target, condition)
        return target

    def _visible(self, target: RowSource) -> list[Element]:
        conditions: list[Element] = []
        if "deleted_at" in target.table.c:
            conditions.append(target.table.c.deleted_at.is_(None))
        rows = self.guard.rows(self, target)
        return conditions if rows is None else [*conditions, rows]

    def _person_path(self, node: Path) -> Element:
        person = self.facts.me if node.root == "me" else self.facts.initiator
        if not node.steps:
            return self._constant(person, USER)
        source = self.unguarded().source(node.form)
        element = self.unguarded().field(source, node.steps)
        query = select(element).select_from(source.from_clause()).where(source.table.c.id == person)
        return type_coerce(query.scalar_subquery(), element.type)

    # Values.

    def _compute(self, node: Node, frame: Frame) -> Element:
        match node:
            case Constant(value=value, type=kind):
                return self._constant(value, kind)
            case Clock(name="today"):
                return self._constant(self.facts.now.astimezone(self.facts.zone).date(), DATE)
            case Clock():
                return self._constant(self.facts.now, DATETIME)
            case Choose(condition, then, otherwise):
                chosen = case(
                    (self.condition(condition, frame), self.value(then, frame)),
                    else_=self.value(otherwise, frame),
                )
                return type_coerce(chosen, computed_type(node.type))
            case Aggregate():
                return self._aggregate(node, frame)
            case Apply() if node.function.name not in operators.COMPARISONS:
                return self._apply(node, frame)
            case Path():
                return self.path(node, frame)
            case _:
                return self.condition(node, frame, positive=False)

    def _apply(self, node: Apply, frame: Frame) -> Element:
        function = node.function
        arguments = tuple(self.value(argument, frame) for argument in node.arguments)
        if self.is_sqlite and function.sqlite is not None:
            return type_coerce(function.sqlite(self, *arguments), computed_type(node.type))
        if self.is_sqlite and function.python is not None and function.postgres is not None:
            kinds = (argument.type.kind for argument in node.arguments)
            return self.call(signature_of(function, kinds), arguments, node.type, contextual=function.contextual)
        if function.postgres is None:
            raise Refusal(NOT_IN_DATABASE.here(name=function.name))
        return type_coerce(function.postgres(self, *arguments), computed_type(node.type))

    def call(
        self, signature: str, arguments: tuple[Element, ...], kind: ValueType, *, contextual: bool = False
    ) -> Element:
        """Run the Python face of a function inside SQLite."""
        moment = write_moment(self.facts.now)
        name = f"{signature}|{self.zone_name}@{moment}" if contextual else signature
        return type_coerce(func.q_call(literal(name), *arguments), computed_type(kind))

    def _constant(self, value: Value, kind: ValueType) -> Element:
        if value is None:
            return null() if kind.kind is Kind.BLANK else literal(None, computed_type(kind))
        return literal(value, computed_type(kind))

    def _computed_form(self, element: Element, kind: ValueType) -> Element:
        """Turn a stored number into its digits where the two differ (SQLite)."""
        if self.is_sqlite and isinstance(element.type, ScaledNumber):
            return type_coerce(func.q_number(element, element.type.scale), ComputedNumber())
        return element

    # Conditions.

    def _comparison(self, node: Apply, frame: Frame, *, positive: bool) -> Element:
        left, right = node.arguments
        sign = node.function.name
        for blank, other in ((left, right), (right, left)):
            if isinstance(blank, Constant) and blank.value is None and sign in ("==", "!="):
                element = self.output(other, frame)
                return element.is_(None) if sign == "==" else element.is_not(None)
        a, b = self._sides(left, right, frame)
        if sign in ("==", "!="):
            if positive and sign == "==" and _never_blank(left, right):
                return a == b
            return a.is_not_distinct_from(b) if sign == "==" else a.is_distinct_from(b)
        element = node.function.postgres(self, a, b) if node.function.postgres else false()
        return element if positive else func.coalesce(element, false())

    def _sides(self, left: Node, right: Node, frame: Frame) -> tuple[Element, Element]:
        """Return both sides in forms that compare: stored numbers as they are where that is exact."""
        numeric = left.type.is_numeric or right.type.is_numeric
        if numeric and self.is_sqlite:
            stored = self._stored_sides(left, right, frame)
            if stored:
                return stored
            a, b = self.value(left, frame), self.value(right, frame)
            return a.collate(NUMBER_COLLATION), b
        a, b = self.value(left, frame), self.value(right, frame)
        texts = (Kind.TEXT, Kind.CHOICE)
        if self.dialect == "postgresql" and (left.type.kind in texts or right.type.kind in texts):
            return a.collate("C"), b
        return a, b

    def _stored_sides(self, left: Node, right: Node, frame: Frame) -> tuple[Element, Element] | None:
        """Compare a stored number with a constant of its own digits, or with its like, so that an index serves."""
        a = self.path(left, frame) if isinstance(left, Path) else None
        b = self.path(right, frame) if isinstance(right, Path) else None
        kinds = [x.type.scale for x in (a, b) if x is not None and isinstance(x.type, ScaledNumber)]
        if a is not None and b is not None:
            same = len(kinds) == 2 and kinds[0] == kinds[1]
            return (type_coerce(a, BigInteger), type_coerce(b, BigInteger)) if same else None
        if len(kinds) != 1:
            return None
        constant = right if a is not None else left
        if not isinstance(constant, Constant) or not isinstance(constant.value, Decimal):
            return None
        scaled = constant.value.scaleb(kinds[0])
        if scaled != scaled.to_integral_value() or abs(scaled) >= Decimal(10) ** 18:
            return None
        whole = literal(int(scaled), BigInteger)
        if a is not None:
            return type_coerce(a, BigInteger), whole
        return whole, type_coerce(b, BigInteger)  # type: ignore[arg-type]  # one of a and b is a path

    def _member(self, node: Member, frame: Frame) -> Element:
        equal = operators.COMPARISONS["=="]
        tests = [
            self.condition(Apply(equal, (node.item, choice), node.type), frame, positive=False)
            for choice in node.choices
        ]
        found = or_(*tests) if tests else false()
        return not_(found) if node.negated else found

    # Aggregates.

    def _aggregate(self, node: Aggregate, frame: Frame) -> Element:
        row = self.source(node.form)
        inner = Frame(frame.record, row)
        conditions = self._visible(row)
        if node.condition is not None:
            conditions.append(self.condition(node.condition, inner))
        value = self._aggregated_value(node, inner, row)
        element = self._fold(node, value, row)
        query = select(element).select_from(row.from_clause()).where(*conditions)
        if node.function.aggregate == "first":
            query = query.order_by(row.table.c.id).limit(1)
        subquery = query.correlate_except(row.table, *(target.table for target, _ in row.all_joins()))
        result = type_coerce(subquery.scalar_subquery(), element.type)
        return self._computed_form(result, node.type)

    def _aggregated_value(self, node: Aggregate, frame: Frame, row: RowSource) -> Element | None:
        if node.value is None:
            return None
        element = self.output(node.value, frame)
        if isinstance(node.value, Path) and len(node.value.steps) == 1:
            return self.guard.field(self, row, node.value.steps[0], element)
        return element

    def _fold(self, node: Aggregate, value: Element | None, row: RowSource) -> Element:
        kind = node.function.aggregate
        if value is None or kind == "count":
            counted = func.count(row.table.c.id if value is None else value)
            return type_coerce(counted, BigInteger) if not self.is_sqlite else type_coerce(
                func.q_number(counted, 0), ComputedNumber()
            )
        stored = self.is_sqlite and isinstance(value.type, ScaledNumber)
        match kind:
            case "sum" if stored:
                return type_coerce(func.coalesce(func.sum(type_coerce(value, BigInteger)), 0), value.type)
            case "sum" if self.is_sqlite:
                return type_coerce(func.coalesce(func.q_sum(value), "0"), ComputedNumber())
            case "sum":
                return type_coerce(func.q_fit(func.coalesce(func.sum(value), 0)), ComputedNumber())
            case "average" if self.is_sqlite:
                return type_coerce(func.q_average(self._computed_form(value, node.type)), ComputedNumber())
            case "average":
                return type_coerce(func.q_divide(func.sum(value), func.count(value)), ComputedNumber())
            case "min" | "max":
                return type_coerce(getattr(func, kind)(value), value.type)
            case _:
                return value


def _never_blank(left: Node, right: Node) -> bool:
    """Tell whether one side is certain to hold a value, so that `=` says the same and an index serves."""
    return any(isinstance(side, Constant) and side.value is not None for side in (left, right)) or any(
        isinstance(side, Path) and side.root in ("me", "initiator") and not side.steps for side in (left, right)
    )


