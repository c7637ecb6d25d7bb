"""The field type `percent`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import NumberLimits, check_limits, limit_attributes, review_limits
from engine.forms.signs import PERCENT_SIGNS, drop_sign
from engine.option_kinds import Whole
from engine.options import option
from engine.problems import Problem
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType, write_number


class _Percent(Format):
    """12.5%."""

    adds_up = False

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write the number with its sign."""
        return f"{write_number(value)}%" if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, kw_only=True)
class PercentOptions(NumberLimits):
    """What can be set on a percentage."""

    decimals: int = option(Whole(0, 6), Text("几位小数", "Digits after the point"), default=2)


class Percent(FieldType):
    """A percentage: the number before the sign, so 12.5 means 12.5 %."""

    name = "percent"
    label = Text("百分比", "Percentage")
    Options = PercentOptions

    def value_type(self, options: PercentOptions) -> ValueType:
        """A number that keeps its digits."""
        return ValueType(Kind.NUMBER, scale=options.decimals, format=_Percent())

    def review(self, options: PercentOptions) -> Iterable[Problem]:
        """Refuse limits that cross."""
        return review_limits(options.min, options.max)

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read a number with or without its sign."""
        return super().parse(drop_sign(raw, PERCENT_SIGNS), kind, zone)

    def check(self, value: Any, options: PercentOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the number within the limits."""
        return check_limits(value, options)

    def control(self, options: PercentOptions, kind: ValueType) -> Control:
        """A number input with the sign."""
        return Control("number", {"inputmode": "decimal"} | limit_attributes(options), Text.same("%"))

    def examples(self) -> Examples:
        """Numbers, with or without the sign."""
        return Examples(
            good=(
                ("12.5%", Decimal("12.50")), (" 100 ％", Decimal(100)), (0.5, Decimal("0.50")), ("", None),
            ),
            bad=("half", "0.005", "120%", -1, "%", "5%%"),
            definition={"min": 0, "max": 100},
        )  # fmt: skip
