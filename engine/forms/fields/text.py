"""The field type `text`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.expression.parse import Source
from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import review_limits
from engine.option_kinds import OneOf, ValueOr, Whole
from engine.options import option
from engine.parsing import TEXT_TOO_LONG
from engine.problems import Problem, ProblemCode, Refusal
from engine.texts import Text as Words
from engine.values import TEXT, Value, ValueType

TEXT_TOO_SHORT = ProblemCode(
    "text-too-short",
    Words("只有 {length} 个字,至少要 {limit} 个", "It has {length} characters, at least {limit} are needed"),
    Words("写长一点", "Make it longer"),
)
LINE_BREAK = ProblemCode(
    "line-break",
    Words("这里只能写一行", "Only one line fits here"),
    Words("去掉换行", "Remove the line breaks"),
)
WRONG_FORMAT = ProblemCode(
    "wrong-format",
    Words("「{found}」不像{expected}", "'{found}' does not look like {expected}"),
    Words("写成 {example} 这样", "Write it like {example}"),
)


@dataclass(frozen=True, slots=True)
class _Format:
    """What a text looks like. Each pattern is read in one pass, without going back over the text."""

    pattern: re.Pattern[str]
    label: Words
    example: str
    attributes: tuple[tuple[str, str], ...]


_FORMATS = {
    "email": _Format(
        re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\".]+(\.[^\s@,;<>\".]+)+"),
        Words("邮箱地址", "a mail address"),
        "li.na@example.com",
        (("type", "email"), ("inputmode", "email"), ("autocomplete", "email")),
    ),
    "phone": _Format(
        re.compile(r"\+?\(?[0-9](?:[ ()./-]{0,2}[0-9]){4,18}"),
        Words("电话号码", "a phone number"),
        "138 0013 8000",
        (("type", "tel"), ("inputmode", "tel")),
    ),
    "url": _Format(
        re.compile(r"https?://[^\s/?#@<>\"]+(?:[/?#][^\s<>\"]*)?", re.IGNORECASE),
        Words("网址", "a web address"),
        "https://example.com",
        (("type", "url"), ("inputmode", "url")),
    ),
}


@dataclass(frozen=True, kw_only=True)
class TextOptions:
    """What can be set on a text."""

    min: int | Decimal | Source | None = option(
        ValueOr(Whole(0, 10_000)), Words("至少几个字", "At least how many characters"), default=0
    )
    max: int | Decimal | Source | None = option(
        ValueOr(Whole(1, 10_000)), Words("最多几个字", "At most how many characters"), default=200
    )
    format: str = option(
        OneOf(("any", *_FORMATS)),
        Words(
            "是什么:邮箱、电话、网址,或任意文字",
            "What it is: a mail address, a phone number, a web address or anything",
        ),
        default="any",
    )


class Text(FieldType):
    """One line of text."""

    name = "text"
    label = Words("单行文本", "Text")
    Options = TextOptions

    def value_type(self, options: TextOptions) -> ValueType:
        """A text."""
        return TEXT

    def review(self, options: TextOptions) -> Iterable[Problem]:
        """Refuse limits that cross."""
        return review_limits(options.min, options.max)

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read a text, and refuse several lines rather than join them."""
        value = super().parse(raw, kind, zone)
        if isinstance(value, str) and len(value.splitlines()) > 1:
            raise Refusal(LINE_BREAK.here())
        return value

    def check(self, value: Any, options: TextOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the length within the limits, and the text to its format."""
        if isinstance(options.max, int | Decimal) and len(value) > options.max:
            yield TEXT_TOO_LONG.here(length=len(value), limit=options.max)
        if isinstance(options.min, int | Decimal) and len(value) < options.min:
            yield TEXT_TOO_SHORT.here(length=len(value), limit=options.min)
        expected = _FORMATS.get(options.format)
        if expected and not expected.pattern.fullmatch(value):
            yield WRONG_FORMAT.here(found=value[:40], expected=expected.label, example=expected.example)

    def control(self, options: TextOptions, kind: ValueType) -> Control:
        """A single-line input that stops at the limit."""
        attributes = {"maxlength": str(options.max)} if isinstance(options.max, int) else {}
        expected = _FORMATS.get(options.format)
        return Control("text", attributes | dict(expected.attributes if expected else ()))

    def examples(self) -> Examples:
        """Plain words; too many of them, or more than a line, are refused."""
        return Examples(
            good=((" 茶具 ", "茶具"), ("", None), ("a\u0301", "a\u0301")),
            bad=("x" * 51, 5, "a\x00b", "tea\nset"),
            definition={"max": 50},
        )
