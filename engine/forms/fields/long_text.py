"""The field type `long_text`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.expression.parse import Source
from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import ValueOr, Whole
from engine.options import option
from engine.parsing import TEXT_TOO_LONG
from engine.problems import Problem
from engine.texts import Text
from engine.values import TEXT, TEXT_LIMIT, ValueType


@dataclass(frozen=True, kw_only=True)
class LongTextOptions:
    """What can be set on a long text."""

    max: int | Decimal | Source | None = option(
        ValueOr(Whole(1, TEXT_LIMIT)), Text("最多几个字", "At most how many characters"), default=5_000
    )
    rows: int = option(Whole(2, 30), Text("输入框有几行高", "How many lines the input shows"), default=4)


class LongText(FieldType):
    """Several lines of text."""

    name = "long_text"
    label = Text("多行文本", "Long text")
    Options = LongTextOptions

    def value_type(self, options: LongTextOptions) -> ValueType:
        """A text."""
        return TEXT

    def check(self, value: Any, options: LongTextOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the length within the limit."""
        if isinstance(options.max, int | Decimal) and len(value) > options.max:
            yield TEXT_TOO_LONG.here(length=len(value), limit=options.max)

    def control(self, options: LongTextOptions, kind: ValueType) -> Control:
        """An input of several lines that stops at the limit."""
        attributes = {"rows": str(options.rows)}
        if isinstance(options.max, int):
            attributes["maxlength"] = str(options.max)
        return Control("textarea", attributes)

    def examples(self) -> Examples:
        """Words in several lines; line ends are the same from every system."""
        return Examples(
            good=(("一\r\n二", "一\n二"), ("  tea\n", "tea"), ("\n", None)),
            bad=("x" * 501, 5, ["a"], "a\x07b"),
            definition={"max": 500, "rows": 6},
        )
