"""Syntax errors in plain words: what the parser complains about, traced back to what a person did.

The parser says where it gave up; the cause is often elsewhere. `explain` looks at the text around and, where
the cause is local, also gives the text with that spot made harmless (never longer or shorter), so that
reading can go on and all problems come at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from engine.definition.lines import Lines
from engine.definition.nodes import MISSING_SPACE, NEEDS_QUOTES, Node, shorten
from engine.problems import ProblemCode
from engine.texts import Text

TAB_INDENTATION = ProblemCode(
    "tab-indentation",
    Text("这里用了制表符(Tab)缩进", "A tab is used for indentation here"),
    Text("把制表符换成空格,每层两个", "Replace the tabs by spaces, two for each level"),
)
FULL_WIDTH_COLON = ProblemCode(
    "full-width-colon",
    Text("键后面用了中文冒号「\uff1a」", "The key is followed by a Chinese colon '\uff1a'"),
    Text("换成英文冒号和一个空格,例如 {key}: 值", "Use a plain colon and a space, as in {key}: value"),
)
UNCLOSED_QUOTE = ProblemCode(
    "unclosed-quote",
    Text(
        "从这里开始的引号 {mark} 没有结束",
        "The quote {mark} that opens here is not closed where it should be",
    ),
    Text("在文字末尾补上 {mark}", "Add {mark} at the end of the text"),
)
TEXT_AFTER_QUOTE = ProblemCode(
    "text-after-quote",
    Text("引号结束以后还有内容", "There is more after the closing quote"),
    Text(
        "用另一种引号把整段括起来,例如 {example}",
        "Put all of it in the other kind of quotes, as in {example}",
    ),
)
UNCLOSED_BRACKET = ProblemCode(
    "unclosed-bracket",
    Text("从这里开始的 {mark} 没有对应的结束括号", "The {mark} that opens here has no closing bracket"),
    Text("在末尾补上 {closing}", "Add {closing} at the end"),
)
EXTRA_BRACKET = ProblemCode(
    "extra-bracket",
    Text("多了一个 {mark}", "There is one {mark} too many"),
    Text("删掉它,或在前面补上开始的括号", "Delete it, or add the bracket that opens it"),
)
MISSING_COMMA = ProblemCode(
    "missing-comma",
    Text("这里前面缺少逗号", "A comma is missing before this place"),
    Text("在两项之间加上逗号", "Put a comma between the two entries"),
)
WRONG_INDENTATION = ProblemCode(
    "wrong-indentation",
    Text("这一行的缩进和上面对不上", "This line is not indented like those it belongs to"),
    Text("让同一层的各行从同一列开始", "Start all lines of one level in the same column"),
)
MISSING_COLON = ProblemCode(
    "missing-colon",
    Text("这一行既不是「键: 值」也不是「- 项」", "This line is neither 'key: value' nor '- item'"),
    Text("补上冒号和空格,或把文字加上引号", "Add the colon and a space, or put the text in quotes"),
)
COLON_IN_TEXT = ProblemCode(
    "colon-in-text",
    Text("没有加引号的文字里有冒号和空格", "A text that is not in quotes holds a colon and a space"),
    Text('给整段文字加上引号,例如 "{example}"', 'Put all of it in quotes, as in "{example}"'),
)
BAD_ESCAPE = ProblemCode(
    "bad-escape",
    Text("双引号里的 {word} 不是认识的转义", "{word} means nothing inside double quotes"),
    Text("写两个反斜杠,或改用单引号", "Write the backslash twice or use single quotes"),
)
LONE_SURROGATE = ProblemCode(
    "lone-surrogate",
    Text("{word} 只是半个字符", "{word} is only half of a character"),
    Text("写出完整的字符", "Write the whole character"),
)
NOT_YAML = ProblemCode(
    "not-yaml",
    Text("这里读不懂。解析器说:{reason}", "This cannot be read. The parser says: {reason}"),
    Text(
        "检查这一行和上一行的缩进、引号和冒号",
        "Check indentation, quotes and colons on this line and the one above",
    ),
)

_GLUED = re.compile(
    r"[ ]*(?:- +)*(?P<key>[^\s:#\"'{}\[\],&*!|>%@`\uff1a-][^\s:\uff1a]*)(?P<colon>:|\uff1a)\s?(?=\S)"
)
_NEVER_FIRST = "@`%*&!|>"
_CLOSING = {"[": "]", "{": "}"}
_SURROGATE = re.compile(r"\\u[dD][89abAB]")


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong with the syntax: the problem, its characters, and the text repaired if it can be."""

    code: ProblemCode
    start: int
    end: int
    repaired: str | None = None
    facts: dict[str, object] = field(default_factory=dict)


