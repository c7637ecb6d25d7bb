"""The five ways to change a definition's text: each cuts one place and puts something else there.

These functions write what should be right; `edit` reads the result again and refuses it if it is not.
"""

from __future__ import annotations

import re
from typing import Any

from engine.definition.document import Document
from engine.definition.layout import Chunk, chunks, column_of, in_flow, is_first_on_line, line_end, manner_of
from engine.definition.nodes import Node
from engine.definition.writing import (
    Manner,
    fits_literal,
    is_short,
    literal_head,
    literal_lines,
    write_block,
    write_flow,
    write_scalar,
)
from engine.problems import Path

_INDICATOR = re.compile(r"[|>][-+0-9]*")


def set_value(document: Document, path: Path, value: Any) -> str:
    """Write another value in the place of one; a scalar keeps its quotes where the new value allows it."""
    node = _at(document, path)
    manner = manner_of(document, path[:-1])
    nested = isinstance(value, (dict, list)) and bool(value)
    if in_flow(document, path):
        return _fill(document, path, node, _inline(node, value, manner, flow=True))
    if node.style == "block":
        return _replace_block(document, path, node, value)
    if nested and not _stays_inline(document, path, node, value, manner):
        return _below(document, path, node, value, manner)
    if (
        isinstance(value, str)
        and not nested
        and (text := _literal(document, path, node, value, manner)) is not None
    ):
        return text
    return _fill(document, path, node, _inline(node, value, manner, flow=False))


def insert(document: Document, path: Path, key: str | None, index: int, value: Any) -> str:
    """Write a new entry before the one at `index`, or last, indented and separated like its neighbours."""
    node = _at(document, path)
    if not node.children:
        return set_value(document, path, {key: value} if key is not None else [value])
    if node.style == "flow":
        return _insert_flow(document, path, node, key, index, value)
    manner = manner_of(document, path)
    parts = chunks(document, node)
    column = column_of(document, parts[0].head)
    neighbour = node.children[min(index, len(parts) - 1) if index == 0 else index - 1]
    lines = _entry(key, value, column, manner, inline=_is_inline(neighbour) and is_short(value, manner))
    entry = manner.newline.join(lines)
    gap = manner.newline + (manner.newline if _spaced(document, parts) else "")
    if index < len(parts):
        return _cut(document, parts[index].start, parts[index].start, entry + gap + " " * column)
    return _cut(document, parts[-1].end, parts[-1].end, gap + " " * column + entry)


def remove(document: Document, path: Path) -> str:
    """Take an entry out, with the comments that belong to it."""
    node = _at(document, path[:-1])
    index = _index(node, path[-1])
    if len(node.children) == 1:
        return _cut_all(document, path[:-1], node)
    if node.style == "flow":
        return _remove_flow(document, node, index)
    parts = chunks(document, node)
    part = parts[index]
    if not is_first_on_line(document, part.start):  # "- a: 1" loses a: the next moves up to the dash
        return _cut(document, part.start, parts[index + 1].start if index == 0 else part.end, "")
    lines = document.lines
    first, last = lines.number(part.start), lines.number(part.end)
    at_end = last + 1 >= len(lines)
    if at_end or not lines.line(last + 1).strip():  # of the blank lines on both sides, one side goes
        floor = lines.number(parts[index - 1].end) + 1 if index > 0 else first
        while first > floor and not lines.line(first - 1).strip():
            first -= 1
        while index == 0 and last + 2 < len(lines) and not lines.line(last + 1).strip():
            last += 1
    if at_end:
        return _cut(document, lines.end(first - 1), part.end, "")
    return _cut(document, lines.start(first), lines.start(last + 1), "")


def rename(document: Document, path: Path, name: str) -> str:
    """Write another key, in the quotes of the old one if it can be."""
    key = document.key_node(path)
    if key is None:
        raise KeyError(path)
    style = key.style if key.style in {"'", '"'} else "plain"
    flow = in_flow(document, path)
    return _cut(document, key.start, key.end, write_scalar(name, style, flow=flow, key=True))


