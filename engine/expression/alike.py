"""Bringing several values to one type: the branches of a choice, the arguments of MAX or WHENEMPTY."""

from __future__ import annotations

from itertools import combinations

from engine.expression.codes import AMBIGUOUS_TYPE, CURRENCIES
from engine.expression.function import DATES, TEXTS, common_type
from engine.expression.literals import find_option, is_text_constant, read_as
from engine.expression.operators import TO_MOMENT
from engine.expression.tree import Apply, Constant, Node
from engine.problems import Refusal
from engine.values import DATE, DATETIME, Kind, ValueType


def make_alike(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the nodes with one type.

    A text beside dates is read as a date, a text beside options as an option where it is one, a date beside
    moments becomes the moment at which it begins, and a blank gets the type of the others.
    Raises `Refusal` when two are of different kinds, or of two currencies.
    """
    kinds = {node.type.kind for node in nodes if not is_text_constant(node)}
    if kinds & DATES:
        nodes = tuple(read_as(node, DATETIME if Kind.DATETIME in kinds else DATE) for node in nodes)
    if Kind.CHOICE in kinds:
        nodes = _options(nodes)
    if {node.type.kind for node in nodes} >= DATES:
        nodes = tuple(Apply(TO_MOMENT, (n,), DATETIME) if n.type.kind is Kind.DATE else n for n in nodes)
    types = tuple(node.type for node in nodes if node.type.kind is not Kind.BLANK)
    for first, second in combinations(types, 2):
        if not _are_alike(first, second):
            raise Refusal(AMBIGUOUS_TYPE.here(first=first.kind.label, second=second.kind.label))
    same_currency(types)
    common = common_type(types)
    return tuple(Constant(None, common) if node.type.kind is Kind.BLANK else node for node in nodes)


def _options(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Read texts as options of the choice that they stand beside, where they all are."""
    choice = next(node.type for node in nodes if node.type.kind is Kind.CHOICE)
    found = [
        find_option(str(n.value), choice) if isinstance(n, Constant) and is_text_constant(n) else n
        for n in nodes
    ]
    return nodes if None in found else tuple(node for node in found if node is not None)


def _are_alike(first: ValueType, second: ValueType) -> bool:
    if first.kind is Kind.RECORD and second.kind is Kind.RECORD:
        return first.form == second.form
    if first.kind is Kind.LIST and second.kind is Kind.LIST:
        return first.item == second.item
    return (
        first.kind is second.kind
        or {first.kind, second.kind} <= TEXTS
        or (first.is_numeric and second.is_numeric)
    )


def same_currency(types: tuple[ValueType, ...]) -> None:
    """Raise `Refusal` for money of two currencies."""
    found = list(dict.fromkeys(kind.currency for kind in types if kind.currency))
    if len(found) > 1:
        raise Refusal(CURRENCIES.here(first=found[0], second=found[1]))
