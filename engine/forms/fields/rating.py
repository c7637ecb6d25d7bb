"""The field type `rating`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import NumberLimits, check_limits
from engine.forms.signs import drop_sign
from engine.option_kinds import Whole
from engine.options import option
from engine.problems import Problem
from engine.texts import Language, Text
from engine.values import Format, Kind, Option, Value, ValueType, write_number


@dataclass(frozen=True)
class _Stars(Format):
    """4 ★, and a row of stars on a record's page."""

    adds_up = False

    most: int

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write how many stars there are."""
        return f"{write_number(value)} ★" if isinstance(value, Decimal) else str(value)

    def markup(self, value: Value) -> str:
        """Return the stars that are given, and those that are not."""
        given = min(int(value), self.most) if isinstance(value, Decimal) else 0
        rest = f'<span class="stars-rest">{"★" * (self.most - given)}</span>' if given < self.most else ""
        label = escape(f"{given} / {self.most}")
        return f'<span class="stars" role="img" aria-label="{label}">{"★" * given}{rest}</span>'


@dataclass(frozen=True, kw_only=True)
class RatingOptions:
    """What can be set on a rating."""

    max: int = option(Whole(2, 10), Text("最多几颗星", "How many stars at most"), default=5)


class Rating(FieldType):
    """Stars, from one up to ten."""

    name = "rating"
    label = Text("评分", "Rating")
    Options = RatingOptions

    def value_type(self, options: RatingOptions) -> ValueType:
        """A whole number."""
        return ValueType(Kind.NUMBER, scale=0, format=_Stars(options.max))

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read a number, with or without a star behind it."""
        return super().parse(drop_sign(raw, ("★",)), kind, zone)

    def check(self, value: Any, options: RatingOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Give at least one star, and not more than there are."""
        return check_limits(value, NumberLimits(min=Decimal(1), max=Decimal(options.max)))

    def control(self, options: RatingOptions, kind: ValueType) -> Control:
        """A row of stars, which the arrow keys move along."""
        stars = (Option(str(n), Text(f"{n} 星", f"{n} star{'s' if n > 1 else ''}")) for n in
                 range(1, options.max + 1))  # fmt: skip
        return Control("rating", options=tuple(stars))

    def examples(self) -> Examples:
        """Whole numbers up to the highest."""
        return Examples(
            good=((3, Decimal(3)), ("5", Decimal(5)), ("4 ★", Decimal(4)), ("", None)),
            bad=(0, 6, 2.5, "many", "★", True),
            definition={"max": 5},
        )
