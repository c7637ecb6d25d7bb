"""The field type `choices`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.forms.choosing import CountLimits, SeveralValues
from engine.forms.contract import Examples
from engine.forms.offering import OptionList
from engine.options import option
from engine.texts import Text
from engine.values import Kind, Option, Value, ValueType

_SEPARATORS = re.compile(r"[、,，;；\n]")


@dataclass(frozen=True, kw_only=True)
class ChoicesOptions(CountLimits):
    """What can be set on a choice of several."""

    options: tuple[Option, ...] = option(OptionList(), Text("可以选什么", "What can be chosen"))


class Choices(SeveralValues):
    """Several of some options: boxes to tick while there are few, else a list to search."""

    name = "choices"
    label = Text("多选", "Choices")
    Options = ChoicesOptions

    def value_type(self, options: ChoicesOptions) -> ValueType:
        """A list of keys."""
        return ValueType(Kind.LIST, item=ValueType(Kind.CHOICE, options=options.options))

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read keys or labels, from a list or from one text such as a cell of a file: 甲、乙,丙."""
        whole = isinstance(raw, str) and kind.item is not None and _is_option(raw, kind.item)
        parts = _SEPARATORS.split(raw) if isinstance(raw, str) and not whole else raw
        value = super().parse(parts, kind, zone)
        if not isinstance(value, tuple) or kind.item is None:
            return value
        return tuple(one.key for one in kind.item.options if one.key in value)

    def examples(self) -> Examples:
        """Keys and labels, in the order of the options however they come."""
        options = {"tea": "茶", "coffee": {"zh": "咖啡", "en": "Coffee"}, "water": "水"}
        return Examples(
            good=(
                (["water", "tea"], ("tea", "water")), ("茶、Coffee", ("tea", "coffee")),
                ("tea,tea", ("tea",)), ([], None), ("", None),
            ),
            bad=("beer", ["tea", "beer"], ["tea", "coffee", "water"], 5, True),
            definition={"options": options, "max": 2},
        )  # fmt: skip


def _is_option(text: str, kind: ValueType) -> bool:
    """Tell whether a text is one option as it stands, whatever signs it has."""
    word = text.strip()
    return any(word in (one.key, one.label.zh, one.label.en) for one in kind.options)
