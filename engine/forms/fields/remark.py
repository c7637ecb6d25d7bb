"""The field type `remark`."""

from __future__ import annotations

from engine.forms.contract import Examples, FieldType, LayoutKind, NoOptions
from engine.texts import Text
from engine.values import BLANK, ValueType


class RemarkText(FieldType):
    """Words on the page for those who fill it in; the title is the text."""

    name = "remark"
    label = Text("备注", "Remark")

    def value_type(self, options: NoOptions) -> ValueType:
        """It holds nothing."""
        return BLANK

    def layout(self, options: NoOptions) -> LayoutKind:
        """It is a part of the page."""
        return "remark"

    def examples(self) -> Examples:
        """Nobody enters it."""
        return Examples(good=())
