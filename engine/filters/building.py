"""From a field, an operator's word and a value as an address writes it to a checked expression."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal
from zoneinfo import ZoneInfo

from engine.expression.check import Environment
from engine.expression.evaluate import to_program
from engine.expression.parse import parse
from engine.expression.tree import Constant, Expression, Logic, Node, Path
from engine.filters.contract import FilterOperator
from engine.filters.days import as_day, find_period, find_point, unknown_period
from engine.filters.operators import BY_NAME, operators_for
from engine.parsing import parse_value
from engine.problems import Problem, ProblemCode, Refusal, suggest
from engine.texts import Text
from engine.values import BOOLEAN, DATE, TEXT, Kind, ValueType

UNKNOWN_OPERATOR = ProblemCode(
    "unknown-operator",
    Text("这类字段不能用「{operator}」筛选", "A field of this kind cannot be filtered by '{operator}'"),
    Text("可用的有:{operators}", "Use one of: {operators}"),
)
WRONG_COUNT = ProblemCode(
    "two-values-needed",
    Text("「{operator}」要两个值,用逗号隔开", "'{operator}' takes two values with a comma between them"),
    Text("例如 10,20;留空的一头不限", "For example 10,20; an end that is left out is open"),
)
_COMMA = re.compile(r"(?<!\\),")


def split_values(text: str) -> list[str]:
    r"""Return the values of a list as an address writes it; a comma within one is written `\,`.

    >>> split_values(r"a,b\,c")
    ['a', 'b,c']
    """
    return [part.replace("\\,", ",") for part in _COMMA.split(text)] if text else []


def join_values(values: list[str]) -> str:
    """Write values as one text that `split_values` reads."""
    return ",".join(value.replace(",", "\\,") for value in values)


def build_filter(  # noqa: PLR0913 - what a filter is, and where its words mean something
    path: str,
    operator: str,
    value: str,
    environment: Environment,
    zone: ZoneInfo,
    naming: Callable[[ValueType], str] = lambda _: "name",
) -> Expression:
    """Return the condition for one filter.

    path: the field, dotted through links; value: as it stands in an address, the items of a list by comma.
    naming: gives the field that names what a value refers to.
    Raises `Refusal` for an unknown field, an operator that does not fit or a value that is none.
    """
    field = parse(path, environment)
    found = BY_NAME.get(operator)
    if found is None or not isinstance(field.tree, Path) or found not in operators_for(field.type):
        raise Refusal(_unknown(operator, field.type))
    if found.by_name:
        name = naming(field.type)
        kind, field = field.type, parse(f"{path}.{name}", environment) if name else field
        if field.type.kind not in (Kind.TEXT, Kind.CHOICE) or not isinstance(field.tree, Path):
            raise Refusal(_unknown(operator, kind))
    node, values = _operands(found, field.tree, value, environment, zone)
    tree = found.build(environment.functions, node, values)
    return Expression(f"{path} {operator} {value}", None, tree, to_program(tree), field.reads)


def _unknown(operator: str, kind: ValueType) -> Problem:
    fitting = operators_for(kind)
    names = Text("、".join(one.label.zh for one in fitting), ", ".join(one.name for one in fitting))
    near = suggest(operator[:40], [one.name for one in fitting])
    shown = operator if len(operator) <= 40 else f"{operator[:39]}…"
    return UNKNOWN_OPERATOR.here(operator=shown, operators=names, suggestions=near)


def both(conditions: tuple[Expression, ...]) -> Expression | None:
    """Return the condition that all of `conditions` hold; None for none."""
    return _joined("and", conditions)


def either(conditions: tuple[Expression, ...]) -> Expression | None:
    """Return the condition that one of `conditions` holds; None for none."""
    return _joined("or", conditions)


def _joined(operator: Literal["and", "or"], conditions: tuple[Expression, ...]) -> Expression | None:
    if len(conditions) <= 1:
        return conditions[0] if conditions else None
    tree = Logic(operator, tuple(condition.tree for condition in conditions), BOOLEAN)
    source = f" {operator} ".join(f"({condition.source})" for condition in conditions)
    reads = frozenset(read for condition in conditions for read in condition.reads)
    return Expression(source, None, tree, to_program(tree), reads)


# Values.


def _operands(
    operator: FilterOperator, node: Node, value: str, environment: Environment, zone: ZoneInfo
) -> tuple[Node, tuple[Node, ...]]:
    """Return the field and the values in forms that compare."""
    if operator.period:
        period = find_period(operator.name if operator.values == 0 else value)
        if period is None:
            raise Refusal(unknown_period(value))
        return as_day(node), period.nodes(environment.functions)
    words = _words(operator, value)
    points = [_point(node, word, environment) for word in words]
    node, kind = _comparable(node, words, [point is not None for point in points])
    kind = operator.takes or kind
    return node, tuple(
        point or Constant(parse_value(word, kind, zone), kind)
        for word, point in zip(words, points, strict=True)
    )


def _words(operator: FilterOperator, value: str) -> list[str]:
    if operator.values in (0, 1):
        return [value] * operator.values
    words = split_values(value)
    if operator.values == 2 and len(words) != 2:
        raise Refusal(WRONG_COUNT.here(operator=operator.label))
    return words


def _point(node: Node, word: str, environment: Environment) -> Node | None:
    """Return the day that moves with the clock which a word names, where days are compared."""
    if node.type.kind not in (Kind.DATE, Kind.DATETIME):
        return None
    point = find_point(word, environment.functions)
    return point.node if point else None


def _comparable(node: Node, words: list[str], moving: list[bool]) -> tuple[Node, ValueType]:
    """Compare a moment with a plain date by its day, and numbers with any number of digits."""
    kind = node.type
    if kind.kind is Kind.LIST:
        return node, kind.item or TEXT
    if kind.kind is Kind.DATETIME:
        days = [moves or len(word.strip()) <= 11 for word, moves in zip(words, moving, strict=True)]
        if all(days) or any(moving):
            return as_day(node), DATE
    if kind.is_numeric:
        return node, ValueType(kind.kind, currency=kind.currency)
    return node, kind
