"""The field type `cascade`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.definition.cursor import Cursor
from engine.forms.contract import Control, Examples, FieldType
from engine.forms.offering import (
    BAD_OPTION_KEY,
    MOST_OPTIONS,
    NO_OPTIONS,
    NOT_TO_THE_END,
    SAME_OPTION,
    TOO_MANY_OPTIONS,
    why_no_key,
)
from engine.option_kinds import WRONG_KIND, Flag, Label
from engine.options import INVALID, name_of, option
from engine.problems import ProblemCode, Refusal
from engine.texts import Text
from engine.values import Kind, Option, Value, ValueType

MOST_LEVELS = 6
TOO_MANY_LEVELS = ProblemCode(
    "too-many-levels",
    Text("选项有 {count} 层以上,最多 {limit} 层", "The options have more than {count} levels"),
    Text("把几层并成一层", "Keep to {limit} levels"),
)
SLASH_IN_KEY = ProblemCode(
    "slash-in-key",
    Text("「{key}」里有斜线,斜线用来隔开各层", "'{key}' has a slash, which stands between levels"),
    Text("换一个键", "Use another key"),
)


@dataclass(frozen=True, slots=True)
class Branch:
    """One option of a level and what can be chosen below it; `path`: the keys from the first level on."""

    path: str
    label: Text
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tree:
    """Options inside options: a list of words, or a map from keys to labels or to further levels."""

    def read(self, cursor: Cursor) -> Any:
        """Return the branches of the first level."""
        before = len(cursor.problems)
        found = tuple(_branches(cursor, "", 1))
        _report_doubles(cursor, found)
        if any(problem.is_error for problem in cursor.problems[before:]):
            return INVALID
        count = sum(1 for _ in _walk(found))
        if count > MOST_OPTIONS:
            cursor.report(TOO_MANY_OPTIONS, count=count, limit=MOST_OPTIONS)
            return INVALID
        return found

    def schema(self) -> dict[str, Any]:
        """Arrays of words and objects of these."""
        words = {"type": ["string", "integer", "number"]}
        return {
            "anyOf": [
                {"type": "array", "items": words, "minItems": 1},
                {"type": "object", "minProperties": 1},
            ]
        }

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("一层套一层的选项:{华东: [上海, 杭州]}", "options inside options: {East: [Shanghai]}")


@dataclass(frozen=True, kw_only=True)
class CascadeOptions:
    """What can be set on a choice in levels."""

    options: tuple[Branch, ...] = option(_Tree(), Text("各层的选项", "The options of all levels"))
    any_level: bool = option(
        Flag(), Text("可以停在中间一层", "Whether a branch that goes on may be chosen"), default=False
    )


class Cascade(FieldType):
    """A choice in several levels, each of which narrows the next: east / shanghai."""

    name = "cascade"
    label = Text("级联选择", "Cascade")
    Options = CascadeOptions

    def value_type(self, options: CascadeOptions) -> ValueType:
        """A key for each way through the levels, its parts with a slash between them."""
        found = tuple(
            Option(branch.path, label)
            for branch, label in _walk(options.options)
            if options.any_level or not branch.below
        )
        return ValueType(Kind.CHOICE, options=found)

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read keys or labels with a slash between them, spaces around it or not."""
        words = "/".join(part.strip() for part in raw.split("/")) if isinstance(raw, str) else raw
        labels = " / ".join(words.split("/")) if isinstance(words, str) else ""
        ends = {one.key for one in kind.options}
        if (
            isinstance(words, str)
            and words
            and words not in ends
            and any(end.startswith(f"{words}/") for end in ends)
        ):
            raise Refusal(NOT_TO_THE_END.here())
        known = any(labels in (one.label.zh, one.label.en) for one in kind.options)
        return super().parse(labels if known else words, kind, zone)

    def control(self, options: CascadeOptions, kind: ValueType) -> Control:
        """One select a level; without script one select of all ways through."""
        return Control("cascade", {"data-levels": str(_depth(options.options))}, options=kind.options)

    def examples(self) -> Examples:
        """Paths of keys or labels, to the last level."""
        options = {
            "east": {
                "title": {"zh": "华东", "en": "East"},
                "options": {"shanghai": "上海", "hangzhou": "杭州"},
            },
            "north": ["北京", "天津"],
            "other": "其他",
        }
        return Examples(
            good=(
                ("east/shanghai", "east/shanghai"), ("华东 / 上海", "east/shanghai"),
                ("north/北京", "north/北京"), ("其他", "other"), ("", None),
            ),
            bad=("east", "east/beijing", "shanghai", 5, ["east/shanghai"]),
            definition={"options": options},
        )  # fmt: skip


