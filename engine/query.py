"""The one query compiler: what somebody may see of a form's records, as a single SELECT.

Every list, search, picker, count, export and single record goes through `RecordQuery.compile`, so row
scopes and hidden fields cannot be forgotten, and a hidden field cannot be used as a filter or a sort
either: for its reader it does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true

from engine.access import Action, Grant, Policy
from engine.expression.sql import Facts, Frame, RowSource, SqlCompiler, Tables
from engine.expression.sql_aggregates import fold
from engine.expression.tree import Expression, FieldShape, Path, RecordShape
from engine.texts import Text

Element = ColumnElement[Any]


@dataclass
class ActorGuard:
    """What one person may see of the forms that a statement reaches."""

    policy: Callable[[str], Policy]

    def rows(self, compiler: SqlCompiler, source: RowSource) -> Element | None:
        """Return the condition for the rows that the person may read; None for all."""
        if source.form.startswith("@"):
            return None
        return self.rows_for(compiler, source, "read")

    def rows_for(self, compiler: SqlCompiler, source: RowSource, action: Action) -> Element | None:
        """Return the condition for the rows on which an action is granted; None for all."""
        policy = self.policy(source.form)
        if policy.unlimited:
            return None
        return _any_grant([g for g in policy.grants if action in g.actions], compiler, source)

    def field(self, compiler: SqlCompiler, source: RowSource, name: str, value: Element) -> Element:
        """Return a field as the person may see it: blank on rows where no grant shows it."""
        policy = self.policy(source.form)
        if source.form.startswith("@") or policy.unlimited or name not in policy.fields:
            return value
        showing = policy.showing(name)
        if len(showing) == len(policy.readers()):
            return value
        condition = _any_grant(list(showing), compiler, source)
        if condition is None:
            return value
        return case((condition, value)) if showing else case((false(), value))


def _any_grant(grants: list[Grant], compiler: SqlCompiler, source: RowSource) -> Element | None:
    """Return the condition that one of the grants covers a row; None if one covers all."""
    if any(grant.rows is None for grant in grants):
        return None
    system = SqlCompiler(compiler.dialect, compiler.tables, compiler.shapes, compiler.facts)
    conditions = [
        system.condition(grant.rows.tree, Frame(source)) for grant in grants if grant.rows is not None
    ]
    return or_(*conditions) if conditions else false()


@dataclass(frozen=True, slots=True)
class Sort:
    """One level of an order: an expression that is a path, and the direction."""

    by: Expression
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordQuery:
    """What is asked of a form's records.

    columns: by name, what each record shows; only paths and expressions that passed `check_reads`.
    deleted: whether the recycle bin is asked instead of the live records.
    search: the text fields that `words` are looked for in.
    """

    form: str
    columns: dict[str, Expression] = field(default_factory=dict)
    condition: Expression | None = None
    sort: tuple[Sort, ...] = ()
    words: str = ""
    search: tuple[Expression, ...] = ()
    ids: tuple[int, ...] | None = None
    deleted: bool = False
    action: Action = "read"
    limit: int | None = None
    offset: int = 0


@dataclass
class CompiledQuery:
    """One query as SELECTs: the rows, and how many there are."""

    rows: Select[Any]
    counting: Callable[[], Select[Any]]

    @cached_property
    def count(self) -> Select[Any]:
        """The SELECT that counts; made when it is asked for, since most readers only want the rows."""
        return self.counting()


@dataclass
class QueryCompiler:
    """Compiles queries for one reader.

    shapes: gives the checked form of a key; guard None is the system's own reading.
    """

    dialect: Any
    tables: Tables
    shapes: Callable[[str], RecordShape | None]
    facts: Facts
    guard: ActorGuard | None = None

    def compile(self, query: RecordQuery) -> CompiledQuery:
        """Return the SELECTs of a query: `id`, `version` and the columns by name."""
        compiler = self.compiler()
        source = compiler.source(query.form)
        frame = Frame(source)
        conditions = self._conditions(query, compiler, source)
        columns = [
            self._visible(compiler, source, expression, frame).label(f"v{position}")
            for position, expression in enumerate(query.columns.values())
        ]
        order = [self._order(compiler, source, sort, frame) for sort in query.sort]
        system = (source.table.c.id, source.table.c.version)
        where = and_(true(), *conditions)
        rows = select(*system, *columns).select_from(source.from_clause()).where(where)
        rows = rows.order_by(*order, source.table.c.id.desc())
        if query.limit is not None:
            rows = rows.limit(query.limit).offset(query.offset)
        return CompiledQuery(rows, lambda: self._count(query))

    def compiler(self) -> SqlCompiler:
        """Return a compiler for one statement."""
        base = SqlCompiler(self.dialect, self.tables, self.shapes, self.facts)
        if self.guard is not None:
            base.guard = self.guard
        return base

    def _count(self, query: RecordQuery) -> Select[Any]:
        """Count over only the joins that the conditions need."""
        compiler = self.compiler()
        source = compiler.source(query.form)
        conditions = self._conditions(query, compiler, source)
        return select(func.count()).select_from(source.from_clause()).where(and_(true(), *conditions))

    def total(self, query: RecordQuery, expressions: dict[str, Expression]) -> Select[Any]:
        """Return the sums of some numeric expressions over all records of a query."""
        compiler = self.compiler()
        source = compiler.source(query.form)
        frame = Frame(source)
        conditions = self._conditions(query, compiler, source)
        sums = []
        for position, expression in enumerate(expressions.values()):
            element = self._visible(compiler, source, expression, frame)
            sums.append(fold(compiler, "sum", element).label(f"v{position}"))
        return select(*sums).select_from(source.from_clause()).where(and_(true(), *conditions))

    def _conditions(self, query: RecordQuery, compiler: SqlCompiler, source: RowSource) -> list[Element]:
        deleted = source.table.c.deleted_at
        conditions: list[Element] = [deleted.is_not(None) if query.deleted else deleted.is_(None)]
        if self.guard is not None:
            rows = self.guard.rows_for(compiler, source, query.action)
            if rows is not None:
                conditions.append(rows)
        if query.ids is not None:
            conditions.append(source.table.c.id.in_(query.ids))
        if query.condition is not None:
            conditions.append(self._guarded_condition(compiler, source, query.condition))
        if query.words:
            conditions.append(self._search(compiler, source, query))
        return conditions

    def _guarded_condition(self, compiler: SqlCompiler, source: RowSource, condition: Expression) -> Element:
        """Compile a reader's own condition: where a field is masked, the reader's view of it counts."""
        if self.guard is None:
            return compiler.condition(condition.tree, Frame(source, row=source))
        masked = RowSource(source.form, source.table, is_root=False, joins=source.joins)
        return compiler.condition(condition.tree, Frame(masked, row=masked))

    def _search(self, compiler: SqlCompiler, source: RowSource, query: RecordQuery) -> Element:
        found = []
        for expression in query.search:
            element = self._visible(compiler, source, expression, Frame(source))
            found.append(element.icontains(query.words, autoescape=True))
        return or_(*found) if found else false()

    def _visible(
        self, compiler: SqlCompiler, source: RowSource, expression: Expression, frame: Frame
    ) -> Element:
        """Return a column as the reader may see it."""
        tree = expression.tree
        element = compiler.output(tree, frame)
        if self.guard is None or not isinstance(tree, Path) or tree.root != "record":
            return element
        first = tree.steps[0]
        if len(tree.steps) == 1:
            return self.guard.field(compiler, source, first, element)
        policy = self.guard.policy(source.form)
        if (
            policy.unlimited
            or len(policy.showing(first)) == len(policy.readers())
            or first not in policy.fields
        ):
            return element
        return self.guard.field(compiler, source, first, element)

    def _order(self, compiler: SqlCompiler, source: RowSource, sort: Sort, frame: Frame) -> Element:
        element = self._visible(compiler, source, sort.by, frame)
        return element.desc().nulls_last() if sort.descending else element.asc().nulls_last()


@dataclass(frozen=True, slots=True)
class VisibleShape:
    """A form as one person sees it: hidden fields are not there, so they are unknown like any other word."""

    shape: RecordShape
    policy: Policy

    @property
    def key(self) -> str:
        """The form's key."""
        return self.shape.key

    @property
    def label(self) -> Text:
        """The form's title."""
        return self.shape.label

    def shape_fields(self) -> Mapping[str, FieldShape]:
        """Return the fields that the person may see on some row."""
        return {key: one for key, one in self.shape.shape_fields().items() if self.policy.shows(key)}


def visible_shapes(
    shapes: Callable[[str], RecordShape | None], policy: Callable[[str], Policy]
) -> Callable[[str], RecordShape | None]:
    """Return the shapes that the expressions of one person may name."""

    def visible(key: str) -> RecordShape | None:
        shape = shapes(key)
        return shape if shape is None or key.startswith("@") else VisibleShape(shape, policy(key))

    return visible