def explain(error: yaml.YAMLError, lines: Lines, last: Node | None) -> Cause:
    """Return the cause of a parser's error; `last` is the value that was read before it."""
    return _Case(error, lines, last).cause()


class _Case:
    """One error of the parser and the text around it."""

    def __init__(self, error: yaml.YAMLError, lines: Lines, last: Node | None) -> None:
        self.lines, self.text, self.last = lines, lines.text, last
        self.said = str(getattr(error, "problem", None) or error)
        self.context = str(getattr(error, "context", None) or "")
        self.at = self._index(getattr(error, "problem_mark", None))
        self.opened = self._index(getattr(error, "context_mark", None))
        self.number = lines.number(self.at)

    def _index(self, mark: yaml.Mark | None) -> int:
        return min(mark.index, len(self.text)) if mark is not None else 0

    def cause(self) -> Cause:
        """Try the likely causes, the surest first."""
        tries = (self._tab, self._quote, self._escape, self._special_first, self._glued, self._after_value)
        more = (self._colon_in_text, self._bracket, self._layout)
        for attempt in (*tries, *more):
            found = attempt()
            if found is not None:
                return found
        start = min(self.at, self.lines.end(self.number))
        return Cause(
            NOT_YAML, start, start + 1, facts={"reason": shorten(f"{self.context} {self.said}", 120)}
        )

    def _tab(self) -> Cause | None:
        if self.text[self.at : self.at + 1] == "\t" or "tab character" in self.said:
            start = self.text.find("\t", self.lines.start(self.number))
            return Cause(TAB_INDENTATION, max(start, 0), start + 1)
        return None

    def _quote(self) -> Cause | None:
        """A quote that never closes, or that closes at the next one, lines below."""
        if "quoted scalar" in self.context and (
            "end of stream" in self.said or "document indicator" in self.said
        ):
            start = self.opened
        elif (
            self._follows(self.last, "'\"")
            and self.last
            and "\n" in self.text[self.last.start : self.last.end]
        ):
            start = self.last.start
        else:
            return None
        mark = self.text[start]
        return Cause(UNCLOSED_QUOTE, start, self._line_end(start), facts={"mark": mark})

    def _escape(self) -> Cause | None:
        hexadecimal = "escape" in self.said or "hexdecimal" in self.said or "hexadecimal" in self.said
        if not hexadecimal or "quoted" not in self.context + "double-quoted" * (
            "expected escape" in self.said
        ):
            return None
        start = self.text.rfind("\\", 0, self.at + 1)
        if start < 0:
            return None
        if _SURROGATE.match(self.text, start) or self.text[start + 1 : start + 4].lower() in {
            "udc",
            "udd",
            "ude",
            "udf",
        }:
            end = start + 6
            return Cause(LONE_SURROGATE, start, end, self._masked(start, end), {"word": self.text[start:end]})
        end = start + 2
        return Cause(BAD_ESCAPE, start, end, self._masked(start, end), {"word": self.text[start:end]})

    def _special_first(self) -> Cause | None:
        """A value that begins with a character that means something to YAML."""
        scanning = any(
            word in self.context for word in ("alias", "anchor", "tag", "block scalar", "directive")
        )
        start = self.opened if scanning else self.at
        mark = self.text[start : start + 1]
        if not mark or mark not in _NEVER_FIRST or not (scanning or "cannot start any token" in self.said):
            return None
        return self._needs_quotes(start, mark)

    def _needs_quotes(self, start: int, mark: str) -> Cause:
        end = self._line_end(start)
        facts: dict[str, object] = {"mark": mark, "example": shorten(self.text[start:end])}
        repaired = self._masked(start, end) if start > self.lines.start(self.lines.number(start)) else None
        return Cause(NEEDS_QUOTES, start, end, repaired, facts)

    def _glued(self) -> Cause | None:
        """`type:text` without the space, or with a Chinese colon: YAML reads words and stumbles later."""
        if "mapping values" not in self.said and "expected ':'" not in self.said:
            return None
        first = (
            self.lines.number(self.opened) if "simple key" in self.context else self._previous(self.number)
        )
        for number in (first, self.number):
            found = _GLUED.match(self.lines.line(number))
            if found and (found["colon"] != ":" or found.end() == found.end("colon")):
                start, colon = (
                    self.lines.start(number) + found.start("key"),
                    self.lines.start(number) + found.start("colon"),
                )
                repaired = f"{self.text[:colon]}: {self.text[colon + 2 :]}"
                code = MISSING_SPACE if found["colon"] == ":" else FULL_WIDTH_COLON
                return Cause(code, start, colon + 1, repaired, {"key": found["key"]})
        return None

    def _after_value(self) -> Cause | None:
        """More text after a quoted text or a bracket: all of it was meant as one text."""
        last = self.last
        if last is None or not (self._follows(last, "'\"") or self._follows(last, "flow")):
            return None
        if self.text[self.at : self.at + 1] in {"}", "]", ""} or self.lines.number(last.end) != self.number:
            return None
        if last.style == "flow":
            return self._needs_quotes(
                last.start, "{{" if self.text.startswith("{{", last.start) else self.text[last.start]
            )
        end = self._line_end(last.start)
        words = self.text[last.start : end]
        other = "'" if last.style == '"' else '"'
        example = other + shorten(words) + other if other not in words else "|"
        return Cause(TEXT_AFTER_QUOTE, self.at, end, self._masked(last.start, end), {"example": example})

    def _colon_in_text(self) -> Cause | None:
        line = self.lines.line(self.number)
        colon = line.find(": ")
        if "mapping values" not in self.said or not 0 <= colon < self.at - self.lines.start(self.number):
            return None
        start = self.lines.start(self.number) + colon + 2
        start += len(self.text[start : self.at]) - len(self.text[start : self.at].lstrip())
        end = self._line_end(start)
        facts: dict[str, object] = {"example": shorten(self.text[start:end])}
        return Cause(COLON_IN_TEXT, start, end, self._masked(start, end), facts)

    def _bracket(self) -> Cause | None:
        mark = self.text[self.at : self.at + 1]
        if "flow" not in self.context:
            known = mark in {"}", "]"} and mark
            return Cause(EXTRA_BRACKET, self.at, self.at + 1, facts={"mark": mark}) if known else None
        opening = self.text[self.opened : self.opened + 1]
        below = self.number > self.lines.number(self.opened)
        if opening in _CLOSING and (not mark or (below and self._depth(self.at) <= self._depth(self.opened))):
            facts: dict[str, object] = {"mark": opening, "closing": _CLOSING[opening]}
            return Cause(UNCLOSED_BRACKET, self.opened, self.opened + 1, facts=facts)
        return Cause(MISSING_COMMA, self.at, self.at + 1) if "expected ','" in self.said else None

    def _layout(self) -> Cause | None:
        """A line that starts where no line of its level does."""
        if "simple key" in self.context:
            return Cause(MISSING_COLON, self.opened, self._line_end(self.opened))
        if "mapping values" in self.said or "block" in self.context:
            first = self.lines.start(self.number) + self._depth(self.at)
            return Cause(WRONG_INDENTATION, first, self._line_end(first))
        return None

    def _follows(self, node: Node | None, styles: str) -> bool:
        """Tell whether the error is just after a value of this style, with only blanks between."""
        if node is None or node.style not in styles or node.start == node.end:
            return False
        return not self.text[node.end : self.at].strip(" \t")

    def _previous(self, number: int) -> int:
        """Return the line above that holds something."""
        above = number - 1
        while above > 0 and not self.lines.line(above).strip():
            above -= 1
        return max(above, 0)

    def _depth(self, offset: int) -> int:
        line = self.lines.line(self.lines.number(offset))
        return len(line) - len(line.lstrip(" "))

    def _line_end(self, offset: int) -> int:
        """Return where the words on this line end, a comment not counted."""
        end = self.lines.end(self.lines.number(offset))
        comment = self.text.find(" #", offset, end)
        return offset + max(1, len(self.text[offset : end if comment < 0 else comment].rstrip()))

    def _masked(self, start: int, end: int) -> str:
        return self.text[:start] + "x" * (end - start) + self.text[end:]
