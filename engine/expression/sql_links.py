"""Conditions on what a link leads to, as `link IN (SELECT id …)`, so that an index on the link finds records.

Only the system's own conditions are written so, the row scopes first of all: what a person asks goes through
the joins, where the rights of that person stand. And only conditions that a blank link cannot meet, so that
the rows without anything behind the link are out in either form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from engine.expression import operators
from engine.expression.sql_sources import Element, Frame, RowSource, Unguarded, fresh_alias
from engine.expression.through import map_paths
from engine.expression.tree import (
    Aggregate,
    Apply,
    Logic,
    Member,
    Node,
    Not,
    Path,
    children,
    walk,
)

if TYPE_CHECKING:
    from engine.expression.sql import SqlCompiler

_ORDERS = ("<", "<=", ">", ">=")


def join_parts(sql: SqlCompiler, node: Logic, frame: Frame, *, positive: bool) -> Element:
    """Return an `and` or an `or`; with `positive` NULL may stand for no."""
    join = and_ if node.operator == "and" else or_
    if not positive or not isinstance(frame.record, RowSource):
        return join(*(sql.condition(part, frame, positive=positive) for part in node.parts))
    node = replace(node, parts=tuple(_flat(node)))
    filled = _filled(node)
    found: list[Element] = []
    left = list(node.parts)
    links = dict.fromkeys(map(_link_of, left)) if isinstance(sql.guard, Unguarded) else {}
    for link in filter(None, links):
        tests = _Tests(sql, frame)
        behind = tuple(p for p in left if _link_of(p) == link and tests.fails_on_blank(p, filled))
        element = _behind(sql, frame.record, link, replace(node, parts=behind)) if behind else None
        if element is not None:
            found.append(element)
            left = [part for part in left if part not in behind]
    return join(*found, *(_part(sql, part, frame, filled) for part in left))


def _flat(node: Logic) -> Iterator[Node]:
    """Yield the parts of an `and` of `and`s or of an `or` of `or`s."""
    for part in node.parts:
        if isinstance(part, Logic) and part.operator == node.operator:
            yield from _flat(part)
        else:
            yield part


def _part(sql: SqlCompiler, part: Node, frame: Frame, filled: frozenset[Node]) -> Element:
    """Return one part; where the other parts say that a reference is not blank, `=` says what `==` does."""
    if _is_equality(part) and any(side in filled and side.type.points_to for side in children(part)):
        a, b = (sql.value(side, frame) for side in children(part))
        return a == b
    return sql.condition(part, frame)


def _behind(sql: SqlCompiler, source: RowSource, link: str, condition: Logic) -> Element | None:
    """Return the test that a link leads to a record of a condition; None where that would not be the same."""
    shape = sql.shapes(source.form)
    held = shape.shape_fields().get(link) if shape else None
    form = held.value_type.points_to if held else ""
    if held is None or held.computed is not None or not form:
        return None
    target = RowSource(form, fresh_alias(sql.tables.table(form), sql.pool))
    live = [target.table.c.deleted_at.is_(None)] if "deleted_at" in target.table.c else []
    alone = any(isinstance(one, Path) and one.steps == (link,) for one in walk(condition))
    if alone and (live or len(condition.parts) == 1):
        return None  # a link is no blank although what it leads to may be deleted; by itself it needs no help
    test = sql.condition(map_paths(condition, lambda path: _beyond(path, form)), Frame(target))
    key = target.table.c[sql.tables.column(form, "id")]
    query = select(key).select_from(target.from_clause()).where(test, *live)
    return source.table.c[sql.tables.column(source.form, link)].in_(query.correlate(None))


def _beyond(path: Path, form: str) -> Path:
    """Return a path as it reads from what its first step leads to."""
    if path.root != "record":
        return path
    return replace(path, form=form, steps=path.steps[1:] or ("id",))


def _link_of(node: Node) -> str:
    """Return the link that everything which a condition asks of the record goes through; '' without one."""
    links = set()
    for one in walk(node):
        if isinstance(one, Aggregate):
            return ""
        if isinstance(one, Path) and one.root not in ("me", "initiator"):
            links.add(one.steps[0] if one.root == "record" and one.steps else "")
    return links.pop() if len(links) == 1 else ""


def _filled(node: Logic) -> frozenset[Node]:
    """Return what the parts of an `and` say is not blank."""
    tests = (part.part for part in node.parts if node.operator == "and" and isinstance(part, Not))
    return frozenset(
        test.arguments[0] for test in tests if isinstance(test, Apply) and test.function.on_blank == "yes"
    )


@dataclass(frozen=True, slots=True)
class _Tests:
    """What is certain about the parts of a condition without looking at a record."""

    sql: SqlCompiler
    frame: Frame

    def fails_on_blank(self, node: Node, filled: frozenset[Node]) -> bool:
        """Tell whether a condition cannot hold where everything that it asks of the record is blank."""
        match node:
            case Logic(operator, parts):
                inner = filled | _filled(node)
                return (any if operator == "and" else all)(self.fails_on_blank(one, inner) for one in parts)
            case Apply(function, arguments):
                if not any(map(_is_asked, arguments)):
                    return False
                if _is_equality(node):
                    return any(one in filled or self.has_value(one) for one in arguments)
                if function is operators.COMPARISONS.get(function.name):
                    return function.name in _ORDERS
                return function.on_blank == "no"
            case Member(item, choices, negated):
                return _is_asked(item) and not negated and all(map(self.has_value, choices))
            case _:
                return False

    def has_value(self, node: Node) -> bool:
        """Tell whether a node is the same for every record, and not blank."""
        known = self.sql.known(node, self.frame)
        return known is not None and known.value is not None


def _is_asked(node: Node) -> bool:
    return isinstance(node, Path) and node.root == "record"


def _is_equality(node: Node) -> bool:
    return isinstance(node, Apply) and node.function is operators.COMPARISONS["=="]
