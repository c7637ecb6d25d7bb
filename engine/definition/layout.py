"""How the entries of a map or list lie in the text: which lines, comments included, belong to which entry.

A comment right above an entry and in its column goes with the entry, and so do deeper comments right below
it. Blank lines, and comments that stand alone between blank lines, belong to nobody and stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from engine.definition.document import Document
from engine.definition.nodes import Node
from engine.definition.writing import Manner
from engine.problems import Path


class Chunk(NamedTuple):
    """The characters of one entry, from its first comment to the end of its last line.

    `head` is where its key or dash stands.
    """

    start: int
    head: int
    end: int


def chunks(document: Document, node: Node) -> list[Chunk]:
    """Return the chunk of each entry of a map or list in block style, in order."""
    found: list[Chunk] = []
    after = node.start
    for index, child in enumerate(node.children):
        head = node.key_nodes[index].start if node.key_nodes else _dash(document, node, after)
        column = column_of(document, head)
        start = _first_comment(document, head, column, found[-1].end if found else 0)
        end = _last_comment(document, max(child.end, head + 1), column)
        found.append(Chunk(start, head, end))
        after = child.end
    return found


def column_of(document: Document, offset: int) -> int:
    """Return the column, from 0, of an offset."""
    return offset - document.lines.start(document.lines.number(offset))


def line_end(document: Document, offset: int) -> int:
    """Return where the line of an offset ends."""
    return document.lines.end(document.lines.number(offset))


def is_first_on_line(document: Document, offset: int) -> bool:
    """Tell whether only spaces stand before an offset on its line."""
    start = document.lines.start(document.lines.number(offset))
    return not document.text[start:offset].strip(" \t")


def in_flow(document: Document, path: Path) -> bool:
    """Tell whether a value stands inside brackets, where everything is written in flow style."""
    nodes = (document.node(path[:depth]) for depth in range(len(path)))
    return any(node is not None and node.style == "flow" for node in nodes)


def manner_of(document: Document, path: Path) -> Manner:
    """Return how the document writes near a path: indentation, dashes, line breaks, JSON or YAML."""
    step = dash = None
    around = (document.node(path[:depth]) for depth in range(len(path), -1, -1))
    for node in chain.from_iterable(map(_block_nodes, around)):
        for key, child in zip(node.key_nodes, node.children, strict=False):
            if child.style != "block" or is_first_on_line(document, child.start) is False:
                continue
            offset = column_of(document, child.start) - column_of(document, key.start)
            if isinstance(child.value, dict):
                step = step or offset
            elif dash is None:
                dash = offset
        if step is not None and dash is not None:
            break
    text = document.text
    newline = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    quoted = [key.style == '"' for key in document.root.key_nodes]
    json = document.file.endswith(".json") or (document.root.style == "flow" and bool(quoted) and all(quoted))
    step = step or 2
    return Manner(step, step if dash is None else dash, newline, json)


def _block_nodes(node: Node | None) -> Iterator[Node]:
    todo = [node] if node is not None else []
    while todo:
        current = todo.pop()
        if current.style == "block":
            yield current
            todo.extend(reversed(current.children))


def _dash(document: Document, node: Node, after: int) -> int:
    """Return where the dash of a list's next item stands; before it there are only comments and blanks."""
    column = column_of(document, node.start)
    number = document.lines.number(after)
    if after == node.start:
        return node.start
    for line in range(number + 1, len(document.lines)):
        words = document.lines.line(line)
        if words[column : column + 1] == "-" and not words[:column].strip(" "):
            return document.lines.start(line) + column
    raise ValueError("a list item without a dash")


def _first_comment(document: Document, head: int, column: int, floor: int) -> int:
    """Return where the comments right above an entry begin, or the entry itself."""
    if not is_first_on_line(document, head):
        return head
    start, number = head, document.lines.number(head) - 1
    while (
        number >= 0 and document.lines.start(number) >= floor and _comment_column(document, number) == column
    ):
        start = document.lines.start(number) + column
        number -= 1
    return start


def _last_comment(document: Document, end: int, column: int) -> int:
    """Return the end of an entry's last line, deeper comments below it included."""
    number = document.lines.number(end)
    last = number
    for line in range(number + 1, len(document.lines)):
        depth = _comment_column(document, line)
        if depth is not None and depth > column:
            last = line
        elif document.lines.line(line).strip():
            break
    return document.lines.end(last)


def _comment_column(document: Document, number: int) -> int | None:
    """Return the column of a line's comment, or nothing if the line is not just a comment."""
    line = document.lines.line(number)
    words = line.lstrip(" ")
    return len(line) - len(words) if words.startswith("#") else None