def move(document: Document, path: Path, position: int) -> str:
    """Put an entry at another position among its siblings, its comments with it."""
    node = _at(document, path[:-1])
    index = _index(node, path[-1])
    if node.style == "flow":
        spans = [(_flow_start(node, i), child.end) for i, child in enumerate(node.children)]
    else:
        spans = [(part.start, part.end) for part in chunks(document, node)]
    texts = [document.text[start:end] for start, end in spans]
    texts.insert(position, texts.pop(index))
    text, after = "", 0
    for (start, end), words in zip(spans, texts, strict=True):
        text += document.text[after:start] + words
        after = end
    return text + document.text[after:]


def _at(document: Document, path: Path) -> Node:
    """Return the node at a path that the caller has found to exist."""
    node = document.node(path)
    if node is None:
        raise KeyError(path)
    return node


def _index(node: Node, part: str | int) -> int:
    """Return the position of an entry that the caller has found to exist."""
    index = node.index(part)
    if index is None:
        raise KeyError(part)
    return index


def _cut(document: Document, start: int, end: int, words: str) -> str:
    return document.text[:start] + words + document.text[end:]


def _inline(node: Node, value: Any, manner: Manner, *, flow: bool) -> str:
    """Write a value on one line, in the quotes of the node that it replaces."""
    if isinstance(value, (dict, list)):
        return write_flow(value, manner)
    style = node.style if node.style in {"'", '"'} else '"' if manner.json else "plain"
    return write_scalar(value, style, flow=flow)


def _fill(document: Document, path: Path, node: Node, words: str) -> str:
    """Replace a value on its line; an empty one has no characters yet, and perhaps not even a colon."""
    if node.start < node.end:
        tail = "" if node.style not in {"|", ">"} else _header_comment(document, node)
        return _cut(document, node.start, node.end, words + tail)
    key = document.key_node(path)
    if key is not None and ":" not in document.text[key.end : node.start]:
        return _cut(document, key.end, key.end, ": " + words)
    return _cut(document, node.start, node.start, " " + words if path else words)


def _header_comment(document: Document, node: Node) -> str:
    """Return the comment behind the `|` of a block scalar."""
    header = document.text[node.start : line_end(document, node.start)]
    return _INDICATOR.sub("", header, count=1).rstrip()


def _stays_inline(document: Document, path: Path, node: Node, value: Any, manner: Manner) -> bool:
    """Tell whether a new map or list goes on one line: where one stood before, or where its neighbours do."""
    if not is_short(value, manner):
        return False
    if node.style == "flow" and node.children:
        return _is_inline(node)
    parent = document.node(path[:-1]) if path else None
    siblings = [child for child in parent.children if child is not node and child.children] if parent else []
    return bool(siblings) and all(_is_inline(child) for child in siblings)


def _is_inline(node: Node) -> bool:
    return node.style == "flow" and bool(node.children)


def _home(document: Document, path: Path) -> int:
    """Return the column of the key or dash that leads to a value; the top has none."""
    if not path:
        return 0
    parent = _at(document, path[:-1])
    key = document.key_node(path)
    return column_of(document, key.start if key else parent.start)


def _below(document: Document, path: Path, node: Node, value: Any, manner: Manner) -> str:
    """Write a map or list on the lines below its key; a comment behind the old value stays behind the key."""
    home = _home(document, path)
    is_item = bool(path) and isinstance(path[-1], int)
    if is_item or not path:
        column = home + 2 if is_item else 0
        first, *rest = write_block(value, column, manner)
        head = first if node.start < node.end or not path else " " + first
    else:
        column = home + (manner.dash if isinstance(value, list) else manner.step)
        first, *rest = write_block(value, column, manner)
        head, rest = "", [" " * column + first, *rest]
    return _hang(document, node, head, rest, manner)


def _hang(document: Document, node: Node, head: str, body: list[str], manner: Manner) -> str:
    """Replace a value by `head` and put the lines of `body` below, after what else stands on the line."""
    tail = _header_comment(document, node) if node.style in {"|", ">"} else ""
    end = line_end(document, node.end)
    before = document.text[: node.start]
    if not head:
        before = before.rstrip(" ")
    rest = head + tail + document.text[node.end : end].rstrip(" ")
    return before + manner.newline.join([rest, *body]) + document.text[end:]


