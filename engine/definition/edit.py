r"""Changes to a definition that leave every other byte alone: comments, order, quotes, blank lines.

>>> document = read_document("app: orders  # ours\ntitle: 订单\n", "orders.yaml")
>>> edit(document, [SetValue(("title",), "客户订单")]).text
'app: orders  # ours\ntitle: 客户订单\n'

Each change is made in the text, the text is read again, and the data in it is compared with what the change
should give. So an edit either does what it says or raises `EditError`; it never does something else.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.definition import splice
from engine.definition.document import Document, read_document
from engine.definition.nodes import shorten
from engine.definition.writing import normal
from engine.problems import DefinitionError, Path, Problem, ProblemCode
from engine.texts import Text

EDIT_NO_SUCH_PLACE = ProblemCode(
    "edit-no-such-place",
    Text("定义里没有「{place}」", "The definition has no '{place}'"),
    Text("重新打开定义再试,它可能已经被改过", "Open the definition again; it may have changed"),
)
EDIT_NAME_TAKEN = ProblemCode(
    "edit-name-taken",
    Text("「{name}」已经有了", "There is already a '{name}'"),
    Text("换一个名称", "Choose another name"),
)
EDIT_WRONG_KIND = ProblemCode(
    "edit-wrong-kind",
    Text("「{place}」不能这样改:{reason}", "'{place}' cannot be changed like this: {reason}"),
    Text("检查要改的是列表还是映射", "Check whether it is a list or a map"),
)
EDIT_BAD_VALUE = ProblemCode(
    "edit-bad-value",
    Text("「{value}」不能写进定义", "'{value}' cannot be written in a definition"),
    Text(
        "只能是文字、数、true/false、空,以及它们的列表和映射",
        "Use text, numbers, true/false, blank, and lists and maps of them",
    ),
)
EDIT_UNSAFE = ProblemCode(
    "edit-unsafe",
    Text(
        "这一处的写法太特别,不能自动修改。{reason}",
        "This place is written in a way that cannot be changed safely. {reason}",
    ),
    Text("在文本里手工修改", "Change it by hand in the text"),
)
_NOT_THE_DATA = Text("改完再读,结果不对", "Read again, the result is not what it should be")
_NEEDS_KEY = Text("映射里的新内容需要一个键", "a new entry of a map needs a key")
_NO_KEY = Text("列表里的项没有键", "the items of a list have no keys")
_NOT_A_COLLECTION = Text("它不是列表或映射", "it is neither a list nor a map")


class EditError(Exception):
    """Raised when a change cannot be made, or not safely; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.line("en"))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SetValue:
    """Give the value at `path` another value."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Insert:
    """Put a new value into the map or list at `path`, into a map under `key`.

    It comes before the position `before` (in a map also a key), or last. A blank place becomes a map or list.
    """

    path: Path
    value: Any
    before: int | str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the entry or item at `path`, with the comments that belong to it."""

    path: Path


@dataclass(frozen=True, slots=True)
class RenameKey:
    """Give the entry at `path` the key `name`."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Move:
    """Move the entry or item at `path` so that it has `position` (from 0) among its siblings."""

    path: Path
    position: int


Change = SetValue | Insert | Remove | RenameKey | Move


def edit(document: Document, changes: Sequence[Change]) -> Document:
    """Return the document with the changes made in order; raises `EditError` for the first that fails."""
    for change in changes:
        try:
            document = _made(document, change)
        except EditError as error:
            ended = _with_final_break(document)
            if ended is None or error.problem.code is not EDIT_UNSAFE:
                raise
            document = _made(ended, change)
    return document


def _made(document: Document, change: Change) -> Document:
    text, wanted = _Attempt(document, change).result()
    return _verified(document, change, text, wanted)


def _with_final_break(document: Document) -> Document | None:
    """Return the document with a line break at its end, if it lacks one and means the same with it.

    A text below a `|` cannot stand last without it.
    """
    if document.text.endswith(("\n", "\r")):
        return None
    newline = "\r\n" if "\r\n" in document.text else "\n"
    ended = read_document(document.text + newline, document.file)
    return ended if _same(ended.data, document.data) else None


def _verified(document: Document, change: Change, text: str, wanted: Any) -> Document:
    """Read the changed text and make sure that it says what it should."""
    try:
        changed = read_document(text, document.file)
    except DefinitionError as error:
        raise _error(document, EDIT_UNSAFE, change.path, reason=error.problems[0].sentence) from error
    if not _same(changed.data, wanted):
        raise _error(document, EDIT_UNSAFE, change.path, reason=_NOT_THE_DATA)
    return changed


def _error(document: Document, code: ProblemCode, path: Path, **facts: object) -> EditError:
    name = ".".join(str(part) for part in path)
    return EditError(code.at(document.location(path), path=path, suggestions=(), place=name, **facts))


def _same(one: Any, other: Any) -> bool:
    """Compare data with the kinds of its values and the order of its keys."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


