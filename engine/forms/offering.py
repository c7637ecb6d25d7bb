"""The options of a choice as a definition writes them: a list of words, or keys with their labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.parse import Source
from engine.option_kinds import WRONG_KIND, Formula, Label, OneOf
from engine.options import INVALID, name_of, option, options_schema, read_options
from engine.problems import ProblemCode
from engine.texts import Text
from engine.values import Option, write_number

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


NOT_TO_THE_END = ProblemCode(
    "not-to-the-end",
    Text("还没选到最后一级", "The last level is still to be chosen"),
    Text("接着选下一级", "Choose on to the last level"),
)


@dataclass(frozen=True, kw_only=True)
class OptionOptions:
    """What can be set on one option of a choice."""

    title: Text | None = option(
        Label(), Text("显示的名称;不写就用键", "The name that people see; the key if left out"), default=None
    )
    color: str = option(OneOf(COLORS), Text("标签的颜色", "The colour of its badge"), default="neutral")
    when: Source | None = option(Formula(), Text("什么条件下才能选", "When it can be chosen"), default=None)


@dataclass(frozen=True, slots=True)
class OfferedOption(Option):
    """An option that can be chosen only while a condition holds."""

    when: Source | None = None


@dataclass(frozen=True, slots=True)
class OptionList:
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


def _items(cursor: Cursor) -> Iterator[tuple[Option, Cursor]]:
    """Read a list: every word is a key and its own label."""
    for child in cursor.items():
        word = child.data
        if isinstance(word, int | Decimal) and not isinstance(word, bool):
            word = write_number(Decimal(word))
        if not isinstance(word, str):
            child.report(WRONG_KIND, expected=Text("文字", "a text"), found=name_of(word))
            continue
        why = why_no_key(word)
        if why is not None:
            child.report(BAD_OPTION_KEY, key=word[:40], why=why)
            continue
        yield Option(word, Text.same(word)), child


def _entries(cursor: Cursor) -> Iterator[tuple[Option, Cursor]]:
    """Read a map: a key with its label, or with its title and colour."""
    for key, child in cursor.entries():
        why = why_no_key(key)
        if why is not None:
            child.report_key(BAD_OPTION_KEY, key=key[:40], why=why)
            continue
        if isinstance(child.data, dict) and not set(child.data) & {"zh", "en"}:
            read = read_options(child, OptionOptions)
            if read is not None:
                label = read.title or Text.same(key)
                yield OfferedOption(key, label, read.color, read.when), child
            continue
        label = Label().read(child)
        if label is not INVALID:
            yield Option(key, label), child


def why_no_key(key: str) -> Text | None:
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
