"""The field type `date_range`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.forms.contract import Control, Examples, FieldType, Part
from engine.option_kinds import OneOf
from engine.options import option
from engine.texts import Text
from engine.values import BLANK, ValueType


@dataclass(frozen=True, kw_only=True)
class DateRangeOptions:
    """What can be set on a period."""

    of: str = option(
        OneOf(("date", "datetime")),
        Text("两端是日期,还是日期和时间", "Whether the ends are days, or moments"),
        default="date",
    )


class DateRange(FieldType):
    """A period from a first to a last day; `period_start` and `period_end` in expressions and columns."""

    name = "date_range"
    label = Text("日期范围", "Date range")
    Options = DateRangeOptions

    def value_type(self, options: DateRangeOptions) -> ValueType:
        """It holds nothing itself: its two parts do."""
        return BLANK

    def parts(self, key: str, options: DateRangeOptions) -> Mapping[str, Part]:
        """The two ends; the last day is not before the first."""
        last: dict[str, Any] = {"type": options.of, "min": f"={key}_start"}
        return {
            "start": Part(Text("开始", "Start"), {"type": options.of}),
            "end": Part(Text("结束", "End"), last),
        }

    def control(self, options: DateRangeOptions, kind: ValueType) -> Control:
        """Two inputs side by side."""
        return Control("range")

    def examples(self) -> Examples:
        """Its parts are entered."""
        return Examples(good=(), definition={"of": "date"})