def _branches(cursor: Cursor, above: str, level: int) -> Iterator[Branch]:
    """Read one level; problems go to the cursor."""
    if not isinstance(cursor.data, list | dict):
        cursor.report(WRONG_KIND, expected=_Tree().describe(), found=name_of(cursor.data))
    elif not cursor.data:
        cursor.report(NO_OPTIONS)
    elif level > MOST_LEVELS:
        cursor.report(TOO_MANY_LEVELS, count=MOST_LEVELS, limit=MOST_LEVELS)
    elif isinstance(cursor.data, list):
        yield from _words(cursor, above)
    else:
        for key, child in cursor.entries():
            if _accepts(child, key):
                yield _branch(child, above + key, key, level)


def _words(cursor: Cursor, above: str) -> Iterator[Branch]:
    """Read a list: every word is a key and its own label."""
    for child in cursor.items():
        word = str(child.data) if isinstance(child.data, str | int) else ""
        if _accepts(child, word):
            yield Branch(above + word, Text.same(word))


def _branch(cursor: Cursor, path: str, key: str, level: int) -> Branch:
    """Read what stands behind a key: a label, further levels, or both as `title` and `options`."""
    data = cursor.data
    if isinstance(data, dict) and set(data) <= {"title", "options"} and "options" in data:
        label = Label().read(cursor.child("title")) if "title" in data else Text.same(key)
        below = tuple(_branches(cursor.child("options"), f"{path}/", level + 1))
        return Branch(path, label if isinstance(label, Text) else Text.same(key), below)
    if isinstance(data, str) or (isinstance(data, dict) and set(data) <= {"zh", "en"} and data):
        label = Label().read(cursor)
        return Branch(path, label if isinstance(label, Text) else Text.same(key))
    return Branch(path, Text.same(key), tuple(_branches(cursor, f"{path}/", level + 1)))


def _accepts(cursor: Cursor, key: str) -> bool:
    """Tell whether a word can be the key of an option; report why not."""
    why = why_no_key(key)
    if why is not None:
        cursor.report(BAD_OPTION_KEY, key=key[:40], why=why)
    elif "/" in key:
        cursor.report(SLASH_IN_KEY, key=key[:40])
    return why is None and "/" not in key


def _walk(branches: tuple[Branch, ...], above: Text | None = None) -> Iterator[tuple[Branch, Text]]:
    """Yield every branch of every level with its whole label."""
    for branch in branches:
        own = branch.label
        label = Text(f"{above.zh} / {own.zh}", f"{above.en} / {own.en}") if above else own
        yield branch, label
        yield from _walk(branch.below, label)


def _report_doubles(cursor: Cursor, branches: tuple[Branch, ...]) -> None:
    """Report ways through the levels that a person or a file could not tell apart."""
    owners: dict[str, str] = {}
    for branch, label in _walk(branches):
        words = (branch.path, label.zh, label.en)
        taken = next((word for word in words if word in owners), None)
        if taken is not None:
            cursor.report(SAME_OPTION, words=taken, other=owners[taken])
        for word in words:
            owners.setdefault(word, branch.path)


def _depth(branches: tuple[Branch, ...]) -> int:
    """Return how many levels there are."""
    return 1 + max((_depth(branch.below) for branch in branches if branch.below), default=0)
