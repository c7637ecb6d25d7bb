"""Every operator of a filter, each as the expression that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from engine.expression.tree import Apply, Constant, Member, Node, Path
from engine.filters.contract import (
    MANY,
    Build,
    FilterOperator,
    Functions,
    all_of,
    any_of,
    compare,
    is_blank,
    is_filled,
    negate,
)
from engine.texts import Text
from engine.values import BOOLEAN, DATE, DEPARTMENT, NUMBER, TEXT, USER, USER_SHAPE, Kind, ValueType

_ORDERED = frozenset({Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.DATETIME, Kind.DURATION})
_DAYS = frozenset({Kind.DATE, Kind.DATETIME})
_WORDS = frozenset({Kind.TEXT})
_LISTS = frozenset({Kind.LIST})
_LINKS = frozenset({Kind.RECORD, Kind.USER, Kind.DEPARTMENT})
_ALL = frozenset(Kind) - {Kind.BLANK}
_SINGLE = _ALL - _LISTS
_MANY = _SINGLE - {Kind.BOOLEAN}


def _comparing(sign: str) -> Build:
    return lambda functions, node, values: compare(sign, node, values[0])


def _call(name: str) -> Build:
    return lambda functions, node, values: Apply(functions[name], (node, *values), BOOLEAN)


def _not(build: Build) -> Build:
    return lambda functions, node, values: negate(build(functions, node, values))


def _among(_: Functions, node: Node, values: tuple[Node, ...]) -> Node:
    return Member(node, values, negated=False, type=BOOLEAN)


def _each(combine: Callable[[tuple[Node, ...]], Node]) -> Build:
    """Ask whether a text or a list contains each, or one, of some values."""
    return lambda functions, node, values: combine(
        tuple(Apply(functions["CONTAINS"], (node, value), BOOLEAN) for value in values)
    )


def _same_items(functions: Functions, node: Node, values: tuple[Node, ...]) -> Node:
    """A list is the same as another when it has as many items and each of them."""
    if not values:
        return is_blank(node)
    wanted = tuple(dict.fromkeys(values))
    count = compare("==", _count(functions, node), Constant(Decimal(len(wanted)), NUMBER))
    return all_of((count, *(Apply(functions["CONTAINS"], (node, one), BOOLEAN) for one in wanted)))


def _count(functions: Functions, node: Node) -> Node:
    return Apply(functions["COUNTARRAY"], (node,), NUMBER)


def _counting(sign: str) -> Build:
    return lambda functions, node, values: compare(sign, _count(functions, node), values[0])


def _between(_: Functions, node: Node, values: tuple[Node, ...]) -> Node:
    """Both ends count; a blank end is open."""
    low, high = values
    parts = [compare(sign, node, end) for sign, end in ((">=", low), ("<=", high)) if not _blank(end)]
    return all_of((is_filled(node), *parts)) if not parts else all_of(tuple(parts))


def _blank(node: Node) -> bool:
    return isinstance(node, Constant) and node.value is None


def _below_path(functions: Functions, node: Node, values: tuple[Node, ...]) -> Node:
    """A text that is a path, or goes on below it: 浙江 / 杭州 lies below 浙江."""
    (value,) = values
    if not isinstance(value, Constant) or not isinstance(value.value, str):
        return Constant(False, BOOLEAN)  # noqa: FBT003  (the constant itself)
    starts = tuple(Constant(f"{value.value}{sign}", TEXT) for sign in ("/", " / "))
    begins = tuple(Apply(functions["STARTSWITH"], (node, start), BOOLEAN) for start in starts)
    return any_of((compare("==", node, value), *begins))


def _below_department(functions: Functions, node: Node, values: tuple[Node, ...]) -> Node:
    return Apply(functions["IS_WITHIN"], (node, values[0]), BOOLEAN)


def _under(functions: Functions, node: Node, values: tuple[Node, ...]) -> Node:
    build = _below_department if node.type.kind is Kind.DEPARTMENT else _below_path
    return build(functions, node, values)


# The person who asks.

_ME = Path("me", USER_SHAPE, (), USER)
_MY_DEPARTMENT = Path("me", USER_SHAPE, ("department",), DEPARTMENT)


def _is_me(functions: Functions, node: Node, _: tuple[Node, ...]) -> Node:
    if node.type.kind is Kind.LIST:
        return Apply(functions["CONTAINS"], (node, _ME), BOOLEAN)
    return compare("==", node, _ME)


def _reports_to_me(functions: Functions, node: Node, _: tuple[Node, ...]) -> Node:
    return Apply(functions["REPORTS_TO"], (node, _ME), BOOLEAN)


def _my_team(functions: Functions, node: Node, values: tuple[Node, ...]) -> Node:
    return any_of((_is_me(functions, node, values), _reports_to_me(functions, node, values)))


def _my_department(_: Functions, node: Node, __: tuple[Node, ...]) -> Node:
    """Who has no department has no department's records either."""
    return all_of((is_filled(node), compare("==", node, _MY_DEPARTMENT)))


