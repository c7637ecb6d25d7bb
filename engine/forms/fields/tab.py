"""The field type `tab`."""

from __future__ import annotations

from engine.forms.contract import Examples, FieldType, LayoutKind, NoOptions
from engine.texts import Text
from engine.values import BLANK, ValueType


class TabStart(FieldType):
    """Begins a tab of the page; the fields after it are on it, up to the next tab."""

    name = "tab"
    label = Text("标签页", "Tab")

    def value_type(self, options: NoOptions) -> ValueType:
        """It holds nothing."""
        return BLANK

    def layout(self, options: NoOptions) -> LayoutKind:
        """It is a part of the page."""
        return "tab"

    def examples(self) -> Examples:
        """Nobody enters it."""
        return Examples(good=())
