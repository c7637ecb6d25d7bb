"""Finding and replacing in texts and lists: FIND, SEARCH, CONTAINS, STARTSWITH, ENDSWITH, COUNTCHAR,
REPLACE, SUBSTITUTE, SPLIT_PART, COUNTARRAY.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, and_, cast, false, func, select
from sqlalchemy.dialects.postgresql import JSONB

from engine.columns import JsonTuple
from engine.expression.characters import lower
from engine.expression.codes import WRONG_ARGUMENTS
from engine.expression.function import NUMBERS, TEXTS, Example, Function, Parameter, kernel
from engine.expression.tree import Builder, Constant, Node
from engine.problems import Refusal
from engine.texts import Text
from engine.values import BOOLEAN, NUMBER, TEXT, TEXT_LIMIT, Kind, Value

Element = ColumnElement[Any]
_TEXT = Parameter("text", TEXTS)
_PART = Parameter("part", TEXTS)
_START = Parameter("start", NUMBERS, optional=True)
_ITEMS = frozenset({Kind.TEXT, Kind.CHOICE, Kind.USER, Kind.DEPARTMENT, Kind.RECORD, Kind.FILE})
_LISTS = frozenset({Kind.LIST})
_ONE = Decimal(1)
_MOST = 1_000_000_000


def _whole(number: Decimal) -> int:
    return max(-_MOST, min(_MOST, int(number)))


def _find(part: str, text: str, start: Decimal = _ONE) -> Value:
    first = _whole(start) - 1
    found = text.find(part, first) if first >= 0 else -1
    return Decimal(found + 1) if found >= 0 else None


def _search(part: str, text: str, start: Decimal = _ONE) -> Value:
    return _find(lower(part), lower(text), start)


def _contains(whole: Any, part: Any) -> bool:
    return whole is not None and part is not None and part in whole


def _replace(text: str | None, start: Decimal | None, count: Decimal | None, new: str | None) -> Value:
    if text is None or start is None or count is None or _whole(start) < 1:
        return None
    first = _whole(start) - 1
    return text[:first] + (new or "") + text[first + max(_whole(count), 0) :]


def _substitute(text: str | None, old: str | None, new: str | None) -> Value:
    if text is None or old is None:
        return text
    grown = len(text) + text.count(old) * (len(new or "") - len(old))
    return text.replace(old, new or "") if grown <= TEXT_LIMIT else None


def _split_part(text: str, separator: str, place: Decimal) -> Value:
    parts, wanted = text.split(separator), _whole(place)
    return parts[wanted - 1] if 1 <= wanted <= len(parts) else None


def _yes(condition: Element) -> Element:
    return func.coalesce(condition, false())


def _is_list(element: Element) -> bool:
    return isinstance(element.type, JsonTuple)


def _postgres_contains(_: object, whole: Element, part: Element) -> Element:
    if _is_list(whole):
        return _yes(cast(whole, JSONB).op("@>")(func.to_jsonb(part)))
    return _yes(func.strpos(whole, part) > 0)


def _sqlite_contains(_: object, whole: Element, part: Element) -> Element:
    if _is_list(whole):
        items = func.json_each(whole).table_valued("value")
        found = select(items.c.value).where(items.c.value == part).correlate_except(items)
        return and_(part.is_not(None), found.exists())
    return _yes(func.instr(whole, part) > 0)


def _check_contains(build: Builder, arguments: tuple[Node, ...]) -> Node:
    """A list takes a value of its own kind, a text takes a text."""
    whole, part = arguments
    if Kind.BLANK in (whole.type.kind, part.type.kind):
        return Constant(False, BOOLEAN)  # noqa: FBT003  (the constant itself)
    item = whole.type.item.kind if whole.type.item else Kind.TEXT
    if part.type.kind is not item and not {part.type.kind, item} <= TEXTS:
        raise Refusal(build.refuse(WRONG_ARGUMENTS, signature=CONTAINS.signature))
    return build.apply("CONTAINS", whole, part)


FIND = Function(
    name="FIND",
    doc=Text(
        "从第几个字开始出现,没有就是空",
        "The place where a part begins, counted from 1; blank if it is not there",
    ),
    category="text",
    parameters=(_PART, _TEXT, _START),
    result=NUMBER,
    python=_find,
    postgres=kernel("q_find", 1, least=2),
    examples=(Example("FIND('b', 'abcb')", Decimal(2)), Example("FIND('b', 'abcb', 3)", Decimal(4))),
)
SEARCH = Function(
    name="SEARCH",
    doc=Text("同 FIND,不分大小写", "As FIND, but capitals and small letters are the same"),
    category="text",
    parameters=(_PART, _TEXT, _START),
    result=NUMBER,
    python=_search,
    postgres=lambda _, part, text, start=1: func.q_find(func.q_lower(part), func.q_lower(text), start),
    examples=(Example("SEARCH('B', 'abc')", Decimal(2)), Example("SEARCH('x', 'abc')", None)),
)
CONTAINS = Function(
    name="CONTAINS",
    doc=Text("文字里有这一段,或列表里有这一项", "Whether a text has this part, or a list this item"),
    category="text",
    parameters=(Parameter("whole", TEXTS | _LISTS), Parameter("part", _ITEMS)),
    result=BOOLEAN,
    python=_contains,
    postgres=_postgres_contains,
    sqlite=_sqlite_contains,
    strict=False,
    build=_check_contains,
    examples=(
        Example("CONTAINS('上海分公司', '上海')", result=True),
        Example("CONTAINS(blank, 'a')", result=False),
    ),
)
STARTSWITH = Function(
    name="STARTSWITH",
    doc=Text("文字以这一段开头", "Whether a text begins with this part"),
    category="text",
    parameters=(_TEXT, _PART),
    result=BOOLEAN,
    python=lambda text, part: text is not None and part is not None and text.startswith(part),
    postgres=lambda _, text, part: _yes(func.starts_with(text, part)),
    sqlite=lambda _, text, part: _yes(func.substr(text, 1, func.length(part)) == part),
    strict=False,
    examples=(Example("STARTSWITH('上海分公司', '上海')", result=True),),
)
ENDSWITH = Function(
    name="ENDSWITH",
    doc=Text("文字以这一段结尾", "Whether a text ends with this part"),
    category="text",
    parameters=(_TEXT, _PART),
    result=BOOLEAN,
    python=lambda text, part: text is not None and part is not None and text.endswith(part),
    postgres=lambda _, text, part: _yes(func.right(text, func.char_length(part)) == part),
    strict=False,
    examples=(Example("ENDSWITH('上海分公司', '公司')", result=True),),
)
COUNTCHAR = Function(
    name="COUNTCHAR",
    doc=Text("这一段出现几次", "How often a part occurs"),
    category="text",
    parameters=(_TEXT, _PART),
    result=NUMBER,
    python=lambda text, part: Decimal(text.count(part)),
    postgres=kernel("q_count"),
    examples=(Example("COUNTCHAR('banana', 'an')", Decimal(2)),),
)
REPLACE = Function(
    name="REPLACE",
    doc=Text(
        "把从第几个字起的几个字换掉;新的可以是空",
        "Put another text in place of some characters; it may be blank",
    ),
    category="text",
    parameters=(_TEXT, Parameter("start", NUMBERS), Parameter("count", NUMBERS), Parameter("new", TEXTS)),
    result=TEXT,
    python=_replace,
    postgres=kernel("q_put"),
    strict=False,
    examples=(Example("REPLACE('13812345678', 4, 4, '****')", "138****5678"),),
)
SUBSTITUTE = Function(
    name="SUBSTITUTE",
    doc=Text(
        "把每一处旧的换成新的;新的可以是空", "Replace each occurrence of a part; the new one may be blank"
    ),
    category="text",
    parameters=(_TEXT, Parameter("old", TEXTS), Parameter("new", TEXTS)),
    result=TEXT,
    python=_substitute,
    postgres=kernel("q_substitute"),
    strict=False,
    examples=(Example("SUBSTITUTE('a-b-c', '-', '')", "abc"),),
)
SPLIT_PART = Function(
    name="SPLIT_PART",
    doc=Text("按分隔符拆开,取第几段", "The part at a place when a text is split, counted from 1"),
    category="text",
    parameters=(_TEXT, Parameter("separator", TEXTS), Parameter("place", NUMBERS)),
    result=TEXT,
    python=_split_part,
    postgres=kernel("q_part"),
    examples=(Example("SPLIT_PART('2026-11-22', '-', 2)", "11"), Example("SPLIT_PART('a', '-', 2)", None)),
)
COUNTARRAY = Function(
    name="COUNTARRAY",
    doc=Text("列表里有几项;空的是 0", "How many items a list has; 0 for a blank"),
    category="text",
    parameters=(Parameter("list", _LISTS),),
    result=NUMBER,
    python=lambda items: Decimal(len(items or ())),
    postgres=lambda _, items: cast(func.coalesce(func.jsonb_array_length(cast(items, JSONB)), 0), Numeric),
    sqlite=lambda _, items: func.q_number(func.coalesce(func.json_array_length(items), 0), 0),
    strict=False,
    examples=(Example("COUNTARRAY(blank)", Decimal(0)),),
)
