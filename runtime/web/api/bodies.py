"""Reading the body of a request: JSON, strictly.

What two readers could understand in two ways is refused: the same key twice, NaN, half of a character pair,
a byte order mark; and what only costs memory: deep nesting, numbers of a hundred digits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from decimal import Decimal
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from engine.problems import ProblemCode, Refusal, suggest
from engine.texts import Text

MOST_DEPTH = 20
_MOST_DIGITS = 60

BAD_JSON = ProblemCode(
    "bad-json",
    Text("请求的内容不是合法的 JSON:{reason}", "The body of the request is not sound JSON: {reason}"),
    Text("发送 UTF-8 编码的 JSON 对象", "Send a JSON object in UTF-8"),
)
UNKNOWN_BODY_KEY = ProblemCode(
    "unknown-body-key",
    Text("请求里没有「{key}」这一项", "The request has no '{key}'"),
    Text("可用的有:{known}", "There are: {known}"),
)
WRONG_BODY_VALUE = ProblemCode(
    "wrong-body-value",
    Text("「{key}」应为{expected}", "'{key}' must be {expected}"),
    Text("改成{expected}", "Send {expected}"),
)

OBJECT = Text("一个对象", "an object")
LIST = Text("一个列表", "a list")
WHOLE = Text("正整数", "a whole number above 0")
TEXT_VALUE = Text("一段文字", "a text")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_REASONS = {
    "deep": Text(f"嵌套超过 {MOST_DEPTH} 层", f"it is nested more than {MOST_DEPTH} deep"),
    "twice": Text("有一项写了两次", "a key stands there twice"),
    "number": Text("有不能用的数字", "it has a number that cannot be used"),
    "characters": Text("有残缺的字符", "it has half a character"),
    "encoding": Text("不是 UTF-8", "it is not UTF-8"),
    "syntax": Text("写法不对", "its syntax is wrong"),
}


def read_json_body(known: Collection[str], *, required: Collection[str] = ()) -> dict[str, Any]:
    """Return the JSON object that the request carries, with numbers as `int` and `Decimal`.

    known: the keys that it may have. A request without a body counts as `{}`.
    Raises `Refusal` where it is no such object; 415 where it is not sent as JSON, so that no form of
    another site can send it.
    """
    raw = request.get_data(cache=True)
    if raw and request.mimetype != "application/json":
        raise UnsupportedMediaType("application/json")
    body = parse_json(raw) if raw else {}
    if not isinstance(body, dict):
        raise Refusal(WRONG_BODY_VALUE.here(key="body", expected=OBJECT))
    check_keys(body, known, required)
    return body


def check_keys(entry: dict[str, Any], known: Collection[str], required: Collection[str] = ()) -> None:
    """Raise `Refusal` for a key that means nothing here or that is missing."""
    names = ", ".join(known) or "-"
    for key in entry:
        if key not in known:
            raise Refusal(
                UNKNOWN_BODY_KEY.here(key=_short(key), known=names, suggestions=suggest(key[:100], known))
            )
    for key in required:
        if key not in entry:
            raise Refusal(WRONG_BODY_VALUE.here(key=key, expected=OBJECT))


def as_object(value: object, key: str) -> dict[str, Any]:
    """Return a value that must be an object. Raises `Refusal`."""
    if not isinstance(value, dict):
        raise Refusal(WRONG_BODY_VALUE.here(key=key, expected=OBJECT))
    return value


def as_list(value: object, key: str) -> list[Any]:
    """Return a value that must be a list. Raises `Refusal`."""
    if not isinstance(value, list):
        raise Refusal(WRONG_BODY_VALUE.here(key=key, expected=LIST))
    return value


def as_whole(value: object, key: str) -> int:
    """Return a value that must be a whole number above 0. Raises `Refusal`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**53:
        raise Refusal(WRONG_BODY_VALUE.here(key=key, expected=WHOLE))
    return value


def parse_json(raw: bytes) -> Any:
    """Return the value of a JSON text from outside. Raises `Refusal`."""
    if raw.count(b"[") + raw.count(b"{") > MOST_DEPTH:
        _check_depth(raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("encoding")
    try:
        value = json.loads(
            text, parse_int=_whole, parse_float=_fraction, parse_constant=_constant, object_pairs_hook=_once
        )
    except ValueError as error:
        if isinstance(error, Refusal):
            raise
        _refuse("syntax")
    if "\\u" in text:
        _check_characters(value)
    return value


def _check_depth(raw: bytes) -> None:
    """Refuse deep nesting before anything recurses into it."""
    depth = 0
    for byte in _STRING.sub(b"", raw):
        if byte in b"[{":
            depth += 1
            if depth > MOST_DEPTH:
                _refuse("deep")
        elif byte in b"]}":
            depth -= 1


def _check_characters(value: Any) -> None:
    """Refuse half of a surrogate pair, which no database and no answer can hold."""
    match value:
        case str():
            try:
                value.encode()
            except UnicodeEncodeError:
                _refuse("characters")
        case list():
            for item in value:
                _check_characters(item)
        case dict():
            for key, item in value.items():
                _check_characters(key)
                _check_characters(item)


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        _refuse("number")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    number = Decimal(digits) if len(digits) <= _MOST_DIGITS else None
    if number is None or not -_MOST_DIGITS < number.adjusted() < _MOST_DIGITS:
        _refuse("number")
    return number


def _constant(_: str) -> NoReturn:
    _refuse("number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("twice")
    return found


def _refuse(reason: str) -> NoReturn:
    raise Refusal(BAD_JSON.here(reason=_REASONS[reason]))


def _short(key: str) -> str:
    return key if len(key) <= 40 else f"{key[:39]}…"
