"""Expressions, and values that may be one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.parse import Source
from engine.option_kinds.codes import WRONG_KIND
from engine.option_kinds.scalars import Flag, Number, Whole
from engine.options import INVALID, OptionKind, name_of
from engine.texts import Text
from engine.values import BOOLEAN, NUMBER, ValueType


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression; it is compiled later, when all forms are known."""

    def read(self, cursor: Cursor) -> Any:
        """Return the `Source` of the expression; a leading `=` is not part of it."""
        if isinstance(cursor.data, bool | int | Decimal):
            return Source(str(cursor.data).lower(), _placed(cursor, 0))
        if not isinstance(cursor.data, str):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        skip = 1 if cursor.data.lstrip().startswith("=") else 0
        skip += cursor.data.index("=") if skip else 0
        return Source(cursor.data[skip:], _placed(cursor, skip))

    def schema(self) -> dict[str, Any]:
        """A JSON string, or a constant."""
        return {"type": ["string", "number", "boolean"]}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("表达式", "an expression")


@dataclass(frozen=True, slots=True)
class ValueOr:
    """A literal, or `=` and an expression."""

    literal: OptionKind

    def read(self, cursor: Cursor) -> Any:
        """Return what the literal's kind gives, or the `Source` of an expression."""
        if isinstance(cursor.data, str) and cursor.data.startswith("="):
            return Formula().read(cursor)
        return self.literal.read(cursor)

    def schema(self) -> dict[str, Any]:
        """The literal, or a string that begins with =."""
        return {"anyOf": [self.literal.schema(), {"type": "string", "pattern": "^="}]}

    def describe(self) -> Text:
        """Say what may be written."""
        words = self.literal.describe()
        return Text(f"{words.zh},或 =表达式", f"{words.en}, or =expression")


def _placed(cursor: Cursor, skip: int) -> Any:
    return lambda start, end: cursor.document.within(cursor.path, start + skip, end + skip)


@dataclass(frozen=True, slots=True)
class Wording:
    """A text with `{{ expressions }}` in it; it is compiled later, when all forms are known."""

    def read(self, cursor: Cursor) -> Any:
        """Return the `Source` of the text."""
        if not isinstance(cursor.data, str):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        return Source(cursor.data, _placed(cursor, 0))

    def schema(self) -> dict[str, Any]:
        """A JSON string."""
        return {"type": "string"}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("文字,可写 {{ 表达式 }}", "a text; {{ expression }} is possible")


def expected_of(kind: OptionKind | None) -> ValueType | None:
    """Return what an expression must give that stands where the kind expects a literal; None for anything."""
    literal = kind.literal if isinstance(kind, ValueOr) else None
    if isinstance(literal, Whole | Number):
        return NUMBER
    return BOOLEAN if isinstance(literal, Flag) else None
