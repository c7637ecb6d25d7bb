"""The field type `users`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.forms.choosing import CountLimits, SeveralValues
from engine.forms.contract import Control, Examples
from engine.texts import Text
from engine.values import USER, Kind, ValueType


@dataclass(frozen=True, kw_only=True)
class UsersOptions(CountLimits):
    """What can be set on several people."""


class Users(SeveralValues):
    """Several people of the organisation."""

    name = "users"
    label = Text("多个成员", "People")
    Options = UsersOptions

    def value_type(self, options: UsersOptions) -> ValueType:
        """A list of people."""
        return ValueType(Kind.LIST, item=USER)

    def control(self, options: UsersOptions, kind: ValueType) -> Control:
        """A picker that searches on the server and keeps several."""
        return Control("combobox", lookup="user", multiple=True)

    def examples(self) -> Examples:
        """Ids of people."""
        return Examples(
            good=(([7, "8", 7], (7, 8)), ("7", (7,)), ([], None), ("", None)),
            bad=("Li Na", [1, 2, 3, 4], [0], 1.5),
            definition={"max": 3},
        )
