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
_ONE_LINE = str.maketrans("\t\r\n", "   ")
_TWO_SIGNS = ("<=", ">=", "!=", ":=")
_OTHER_WORDS = ("AND", "OR", "NOT")
_BIDIRECTIONAL = "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"
_FORBIDDEN = re.compile(rf"[\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{_BIDIRECTIONAL}]")
_QUOTED = re.compile(r"""("[^"]*"?|'[^']*'?)""")
_BRACKET = re.compile(r"[()\[\]]")
_PIECE = re.compile(
    r"""(?P<quoted>"[^"]*"?|'[^']*'?)|(?P<number>[0-9][0-9_.]*)|(?P<word>[^\W\d]\w*)|(?P<sign>[^\w\s])"""
)


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
    parts = _QUOTED.split(source)
    parts[::2] = [part.translate(_PLAIN) for part in parts[::2]]
    parts[1::2] = [part.translate(_ONE_LINE) for part in parts[1::2]]
    nesting, at = 0, 0
    for position, part in enumerate(parts):
        for bracket in _BRACKET.finditer(part) if position % 2 == 0 else ():
            nesting += 1 if bracket[0] in "([" else -1
            if nesting > MAX_NESTING:
                raise SpellingError(TOO_BIG.here(), at + bracket.start(), at + bracket.end())
        at += len(part)
    return "".join(parts)


def check_signs(line: str) -> None:
    """Refuse signs and words outside quotes that another language has and this one has not.

    Raises `SpellingError`.
    """
    skip = 0
    for piece in _PIECE.finditer(line):
        match piece.lastgroup:
            case "word" if piece[0] in _OTHER_WORDS:
                _check_word(line, piece)
            case "number":
                _check_number(line, piece)
            case "sign" if piece.start() >= skip:
                skip = _sign_end(line, piece.start())


def _sign_end(line: str, at: int) -> int:
    """Check the sign that starts here, and return where it ends."""
    char, two = line[at], line[at : at + 2]
    for found in (two, char):
        if found in _INSTEAD:
            _instead(found, _INSTEAD[found], at)
    if char == "#":
        raise SpellingError(NOT_ALLOWED.here(what=Text("注释", "A comment")), at, at + 1)
    if two in _TWO_SIGNS:
        return at + 2
    if char == "!":
        _instead("!", "not", at)
    if char == "=":
        end = at + len(line[at:]) - len(line[at:].lstrip("="))
        if end - at != 2:
            _instead("=" * (end - at), "==", at)
        return end
    return at + 1


def _instead(found: str, expected: str, at: int) -> None:
    raise SpellingError(WRITE_INSTEAD.here(found=found, expected=expected), at, at + len(found))


def _check_word(line: str, piece: re.Match[str]) -> None:
    """Refuse AND, OR and NOT where they are no functions."""
    after = line[piece.end() :].lstrip()
    if not after.startswith("(") and (after or piece[0] == "NOT"):
        _instead(piece[0], piece[0].lower(), piece.start())


def _check_number(line: str, piece: re.Match[str]) -> None:
    """Refuse a number that is glued to letters, such as 1e5 or 12ab."""
    end = piece.end()
    if not line[end : end + 1].isalpha():
        return
    while end < len(line) and line[end].isalnum():
        end += 1
    shown = line[piece.start() : min(end, piece.start() + 40)]
    what = Text(f"这样写的数字 {shown}", f"A number written like {shown}")
    raise SpellingError(NOT_ALLOWED.here(what=what), piece.start(), end)
