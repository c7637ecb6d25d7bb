"""What the value of an option may be: words, numbers, expressions, names, lists and nested options."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from keyword import iskeyword
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.check import RESERVED
from engine.expression.parse import Source
from engine.options import INVALID, OptionKind, name_of, options_schema, read_options, report_unknown_key
from engine.problems import ProblemCode, suggest
from engine.texts import LANGUAGES, Text
from engine.values import BOOLEAN, NUMBER, ValueType

WRONG_KIND = ProblemCode(
    "wrong-kind",
    Text("这里要{expected},写的却是{found}", "{expected} is expected here, but this is {found}"),
    Text("改成{expected}", "Write {expected}"),
)
WRITE_BOOLEAN = ProblemCode(
    "write-true-or-false",
    Text("「{found}」在这里是文字,不是是或否", "'{found}' is a text here, not a yes or no"),
    Text("写 true 或 false", "Write true or false"),
)
OUT_OF_RANGE = ProblemCode(
    "out-of-range",
    Text("{found} 不在 {least} 到 {most} 之间", "{found} is not between {least} and {most}"),
    Text("改成范围内的数", "Use a number within the range"),
)
NOT_ONE_OF = ProblemCode(
    "not-one-of",
    Text("这里不能写「{found}」,可写的有:{choices}", "'{found}' is not possible here; write one of: {choices}"),
    Text("改成其中一个", "Use one of them"),
)
BAD_NAME = ProblemCode(
    "bad-name",
    Text("「{name}」不能当名称:{why}", "'{name}' cannot be a name: {why}"),
    Text("用字母、汉字、数字和下划线,以字母或汉字开头", "Use letters, digits and underscores, beginning with a letter"),
)
EMPTY = ProblemCode(
    "empty-value",
    Text("这里不能是空的", "This must not be empty"),
    Text("填上内容,或删掉这一行", "Fill it in, or remove the line"),
)


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
        both = {"type": "object", "properties": {"zh": words, "en": words}, "additionalProperties": False, "minProperties": 1}
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
class Formula:
    """An expression; it is compiled later, when all forms are known."""

    def read(self, cursor: Cursor) -> Any:
        """Return the `Source` of the expression; a leading `=` is not part of it."""
        if isinstance(cursor.data, bool | int | Decimal) and not isinstance(cursor.data, str):
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
        return {"anyOf": [{"type": "array", "items": self.item.schema(), "maxItems": self.most}, self.item.schema()]}

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


def expected_of(kind: OptionKind | None) -> ValueType | None:
    """Return what an expression must give that stands where the kind expects a literal; None for anything."""
    literal = kind.literal if isinstance(kind, ValueOr) else None
    if isinstance(literal, Whole | Number):
        return NUMBER
    return BOOLEAN if isinstance(literal, Flag) else None


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


def _placed(cursor: Cursor, skip: int) -> Any:
    return lambda start, end: cursor.document.within(cursor.path, start + skip, end + skip)
