"""The field type `signature`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType, FileRules, NoOptions
from engine.forms.files import NOT_A_FILE, FileName, clean_name, split_reference
from engine.problems import Problem
from engine.texts import Text
from engine.values import Kind, ValueType

_MOST_BYTES = 512 * 1024


class Signature(FieldType):
    """A signature drawn with a finger, a pen or the mouse, kept as a picture."""

    name = "signature"
    label = Text("手写签名", "Signature")

    def value_type(self, options: NoOptions) -> ValueType:
        """A reference to a picture."""
        return ValueType(Kind.FILE, format=FileName())

    def check(self, value: Any, options: NoOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Take references only."""
        name = split_reference(value)[1]
        if not name or name != clean_name(name):
            yield NOT_A_FILE.here()

    def files(self, options: NoOptions) -> FileRules:
        """Small pictures, as the page draws them."""
        return FileRules(("png",), _MOST_BYTES)

    def control(self, options: NoOptions, kind: ValueType) -> Control:
        """A field to draw in; typing a name draws it too, for those who cannot."""
        return Control("signature")

    def examples(self) -> Examples:
        """A reference to a picture that has been sent."""
        one = f"{'b' * 64}/signature.png"
        return Examples(good=((one, one), ("", None)), bad=("signature.png", 5, [one]))
