"""The field type `number`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import NumberLimits, check_limits, limit_attributes, review_limits
from engine.option_kinds import Label, Whole
from engine.options import option
from engine.problems import Problem
from engine.texts import Text
from engine.values import Kind, ValueType


@dataclass(frozen=True, kw_only=True)
class NumberOptions(NumberLimits):
    """What can be set on a number."""

    decimals: int = option(Whole(0, 6), Text("几位小数", "Digits after the point"), default=2)
    unit: Text = option(
        Label(), Text("单位,显示在数字后面", "The unit, shown behind the number"), default=Text("", "")
    )


class Number(FieldType):
    """A number with a fixed count of digits after the point."""

    name = "number"
    label = Text("数字", "Number")
    Options = NumberOptions

    def value_type(self, options: NumberOptions) -> ValueType:
        """A number that keeps its digits."""
        return ValueType(Kind.NUMBER, scale=options.decimals)

    def review(self, options: NumberOptions) -> Iterable[Problem]:
        """Refuse limits that cross."""
        return review_limits(options.min, options.max)

    def check(self, value: Any, options: NumberOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the number within the limits."""
        return check_limits(value, options)

    def control(self, options: NumberOptions, kind: ValueType) -> Control:
        """A number input with its unit."""
        return Control("number", {"inputmode": "decimal"} | limit_attributes(options), options.unit)

    def examples(self) -> Examples:
        """Digits, with thousands or full width."""
        return Examples(
            good=(("1,234.5", Decimal("1234.50")), (0, Decimal(0)), ("-0", Decimal(0)), ("", None)),
            bad=("12a", "1.234", 10**30, True, "1,2", 101_000),
            definition={"max": 100_000, "decimals": 2, "unit": {"zh": "公斤", "en": "kg"}},
        )
