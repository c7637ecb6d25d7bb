"""Trees with their closure: who is above whom, as rows, so that any query can ask it with one join.

`REPORTING` is people and their managers, `DEPARTMENTS` departments and what they lie within. A closure
holds a row for every pair below and above; that of departments holds each with itself, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Subquery, Table, delete, insert, literal, select

from runtime.store.schema import departments, supervision, users, within

_LOCK = 0x4F524741


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """One tree: its nodes with the column that names the parent, and the table of its closure."""

    nodes: Table
    parent: Column[Any]
    closure: Table
    lower: Column[Any]
    upper: Column[Any]
    with_itself: bool

    def add(self, connection: Connection, node: int, parent: int | None) -> None:
        """Note a node that has just been created, and that has nothing below it."""
        if self.with_itself:
            connection.execute(insert(self.closure).values({self.lower: node, self.upper: node}))
        if parent is not None:
            self._hang(connection, node, parent)

    def move(self, connection: Connection, node: int, parent: int | None) -> None:
        """Note that a node, with all below it, now hangs under `parent`; ask `would_turn` before."""
        above = select(self.upper).where(self.lower == node, self.upper != node)
        below = self._below(node)
        statement = delete(self.closure).where(
            self.lower.in_(select(below.c.node)), self.upper.in_(above.scalar_subquery())
        )
        connection.execute(statement)
        if parent is not None:
            self._hang(connection, node, parent)

    def would_turn(self, connection: Connection, node: int, parent: int) -> bool:
        """Tell whether `parent` is the node itself or below it, so that a circle would arise."""
        if node == parent:
            return True
        found = select(self.lower).where(self.lower == parent, self.upper == node)
        return connection.execute(found).first() is not None

    def rebuild(self, connection: Connection) -> None:
        """Work the whole closure out anew from the parents."""
        connection.execute(delete(self.closure))
        start = (
            select(self.nodes.c.id.label("lower"), self.nodes.c.id.label("upper"))
            if self.with_itself
            else select(self.nodes.c.id.label("lower"), self.parent.label("upper")).where(
                self.parent.is_not(None)
            )
        )
        pairs = start.cte("pairs", recursive=True)
        up = self.nodes.alias()
        parent = up.c[self.parent.name]
        pairs = pairs.union(
            select(pairs.c.lower, parent).join(up, up.c.id == pairs.c.upper).where(parent.is_not(None))
        )
        connection.execute(
            insert(self.closure).from_select([self.lower, self.upper], select(pairs.c.lower, pairs.c.upper))
        )

    def _hang(self, connection: Connection, node: int, parent: int) -> None:
        """Add the pairs of all at and below `node` with all at and above `parent`."""
        below, above = self._below(node), self._above(parent)
        pairs = select(below.c.node, above.c.node).select_from(below.join(above, literal(value=True)))
        connection.execute(insert(self.closure).from_select([self.lower, self.upper], pairs))

    def _below(self, node: int) -> Subquery:
        itself = select(literal(node, self.lower.type).label("node"))
        return itself.union(select(self.lower).where(self.upper == node)).subquery()

    def _above(self, node: int) -> Subquery:
        itself = select(literal(node, self.lower.type).label("node"))
        return itself.union(select(self.upper).where(self.lower == node)).subquery()


REPORTING = Hierarchy(
    users, users.c.supervisor_id, supervision, supervision.c.person, supervision.c.manager, with_itself=False
)
DEPARTMENTS = Hierarchy(
    departments,
    departments.c.parent_id,
    within,
    within.c.department,
    within.c.ancestor,
    with_itself=True,
)


def lock_hierarchies(connection: Connection) -> None:
    """Let one transaction at a time change the organisation; two moves at once could close a circle."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def find_circle(parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """Return the nodes of a circle, in order; empty if there is none.

    >>> find_circle({1: None, 2: 3, 3: 2})
    (2, 3)
    """
    sound: set[int] = set()
    for start in parents:
        trail: dict[int, None] = {}
        node: int | None = start
        while node is not None and node not in sound:
            if node in trail:
                way = list(trail)
                return tuple(way[way.index(node) :])
            trail[node] = None
            node = parents.get(node)
        sound.update(trail)
    return ()
