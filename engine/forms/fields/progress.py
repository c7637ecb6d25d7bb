"""The field type `progress`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import NumberLimits, check_limits
from engine.forms.signs import PERCENT_SIGNS, drop_sign
from engine.option_kinds import Whole
from engine.options import option
from engine.problems import Problem
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType, write_number

_FROM_NOTHING_TO_ALL = NumberLimits(min=Decimal(0), max=Decimal(100))


class _Bar(Format):
    """60%, and a bar on a record's page."""

    adds_up = False

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write the number with its sign."""
        return f"{write_number(value)}%" if isinstance(value, Decimal) else str(value)

    def markup(self, value: Value) -> str:
        """Return the bar with its number."""
        number = write_number(value) if isinstance(value, Decimal) else "0"
        bar = f'<progress max="100" value="{number}" aria-label="{number}%"></progress>'
        return f'<span class="bar">{bar}<span>{number}%</span></span>'


@dataclass(frozen=True, kw_only=True)
class ProgressOptions:
    """What can be set on a progress."""

    step: int = option(Whole(1, 50), Text("滑块一格是多少", "How far one step of the slider goes"), default=5)


class Progress(FieldType):
    """How much is done, from 0 to 100 %, entered with a slider or as a number."""

    name = "progress"
    label = Text("进度", "Progress")
    Options = ProgressOptions

    def value_type(self, options: ProgressOptions) -> ValueType:
        """A whole number."""
        return ValueType(Kind.NUMBER, scale=0, format=_Bar())

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read a number with or without its sign."""
        return super().parse(drop_sign(raw, PERCENT_SIGNS), kind, zone)

    def check(self, value: Any, options: ProgressOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Stay between nothing and all of it."""
        return check_limits(value, _FROM_NOTHING_TO_ALL)

    def control(self, options: ProgressOptions, kind: ValueType) -> Control:
        """A number with a slider beside it."""
        attributes = {"inputmode": "numeric", "min": "0", "max": "100", "data-step": str(options.step)}
        return Control("progress", attributes, Text.same("%"))

    def examples(self) -> Examples:
        """Whole numbers from 0 to 100."""
        return Examples(
            good=((60, Decimal(60)), ("100%", Decimal(100)), (0, Decimal(0)), ("", None)),
            bad=(101, -1, 2.5, "done"),
            definition={"step": 10},
        )
