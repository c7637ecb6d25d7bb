"""The one query compiler: what somebody may see of a form's records, as a single SELECT.

Every list, search, picker, count, export and single record goes through `RecordQuery.compile`, so row
scopes and hidden fields cannot be forgotten, and a hidden field cannot be used as a filter or a sort
either: for its reader it does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    any_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)

from engine.access import Action, Grant, Policy
from engine.expression.sql import Facts, Frame, RowSource, SqlCompiler, Tables
from engine.expression.sql_aggregates import fold
from engine.expression.sql_paths import follow
from engine.expression.sql_sources import AliasPool
from engine.expression.tree import Expression, FieldShape, Logic, Path, RecordShape, Scope
from engine.keyset import Level, Mark, Region, behind, order_of, regions
from engine.masking import mask_in_sql
from engine.texts import Text
from engine.values import BOOLEAN

Element = ColumnElement[Any]
_MOST_FOUND = 10_000  # a bound by which PostgreSQL sees that it will read few; `few` is far fewer


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
        value = self._masked(compiler, source, name, value)
        showing = policy.showing(name)
        if len(showing) == len(policy.readers()):
            return value
        condition = _any_grant(list(showing), compiler, source)
        if condition is None:
            return value
        return case((condition, value)) if showing else case((false(), value))

    def _masked(self, compiler: SqlCompiler, source: RowSource, name: str, value: Element) -> Element:
        """Return a masked field whole on rows where a grant reveals it, and by its ends on others."""
        policy = self.policy(source.form)
        if not policy.masks(name):
            return value
        revealing = policy.revealing(name)
        condition = _any_grant(list(revealing), compiler, source) if revealing else false()
        if condition is None:
            return value
        return type_coerce(case((condition, value), else_=mask_in_sql(value)), value.type)


def _not_by_index(element: Element) -> Element:
    """Return the same value in a form that no index gives the order of."""
    return type_coerce(func.coalesce(element, element), element.type)


def _any_grant(grants: list[Grant], compiler: SqlCompiler, source: RowSource) -> Element | None:
    """Return the condition that one of the grants covers a row; None if one covers all."""
    if any(grant.rows is None for grant in grants):
        return None
    system = SqlCompiler(
        compiler.dialect, compiler.tables, compiler.shapes, compiler.facts, pool=compiler.pool
    )
    conditions = tuple(grant.rows.tree for grant in grants if grant.rows is not None)
    return system.condition(Logic("or", conditions, BOOLEAN), Frame(source)) if conditions else false()


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
    around: the record that somebody fills in while they choose, for conditions that read it.
    sounding: the fields that name records, own or linked: they are found by their pinyin as well.
    begins: whether one of `words` must stand at the beginning of a part of such a name.
    keyed: whether the sort values of each row stand behind its columns.
    few: whether few records are known to match: they are found before they are put in order, where an index
        that gives the order would lead past all the others.
    """

    form: str
    columns: dict[str, Expression] = field(default_factory=dict)
    condition: Expression | None = None
    sort: tuple[Sort, ...] = ()
    words: str = ""
    search: tuple[Expression, ...] = ()
    sounding: tuple[Expression, ...] = ()
    begins: bool = False
    keyed: bool = False
    few: bool = False
    ids: tuple[int, ...] | None = None
    deleted: bool = False
    action: Action = "read"
    limit: int | None = None
    offset: int = 0
    around: Scope | None = None


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
        return CompiledQuery(self._rows(query, None, "all"), lambda: self._count(query))

    def pages(self, query: RecordQuery, mark: Mark | None) -> Iterator[Select[Any]]:
        """Yield the SELECTs whose rows, one after another, are the page behind a mark.

        A page that ends before its mark comes in the opposite order.
        """
        for region in regions(len(query.sort), mark):
            yield self._rows(query, mark, region)

    def _rows(self, query: RecordQuery, mark: Mark | None, region: Region) -> Select[Any]:
        compiler = self._pooled()
        source = compiler.source(query.form)
        frame = Frame(source)
        identifier = source.table.c.id
        conditions = self._conditions(query, compiler, source, found_first=query.few)
        shown = [
            self._visible(compiler, source, expression, frame).label(f"v{position}")
            for position, expression in enumerate(query.columns.values())
        ]
        levels = self._levels(query, compiler, source)
        last: Element = _not_by_index(identifier) if query.few else identifier
        if mark is not None:
            conditions += behind(levels, last, mark, region)
        if query.keyed:
            shown += [level.element.label(f"k{position}") for position, level in enumerate(levels)]
        rows = select(identifier, source.table.c.version, *shown).select_from(source.from_clause())
        rows = rows.where(*conditions)
        rows = rows.order_by(*order_of(levels, last, backward=mark is not None and mark.backward))
        return rows if query.limit is None else rows.limit(query.limit).offset(query.offset)

    def _levels(self, query: RecordQuery, compiler: SqlCompiler, source: RowSource) -> list[Level]:
        frame = Frame(source)
        elements = [self._visible(compiler, source, sort.by, frame) for sort in query.sort]
        shaped = map(_not_by_index, elements) if query.few else elements
        return [Level(one, sort.descending) for one, sort in zip(shaped, query.sort, strict=True)]

    def compiler(self) -> SqlCompiler:
        """Return a compiler for one statement."""
        base = SqlCompiler(self.dialect, self.tables, self.shapes, self.facts)
        if self.guard is not None:
            base.guard = self.guard
        return base

    def _pooled(self) -> SqlCompiler:
        """Return a compiler for a statement that is compiled with it alone, so that it may reuse aliases."""
        compiler = self.compiler()
        compiler.pool = AliasPool()
        return compiler

    def _count(self, query: RecordQuery) -> Select[Any]:
        """Count over only the joins that the conditions need."""
        compiler = self.compiler()
        source = compiler.source(query.form)
        conditions = self._conditions(query, compiler, source)
        return select(func.count()).select_from(source.from_clause()).where(and_(true(), *conditions))

    def count_up_to(self, query: RecordQuery, most: int) -> Select[Any]:
        """Return the SELECT that counts, but stops at `most`."""
        compiler = self._pooled()
        source = compiler.source(query.form)
        conditions = self._conditions(query, compiler, source, found_first=True)
        found = select(literal(1)).select_from(source.from_clause()).where(and_(true(), *conditions))
        return select(func.count()).select_from(found.limit(most).subquery())

    def covers_all(self, form: str) -> bool:
        """Tell whether the reader may read every record of a form."""
        if self.guard is None:
            return True
        policy = self.guard.policy(form)
        return policy.unlimited or any(grant.rows is None for grant in policy.readers())

    def groups(self, query: RecordQuery, by: Sequence[Expression], sums: Sequence[Expression]) -> Select[Any]:
        """Return for each combination of some values how many records have it, and the sums over them."""
        compiler = self.compiler()
        source = compiler.source(query.form)
        frame = Frame(source)
        conditions = self._conditions(query, compiler, source)
        keys = [self._visible(compiler, source, one, frame).label(f"g{n}") for n, one in enumerate(by)]
        values = [self._visible(compiler, source, one, frame).label(f"s{n}") for n, one in enumerate(sums)]
        # The rows first: a grouped expression with parameters is not the same twice for PostgreSQL.
        rows = select(*keys, *values).select_from(source.from_clause()).where(and_(true(), *conditions))
        found = rows.subquery()
        grouped = [found.c[f"g{n}"] for n in range(len(by))]
        added = [fold(compiler, "sum", found.c[f"s{n}"]).label(f"t{n}") for n in range(len(sums))]
        query_of_groups = select(*grouped, func.count().label("count"), *added).group_by(*grouped)
        ordered = query_of_groups.order_by(*(key.asc().nulls_last() for key in grouped))
        return ordered if query.limit is None else ordered.limit(query.limit)

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

    def _conditions(
        self, query: RecordQuery, compiler: SqlCompiler, source: RowSource, *, found_first: bool = False
    ) -> list[Element]:
        deleted = source.table.c.deleted_at
        conditions: list[Element] = [deleted.is_not(None) if query.deleted else deleted.is_(None)]
        if self.guard is not None:
            rows = self.guard.rows_for(compiler, source, query.action)
            if rows is not None and query.few and not compiler.is_sqlite:
                conditions.append(self._found_first(query, compiler, source))
            elif rows is not None:
                # SQLite does not guess how many rows a scope has; without a hint it reads the whole table.
                hinted = found_first and compiler.is_sqlite
                conditions.append(func.unlikely(rows) if hinted else rows)
        if query.ids is not None:
            conditions.append(source.table.c.id.in_(query.ids))
        if query.condition is not None:
            conditions.append(self._guarded_condition(compiler, source, query.condition, query.around))
        if query.words:
            conditions.append(self._search(compiler, source, query))
        return conditions

    def _found_first(self, query: RecordQuery, compiler: SqlCompiler, source: RowSource) -> Element:
        """Return a scope of few rows as their ids, which PostgreSQL reads once, by the scope's own index."""
        inner = compiler.source(query.form)
        scope = replace(query, few=False, condition=None, words="", ids=None)
        conditions = self._conditions(scope, compiler, inner)
        ids = select(inner.table.c.id).select_from(inner.from_clause()).where(*conditions)
        found = func.array(ids.limit(_MOST_FOUND).correlate(None).scalar_subquery(), type_=ARRAY(BigInteger))
        return source.table.c.id == any_(found)

    def _guarded_condition(
        self, compiler: SqlCompiler, source: RowSource, condition: Expression, around: Scope | None
    ) -> Element:
        """Compile a reader's own condition: where a field is masked, the reader's view of it counts."""
        if self.guard is None:
            return compiler.condition(condition.tree, Frame(around or source, row=source))
        masked = RowSource(source.form, source.table, is_root=False, joins=source.joins)
        return compiler.condition(condition.tree, Frame(around or masked, row=masked))

    def _search(self, compiler: SqlCompiler, source: RowSource, query: RecordQuery) -> Element:
        found = []
        for expression in query.search:
            element = self._visible(compiler, source, expression, Frame(source))
            found.append(element.icontains(query.words, autoescape=True))
        words = query.words.casefold().split()
        for expression in query.sounding:
            sound = self._sound(compiler, source, expression)
            if sound is not None and words:
                parts = [f" {word}" for word in words] if query.begins else words
                found.append(and_(*(sound.contains(part, autoescape=True) for part in parts)))
        return or_(*found) if found else false()

    def _sound(self, compiler: SqlCompiler, source: RowSource, expression: Expression) -> Element | None:
        """Return the column of a name's words and pinyin, as visible as the name itself."""
        if not isinstance(expression.tree, Path):
            return None
        *links, name = expression.tree.steps
        target = source
        for step in links:
            target = follow(compiler, target, step)
        found = target.table.c.get("search" if target.form.startswith("@") else "sound")
        if found is None or self.guard is None:
            return found
        if self.guard.policy(target.form).masks(name):
            return None  # the sound would tell what the mask hides
        seen = self.guard.field(compiler, target, name, found)
        return seen if target is source else self.guard.field(compiler, source, links[0], seen)

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
