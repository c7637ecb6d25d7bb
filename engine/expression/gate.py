"""The gate in front of every expression: text in, a small and bounded syntax tree out.

What passes is a subset of Python's expression syntax: names, dotted names, constants, arithmetic,
comparisons, and/or/not, `a if b else c`, calls of bare names and tuples behind `in`. No expression can call
a method, read an attribute of an object, loop, or build anything larger than its own text
(`reliability.md`, a.3). Limits hold before the parser sees the text.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.problems import Problem, ProblemCode
from engine.texts import Text

MAX_LENGTH = 2_000
MAX_NODES = 300
MAX_DEPTH = 40
MAX_DIGITS = 30
MAX_NESTING = 60

EMPTY = ProblemCode(
    "expression-empty",
    Text("这里要写一个表达式", "An expression is expected here"),
    Text("例如 quantity * unit_price", "For example quantity * unit_price"),
)
TOO_LONG = ProblemCode(
    "expression-too-long",
    Text("表达式有 {length} 个字符,最多 {limit} 个", "The expression has {length} characters, at most {limit} are allowed"),
    Text("拆成几个计算字段", "Split it into several computed fields"),
)
TOO_BIG = ProblemCode(
    "expression-too-complex",
    Text("表达式太复杂", "The expression is too complex"),
    Text("拆成几个计算字段", "Split it into several computed fields"),
)
SYNTAX = ProblemCode(
    "expression-syntax",
    Text("表达式读不懂:{detail}", "The expression cannot be read: {detail}"),
    Text("检查括号、引号和运算符", "Check brackets, quotes and operators"),
)
NOT_ALLOWED = ProblemCode(
    "expression-not-allowed",
    Text("表达式里不能用{what}", "{what} cannot be used in an expression"),
    Text("只用字段、数字、引号里的文字、运算符和函数", "Use fields, numbers, quoted text, operators and functions only"),
)
WRITE_INSTEAD = ProblemCode(
    "expression-write-instead",
    Text("这里写的是 {found},应写成 {expected}", "Write {expected} instead of {found}"),
    Text("改成 {expected}", "Replace it with {expected}"),
)

# A Chinese keyboard gives these where the plain sign is meant; both are understood.
_FULL_WIDTH = str.maketrans(
    "\uff08\uff09\uff0c\uff0b\uff0d\u00d7\u00f7\uff1e\uff1c\uff1d\uff0a\uff0f\u3000",
    "(),+-*/><=*/ ",
)
_INSTEAD = {
    "<>": "!=", "\u2265": ">=", "\u2264": "<=", "\u2260": "!=", "&&": "and", "||": "or",
    "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'",
}  # fmt: skip

_NAMES: dict[type[ast.AST], Text] = {
    ast.Subscript: Text("方括号取值", "Square brackets"),
    ast.Lambda: Text("lambda", "lambda"),
    ast.ListComp: Text("循环", "A loop"),
    ast.SetComp: Text("循环", "A loop"),
    ast.DictComp: Text("循环", "A loop"),
    ast.GeneratorExp: Text("循环", "A loop"),
    ast.JoinedStr: Text("f 字符串", "An f-string"),
    ast.Dict: Text("字典", "A dictionary"),
    ast.Set: Text("集合", "A set"),
    ast.Starred: Text("星号", "A star"),
    ast.NamedExpr: Text(":= 赋值", "An assignment"),
    ast.Await: Text("await", "await"),
    ast.Yield: Text("yield", "yield"),
    ast.YieldFrom: Text("yield", "yield"),
    ast.Pow: Text("** 运算", "The operator **"),
    ast.FloorDiv: Text("// 运算", "The operator //"),
    ast.Is: Text("is", "is"),
    ast.IsNot: Text("is not", "is not"),
}
_ALLOWED = (
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.BinOp, ast.Add, ast.Sub, ast.Mult,
    ast.Div, ast.Mod, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.IfExp,
    ast.Call, ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.Load,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Syntax:
    """A text that passed the gate: its tree, and the characters that each node covers."""

    source: str
    line: str
    tree: ast.expr

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the first and one past the last character of `node` in the source."""
        encoded = self.line.encode()
        start = getattr(node, "col_offset", 0)
        end = getattr(node, "end_col_offset", None) or start + 1
        return len(encoded[:start].decode(errors="ignore")), len(encoded[:end].decode(errors="ignore"))

    def text(self, node: ast.AST) -> str:
        """Return the characters of `node`."""
        start, end = self.span(node)
        return self.line[start:end]


class GateError(Exception):
    """Raised when a text does not pass; carries the problem and the characters that it is about."""

    def __init__(self, problem: Problem, start: int = 0, end: int = 1) -> None:
        super().__init__(problem.sentence.en)
        self.problem = problem
        self.start = start
        self.end = end


def read_syntax(source: str) -> Syntax:
    """Return the syntax tree of an expression.

    Raises `GateError` for anything that is not a small, plain expression; never anything else.
    """
    if len(source) > MAX_LENGTH:
        raise GateError(TOO_LONG.here(length=len(source), limit=MAX_LENGTH))
    if not source.strip():
        raise GateError(EMPTY.here())
    line = _plain_line(source)
    indent = len(line) - len(line.lstrip())
    line = line.strip()
    try:
        tree = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        start = indent + max((error.offset or 1) - 1, 0)
        raise GateError(_syntax_problem(line, error), start, start + 1) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise GateError(TOO_BIG.here()) from error
    syntax = Syntax(source, " " * indent + line, tree)
    _shift(tree, indent)
    _check_nodes(syntax)
    return syntax