class _Attempt:
    """One change to one document: checked, made in the text, and made in a copy of the data."""

    def __init__(self, document: Document, change: Change) -> None:
        self.document = document
        self.change = change
        self.data = copy.deepcopy(document.data)

    def result(self) -> tuple[str, Any]:
        """Return the changed text, and the data that it should hold."""
        try:
            return self._make()
        except (ValueError, LookupError) as error:
            raise _error(self.document, EDIT_UNSAFE, self.change.path, reason=_NOT_THE_DATA) from error

    def _make(self) -> tuple[str, Any]:
        match self.change:
            case SetValue(path, value):
                return self._set(path, self._normal(value))
            case Insert(path, value, before, key):
                return self._insert(path, self._normal(value), before, key)
            case Remove(path):
                self._entry(path)
                return splice.remove(self.document, path), self._without(path)
            case RenameKey(path, name):
                return self._rename(path, name)
            case Move(path, position):
                return self._move(path, position)

    def _normal(self, value: Any) -> Any:
        def refuse(part: Any) -> EditError:
            return _error(self.document, EDIT_BAD_VALUE, self.change.path, value=shorten(str(part)))

        return normal(value, refuse)

    def _fail(self, code: ProblemCode, **facts: object) -> EditError:
        return _error(self.document, code, self.change.path, **facts)

    def _value(self, path: Path) -> Any:
        """Return the data at a path, which must exist."""
        if self.document.node(path) is None:
            raise self._fail(EDIT_NO_SUCH_PLACE)
        value = self.data
        for part in path:
            value = value[part]
        return value

    def _entry(self, path: Path) -> Any:
        """Return the map or list that holds the entry at a path, which must exist."""
        if not path:
            raise self._fail(EDIT_WRONG_KIND, reason=_NOT_A_COLLECTION)
        self._value(path)
        return self._value(path[:-1])

    def _put(self, path: Path, value: Any) -> Any:
        if not path:
            return value
        self._value(path[:-1])[path[-1]] = value
        return self.data

    def _without(self, path: Path) -> Any:
        del self._entry(path)[path[-1]]
        return self.data

    def _set(self, path: Path, value: Any) -> tuple[str, Any]:
        if _same(self._value(path), value):
            return self.document.text, self.data
        return splice.set_value(self.document, path, value), self._put(path, value)

    def _insert(self, path: Path, value: Any, before: int | str | None, key: str | None) -> tuple[str, Any]:
        holder = self._value(path)
        if holder is None:
            holder = {} if key is not None else []
        if not isinstance(holder, (dict, list)):
            raise self._fail(EDIT_WRONG_KIND, reason=_NOT_A_COLLECTION)
        if isinstance(holder, dict) is (key is None):
            raise self._fail(EDIT_WRONG_KIND, reason=_NEEDS_KEY if key is None else _NO_KEY)
        index = self._position(holder, before)
        if isinstance(holder, list):
            changed: Any = [*holder[:index], value, *holder[index:]]
        else:
            if key in holder:
                raise self._fail(EDIT_NAME_TAKEN, name=key)
            pairs = list(holder.items())
            changed = dict([*pairs[:index], (key, value), *pairs[index:]])
        return splice.insert(self.document, path, key, index, value), self._put(path, changed)

    def _position(self, holder: dict[str, Any] | list[Any], before: int | str | None) -> int:
        if before is None:
            return len(holder)
        names = list(holder) if isinstance(holder, dict) else []
        index = names.index(before) if before in names else before
        if not isinstance(index, int) or not 0 <= index <= len(holder):
            raise self._fail(EDIT_NO_SUCH_PLACE)
        return index

    def _rename(self, path: Path, name: str) -> tuple[str, Any]:
        holder = self._entry(path)
        if not isinstance(holder, dict):
            raise self._fail(EDIT_WRONG_KIND, reason=_NO_KEY)
        if name == path[-1]:
            return self.document.text, self.data
        if name in holder:
            raise self._fail(EDIT_NAME_TAKEN, name=name)
        renamed = {name if key == path[-1] else key: value for key, value in holder.items()}
        return splice.rename(self.document, path, name), self._put(path[:-1], renamed)

    def _move(self, path: Path, position: int) -> tuple[str, Any]:
        holder = self._entry(path)
        if not 0 <= position < len(holder):
            raise self._fail(EDIT_NO_SUCH_PLACE)
        if isinstance(holder, list):
            moved: Any = list(holder)
            moved.insert(position, moved.pop(int(path[-1])))
        else:
            pairs = [(key, value) for key, value in holder.items() if key != path[-1]]
            pairs.insert(position, (str(path[-1]), holder[path[-1]]))
            moved = dict(pairs)
        return splice.move(self.document, path, position), self._put(path[:-1], moved)
