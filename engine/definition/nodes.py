"""The parser's events become a tree of nodes: plain data, and where each key and value stands.

Only what JSON can say is let in. Everything else that YAML offers (anchors, aliases, tags, merge keys,
several documents, keys that are not text) is a problem with a place. Depth and number are counted while the
events stream in, so a hostile text is refused before much is built from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from engine.definition import scalars
from engine.definition.lines import Lines
from engine.problems import Problem, ProblemCode
from engine.texts import Text

MAX_DEPTH = 40
MAX_NODES = 50_000
MAX_PROBLEMS = 100

TOO_DEEP = ProblemCode(
    "too-deep",
    Text("嵌套超过 {limit} 层", "The nesting goes deeper than {limit} levels"),
    Text("把内层的内容提到外面来", "Move the inner parts further out"),
)
TOO_MANY_VALUES = ProblemCode(
    "too-many-values",
    Text("定义里的键和值超过 {limit} 个", "The definition has more than {limit} keys and values"),
    Text("把应用拆成几个;大量数据请用导入", "Split the app into several; bring in large data by import"),
)
DUPLICATE_KEY = ProblemCode(
    "duplicate-key",
    Text("「{key}」写了两次,第一次在第 {first} 行", "'{key}' is given twice, first on line {first}"),
    Text("删掉其中一个,或改名", "Remove one of the two or rename it"),
)
KEY_NOT_TEXT = ProblemCode(
    "key-not-text",
    Text("键「{key}」不是文字", "The key '{key}' is not text"),
    Text('加上引号,例如 "{key}": …', 'Put it in quotes, as in "{key}": …'),
)
KEY_IS_COLLECTION = ProblemCode(
    "key-is-collection",
    Text("键只能是文字,这里是一个列表或映射", "A key must be text, but here it is a list or a map"),
    Text(
        "写成 名称: 值;如果整段是文字,请加引号", "Write name: value; if all of it is text, put it in quotes"
    ),
)
MERGE_KEY = ProblemCode(
    "merge-key",
    Text("不支持合并键 <<", "The merge key << is not supported"),
    Text("把要合并的内容写全", "Write out what it would merge in"),
)
YAML_ANCHOR = ProblemCode(
    "yaml-anchor",
    Text("不支持 YAML 锚点「{word}」", "YAML anchors such as '{word}' are not supported"),
    Text("删掉它;如果是文字,请加引号", "Remove it, or put it in quotes if it is text"),
)
YAML_ALIAS = ProblemCode(
    "yaml-alias",
    Text("不支持 YAML 别名「{word}」", "YAML aliases such as '{word}' are not supported"),
    Text("把内容写全;如果是文字,请加引号", "Write the content out, or put it in quotes if it is text"),
)
YAML_TAG = ProblemCode(
    "yaml-tag",
    Text("不支持 YAML 标签「{word}」", "YAML tags such as '{word}' are not supported"),
    Text("删掉它;如果是文字,请加引号", "Remove it, or put it in quotes if it is text"),
)
SEVERAL_DOCUMENTS = ProblemCode(
    "several-documents",
    Text(
        "一个文件只能有一份定义,这里又开始了一份", "A file holds one definition, but another one begins here"
    ),
    Text("删掉这一行 ---,或分成两个文件", "Delete the line --- or make two files"),
)
NEEDS_QUOTES = ProblemCode(
    "needs-quotes",
    Text("以 {mark} 开头的文字没有加引号", "A text that begins with {mark} is not in quotes"),
    Text('给整段文字加上引号,例如 "{example}"', 'Put all of it in quotes, as in "{example}"'),
)
MISSING_SPACE = ProblemCode(
    "missing-space",
    Text("「{key}:」的冒号后面缺少空格", "There is no space after the colon of '{key}:'"),
    Text("写成 {key}: 值", "Write {key}: value"),
)

_GLUED = re.compile(r"\w+:[\[{\"']")


class TooMuch(Exception):
    """Raised when reading on makes no sense: a limit is passed, or there are problems enough."""


class Node:
    """A value, the characters that it covers, how it is written, and the nodes inside it.

    `style` is plain, ', ", | or > for scalars, block or flow for maps and lists. The entries of a map stand
    in `key_nodes` and `children`, side by side, and `positions` finds them by name.
    """

    __slots__ = ("children", "end", "key_nodes", "positions", "start", "style", "value")

    def __init__(self, start: int, end: int, style: str, value: Any) -> None:
        self.start = start
        self.end = end
        self.style = style
        self.value = value
        self.positions: dict[str, int] = {}
        self.key_nodes: list[Node] = []
        self.children: list[Node] = []

    def child(self, part: str | int) -> Node | None:
        """Return the node of an entry or item, if there is one."""
        index = self.index(part)
        return None if index is None else self.children[index]

    def index(self, part: str | int) -> int | None:
        """Return the position of an entry or item among its siblings, if there is one."""
        if isinstance(part, str):
            return self.positions.get(part)
        return part if isinstance(self.value, list) and 0 <= part < len(self.children) else None


class _Open:
    """A map or list whose end has not come yet; in a map, the key that waits for its value."""

    __slots__ = ("awaits_key", "is_map", "key", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.is_map = isinstance(node.value, dict)
        self.awaits_key = self.is_map
        self.key: Node | None = None


class TreeBuilder:
    """Builds the tree of one text and collects the problems on the way.

    `last` is the last finished node: where a syntax error comes from, more often than where it shows.
    """

    def __init__(self, lines: Lines, *, json: bool) -> None:
        self.lines = lines
        self.text = lines.text
        self.json = json
        self._paired = scalars.without_pairs(lines.text) != lines.text
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.last: Node | None = None
        self._open: list[_Open] = []
        self._count = 0

    def take_all(self, events: Iterator[Any]) -> None:
        """Read events to the end; raises `TooMuch` at a limit, and lets the parser's own errors through."""
        actions = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._begin,
            yaml.SequenceStartEvent: self._begin,
            yaml.MappingEndEvent: self._finish,
            yaml.SequenceEndEvent: self._finish,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        for event in events:
            action = actions.get(type(event))
            if action is not None:
                action(event)

    def report(self, code: ProblemCode, start: int, end: int, **facts: object) -> None:
        """Add a problem about the characters from `start` to `end`."""
        self.problems.append(code.at(self.lines.place(start, end), path=(), suggestions=(), **facts))
        if len(self.problems) >= MAX_PROBLEMS:
            raise TooMuch

    def _document(self, event: Any) -> None:
        if self.root is not None:
            self.report(SEVERAL_DOCUMENTS, event.start_mark.index, event.end_mark.index)
            raise TooMuch

    def _scalar(self, event: Any) -> None:
        style = event.style or "plain"
        self._admit(event)
        node = Node(event.start_mark.index, event.end_mark.index, style, event.value)
        if style in {"|", ">"}:
            node.end = self._block_end(node)
        if self._paired:
            node.value = scalars.with_pairs(node.value, self.text, node.start, node.end, style)
        if style == "plain":
            node.value = self._plain(node)
        elif "\0" in node.value:
            self.report(scalars.ZERO_CHARACTER, node.start, node.end)
        self._place(node)

    def _block_end(self, node: Node) -> int:
        """Return where a block scalar's last line ends; blank lines after it count only if `+` keeps them."""
        header_end = self.lines.end(self.lines.number(node.start))
        written = self.text[node.start : node.end]
        if "+" in self.text[node.start : node.start + 3]:
            body = written.removesuffix("\n").removesuffix("\r")
            return max(header_end, node.start + len(body))
        last = node.start + len(written.rstrip()) - 1
        return max(header_end, self.lines.end(self.lines.number(last)))

    def _plain(self, node: Node) -> Any:
        """Return what a plain scalar means; a refused number becomes blank and a problem."""
        meant = scalars.resolve(node.value, json=self.json)
        if not isinstance(meant, ProblemCode):
            return meant
        self.report(meant, node.start, node.end, word=node.value, limit=scalars.MAX_DIGITS)
        return None

    def _begin(self, event: Any) -> None:
        self._admit(event)
        if len(self._open) >= MAX_DEPTH:
            self.report(TOO_DEEP, event.start_mark.index, event.start_mark.index + 1, limit=MAX_DEPTH)
            raise TooMuch
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        style = "flow" if event.flow_style else "block"
        self._open.append(_Open(Node(event.start_mark.index, event.start_mark.index, style, value)))

    def _finish(self, event: Any) -> None:
        """Close the innermost map or list; a block ends where its last child does, not at the next token."""
        node = self._open.pop().node
        if node.style == "flow":
            node.end = event.end_mark.index
        else:
            node.end = node.children[-1].end if node.children else node.start
        self._place(node)

    def _alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        self.report(YAML_ALIAS, start, end, word=self.text[start:end])
        self._place(Node(start, end, "plain", None))

    def _admit(self, event: Any) -> None:
        """Count a node, and refuse its tag and its anchor."""
        self._count += 1
        if self._count > MAX_NODES:
            self.report(TOO_MANY_VALUES, event.start_mark.index, event.end_mark.index, limit=MAX_NODES)
            raise TooMuch
        if event.tag is None and event.anchor is None:
            return
        start = event.start_mark.index
        words = self.text[start : self.lines.end(self.lines.number(start))].split(maxsplit=2)
        for word in words[:2]:
            if word.startswith("!"):
                self.report(YAML_TAG, start, start + len(word), word=word)
            elif word.startswith("&"):
                self.report(YAML_ANCHOR, start, start + len(word), word=word)

    def _place(self, node: Node) -> None:
        """Give a finished node to the map or list that it is in."""
        self.last = node
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if not parent.is_map:
            parent.node.value.append(node.value)
            parent.node.children.append(node)
        elif parent.awaits_key:
            parent.key = self._key(node, parent.node)
            parent.awaits_key = False
        else:
            parent.awaits_key = True
            self._entry(parent, node)

    def _key(self, node: Node, parent: Node) -> Node:
        """Check a key; one that is not text is reported and goes by the characters it is written with."""
        written = self.text[node.start : node.end]
        if isinstance(node.value, (dict, list)):
            if written.startswith("{") and parent.style == "flow" and parent.start == node.start - 1:
                template = self.text[parent.start : self.lines.end(self.lines.number(parent.start))]
                self.report(NEEDS_QUOTES, parent.start, node.end + 1, mark="{{", example=shorten(template))
            else:
                self.report(KEY_IS_COLLECTION, node.start, node.end)
        elif node.style != "plain":
            return node
        elif isinstance(node.value, str) and _GLUED.match(node.value):
            self.report(MISSING_SPACE, node.start, node.end, key=node.value.partition(":")[0])
        elif node.value == "<<":
            self.report(MERGE_KEY, node.start, node.end)
        elif not isinstance(node.value, str) or scalars.looks_like_integer(node.value):
            self.report(KEY_NOT_TEXT, node.start, node.end, key=shorten(written))
        else:
            return node
        return Node(node.start, node.end, "plain", written)

    def _entry(self, parent: _Open, node: Node) -> None:
        key, owner = parent.key, parent.node
        if key is None:
            return
        if key.value in owner.positions:
            first = owner.key_nodes[owner.positions[key.value]]
            line = self.lines.number(first.start) + 1
            self.report(DUPLICATE_KEY, key.start, key.end, key=shorten(key.value), first=line)
            return
        empty = node.start == node.end
        if empty and key.style == "plain" and ":" in key.value and owner.style == "flow":
            self.report(MISSING_SPACE, key.start, key.end, key=key.value.partition(":")[0])
        owner.positions[key.value] = len(owner.children)
        owner.key_nodes.append(key)
        owner.value[key.value] = node.value
        owner.children.append(node)


def shorten(words: str, most: int = 40) -> str:
    """Return words for a sentence: one line of limited length."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1] + "…"
