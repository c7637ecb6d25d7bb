"""Parts of texts: LEFT, RIGHT, MID, LOWER, UPPER, TRIM, CLEAN, STRREVERSE, REPT, LEN and CONCAT.

Lengths and places count characters, as people do. An empty text is blank.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, cast, func

from engine.expression.characters import BLANKS, CONTROLS, lower, upper
from engine.expression.function import DATES, NUMBERS, TEXTS, Example, Function, Parameter, kernel
from engine.expression.tree import Builder, Node
from engine.texts import Text
from engine.values import NUMBER, TEXT, TEXT_LIMIT, Kind, Value

_TEXT = Parameter("text", TEXTS)
_COUNT = Parameter("count", NUMBERS)
_SOME = Parameter("count", NUMBERS, optional=True)
_DELETED = dict.fromkeys(map(ord, CONTROLS))
_ONE = Decimal(1)
_MOST = 1_000_000_000


def _whole(number: Decimal) -> int:
    """Cut off the fraction; very large numbers are cut too, as in the database."""
    return max(-_MOST, min(_MOST, int(number)))


def _left(text: str, count: Decimal = _ONE) -> Value:
    return text[: max(_whole(count), 0)]


def _right(text: str, count: Decimal = _ONE) -> Value:
    kept = max(_whole(count), 0)
    return text[-kept:] if kept else None


def _mid(text: str, start: Decimal, count: Decimal) -> Value:
    first = _whole(start) - 1
    return text[first : first + max(_whole(count), 0)] if first >= 0 else None


def _repeat(text: str, count: Decimal) -> Value:
    times = _whole(count)
    return text * times if times >= 1 and len(text) * times <= TEXT_LIMIT else None


def _join(*parts: str | None) -> Value:
    return "".join(part for part in parts if part)


def _concat(build: Builder, arguments: tuple[Node, ...]) -> Node:
    """Turn numbers and dates to text, then join."""
    return build.apply("CONCAT", *(_as_text(build, argument) for argument in arguments))


def _as_text(build: Builder, node: Node) -> Node:
    if node.type.kind is Kind.DATETIME:
        return build.apply("DATETIME_FORMAT", node)
    return build.apply("TEXT", node) if node.type.kind in NUMBERS | DATES else node


def _postgres_concat(_: object, *parts: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.q_text(func.concat(*parts))


def _concatenation(name: str, doc: Text) -> Function:
    return Function(
        name=name,
        doc=doc,
        category="text",
        parameters=(Parameter("value", TEXTS | NUMBERS | DATES, repeated=True),),
        result=TEXT,
        python=_join,
        postgres=_postgres_concat,
        strict=False,
        build=_concat,
        examples=(Example(f"{name}('共', 3, '件')", "共3件"), Example(f"{name}('a', blank)", "a")),
    )


CONCAT = _concatenation(
    "CONCAT", Text("把几个值连成一段文字,空的不算", "Join values to one text; blanks are skipped")
)
CONCATENATE = _concatenation("CONCATENATE", Text("同 CONCAT", "The same as CONCAT"))
LEFT = Function(
    name="LEFT",
    doc=Text("左边的几个字,不写是 1 个", "The first characters; one if no number is given"),
    category="text",
    parameters=(_TEXT, _SOME),
    result=TEXT,
    python=_left,
    postgres=kernel("q_left", 1),
    examples=(Example("LEFT('客户名称', 2)", "客户"), Example("LEFT('abc')", "a")),
)
RIGHT = Function(
    name="RIGHT",
    doc=Text("右边的几个字,不写是 1 个", "The last characters; one if no number is given"),
    category="text",
    parameters=(_TEXT, _SOME),
    result=TEXT,
    python=_right,
    postgres=kernel("q_right", 1),
    examples=(Example("RIGHT('客户名称', 2)", "名称"), Example("RIGHT('abc', 0)", None)),
)
MID = Function(
    name="MID",
    doc=Text("从第几个字起取几个字", "Characters from a place on, counted from 1"),
    category="text",
    parameters=(_TEXT, Parameter("start", NUMBERS), _COUNT),
    result=TEXT,
    python=_mid,
    postgres=kernel("q_mid"),
    examples=(Example("MID('客户名称', 2, 2)", "户名"), Example("MID('abc', 0, 1)", None)),
)
LOWER = Function(
    name="LOWER",
    doc=Text("字母变小写", "The text in small letters"),
    category="text",
    parameters=(_TEXT,),
    result=TEXT,
    python=lower,
    postgres=kernel("q_lower"),
    examples=(Example("LOWER('VIP 客户')", "vip 客户"),),
)
UPPER = Function(
    name="UPPER",
    doc=Text("字母变大写", "The text in capitals"),
    category="text",
    parameters=(_TEXT,),
    result=TEXT,
    python=upper,
    postgres=kernel("q_upper"),
    examples=(Example("UPPER('vip 客户')", "VIP 客户"),),
)
TRIM = Function(
    name="TRIM",
    doc=Text("去掉两头的空白,全角空格也算", "The text without blanks at both ends"),
    category="text",
    parameters=(_TEXT,),
    result=TEXT,
    python=lambda text: text.strip(BLANKS),
    postgres=kernel("q_trim"),
    examples=(Example("TRIM('  a b ')", "a b"), Example("TRIM('  ')", None)),
)
CLEAN = Function(
    name="CLEAN",
    doc=Text("去掉看不见的控制字符和换行", "The text without line breaks and other control characters"),
    category="text",
    parameters=(_TEXT,),
    result=TEXT,
    python=lambda text: text.translate(_DELETED),
    postgres=kernel("q_clean"),
    examples=(Example("CLEAN('abc')", "abc"),),
)
STRREVERSE = Function(
    name="STRREVERSE",
    doc=Text("把文字倒过来", "The text backwards"),
    category="text",
    parameters=(_TEXT,),
    result=TEXT,
    python=lambda text: text[::-1],
    postgres=lambda _, text: func.reverse(text),
    examples=(Example("STRREVERSE('上海')", "海上"),),
)
REPT = Function(
    name="REPT",
    doc=Text("把文字重复几遍;超过一万字是空", "The text several times over; blank beyond 10,000 characters"),
    category="text",
    parameters=(_TEXT, _COUNT),
    result=TEXT,
    python=_repeat,
    postgres=kernel("q_repeat"),
    examples=(Example("REPT('*', 3)", "***"), Example("REPT('*', 99999)", None)),
)
LEN = Function(
    name="LEN",
    doc=Text("有几个字;空的是 0", "How many characters; 0 for a blank"),
    category="text",
    parameters=(_TEXT,),
    result=NUMBER,
    python=lambda text: Decimal(len(text or "")),
    postgres=lambda _, text: cast(func.coalesce(func.char_length(text), 0), Numeric),
    strict=False,
    examples=(Example("LEN('客户')", Decimal(2)), Example("LEN(blank)", Decimal(0))),
)
