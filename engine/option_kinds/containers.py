"""Lists, maps and options inside options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.definition.cursor import Cursor
from engine.option_kinds.codes import BAD_NAME, OUT_OF_RANGE, WRONG_KIND
from engine.option_kinds.scalars import check_name
from engine.options import INVALID, OptionKind, name_of, options_schema, read_options
from engine.texts import Text


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one kind; a single value may stand for a list of one."""

    item: OptionKind
    most: int = 1_000

    def read(self, cursor: Cursor) -> Any:
        """Return a tuple."""
        if not isinstance(cursor.data, list):
            value = self.item.read(cursor)
            return value if value is INVALID else (value,)
        if len(cursor.data) > self.most:
            cursor.report(OUT_OF_RANGE, found=len(cursor.data), least=0, most=self.most)
            return INVALID
        values = tuple(self.item.read(child) for child in cursor.items())
        return INVALID if any(value is INVALID for value in values) else values

    def schema(self) -> dict[str, Any]:
        """An array, or one item."""
        return {
            "anyOf": [
                {"type": "array", "items": self.item.schema(), "maxItems": self.most},
                self.item.schema(),
            ]
        }

    def describe(self) -> Text:
        """Say what may be written."""
        words = self.item.describe()
        return Text(f"列表:{words.zh}", f"a list of: {words.en}")


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map from names to values of one kind."""

    value: OptionKind

    def read(self, cursor: Cursor) -> Any:
        """Return a dict in the order of the definition; entries with problems are left out."""
        if not isinstance(cursor.data, dict):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        values: dict[str, Any] = {}
        for key, child in cursor.entries():
            why = check_name(key)
            if why is not None:
                child.report_key(BAD_NAME, name=key, why=why)
                continue
            value = self.value.read(child)
            if value is not INVALID:
                values[key] = value
        return values

    def schema(self) -> dict[str, Any]:
        """A JSON object."""
        return {"type": "object", "additionalProperties": self.value.schema()}

    def describe(self) -> Text:
        """Say what may be written."""
        words = self.value.describe()
        return Text(f"「名称: {words.zh}」", f"lines of 'name: {words.en}'")


@dataclass(frozen=True, slots=True)
class Nested:
    """Options inside options."""

    options: type

    def read(self, cursor: Cursor) -> Any:
        """Return the options object."""
        value = read_options(cursor, self.options)
        return INVALID if value is None else value

    def schema(self) -> dict[str, Any]:
        """The schema of the options."""
        return options_schema(self.options)

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("几个选项", "options")


@dataclass(frozen=True, slots=True)
class Raw:
    """A part that is read later, when more is known; kept as a cursor."""

    shape: Mapping[str, Any]
    words: Text

    def read(self, cursor: Cursor) -> Any:
        """Return the cursor."""
        return cursor

    def schema(self) -> dict[str, Any]:
        """The shape that was given."""
        return dict(self.shape)

    def describe(self) -> Text:
        """Say what may be written."""
        return self.words