def _literal(document: Document, path: Path, node: Node, value: str, manner: Manner) -> str | None:
    """Write a text of several lines below a `|`, if it can be and was not in quotes before."""
    was_block = node.style in {"|", ">"}
    if node.style in {"'", '"'} or not (
        fits_literal(value) or (was_block and fits_literal(value.rstrip("\n") + "\n"))
    ):
        return None
    lines = literal_lines(value)
    head = literal_head(value)
    if node.style == ">" and len(lines) == 1:
        head = head.replace("|", ">")
    column = _home(document, path) + manner.step
    below = document.lines.number(node.start) + 1
    if was_block and node.value.strip("\n") and below < len(document.lines):
        first = document.lines.line(below)
        column = len(first) - len(first.lstrip(" ")) if first.strip() else column
    if node.start == node.end:
        head = " " + head
    return _hang(document, node, head, [" " * column + line if line else "" for line in lines], manner)


def _replace_block(document: Document, path: Path, node: Node, value: Any) -> str:
    """Write something else in the place of a map or list in block style."""
    parts = chunks(document, node)
    manner = manner_of(document, path)
    start, end = parts[0].start, parts[-1].end
    same_kind = type(value) is type(node.value)
    own_lines = is_first_on_line(document, start) and bool(path)
    if not isinstance(value, (dict, list)) or not value:
        words = _inline(node, value, manner, flow=False)
        if not own_lines:
            return _cut(document, start, end, words)
        above = document.lines.end(document.lines.number(start) - 1)
        key = document.key_node(path)
        mark = document.text.index(":", key.end) + 1 if key else document.text.rindex("-", 0, start) + 1
        return document.text[:mark] + " " + words + document.text[mark:above] + document.text[end:]
    column = column_of(document, parts[0].head)
    if own_lines and not same_kind:
        column = _home(document, path) + (manner.dash if isinstance(value, list) else manner.step)
    words = manner.newline.join(write_block(value, column, manner))
    if own_lines:
        start, words = document.lines.start(document.lines.number(start)), " " * column + words
    return _cut(document, start, end, words)


def _cut_all(document: Document, path: Path, node: Node) -> str:
    """Empty a map or list of its only entry."""
    empty = "{}" if isinstance(node.value, dict) else "[]"
    if node.style == "flow":
        return _cut(document, node.start, node.end, empty)
    return _replace_block(document, path, node, {} if empty == "{}" else [])


def _entry(key: str | None, value: Any, column: int, manner: Manner, *, inline: bool) -> list[str]:
    if inline and isinstance(value, (dict, list)):
        head = "-" if key is None else write_scalar(key, key=True) + ":"
        return [f"{head} {write_flow(value, manner)}"]
    return write_block([value] if key is None else {key: value}, column, manner)


def _spaced(document: Document, parts: list[Chunk]) -> bool:
    """Tell whether a blank line stands between all entries."""
    between = [document.text[one.end : two.start] for one, two in zip(parts, parts[1:], strict=False)]
    return bool(between) and all(len(re.findall(r"\r\n|\n|\r", words)) > 1 for words in between)


def _flow_start(node: Node, index: int) -> int:
    return node.key_nodes[index].start if node.key_nodes else node.children[index].start


def _insert_flow(document: Document, path: Path, node: Node, key: str | None, index: int, value: Any) -> str:
    manner = manner_of(document, path)
    quotes = '"' if manner.json else "plain"
    words = write_flow(value, manner)
    if key is not None:
        words = f"{write_scalar(key, quotes, flow=True, key=True)}: {words}"
    start = _flow_start(node, min(index, len(node.children) - 1))
    between = ", "
    if is_first_on_line(document, start):
        between = "," + manner.newline + " " * column_of(document, start)
    if index < len(node.children):
        return _cut(document, start, start, words + between)
    return _cut(document, node.children[-1].end, node.children[-1].end, between + words)


def _remove_flow(document: Document, node: Node, index: int) -> str:
    """Take an entry out of brackets, with one comma; on a line of its own, with the line."""
    start, end = _flow_start(node, index), node.children[index].end
    if index + 1 < len(node.children):
        following = _flow_start(node, index + 1)
        line = line_end(document, end)
        if following > line:
            following = (
                line + len(document.text[line:following]) - len(document.text[line:following].lstrip())
            )
        return _cut(document, start, following, "")
    before = node.children[index - 1].end
    comma = document.text.index(",", before)
    if is_first_on_line(document, start) and comma < start:
        above = document.lines.end(document.lines.number(start) - 1)
        return document.text[:comma] + document.text[comma + 1 : above] + document.text[end:]
    return _cut(document, before, end, "")