def _my_departments(functions: Functions, node: Node, _: tuple[Node, ...]) -> Node:
    return Apply(functions["IS_WITHIN"], (node, _MY_DEPARTMENT), BOOLEAN)


def _is_true(_: Functions, node: Node, __: tuple[Node, ...]) -> Node:
    return compare("==", node, Constant(True, BOOLEAN))  # noqa: FBT003  (the constant itself)


def _op(
    name: str, label: Text, kinds: frozenset[Kind], values: int, build: Build, takes: ValueType | None = None
) -> FilterOperator:
    return FilterOperator(name, label, kinds, values, build, takes)


def _day(name: str, label: Text, for_days: Text, build: Build) -> FilterOperator:
    return FilterOperator(name, label, _ORDERED, 1, build, for_days=for_days)


_USERS = frozenset({Kind.USER})
_DEPARTMENTS = frozenset({Kind.DEPARTMENT})
_FLAGS = frozenset({Kind.BOOLEAN})
_contains, _starts, _ends = _call("CONTAINS"), _call("STARTSWITH"), _call("ENDSWITH")

_EQUAL = (
    _op("is", Text("等于", "is"), _SINGLE, 1, _comparing("==")),
    _op("not", Text("不等于", "is not"), _SINGLE, 1, _comparing("!=")),
    _op("in", Text("是其中之一", "is one of"), _MANY, MANY, _among),
    _op("not_in", Text("不是其中任何一个", "is none of"), _MANY, MANY, _not(_among)),
    _op("same", Text("正好是这些", "is exactly"), _LISTS, MANY, _same_items),
    _op("not_same", Text("不正好是这些", "is not exactly"), _LISTS, MANY, _not(_same_items)),
)
_PARTS = (
    _op("contains", Text("包含", "contains"), _WORDS | _LISTS, 1, _contains),
    _op("not_contains", Text("不包含", "does not contain"), _WORDS | _LISTS, 1, _not(_contains)),
    _op("contains_all", Text("包含全部", "contains all of"), _WORDS | _LISTS, MANY, _each(all_of)),
    _op("contains_any", Text("包含任一", "contains one of"), _WORDS | _LISTS, MANY, _each(any_of)),
    _op("contains_none", Text("都不包含", "contains none of"), _WORDS | _LISTS, MANY, _not(_each(any_of))),
    _op("starts", Text("开头是", "starts with"), _WORDS, 1, _starts),
    _op("not_starts", Text("开头不是", "does not start with"), _WORDS, 1, _not(_starts)),
    _op("ends", Text("结尾是", "ends with"), _WORDS, 1, _ends),
    _op("not_ends", Text("结尾不是", "does not end with"), _WORDS, 1, _not(_ends)),
    _op("below", Text("属于(含下级)", "is within"), _WORDS | _DEPARTMENTS, 1, _under),
    _op("not_below", Text("不属于(含下级)", "is not within"), _WORDS | _DEPARTMENTS, 1, _not(_under)),
)
_ORDER = (
    _day("gt", Text("大于", "is above"), Text("晚于", "is after"), _comparing(">")),
    _day("gte", Text("不小于", "is at least"), Text("不早于", "is on or after"), _comparing(">=")),
    _day("lt", Text("小于", "is below"), Text("早于", "is before"), _comparing("<")),
    _day("lte", Text("不大于", "is at most"), Text("不晚于", "is on or before"), _comparing("<=")),
    _op("between", Text("介于", "is between"), _ORDERED, 2, _between),
    _op("not_between", Text("不介于", "is not between"), _ORDERED, 2, _not(_between)),
)
_PERIODS = (
    FilterOperator("within", Text("在", "is in"), _DAYS, 2, _between, DATE, period=True),
    FilterOperator("not_within", Text("不在", "is not in"), _DAYS, 2, _not(_between), DATE, period=True),
    FilterOperator("today", Text("是今天", "is today"), _DAYS, 0, _between, DATE, period=True),
)
_PEOPLE = (
    _op("mine", Text("是我", "is me"), _USERS, 0, _is_me),
    _op("my_team", Text("是我或我的下级", "is me or reports to me"), _USERS, 0, _my_team),
    _op("my_reports", Text("是我的下级", "reports to me"), _USERS, 0, _reports_to_me),
    _op("includes_me", Text("包含我", "contains me"), _LISTS, 0, _is_me),
    _op("my_department", Text("是我的部门", "is my department"), _DEPARTMENTS, 0, _my_department),
    _op(
        "my_departments",
        Text("是我的部门或下级", "is my department or below"),
        _DEPARTMENTS,
        0,
        _my_departments,
    ),
)
_COUNTS = tuple(
    _op(f"count_{name}", Text(f"项数{zh}", f"has {en} items"), _LISTS, 1, _counting(sign), NUMBER)
    for name, zh, en, sign in (
        ("is", "等于", "exactly so many", "=="), ("gt", "多于", "more than so many", ">"),
        ("gte", "不少于", "at least so many", ">="), ("lt", "少于", "fewer than so many", "<"),
        ("lte", "不多于", "at most so many", "<="),
    )
)  # fmt: skip
_NAMES = tuple(
    FilterOperator(name, label, _LINKS, 1, build, TEXT, by_name=True)
    for name, label, build in (
        ("titled", Text("名称包含", "name contains"), _contains),
        ("not_titled", Text("名称不包含", "name does not contain"), _not(_contains)),
    )
)
_STATE = (
    _op("checked", Text("已勾选", "is checked"), _FLAGS, 0, _is_true),
    _op("unchecked", Text("未勾选", "is not checked"), _FLAGS, 0, _not(_is_true)),
    _op("empty", Text("是空的", "is empty"), _ALL, 0, lambda _, node, __: is_blank(node)),
    _op("filled", Text("不是空的", "is filled in"), _ALL, 0, lambda _, node, __: is_filled(node)),
)

OPERATORS: tuple[FilterOperator, ...] = (
    *_EQUAL, *_PARTS, *_ORDER, *_PERIODS, *_PEOPLE, *_NAMES, *_COUNTS, *_STATE,
)  # fmt: skip
BY_NAME: Mapping[str, FilterOperator] = {operator.name: operator for operator in OPERATORS}


def operators_for(kind: ValueType) -> tuple[FilterOperator, ...]:
    """Return the operators that fit a value type."""
    if kind.sealed:
        return tuple(operator for operator in OPERATORS if operator.name in ("empty", "filled"))
    return tuple(
        operator for operator in OPERATORS if kind.kind in operator.kinds and _fits_items(operator, kind)
    )


def _fits_items(operator: FilterOperator, kind: ValueType) -> bool:
    """Tell whether a list's items can be asked for at all, and whether they are people."""
    if kind.kind is not Kind.LIST:
        return True
    item = kind.item.kind if kind.item else Kind.TEXT
    return operator.name != "includes_me" or item is Kind.USER
