"""A condition about one record as one about others: the rows that belong to it, what a link leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.expression.evaluate import to_program
from engine.expression.tree import Aggregate, Apply, Choose, Expression, Logic, Member, Node, Not, Path


def through(expression: Expression, form: str, step: str) -> Expression:
    """Return the expression as it reads from a row of `form` whose field `step` leads to the record.

    >>> through(condition, "orders_lines", "parent")   # owner == me  ->  parent.owner == me
    """

    def move(path: Path) -> Path:
        at_record = path.root in ("record", "old")
        return replace(path, form=form, steps=(step, *path.steps)) if at_record else path

    tree = map_paths(expression.tree, move)
    reads = expression.reads | {(form, step)}
    return Expression(expression.source, expression.location, tree, to_program(tree), reads)


def map_paths(node: Node, change: Callable[[Path], Node]) -> Node:  # noqa: C901 - one line a node, a closed set
    """Return a tree with every path replaced; the aggregates in it are no longer over a record's own rows."""

    def moved(part: Node) -> Node:
        return map_paths(part, change)

    match node:
        case Path():
            return change(node)
        case Apply():
            return replace(node, arguments=tuple(map(moved, node.arguments)))
        case Logic():
            return replace(node, parts=tuple(map(moved, node.parts)))
        case Not():
            return replace(node, part=moved(node.part))
        case Choose():
            condition, then, otherwise = map(moved, (node.condition, node.then, node.otherwise))
            return replace(node, condition=condition, then=then, otherwise=otherwise)
        case Member():
            return replace(node, item=moved(node.item), choices=tuple(map(moved, node.choices)))
        case Aggregate(value=value, condition=condition):
            return replace(
                node, own="",
                value=None if value is None else moved(value),
                condition=None if condition is None else moved(condition),
            )  # fmt: skip
        case _:
            return node
