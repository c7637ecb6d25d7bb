"""Choices and conditions: IF, IFS, SWITCH, AND, OR, NOT, ISBLANK, WHENEMPTY."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func

from engine.expression.codes import WRONG_ARGUMENTS
from engine.expression.function import ANY, BOOLEANS, Example, Function, Parameter, common_type, same_as
from engine.expression.tree import Builder, Constant, Logic, Node, Not
from engine.problems import Refusal
from engine.texts import Text
from engine.values import BLANK, BOOLEAN, Value

_CONDITION = Parameter("condition", BOOLEANS)
_VALUE = Parameter("value", ANY)


def _if(build: Builder, arguments: tuple[Node, ...]) -> Node:
    otherwise = arguments[2] if len(arguments) == 3 else Constant(None, BLANK)
    return build.choose(build.condition(arguments[0]), arguments[1], otherwise)


def _ifs(build: Builder, arguments: tuple[Node, ...]) -> Node:
    if len(arguments) % 2:
        raise Refusal(build.refuse(WRONG_ARGUMENTS, signature=IFS.signature))
    result: Node = Constant(None, BLANK)
    for at in range(len(arguments) - 2, -1, -2):
        result = build.choose(build.condition(arguments[at]), arguments[at + 1], result)
    return result


def _switch(build: Builder, arguments: tuple[Node, ...]) -> Node:
    subject, rest = arguments[0], arguments[1:]
    result: Node = rest[-1] if len(rest) % 2 else Constant(None, BLANK)
    for at in range(len(rest) - len(rest) % 2 - 2, -1, -2):
        result = build.choose(build.apply("==", subject, rest[at]), rest[at + 1], result)
    return result


def _all(build: Builder, arguments: tuple[Node, ...]) -> Node:
    return Logic("and", tuple(build.condition(argument) for argument in arguments), BOOLEAN)


def _any(build: Builder, arguments: tuple[Node, ...]) -> Node:
    return Logic("or", tuple(build.condition(argument) for argument in arguments), BOOLEAN)


def _not(build: Builder, arguments: tuple[Node, ...]) -> Node:
    return Not(build.condition(arguments[0]), BOOLEAN)


def _when_empty(value: Value, otherwise: Value) -> Value:
    return otherwise if value is None else value


def _coalesce(_: object, *values: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(*values)


IF = Function(
    name="IF",
    doc=Text("条件成立时取前一个值,否则取后一个", "The first value if the condition holds, else the second"),
    category="logic",
    parameters=(_CONDITION, Parameter("then"), Parameter("otherwise", optional=True)),
    result=same_as(1),
    build=_if,
    examples=(Example("IF(3 > 2, 'yes', 'no')", "yes"), Example("IF(1 > 2, 'yes')", None)),
)
IFS = Function(
    name="IFS",
    doc=Text("依次看条件,取第一个成立的值", "The value behind the first condition that holds"),
    category="logic",
    parameters=(_CONDITION, Parameter("value"), Parameter("more", optional=True, repeated=True)),
    result=same_as(1),
    build=_ifs,
    examples=(Example("IFS(1 > 2, 'a', 2 > 1, 'b')", "b"),),
)
SWITCH = Function(
    name="SWITCH",
    doc=Text(
        "值等于哪一个,就取它后面的结果;最后可写一个其他情况的结果",
        "The result behind the case that the value equals; a last one alone is for all others",
    ),
    category="logic",
    parameters=(
        _VALUE,
        Parameter("case"),
        Parameter("result"),
        Parameter("more", optional=True, repeated=True),
    ),
    result=same_as(2),
    build=_switch,
    examples=(Example("SWITCH('b', 'a', 1, 'b', 2, 9)", Decimal(2)),),
)
AND = Function(
    name="AND",
    doc=Text("所有条件都成立", "Whether all conditions hold"),
    category="logic",
    parameters=(Parameter("condition", BOOLEANS, repeated=True),),
    result=BOOLEAN,
    build=_all,
    examples=(Example("AND(1 < 2, 2 < 3)", result=True),),
)
OR = Function(
    name="OR",
    doc=Text("至少一个条件成立", "Whether at least one condition holds"),
    category="logic",
    parameters=(Parameter("condition", BOOLEANS, repeated=True),),
    result=BOOLEAN,
    build=_any,
    examples=(Example("OR(1 > 2, 2 < 3)", result=True),),
)
NOT = Function(
    name="NOT",
    doc=Text("条件不成立", "Whether the condition does not hold"),
    category="logic",
    parameters=(_CONDITION,),
    result=BOOLEAN,
    build=_not,
    examples=(Example("NOT(1 > 2)", result=True),),
)
ISBLANK = Function(
    name="ISBLANK",
    doc=Text("值是空的", "Whether the value is blank"),
    category="logic",
    parameters=(_VALUE,),
    result=BOOLEAN,
    python=lambda value: value is None,
    postgres=lambda _, value: value.is_(None),
    sqlite=lambda _, value: value.is_(None),
    strict=False,
    on_blank="yes",
    examples=(Example("ISBLANK(blank)", result=True), Example("ISBLANK(0)", result=False)),
)
WHENEMPTY = Function(
    name="WHENEMPTY",
    doc=Text("值是空的时候用另一个值代替", "Another value where the first is blank"),
    category="logic",
    parameters=(_VALUE, Parameter("otherwise")),
    result=common_type,
    python=_when_empty,
    postgres=_coalesce,
    sqlite=_coalesce,
    strict=False,
    alike=True,
    examples=(Example("WHENEMPTY(blank, 'none')", "none"),),
)
