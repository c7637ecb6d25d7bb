"""The field type `choice`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.definition.cursor import Cursor
from engine.forms.contract import Examples, FieldType
from engine.option_kinds import WRONG_KIND, Label, OneOf
from engine.options import INVALID, name_of, option, options_schema, read_options
from engine.problems import ProblemCode
from engine.texts import Text
from engine.values import Kind, Option, ValueType, write_number

COLORS = ("neutral", "brand", "ok", "warn", "bad", "info", "violet")
MOST_OPTIONS = 500
LONGEST_KEY = 60

NO_OPTIONS = ProblemCode(
    "no-options",
    Text("还没有选项", "There is nothing to choose from"),
    Text("写 options: [甲, 乙]", "Write options: [A, B]"),
)
TOO_MANY_OPTIONS = ProblemCode(
    "too-many-options",
    Text("有 {count} 个选项,最多 {limit} 个", "There are {count} options, at most {limit} are possible"),
    Text("改成关联一张表单", "Use a link to a form instead"),
)
SAME_OPTION = ProblemCode(
    "same-option",
    Text("「{words}」和选项「{other}」重名", "'{words}' is also what the option '{other}' is called"),
    Text("给其中一个换个名字", "Give one of them another name"),
)
BAD_OPTION_KEY = ProblemCode(
    "bad-option-key",
    Text("「{key}」不能当选项:{why}", "'{key}' cannot be an option: {why}"),
    Text(
        "换成短一点、没有控制字符和首尾空格的文字",
        "Use a short text without control characters or spaces around it",
    ),
)


@dataclass(frozen=True, kw_only=True)
class OptionOptions:
    """What can be set on one option of a choice."""

    title: Text | None = option(
        Label(), Text("显示的名称;不写就用键", "The name that people see; the key if left out"), default=None
    )
    color: str = option(OneOf(COLORS), Text("标签的颜色", "The colour of its badge"), default="neutral")


@dataclass(frozen=True, slots=True)
class _Options:
    """A list of words, or a map from keys to labels."""

    def read(self, cursor: Cursor) -> Any:
        """Return a tuple of `Option`."""
        if not isinstance(cursor.data, list | dict):
            cursor.report(WRONG_KIND, expected=self.describe(), found=name_of(cursor.data))
            return INVALID
        if not cursor.data:
            cursor.report(NO_OPTIONS)
            return INVALID
        if len(cursor.data) > MOST_OPTIONS:
            cursor.report(TOO_MANY_OPTIONS, count=len(cursor.data), limit=MOST_OPTIONS)
            return INVALID
        before = len(cursor.problems)
        found = list(_items(cursor) if isinstance(cursor.data, list) else _entries(cursor))
        _report_same(found)
        clean = not any(problem.is_error for problem in cursor.problems[before:])
        return tuple(one for one, _ in found) if clean else INVALID

    def schema(self) -> dict[str, Any]:
        """An array of words, or an object."""
        label = Label().schema()
        words = {"type": ["string", "integer", "number"]}
        most = {"minItems": 1, "maxItems": MOST_OPTIONS}
        value = {"anyOf": [label, options_schema(OptionOptions)]}
        return {
            "anyOf": [
                {"type": "array", "items": words, **most},
                {
                    "type": "object",
                    "additionalProperties": value,
                    "minProperties": 1,
                    "maxProperties": MOST_OPTIONS,
                },
            ]
        }

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("[甲, 乙],或「键: 名称」的几行", "[A, B], or lines of 'key: label'")


@dataclass(frozen=True, kw_only=True)
class ChoiceOptions:
    """What can be set on a choice."""

    options: tuple[Option, ...] = option(_Options(), Text("可以选什么", "What can be chosen"))


class Choice(FieldType):
    """One of a few options, each with a colour if you like."""

    name = "choice"
    label = Text("单选", "Choice")
    Options = ChoiceOptions

    def value_type(self, options: ChoiceOptions) -> ValueType:
        """The key of an option."""
        return ValueType(Kind.CHOICE, options=options.options)

    def examples(self) -> Examples:
        """Keys and labels are both understood; the key is kept."""
        options = {"vip": {"title": {"zh": "贵宾", "en": "VIP"}, "color": "warn"}, "normal": "普通"}
        return Examples(
            good=(("vip", "vip"), ("贵宾", "vip"), (" VIP ", "vip"), ("普通", "normal"), ("", None)),
            bad=("gold", 5, True, ["vip"]),
            definition={"options": options},
        )


def _items(cursor: Cursor) -> Iterator[tuple[Option, Cursor]]:
    """Read a list: every word is a key and its own label."""
    for child in cursor.items():
        word = child.data
        if isinstance(word, int | Decimal) and not isinstance(word, bool):
            word = write_number(Decimal(word))
        if not isinstance(word, str):
            child.report(WRONG_KIND, expected=Text("文字", "a text"), found=name_of(word))
            continue
        why = _why_not(word)
        if why is not None:
            child.report(BAD_OPTION_KEY, key=word[:40], why=why)
            continue
        yield Option(word, Text.same(word)), child


def _entries(cursor: Cursor) -> Iterator[tuple[Option, Cursor]]:
    """Read a map: a key with its label, or with its title and colour."""
    for key, child in cursor.entries():
        why = _why_not(key)
        if why is not None:
            child.report_key(BAD_OPTION_KEY, key=key[:40], why=why)
            continue
        if isinstance(child.data, dict) and not set(child.data) & {"zh", "en"}:
            read = read_options(child, OptionOptions)
            if read is not None:
                yield Option(key, read.title or Text.same(key), read.color), child
            continue
        label = Label().read(child)
        if label is not INVALID:
            yield Option(key, label), child


def _why_not(key: str) -> Text | None:
    """Say why a word cannot be the key of an option, or None if it can."""
    if not key.strip():
        return Text("它是空的", "it is empty")
    if key != key.strip():
        return Text("首尾有空格", "it has spaces around it")
    if len(key) > LONGEST_KEY:
        return Text("太长了", "it is too long")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in key):
        return Text("有控制字符", "it has a control character")
    return None


def _report_same(found: list[tuple[Option, Cursor]]) -> None:
    """Report options that a person or a file could not tell apart."""
    owners: dict[str, str] = {}
    for one, place in found:
        words = (one.key, one.label.zh.strip(), one.label.en.strip())
        for word in dict.fromkeys(words):
            if word in owners:
                place.report(SAME_OPTION, words=word, other=owners[word])
                break
        for word in words:
            owners.setdefault(word, one.key)
