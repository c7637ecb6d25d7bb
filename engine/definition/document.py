r"""An app definition as read from YAML or JSON: plain data, and the place of every key, value and character.

>>> document = read_document("app: orders\ntitle: 客户订单\n", "orders.yaml")
>>> document.data
{'app': 'orders', 'title': '客户订单'}
>>> document.key_location(("title",))
Location(file='orders.yaml', line=2, column=1, length=5)

Only what JSON can say is let in: `scalars` tells which words are numbers and booleans, `nodes` what is
refused. JSON is read by the same reader, because JSON is YAML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from engine.definition import scalars
from engine.definition.characters import read_characters
from engine.definition.lines import Lines
from engine.definition.nodes import MAX_PROBLEMS, MISSING_SPACE, Node, TooMuch, TreeBuilder
from engine.definition.syntax import TAB_INDENTATION, explain
from engine.problems import DefinitionError, Location, Path, Problem, ProblemCode
from engine.texts import Language, Text

EMPTY_DEFINITION = ProblemCode(
    "empty-definition",
    Text("文件里没有内容", "There is nothing in the file"),
    Text("从 app: 名称 开始写", "Begin with app: name"),
)

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_REPAIRS = 20  # broken spots that are made harmless to read on, in a file of up to 50,000 characters
_REPAIR_BUDGET = 1_000_000
_GLUED = re.compile(r"(\w+):\S")


@dataclass(frozen=True, slots=True)
class Document:
    """One definition: its text, the data in it (numbers are `int` or `Decimal`), and where everything stands.

    A path that leads nowhere gets the place of the deepest part that exists, so every problem has a place.
    """

    file: str
    text: str
    data: Any
    root: Node = field(repr=False, compare=False)
    lines: Lines = field(repr=False, compare=False)

    def location(self, path: Path) -> Location:
        """Return the place of a value; its length is what the value covers on its first line."""
        node = self._nearest(path)
        return self.lines.place(node.start, node.end)

    def key_location(self, path: Path) -> Location:
        """Return the place of the key that leads to a value; an item of a list has none and stands for it."""
        key = self.key_node(path)
        return self.lines.place(key.start, key.end) if key else self.location(path)

    def within(self, path: Path, start: int, end: int) -> Location:
        """Return the place of the characters `start` to `end` of a text, as counted in its value.

        Exact for plain, quoted and literal (`|`) texts, escapes and line breaks included. For a folded (`>`)
        text, and for what is not a text, it is the place where the value begins.
        """
        node = self._nearest(path)
        found = scalars.span(self._pieces(node), start, end)
        if found is None:
            return self.lines.place(node.start, node.end)
        return self.lines.place(*found)

    def looks_like_boolean(self, path: Path) -> bool:
        """Tell whether a text is an unquoted yes, no, on or off, so that a boolean was probably meant."""
        node = self.node(path)
        if node is None or node.style != "plain" or not isinstance(node.value, str):
            return False
        return scalars.looks_like_boolean(node.value)

    def source_line(self, location: Location) -> str:
        """Return the line that a place is in."""
        return self.lines.source_line(location)

    def show(self, problem: Problem, language: Language) -> str:
        """Return a problem with its source line, a caret under the place, and the fix."""
        return self.lines.show(problem, language)

    def node(self, path: Path) -> Node | None:
        """Return the node at a path, for those who work on the text itself."""
        node: Node | None = self.root
        for part in path:
            node = node.child(part) if node else None
        return node

    def key_node(self, path: Path) -> Node | None:
        """Return the key that leads to an entry of a map, for those who work on the text itself."""
        parent = self.node(path[:-1]) if path else None
        index = parent.positions.get(path[-1]) if parent and isinstance(path[-1], str) else None
        return parent.key_nodes[index] if parent and index is not None else None

    def _nearest(self, path: Path) -> Node:
        node = self.root
        for part in path:
            child = node.child(part)
            if child is None:
                break
            node = child
        return node

    def _pieces(self, node: Node) -> list[scalars.Piece]:
        """Return where each character of a scalar stands; nothing when that cannot be told."""
        if isinstance(node.value, (dict, list)) or node.style == ">":
            return []
        if node.style == "|":
            return scalars.literal_pieces(self.text, node.start, node.value)
        pieces = scalars.pieces_of(self.text, node.start, node.end, node.style)
        value = node.value if isinstance(node.value, str) else self.text[node.start : node.end]
        return pieces if "".join(piece.value for piece in pieces) == value else []


def read_document(text: str | bytes, file: str) -> Document:
    """Read a definition; raises `DefinitionError` with all the problems that can be found at once.

    `file` is the name that places carry. A byte order mark is dropped. A text that begins with `{`, or a file
    whose name ends in `.json`, is JSON: there `NaN` and `Infinity` are refused as well.
    """
    characters, problems = read_characters(text, file)
    lines = Lines(characters, file)
    json = file.endswith(".json") or characters.lstrip()[:1] == "{"
    root = _Reading(lines, problems, json=json).root()
    if problems or root is None:
        raise DefinitionError(problems or [EMPTY_DEFINITION.at(lines.place(0))])
    return Document(file, characters, root.value, root, lines)


class _Reading:
    """Reads one text, again and again as long as broken spots can be made harmless."""

    def __init__(self, lines: Lines, problems: list[Problem], *, json: bool) -> None:
        self.lines = lines
        self.problems = problems
        self.json = json

    def root(self) -> Node | None:
        """Return the tree, and leave in `problems` what is wrong with the text."""
        text: str | None = self.lines.text
        attempts = min(_REPAIRS, 1 + _REPAIR_BUDGET // (len(self.lines.text) + 1))
        builder = TreeBuilder(self.lines, json=self.json)
        while text is not None and attempts > 0:
            builder = TreeBuilder(self.lines, json=self.json)
            text = self._attempt(builder, text)
            attempts -= 1
        self.problems += builder.problems
        if builder.root is not None:
            self._check_root(builder.root)
        return builder.root

    def _attempt(self, builder: TreeBuilder, text: str) -> str | None:
        """Read the text once; return it with the broken spot repaired if another attempt is worth it."""
        try:
            builder.take_all(yaml.parse(scalars.without_pairs(text), Loader=_LOADER))
        except TooMuch:
            return None
        except yaml.YAMLError as error:
            return self._explain(error, text, builder)
        return None

    def _explain(self, error: yaml.YAMLError, text: str, builder: TreeBuilder) -> str | None:
        cause = explain(error, Lines(text, self.lines.file), builder.last)
        places = [(cause.start, cause.end)]
        if cause.code is TAB_INDENTATION:
            later = re.compile(r"^\t+(?=\S)", re.MULTILINE).finditer(text, cause.start + 1)
            places += [found.span() for found in later]
        for start, end in places[:MAX_PROBLEMS]:
            self.problems.append(
                cause.code.at(self.lines.place(start, end), path=(), suggestions=(), **cause.facts)
            )
        return cause.repaired if cause.repaired != text else None

    def _check_root(self, root: Node) -> None:
        """A whole file that is one text was a map whose colons lack the space."""
        found = _GLUED.match(root.value) if root.style == "plain" and isinstance(root.value, str) else None
        if found:
            place = self.lines.place(root.start, root.start + found.end(1) + 1)
            self.problems.append(MISSING_SPACE.at(place, key=found.group(1)))
