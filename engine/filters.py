"""The filters that people choose: an operator and values, turned into an expression like any other.

`f=budget:gt:50000` in an address, a row of the filter builder and a saved view all become an `Expression`,
so a filter means in the database exactly what the same words mean in a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.expression import operators
from engine.expression.check import Environment
from engine.expression.evaluate import to_program
from engine.expression.function import Function
from engine.expression.parse import parse
from engine.expression.tree import Apply, Clock, Constant, Expression, Logic, Member, Node, Not, Path
from engine.parsing import parse_value
from engine.problems import ProblemCode, Refusal, suggest
from engine.texts import Text
from engine.values import BLANK, BOOLEAN, DATE, USER, USER_SHAPE, Kind, ValueType

UNKNOWN_OPERATOR = ProblemCode(
    "unknown-operator",
    Text("这类字段不能用「{operator}」筛选", "A field of this kind cannot be filtered by '{operator}'"),
    Text("可用的有:{operators}", "Use one of: {operators}"),
)

_ORDERED = frozenset({Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.DATETIME, Kind.DURATION})
_WORDS = frozenset({Kind.TEXT})
_PICKED = frozenset({Kind.CHOICE, Kind.USER, Kind.DEPARTMENT, Kind.RECORD})
_ALL = frozenset(Kind) - {Kind.BLANK}

Functions = Mapping[str, Function]
Build = Callable[[Functions, Node, tuple[Node, ...]], Node]


@dataclass(frozen=True, slots=True)
class FilterOperator:
    """One operator: its word in addresses, its label, the kinds it fits, and the condition it stands for.

    values: how many values it takes: 0, 1, or -1 for a list.
    """

    name: str
    label: Text
    kinds: frozenset[Kind]
    values: int
    build: Build


def _compare(sign: str) -> Build:
    return lambda functions, node, values: Apply(operators.COMPARISONS[sign], (node, values[0]), BOOLEAN)


def _call(name: str) -> Build:
    return lambda functions, node, values: Apply(functions[name], (node, *values), BOOLEAN)


def _is_me(_: Functions, node: Node, __: tuple[Node, ...]) -> Node:
    return Apply(operators.COMPARISONS["=="], (node, Path("me", USER_SHAPE, (), USER)), BOOLEAN)


def _is_blank(_: Functions, node: Node, __: tuple[Node, ...]) -> Node:
    return Apply(operators.COMPARISONS["=="], (node, Constant(None, BLANK)), BOOLEAN)


def _is_today(_: Functions, node: Node, __: tuple[Node, ...]) -> Node:
    return Apply(operators.COMPARISONS["=="], (_as_day(node), Clock("today", DATE)), BOOLEAN)


OPERATORS: tuple[FilterOperator, ...] = (
    FilterOperator("is", Text("等于", "is"), _ALL, 1, _compare("==")),
    FilterOperator("not", Text("不等于", "is not"), _ALL, 1, _compare("!=")),
    FilterOperator(
        "in",
        Text("是其中之一", "is one of"),
        _PICKED | _WORDS,
        -1,
        lambda _, node, values: Member(node, values, negated=False, type=BOOLEAN),
    ),
    FilterOperator("contains", Text("包含", "contains"), _WORDS, 1, _call("CONTAINS")),
    FilterOperator("starts", Text("开头是", "starts with"), _WORDS, 1, _call("STARTSWITH")),
    FilterOperator("gt", Text("大于", "is above"), _ORDERED, 1, _compare(">")),
    FilterOperator("gte", Text("不小于", "is at least"), _ORDERED, 1, _compare(">=")),
    FilterOperator("lt", Text("小于", "is below"), _ORDERED, 1, _compare("<")),
    FilterOperator("lte", Text("不大于", "is at most"), _ORDERED, 1, _compare("<=")),
    FilterOperator("today", Text("是今天", "is today"), frozenset({Kind.DATE, Kind.DATETIME}), 0, _is_today),
    FilterOperator("mine", Text("是我", "is me"), frozenset({Kind.USER}), 0, _is_me),
    FilterOperator("empty", Text("是空的", "is empty"), _ALL, 0, _is_blank),
    FilterOperator(
        "filled", Text("不是空的", "is filled in"), _ALL, 0, lambda f, n, v: Not(_is_blank(f, n, v), BOOLEAN)
    ),
)
BY_NAME: Mapping[str, FilterOperator] = {operator.name: operator for operator in OPERATORS}


def operators_for(kind: ValueType) -> tuple[FilterOperator, ...]:
    """Return the operators that fit a value type."""
    return tuple(operator for operator in OPERATORS if kind.kind in operator.kinds)


def build_filter(
    path: str, operator: str, value: str, environment: Environment, zone: ZoneInfo
) -> Expression:
    """Return the condition for one filter.

    path: the field, dotted through links; value: as it stands in an address, the items of a list by comma.
    Raises `Refusal` for an unknown field, an operator that does not fit or a value that is none.
    """
    field = parse(path, environment)
    kind = field.type
    found = BY_NAME.get(operator)
    if found is None or kind.kind not in found.kinds or not isinstance(field.tree, Path):
        fitting = operators_for(kind)
        names = Text("、".join(one.label.zh for one in fitting), ", ".join(one.name for one in fitting))
        near = suggest(operator, [one.name for one in fitting])
        raise Refusal(UNKNOWN_OPERATOR.here(operator=operator, operators=names, suggestions=near))
    words = [] if found.values == 0 else value.split(",") if found.values < 0 else [value]
    node, kind = _comparable(field.tree, words)
    values = tuple(Constant(parse_value(word, kind, zone), kind) for word in words)
    tree = found.build(environment.functions, node, values)
    return Expression(f"{path} {operator} {value}", None, tree, to_program(tree), field.reads)


def both(conditions: tuple[Expression, ...]) -> Expression | None:
    """Return the condition that all of `conditions` hold; None for none."""
    if len(conditions) <= 1:
        return conditions[0] if conditions else None
    tree = Logic("and", tuple(condition.tree for condition in conditions), BOOLEAN)
    source = " and ".join(f"({condition.source})" for condition in conditions)
    reads = frozenset(read for condition in conditions for read in condition.reads)
    return Expression(source, None, tree, to_program(tree), reads)


def _comparable(node: Path, words: list[str]) -> tuple[Node, ValueType]:
    """Compare a moment with a plain date by its day, and numbers with any number of digits."""
    if node.type.kind is Kind.DATETIME and all(len(word.strip()) <= 11 for word in words):
        return _as_day(node), DATE
    if node.type.is_numeric:
        return node, ValueType(node.type.kind, currency=node.type.currency)
    return node, node.type


def _as_day(node: Node) -> Node:
    return Apply(operators.TO_DATE, (node,), DATE) if node.type.kind is Kind.DATETIME else node
