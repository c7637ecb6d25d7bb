"""The field type `integer`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import NumberLimits, check_limits, limit_attributes, review_limits
from engine.option_kinds import Label
from engine.options import option
from engine.problems import Problem
from engine.texts import Text
from engine.values import Kind, ValueType


@dataclass(frozen=True, kw_only=True)
class IntegerOptions(NumberLimits):
    """What can be set on a whole number."""

    unit: Text = option(
        Label(), Text("单位,显示在数字后面", "The unit, shown behind the number"), default=Text("", "")
    )


class Integer(FieldType):
    """A whole number, for things that are counted."""

    name = "integer"
    label = Text("整数", "Whole number")
    Options = IntegerOptions

    def value_type(self, options: IntegerOptions) -> ValueType:
        """A number without digits after the point."""
        return ValueType(Kind.NUMBER, scale=0)

    def review(self, options: IntegerOptions) -> Iterable[Problem]:
        """Refuse limits that cross."""
        return review_limits(options.min, options.max)

    def check(self, value: Any, options: IntegerOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the number within the limits."""
        return check_limits(value, options)

    def control(self, options: IntegerOptions, kind: ValueType) -> Control:
        """A number input for digits only, with its unit."""
        attributes = {"inputmode": "numeric", "step": "1"} | limit_attributes(options)
        return Control("number", attributes, options.unit)

    def examples(self) -> Examples:
        """Whole numbers; a fraction is refused, not rounded."""
        return Examples(
            good=(("1,234", Decimal(1234)), (7, Decimal(7)), ("3.0", Decimal(3)), ("", None)),
            bad=("2.5", 0.1, "many", 0, -3, False),
            definition={"min": 1, "unit": {"zh": "件", "en": "pcs"}},
        )
