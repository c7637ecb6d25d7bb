"""The field type `user`."""

from __future__ import annotations

from engine.forms.contract import Examples, FieldType, NoOptions
from engine.texts import Text
from engine.values import USER, ValueType


class User(FieldType):
    """A person of the organisation; `default: =me` fills in who creates the record."""

    name = "user"
    label = Text("成员", "Person")

    def value_type(self, options: NoOptions) -> ValueType:
        """The id of a person."""
        return USER

    def examples(self) -> Examples:
        """Ids of people."""
        return Examples(good=((7, 7), ("7", 7), ("", None)), bad=("Li Na", 0, -1, 1.5, True))
