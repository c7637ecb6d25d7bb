"""The look over the characters of an expression, before any parser sees them.

Full-width signs of a Chinese keyboard are made plain, one for one, so that columns stay right. Signs that
people know from Excel or other languages get a sentence with what to write instead.
"""

from __future__ import annotations

import re

from engine.problems import Problem, ProblemCode
from engine.texts import Text

MAX_NESTING = 60

TOO_BIG = ProblemCode(
    "expression-too-complex",
    Text("表达式太复杂", "The expression is too complex"),
    Text("拆成几个计算字段", "Split it into several computed fields"),
)
NOT_ALLOWED = ProblemCode(
    "expression-not-allowed",
    Text("表达式里不能用{what}", "{what} cannot be used in an expression"),
    Text(
        "只用字段、数字、引号里的文字、运算符和函数",
        "Use fields, numbers, quoted text, operators and functions only",
    ),
)
WRITE_INSTEAD = ProblemCode(
    "expression-write-instead",
    Text("这里写的是 {found},应写成 {expected}", "Write {expected} instead of {found}"),
    Text("改成 {expected}", "Replace it with {expected}"),
)

# What a Chinese keyboard gives where the plain sign is meant, and the many kinds of blanks.
_FULL_WIDTH = "()+-*/<>=,.%!0123456789"
_PLAIN = str.maketrans(
    "".join(chr(ord(sign) + 0xFEE0) for sign in _FULL_WIDTH) + "×÷−" + "\u3000\u00a0\u2002\u2003\u2009\t\r\n",
    _FULL_WIDTH + "*/-" + " " * 8,
)
_INSTEAD = {
    "<>": "!=", "≥": ">=", "≤": "<=", "≠": "!=", "&&": "and", "||": "or", "&": "+",
    "^": "POWER(…)", "**": "POWER(…)", "“": '"', "”": '"', "\uff02": '"', "‘": "'", "’": "'",
    "\uff07": "'", ";": ",", "\uff1b": ",", "、": ",",
    "\uff5b": "(", "\uff5d": ")", "【": "(", "】": ")",
}  # fmt: skip
_BIDIRECTIONAL = "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"
_FORBIDDEN = re.compile(rf"[\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{_BIDIRECTIONAL}]")
_NUMBER = re.compile(r"[0-9][0-9_.]*")


class SpellingError(Exception):
    """Raised at a character that cannot stand there; carries the problem and the characters."""

    def __init__(self, problem: Problem, start: int, end: int) -> None:
        super().__init__(problem.sentence.en)
        self.problem = problem
        self.start = start
        self.end = end


def plain_line(source: str) -> str:
    """Return the source on one line with full-width signs made plain, character for character.

    Raises `SpellingError` for control characters and for brackets nested too deep.
    """
    forbidden = _FORBIDDEN.search(source)
    if forbidden:
        what = Text("反斜杠或控制字符", "A backslash or a control character")
        raise SpellingError(NOT_ALLOWED.here(what=what), *forbidden.span())
    out: list[str] = []
    at = nesting = 0
    while at < len(source):
        end = _quoted_end(source, at)
        if end:
            out.append(source[at:end].replace("\n", " ").replace("\r", " ").replace("\t", " "))
        else:
            end = at + 1
            sign = source[at].translate(_PLAIN)
            nesting += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
            if nesting > MAX_NESTING:
                raise SpellingError(TOO_BIG.here(), at, end)
            out.append(sign)
        at = end
    return "".join(out)


def _quoted_end(source: str, at: int) -> int:
    """Return where the quoted text that starts here ends, or 0 if none starts here."""
    if source[at] not in "\"'":
        return 0
    closing = source.find(source[at], at + 1)
    return closing + 1 if closing >= 0 else len(source)


def check_signs(line: str) -> None:
    """Refuse signs and words outside quotes that another language has and this one has not."""
    at = 0
    while at < len(line):
        quoted = _quoted_end(line, at)
        at = quoted or _checked_end(line, at)


def _checked_end(line: str, at: int) -> int:
    """Check the sign, the number or the word that starts here, and return where it ends."""
    char = line[at]
    if char.isalpha() or char == "_":
        return _word_end(line, at)
    if "0" <= char <= "9":
        return _number_end(line, at)
    for found in (line[at : at + 2], char):
        if found in _INSTEAD:
            _instead(found, _INSTEAD[found], at)
    if char == "=":
        return _equals_end(line, at)
    if char == "!" and line[at + 1 : at + 2] != "=":
        _instead("!", "not", at)
    if char == "#":
        raise SpellingError(NOT_ALLOWED.here(what=Text("注释", "A comment")), at, at + 1)
    return at + 2 if line[at : at + 2] in ("<=", ">=", "!=", ":=") else at + 1


def _instead(found: str, expected: str, at: int) -> None:
    raise SpellingError(WRITE_INSTEAD.here(found=found, expected=expected), at, at + len(found))


def _equals_end(line: str, at: int) -> int:
    end = at
    while line[end : end + 1] == "=":
        end += 1
    if end - at != 2:
        _instead("=" * (end - at), "==", at)
    return end


def _word_end(line: str, at: int) -> int:
    end = at
    while end < len(line) and ("a" + line[end]).isidentifier():
        end += 1
    word, after = line[at:end], line[end:].lstrip()
    if word in ("AND", "OR", "NOT") and not after.startswith("(") and (after or word == "NOT"):
        _instead(word, word.lower(), at)
    return max(end, at + 1)


def _number_end(line: str, at: int) -> int:
    found = _NUMBER.match(line, at)
    end = found.end() if found else at + 1
    if line[end : end + 1].isalpha():
        while end < len(line) and line[end].isalnum():
            end += 1
        shown = line[at : min(end, at + 40)]
        what = Text(f"这样写的数字 {shown}", f"A number written like {shown}")
        raise SpellingError(NOT_ALLOWED.here(what=what), at, end)
    return end
