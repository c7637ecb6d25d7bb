"""The field type `money`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from engine.expression.capitals import write_chinese_money
from engine.forms.contract import Control, Examples, FieldType
from engine.forms.limits import NumberLimits, check_limits, limit_attributes, review_limits
from engine.option_kinds import Flag, OneOf
from engine.options import option
from engine.parsing import CURRENCIES
from engine.problems import Problem
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType, display

_PLACE = ZoneInfo("UTC")


@dataclass(frozen=True)
class _Capitals(Format):
    """An amount as always, with the same in Chinese capitals below it."""

    kind: ValueType

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write the digits."""
        return display(value, self.kind, language, zone)

    def markup(self, value: Value) -> str:
        """Return the digits and the capitals."""
        note = self.note(value)
        words = f'<span class="capitals">{escape(note.zh)}</span>' if note else ""
        return f"<span>{escape(self.write(value, 'zh', _PLACE))}</span> {words}"

    def note(self, value: Value) -> Text | None:
        """Say the amount in capitals."""
        return Text.same(write_chinese_money(value)) if isinstance(value, Decimal) else None


@dataclass(frozen=True, kw_only=True)
class MoneyOptions(NumberLimits):
    """What can be set on an amount."""

    currency: str = option(
        OneOf(tuple(CURRENCIES)),
        Text("币种;小数位数由币种决定", "The currency; it decides the digits after the point"),
        default="CNY",
    )
    capitals: bool = option(
        Flag(),
        Text("下面用大写写出金额:陆万捌仟元整", "Write the amount in Chinese capitals below it"),
        default=False,
    )


class Money(FieldType):
    """An amount of money, exact to the smallest coin of its currency."""

    name = "money"
    label = Text("金额", "Money")
    Options = MoneyOptions

    def value_type(self, options: MoneyOptions) -> ValueType:
        """Money with the digits of its currency."""
        kind = ValueType(Kind.MONEY, scale=CURRENCIES[options.currency].scale, currency=options.currency)
        return replace(kind, format=_Capitals(kind)) if options.capitals else kind

    def review(self, options: MoneyOptions) -> Iterable[Problem]:
        """Refuse limits that cross."""
        return review_limits(options.min, options.max)

    def check(self, value: Any, options: MoneyOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the amount within the limits."""
        return check_limits(value, options)

    def control(self, options: MoneyOptions, kind: ValueType) -> Control:
        """An amount input with the sign of the currency."""
        attributes = {"inputmode": "decimal"} | limit_attributes(options)
        return Control("money", attributes, Text.same(CURRENCIES[options.currency].sign))

    def examples(self) -> Examples:
        """Amounts, with the currency's own sign if somebody types it; another currency is refused."""
        return Examples(
            good=(
                ("¥1,234.5", Decimal("1234.50")),
                ("68000元", Decimal(68000)),
                (0.1, Decimal("0.10")),
                ("", None),
            ),
            bad=("0.005", "$5", "free", -1, 10**17),
            definition={"min": 0, "currency": "CNY"},
        )
