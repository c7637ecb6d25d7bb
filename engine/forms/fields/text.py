"""The field type `text`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import ValueOr, Whole
from engine.options import option
from engine.parsing import TEXT_TOO_LONG
from engine.problems import Problem, ProblemCode
from engine.texts import Text as Words
from engine.values import TEXT, ValueType

TEXT_TOO_SHORT = ProblemCode(
    "text-too-short",
    Words("只有 {length} 个字,至少要 {limit} 个", "It has {length} characters, at least {limit} are needed"),
    Words("写长一点", "Make it longer"),
)


@dataclass(frozen=True, kw_only=True)
class TextOptions:
    """What can be set on a text."""

    min: int = option(ValueOr(Whole(0, 10_000)), Words("至少几个字", "At least how many characters"), default=0)
    max: int = option(ValueOr(Whole(1, 10_000)), Words("最多几个字", "At most how many characters"), default=200)


class Text(FieldType):
    """One line of text."""

    name = "text"
    label = Words("单行文本", "Text")
    Options = TextOptions

    def value_type(self, options: TextOptions) -> ValueType:
        """A text."""
        return TEXT

    def check(self, value: Any, options: TextOptions) -> Iterable[Problem]:
        """Keep the length within the limits."""
        if len(value) > options.max:
            yield TEXT_TOO_LONG.here(length=len(value), limit=options.max)
        if len(value) < options.min:
            yield TEXT_TOO_SHORT.here(length=len(value), limit=options.min)

    def control(self, options: TextOptions, kind: ValueType) -> Control:
        """A single-line input that stops at the limit."""
        return Control("text", {"maxlength": str(options.max)})

    def examples(self) -> Examples:
        """Plain words; too many of them are refused."""
        return Examples(
            good=((" 茶具 ", "茶具"), ("", None), ("a\u0301", "a\u0301")),
            bad=("x" * 51, 5, "a\x00b"),
            definition={"max": 50},
        )
