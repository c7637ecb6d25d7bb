"""What an expression in SQL stands on: tables, the row that is looked at, joins along links, rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, FromClause, bindparam, literal_column, type_coerce

from engine.columns import IDENTIFIER, NUMBER_COLLATION, ComputedNumber
from engine.expression.tree import Scope

if TYPE_CHECKING:
    from engine.expression.sql import SqlCompiler

Element = ColumnElement[Any]


def by_number(element: Element) -> Element:
    """Let SQLite compare and sort a computed number by its value, though it is held as text."""
    return type_coerce(element.op("COLLATE")(literal_column(NUMBER_COLLATION)), ComputedNumber())


class Tables(Protocol):
    """Where the records of a form are stored."""

    def table(self, form: str) -> FromClause:
        """Return the table of a form, of people ("@user") or of departments ("@department").

        "@supervision" has a row (person, manager) for everybody above a person, "@within" a row
        (department, ancestor) for every department, itself included, and all above it.
        """

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


class Asker:
    """The person who acts, in a statement that is kept for everybody: a parameter that each execution fills.

    It is equal to no number and no database takes it for one, so a place that forgets to ask for the
    parameter fails and cannot give one person what is another's.
    """

    name = "asker"
    parameter: BindParameter[int] = bindparam(name, type_=IDENTIFIER)


@dataclass
class SharedFacts:
    """The facts of a statement that is kept: the person is open, and whether the clock was asked is noted."""

    time: datetime
    zone: ZoneInfo
    is_timeless: bool = True
    me: Asker = field(default_factory=Asker)
    initiator: None = None

    @property
    def now(self) -> datetime:
        """The time; a statement that asks for it holds for this moment only."""
        self.is_timeless = False
        return self.time


@dataclass
class AliasPool:
    """The aliases of one statement, taken from those that earlier statements have made.

    To describe the columns of an alias takes longer than anything else about a small statement, so the
    aliases of a table are kept with it; a statement takes the first, the second and so on.
    """

    used: dict[int, int] = field(default_factory=dict)

    def take(self, table: FromClause) -> FromClause:
        """Return an alias that this statement does not use yet."""
        known = getattr(table, "info", {}).setdefault("aliases", [])
        place = self.used.get(id(table), 0)
        self.used[id(table)] = place + 1
        while len(known) <= place:
            known.append(table.alias())
        found: FromClause = known[place]
        return found


def fresh_alias(table: FromClause, pool: AliasPool | None) -> FromClause:
    """Return an alias of a table that a statement does not use yet."""
    return table.alias() if pool is None else pool.take(table)


@dataclass
class RowSource:
    """One alias of a form's table with the joins that paths through its links have added.

    is_root: whether it is the form that the statement lists; its own fields are the business of whoever
        writes the statement, those of all others are asked from the guard.
    is_joined: whether it is reached through a link, so that it may be missing.
    """

    form: str
    table: FromClause
    is_root: bool = True
    is_joined: bool = False
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
