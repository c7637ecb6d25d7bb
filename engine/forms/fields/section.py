"""The field type `section`."""

from __future__ import annotations

from engine.forms.contract import Examples, FieldType, LayoutKind, NoOptions
from engine.texts import Text
from engine.values import BLANK, ValueType


class SectionStart(FieldType):
    """Begins a part of the page with a heading; hidden, it hides the fields in it."""

    name = "section"
    label = Text("分段", "Section")

    def value_type(self, options: NoOptions) -> ValueType:
        """It holds nothing."""
        return BLANK

    def layout(self, options: NoOptions) -> LayoutKind:
        """It is a part of the page."""
        return "section"

    def examples(self) -> Examples:
        """Nobody enters it."""
        return Examples(good=())
