"""The field type `boolean`."""

from __future__ import annotations

from engine.forms.contract import Examples, FieldType, NoOptions
from engine.texts import Text
from engine.values import BOOLEAN, ValueType


class Boolean(FieldType):
    """A switch: yes or no."""

    name = "boolean"
    label = Text("是或否", "Yes or no")

    def value_type(self, options: NoOptions) -> ValueType:
        """Yes or no."""
        return BOOLEAN

    def examples(self) -> Examples:
        """The words that people and files use for yes and no."""
        return Examples(
            good=((True, True), ("是", True), ("no", False), ("0", False), (1, True), ("", None)),
            bad=("maybe", 2, 0.5),
        )
