"""The field type `choice`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.forms.contract import Examples, FieldType
from engine.forms.offering import OptionList
from engine.options import option
from engine.texts import Text
from engine.values import Kind, Option, ValueType


@dataclass(frozen=True, kw_only=True)
class ChoiceOptions:
    """What can be set on a choice."""

    options: tuple[Option, ...] = option(OptionList(), Text("可以选什么", "What can be chosen"))


class Choice(FieldType):
    """One of a few options, each with a colour if you like."""

    name = "choice"
    label = Text("单选", "Choice")
    Options = ChoiceOptions

    def value_type(self, options: ChoiceOptions) -> ValueType:
        """The key of an option."""
        return ValueType(Kind.CHOICE, options=options.options)

    def examples(self) -> Examples:
        """Keys and labels are both understood; the key is kept."""
        options = {"vip": {"title": {"zh": "贵宾", "en": "VIP"}, "color": "warn"}, "normal": "普通"}
        return Examples(
            good=(("vip", "vip"), ("贵宾", "vip"), (" VIP ", "vip"), ("普通", "normal"), ("", None)),
            bad=("gold", 5, True, ["vip"]),
            definition={"options": options},
        )
