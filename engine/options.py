"""Options as typed declarations: from one frozen dataclass come schema, defaults, docs and located errors.

    @dataclass(frozen=True, kw_only=True)
    class Options:
        max: int = option(Whole(1, 10_000), Text("最多几个字", "At most how many characters"), default=200)

`read_options` turns a map of a definition into such an object and reports every problem at its place;
`options_schema` gives the JSON Schema that editors use; `describe` the rows of the reference. What a value
may be is an `OptionKind` (option_kinds.py); a kind is an object, so a package may bring its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from engine.definition.cursor import Cursor
from engine.problems import ProblemCode, suggest
from engine.texts import Text

UNKNOWN_KEY = ProblemCode(
    "unknown-key",
    Text("这里没有「{key}」这个选项", "'{key}' is not an option here"),
    Text("删掉它,或改成这里有的选项:{known}", "Remove it, or use one of: {known}"),
)
COMMA_IN_TEXT = ProblemCode(
    "comma-in-text",
    Text("逗号把「{key}」和前面的内容断开了", "The comma cuts '{key}' off from what stands before it"),
    Text("给整段内容加上引号", "Put all of it in quotes"),
)
MISSING_KEY = ProblemCode(
    "missing-key",
    Text("缺少「{key}」:{help}", "'{key}' is missing: {help}"),
    Text("补上「{key}」", "Add '{key}'"),
)
NOT_A_MAP = ProblemCode(
    "not-a-map",
    Text(
        "这里要写「名称: 值」的几行,写的却是{found}",
        "Lines of 'name: value' are expected here, but this is {found}",
    ),
    Text("换成缩进的「名称: 值」", "Write indented lines of 'name: value'"),
)


class _Required:
    """Marks an option that has no default."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


class OptionKind(Protocol):
    """What the value of an option may be."""

    def read(self, cursor: Cursor) -> Any:
        """Return the value; report problems at the cursor and return `INVALID` if there is none."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of what may be written."""

    def describe(self) -> Text:
        """Say what may be written, for the reference."""


class _Invalid:
    """Stands for a value that could not be read; its problem has been reported."""

    def __repr__(self) -> str:
        return "INVALID"


INVALID = _Invalid()


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option as the reference and the designers show it."""

    key: str
    kind: OptionKind
    help: Text
    default: object
    required: bool


def option(kind: OptionKind, help: Text, *, default: Any = REQUIRED, key: str = "") -> Any:
    """Declare an option of an options class.

    key: how the option is written, where that is a Python keyword (`from`, `in`); else the field's name.
    """
    metadata = {"option": kind, "help": help, "key": key}
    if isinstance(default, _Required):
        return dataclasses.field(metadata=metadata)
    if isinstance(default, dict | list):
        return dataclasses.field(metadata=metadata, default_factory=lambda: type(default)(default))
    return dataclasses.field(metadata=metadata, default=default)


OptionsT = TypeVar("OptionsT")


def rows_of(options: type) -> Iterator[OptionRow]:
    """Yield the options that a class declares, in their order."""
    for entry in dataclasses.fields(options):
        if "option" not in entry.metadata:
            continue
        required = _is_required(entry)
        default = None if required else _default_of(entry)
        key = entry.metadata["key"] or entry.name
        yield OptionRow(key, entry.metadata["option"], entry.metadata["help"], default, required)


def _is_required(entry: dataclasses.Field[Any]) -> bool:
    return entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING


def _default_of(entry: dataclasses.Field[Any]) -> object:
    if entry.default is not dataclasses.MISSING:
        return entry.default
    return entry.default_factory() if entry.default_factory is not dataclasses.MISSING else None


def read_options(
    cursor: Cursor, options: type[OptionsT], *, also: frozenset[str] = frozenset(), lenient: bool = False
) -> OptionsT | None:
    """Read a map into an options object; None if something required is missing or wrong.

    also: keys that somebody else reads from the same map, so that they are not unknown.
    lenient: give an option that is wrong and not required its default, so that reading can go on and find
        more; the cursor is not clean then.
    """
    if not isinstance(cursor.data, dict):
        cursor.report(NOT_A_MAP, found=name_of(cursor.data))
        return None
    names = {(entry.metadata["key"] or entry.name): entry for entry in _declared(options)}
    _report_unknown(cursor, frozenset(names) | also)
    values: dict[str, Any] = {}
    complete = True
    for key, entry in names.items():
        if key in cursor.data:
            value = entry.metadata["option"].read(cursor.child(key))
            if value is not INVALID:
                values[entry.name] = value
            elif _is_required(entry) or not lenient:
                complete = False
        elif _is_required(entry):
            cursor.report(MISSING_KEY, key=key, help=entry.metadata["help"])
            complete = False
    return options(**values) if complete else None


def _declared(options: type) -> Iterator[dataclasses.Field[Any]]:
    return (entry for entry in dataclasses.fields(options) if "option" in entry.metadata)


def _report_unknown(cursor: Cursor, known: frozenset[str]) -> None:
    for key, child in cursor.entries():
        if key not in known:
            report_unknown_key(child, known)


def report_unknown_key(cursor: Cursor, known: Iterable[str]) -> None:
    """Report a key that is not possible where it stands; `cursor` is at its value.

    In `{zh: tea, cups}` the key `cups` is what a comma has cut off from the text before it.
    """
    key, holder = cursor.path[-1], cursor.document.node(cursor.path[:-1])
    place = cursor.document.node(cursor.path)
    if holder and place and holder.style == "flow" and place.start == place.end:
        cursor.report_key(COMMA_IN_TEXT, key=key)
        return
    names = sorted(known)
    cursor.report_key(UNKNOWN_KEY, key=key, known=", ".join(names), suggestions=suggest(str(key), names))


def options_schema(options: type, **more: Any) -> dict[str, Any]:
    """Return the JSON Schema of a map that `read_options` accepts."""
    rows = list(rows_of(options))
    properties = {row.key: row.kind.schema() | {"description": both_languages(row.help)} for row in rows}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": properties | more,
        "required": [row.key for row in rows if row.required],
        "additionalProperties": False,
    }
    return schema if schema["required"] else {k: v for k, v in schema.items() if k != "required"}


def both_languages(words: Text) -> str:
    """Return words for an editor, which knows no languages: the Chinese and the English ones."""
    return words.zh if words.zh == words.en else f"{words.zh} / {words.en}"


def name_of(data: object) -> Text:
    """Name what was found in a definition, for sentences."""
    match data:
        case None:
            return Text("空的", "nothing")
        case bool():
            return Text("是或否", "true or false")
        case str():
            return Text("文字", "a text")
        case list():
            return Text("列表", "a list")
        case dict():
            return Text("几个「名称: 值」", "a map")
        case _:
            return Text("数字", "a number")
