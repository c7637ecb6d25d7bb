"""What a filter's operator is: its word in addresses, its label, the kinds it fits, what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.expression import operators
from engine.expression.function import Function
from engine.expression.tree import Apply, Constant, Logic, Node, Not
from engine.texts import Text
from engine.values import BLANK, BOOLEAN, Kind, ValueType

Functions = Mapping[str, Function]
Build = Callable[[Functions, Node, tuple[Node, ...]], Node]
MANY = -1


@dataclass(frozen=True, slots=True)
class FilterOperator:
    """One operator: its word in addresses, its label, the kinds it fits, and the condition it stands for.

    values: how many values it takes: 0, 1, 2, or -1 for a list.
    takes: the kind of the values where it is not the field's own, and for a list that of its items.
    period: whether the value is a stretch of days, such as `this_month`.
    by_name: whether the name of what a link leads to is compared, not the link.
    for_days: the label where days and moments are compared.
    """

    name: str
    label: Text
    kinds: frozenset[Kind]
    values: int
    build: Build
    takes: ValueType | None = None
    period: bool = False
    by_name: bool = False
    for_days: Text | None = None

    def label_for(self, kind: ValueType) -> Text:
        """Return the words that stand between a field of this type and the value."""
        is_day = kind.kind in (Kind.DATE, Kind.DATETIME)
        return self.for_days if is_day and self.for_days is not None else self.label


def compare(sign: str, left: Node, right: Node) -> Node:
    """Return the comparison of two nodes."""
    return Apply(operators.COMPARISONS[sign], (left, right), BOOLEAN)


def is_blank(node: Node) -> Node:
    """Return the condition that a value is blank."""
    return compare("==", node, Constant(None, BLANK))


def is_filled(node: Node) -> Node:
    """Return the condition that a value is not blank."""
    return compare("!=", node, Constant(None, BLANK))


def negate(node: Node) -> Node:
    """Return the opposite of a condition."""
    return Not(node, BOOLEAN)


def all_of(parts: tuple[Node, ...]) -> Node:
    """Return the condition that all of some conditions hold; of none it is true."""
    if len(parts) == 1:
        return parts[0]
    return Logic("and", parts, BOOLEAN) if parts else Constant(True, BOOLEAN)  # noqa: FBT003  (the constant)


def any_of(parts: tuple[Node, ...]) -> Node:
    """Return the condition that one of some conditions holds; of none it is false."""
    if len(parts) == 1:
        return parts[0]
    return Logic("or", parts, BOOLEAN) if parts else Constant(False, BOOLEAN)  # noqa: FBT003  (the constant)
