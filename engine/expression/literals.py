"""Text constants that stand for something else: a date, a moment, one of a choice's options."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from engine.expression.codes import NOT_A_DATE, NOT_AN_OPTION
from engine.expression.operators import TO_MOMENT
from engine.expression.tree import Apply, Constant, Node
from engine.problems import Refusal, suggest
from engine.values import DATE, DATETIME, NUMBER, Kind, ValueType

_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?")


def is_text_constant(node: Node) -> bool:
    """Tell whether a node is a text that a person wrote in quotes."""
    return isinstance(node, Constant) and isinstance(node.value, str) and node.type.kind is Kind.TEXT


def read_as(node: Node, wanted: ValueType) -> Node:
    """Read a text constant as what it stands beside: a date, a moment or an option.

    Any other node is returned as it is. Raises `Refusal` for a text that is no date or no option.
    """
    if not is_text_constant(node) or not isinstance(node, Constant):
        return node
    text = str(node.value)
    match wanted.kind:
        case Kind.CHOICE:
            return read_option(text, wanted)
        case Kind.DATE:
            return _read_date(text, clock=False)
        case Kind.DATETIME:
            return _read_date(text, clock=True)
        case _:
            return node


def find_option(text: str, kind: ValueType) -> Constant | None:
    """Return the option whose key or label this is."""
    for option in kind.options:
        if text in (option.key, option.label.zh, option.label.en):
            return Constant(option.key, kind)
    return None


def read_option(text: str, kind: ValueType) -> Constant:
    """Return the option whose key or label this is; raises `Refusal` if there is none."""
    found = find_option(text, kind)
    if found is not None:
        return found
    known = [word for option in kind.options for word in (option.key, option.label.zh, option.label.en)]
    options = "、".join(option.key for option in kind.options)
    problem = NOT_AN_OPTION.here(value=text, options=options, suggestions=suggest(text, dict.fromkeys(known)))
    raise Refusal(problem)


def _read_date(text: str, *, clock: bool) -> Node:
    """Read "2026-11-22", and with `clock` also "2026-11-22 18:30", which is of the app's time zone."""
    found = _DATE.fullmatch(text)
    if found is None or (found[4] and not clock):
        raise Refusal(NOT_A_DATE.here(value=text))
    hour, minute, second = (int(part or 0) for part in found.groups()[3:])
    try:
        day = Constant(date(int(found[1]), int(found[2]), int(found[3])), DATE)
    except ValueError as error:
        raise Refusal(NOT_A_DATE.here(value=text)) from error
    if not found[4]:
        return day
    if hour > 23 or minute > 59 or second > 59:
        raise Refusal(NOT_A_DATE.here(value=text))
    seconds = Constant(Decimal(hour * 3600 + minute * 60 + second), NUMBER)
    return Apply(TO_MOMENT, (day, seconds), DATETIME)
