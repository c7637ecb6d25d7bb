"""Single values: words, labels, yes or no, numbers, one of a few words."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from keyword import iskeyword
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.check import RESERVED
from engine.option_kinds.codes import BAD_NAME, EMPTY, NOT_ONE_OF, OUT_OF_RANGE, WRITE_BOOLEAN, WRONG_KIND
from engine.options import INVALID, name_of, report_unknown_key
from engine.problems import suggest
from engine.texts import LANGUAGES, Text


@dataclass(frozen=True, slots=True)
class Words:
    """A text as it stands."""

    pattern: str = ""

    def read(self, cursor: Cursor) -> Any:
        """Return the text."""
        if not isinstance(cursor.data, str):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        if not cursor.data.strip():
            cursor.report(EMPTY)
            return INVALID
        return cursor.data

    def schema(self) -> dict[str, Any]:
        """A JSON string."""
        return {"type": "string", "minLength": 1}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("文字", "a text")


@dataclass(frozen=True, slots=True)
class Label:
    """Words for people: one text for both languages, or `{zh: …, en: …}`."""

    def read(self, cursor: Cursor) -> Any:
        """Return a `Text`."""
        data = cursor.data
        if isinstance(data, str):
            return Text.same(data) if data.strip() else Words().read(cursor)
        strange = [child for key, child in cursor.entries() if key not in LANGUAGES]
        for child in strange:
            report_unknown_key(child, LANGUAGES)
        if strange:
            return INVALID
        if isinstance(data, dict) and data:
            words = {k: v for k, v in data.items() if isinstance(v, str) and v.strip()}
            if len(words) == len(data):
                other = next(iter(words.values()))
                return Text(words.get("zh", other), words.get("en", other))
        cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(data))
        return INVALID

    def schema(self) -> dict[str, Any]:
        """A string or a map of languages."""
        words = {"type": "string", "minLength": 1}
        both = {
            "type": "object",
            "properties": {"zh": words, "en": words},
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {"anyOf": [words, both]}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("文字或 {zh: …, en: …}", "a text or {zh: …, en: …}")


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def read(self, cursor: Cursor) -> Any:
        """Return the boolean; a `yes` gets its own sentence."""
        if isinstance(cursor.data, bool):
            return cursor.data
        if cursor.document.looks_like_boolean(cursor.path):
            cursor.report(WRITE_BOOLEAN, found=cursor.data)
        else:
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
        return INVALID

    def schema(self) -> dict[str, Any]:
        """A JSON boolean."""
        return {"type": "boolean"}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("true 或 false", "true or false")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within a range."""

    least: int
    most: int

    def read(self, cursor: Cursor) -> Any:
        """Return the number."""
        if not isinstance(cursor.data, int) or isinstance(cursor.data, bool):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        if not self.least <= cursor.data <= self.most:
            cursor.report(OUT_OF_RANGE, found=cursor.data, least=self.least, most=self.most)
            return INVALID
        return cursor.data

    def schema(self) -> dict[str, Any]:
        """A JSON integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text(f"{self.least} 到 {self.most} 的整数", f"a whole number from {self.least} to {self.most}")


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    choices: tuple[str, ...]

    def read(self, cursor: Cursor) -> Any:
        """Return the word."""
        if cursor.data in self.choices and isinstance(cursor.data, str):
            return cursor.data
        found = cursor.data if isinstance(cursor.data, str) else name_of(cursor.data)
        near = suggest(cursor.data, self.choices) if isinstance(cursor.data, str) else ()
        cursor.report(NOT_ONE_OF, found=found, choices=", ".join(self.choices), suggestions=near)
        return INVALID

    def schema(self) -> dict[str, Any]:
        """A JSON enum."""
        return {"enum": list(self.choices)}

    def describe(self) -> Text:
        """Say what may be written."""
        words = " | ".join(self.choices)
        return Text(words, words)


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    def read(self, cursor: Cursor) -> Any:
        """Return a Decimal."""
        if isinstance(cursor.data, int | Decimal) and not isinstance(cursor.data, bool):
            return Decimal(cursor.data)
        cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
        return INVALID

    def schema(self) -> dict[str, Any]:
        """A JSON number."""
        return {"type": "number"}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("数字", "a number")


@dataclass(frozen=True, slots=True)
class Plain:
    """A value of whatever type the field holds: a text, a number, true or false."""

    def read(self, cursor: Cursor) -> Any:
        """Return the value as it was written."""
        if isinstance(cursor.data, str | int | Decimal | bool):
            return cursor.data
        cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
        return INVALID

    def schema(self) -> dict[str, Any]:
        """Any JSON scalar."""
        return {"type": ["string", "number", "boolean"]}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("一个值", "a value")


@dataclass(frozen=True, slots=True)
class Name:
    """A name that expressions can use: a key of a form, a field, a role."""

    def read(self, cursor: Cursor) -> Any:
        """Return the name."""
        if isinstance(cursor.data, str) and check_name(cursor.data) is None:
            return cursor.data
        found = cursor.data if isinstance(cursor.data, str) else "…"
        cursor.report(BAD_NAME, name=found, why=check_name(found) or name_of(cursor.data))
        return INVALID

    def schema(self) -> dict[str, Any]:
        """A JSON string."""
        return {"type": "string", "minLength": 1, "maxLength": 60}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("名称", "a name")


def check_name(name: str) -> Text | None:
    """Say why a key cannot be a name in expressions, or None if it can.

    >>> check_name("预计费用") is None, check_name("class").en
    (True, 'it is a word of the expression language')
    """
    if not name.isidentifier() or name.startswith("_") or unicodedata.normalize("NFKC", name) != name:
        return Text("有不能用的字符", "it has characters that cannot be used")
    if iskeyword(name) or name in RESERVED:
        return Text("它是表达式里的保留字", "it is a word of the expression language")
    if len(name) > 60:
        return Text("太长了", "it is too long")
    return None