def _shift(tree: ast.expr, columns: int) -> None:
    """Let the offsets count from the start of the source, blanks in front of it included."""
    if columns:
        for node in ast.walk(tree):
            if isinstance(node, ast.expr):
                node.col_offset += columns
                node.end_col_offset = (node.end_col_offset or 0) + columns


def _plain_line(source: str) -> str:
    """Return the source on one line with full-width signs made plain, character for character.

    Raises `GateError` for signs that need two characters, comments, and brackets nested too deep.
    """
    quote = ""
    nesting = 0
    out: list[str] = []
    for at, char in enumerate(source):
        if char == "\\" or (ord(char) < 32 and char not in "\t\n\r") or 0xD800 <= ord(char) <= 0xDFFF:
            raise GateError(NOT_ALLOWED.here(what=Text("反斜杠或控制字符", "A backslash or control character")), at, at + 1)
        if quote:
            quote = "" if char == quote else quote
            out.append(" " if char in "\r\n" else char)
            continue
        if char in "\"'":
            quote = char
        _refuse_sign(source, at)
        nesting += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        if nesting > MAX_NESTING:
            raise GateError(TOO_BIG.here(), at, at + 1)
        out.append(" " if char in "\t\r\n" else char.translate(_FULL_WIDTH))
    return "".join(out)


def _refuse_sign(source: str, at: int) -> None:
    for found in (source[at : at + 2], source[at]):
        if found in _INSTEAD:
            problem = WRITE_INSTEAD.here(found=found, expected=_INSTEAD[found])
            raise GateError(problem, at, at + len(found))
    if source[at] == "#":
        raise GateError(NOT_ALLOWED.here(what=Text("注释", "A comment")), at, at + 1)


def _syntax_problem(line: str, error: SyntaxError) -> Problem:
    at = max((error.offset or 1) - 1, 0)
    before, after = line[at - 1 : at], line[at : at + 1]
    if after == "=" or (before == "=" and line[at - 2 : at] not in ("==", "!=", "<=", ">=")):
        return WRITE_INSTEAD.here(found="=", expected="==")
    detail = error.msg or "invalid syntax"
    zh = {"was never closed": "括号没有闭合", "unterminated string": "引号没有闭合"}
    return SYNTAX.here(detail=Text(next((v for k, v in zh.items() if k in detail), "写法不对"), detail))


def _check_nodes(syntax: Syntax) -> None:
    """Refuse any node that is not on the list, and trees that are too large or too deep."""
    count = 0
    for node, depth in _walk_with_depth(syntax.tree):
        count += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise GateError(TOO_BIG.here())
        problem = _node_problem(node, syntax)
        if problem is not None:
            raise GateError(problem, *syntax.span(node))


def _walk_with_depth(tree: ast.expr) -> Iterator[tuple[ast.AST, int]]:
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node) if not isinstance(child, ast.Load))


def _node_problem(node: ast.AST, syntax: Syntax) -> Problem | None:
    if not isinstance(node, _ALLOWED):
        what = _NAMES.get(type(node), Text(f"「{type(node).__name__}」", f"'{type(node).__name__}'"))
        return NOT_ALLOWED.here(what=what)
    check = _CHECKS.get(type(node))
    return check(node, syntax) if check else None


def _check_call(node: ast.AST, _: Syntax) -> Problem | None:
    assert isinstance(node, ast.Call)  # noqa: S101  (for the type checker)
    if node.keywords:
        return NOT_ALLOWED.here(what=Text("带名字的参数", "A named argument"))
    if not isinstance(node.func, ast.Name):
        return NOT_ALLOWED.here(what=Text("方法调用", "A method call"))
    return None


def _check_name(node: ast.AST, _: Syntax) -> Problem | None:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    if name.startswith("_"):
        return NOT_ALLOWED.here(what=Text(f"以下划线开头的名字「{name}」", f"A name that starts with an underscore, '{name}',"))
    if isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name | ast.Attribute):
        return NOT_ALLOWED.here(what=Text("对值取属性", "An attribute of a value"))
    return None


def _check_constant(node: ast.AST, syntax: Syntax) -> Problem | None:
    value = getattr(node, "value", None)
    if isinstance(value, bytes | complex) or value is Ellipsis:
        return NOT_ALLOWED.here(what=Text("这种常量", "A constant of this kind"))
    text = syntax.text(node)
    if isinstance(value, str) and text[:1] not in "\"'":
        return NOT_ALLOWED.here(what=Text("引号前的字母", "A letter before a quote"))
    if isinstance(value, int | float) and not isinstance(value, bool):
        digits = text.replace("_", "")
        if not digits.replace(".", "", 1).isdigit() or len(digits) > MAX_DIGITS:
            return NOT_ALLOWED.here(what=Text(f"这样写的数字 {text[:40]}", f"A number written like {text[:40]}"))
    return None


_CHECKS: dict[type[ast.AST], Callable[[ast.AST, Syntax], Problem | None]] = {
    ast.Call: _check_call,
    ast.Name: _check_name,
    ast.Attribute: _check_name,
    ast.Constant: _check_constant,
}


def number_of(node: ast.Constant, syntax: Syntax) -> Decimal:
    """Return the exact number that a constant spells."""
    return Decimal(syntax.text(node).replace("_", ""))

