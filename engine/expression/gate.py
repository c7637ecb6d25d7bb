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

from engine.expression.spelling import (
    NOT_ALLOWED,
    TOO_BIG,
    WRITE_INSTEAD,
    SpellingError,
    check_signs,
    plain_line,
)
from engine.problems import Problem, ProblemCode
from engine.texts import Text
from engine.values import NUMBER_PLACES

__all__ = [
    "EMPTY", "MAX_DEPTH", "MAX_LENGTH", "MAX_NODES", "NOT_ALLOWED", "SYNTAX", "TOO_BIG", "TOO_LONG",
    "WRITE_INSTEAD", "GateError", "Syntax", "number_of", "read_syntax",
]  # fmt: skip

MAX_LENGTH = 2_000
MAX_NODES = 300
MAX_DEPTH = 40
MAX_WHOLE_DIGITS = 20

EMPTY = ProblemCode(
    "expression-empty",
    Text("这里要写一个表达式", "An expression is expected here"),
    Text("例如 quantity * unit_price", "For example quantity * unit_price"),
)
TOO_LONG = ProblemCode(
    "expression-too-long",
    Text(
        "表达式有 {length} 个字符,最多 {limit} 个",
        "The expression has {length} characters, at most {limit} are allowed",
    ),
    Text("拆成几个计算字段", "Split it into several computed fields"),
)
SYNTAX = ProblemCode(
    "expression-syntax",
    Text("表达式读不懂:{detail}", "The expression cannot be read: {detail}"),
    Text("检查括号、引号和运算符", "Check brackets, quotes and operators"),
)

_NAMES: dict[type[ast.AST], Text] = {
    ast.Subscript: Text("方括号取值", "Square brackets"),
    ast.Slice: Text("方括号取值", "Square brackets"),
    ast.Lambda: Text("lambda", "lambda"),
    ast.ListComp: Text("循环", "A loop"),
    ast.SetComp: Text("循环", "A loop"),
    ast.DictComp: Text("循环", "A loop"),
    ast.GeneratorExp: Text("循环", "A loop"),
    ast.JoinedStr: Text("f 字符串", "An f-string"),
    ast.Dict: Text("花括号", "A brace"),
    ast.Set: Text("花括号", "A brace"),
    ast.Starred: Text("星号", "A star"),
    ast.NamedExpr: Text(":= 赋值", "An assignment"),
    ast.Await: Text("await", "await"),
    ast.Yield: Text("yield", "yield"),
    ast.YieldFrom: Text("yield", "yield"),
    ast.FloorDiv: Text("// 运算", "The operator //"),
    ast.MatMult: Text("@ 运算", "The operator @"),
    ast.LShift: Text("<< 运算", "The operator <<"),
    ast.RShift: Text(">> 运算", "The operator >>"),
    ast.BitOr: Text("| 运算", "The operator |"),
    ast.Invert: Text("~ 运算", "The operator ~"),
    ast.Is: Text("is", "is"),
    ast.IsNot: Text("is not", "is not"),
}
_ALLOWED = (
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.BinOp, ast.Add, ast.Sub,
    ast.Mult, ast.Div, ast.Mod, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In,
    ast.NotIn, ast.IfExp, ast.Call, ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.Load,
)  # fmt: skip
_DETAILS = (
    ("never closed", Text("括号没有闭合", "a bracket is never closed")),
    ("unmatched", Text("多了一个括号", "there is a bracket too many")),
    ("does not match", Text("括号不配对", "two brackets do not match")),
    ("unterminated string", Text("引号没有闭合", "a quote is never closed")),
    ("forgot a comma", Text("少了逗号或运算符", "a comma or an operator is missing")),
    ("expected 'else'", Text("if 后面少了 else", "'if' needs an 'else'")),
    ("leading zeros", Text("数字前面不能有零", "a number cannot start with a zero")),
    ("invalid character", Text("有不认识的字符", "there is an unknown character")),
    ("non-printable", Text("有看不见的字符", "there is an invisible character")),
)
_INCOMPLETE = Text("没有写完", "it ends too early")
_UNREADABLE = Text("写法不对", "this does not belong here")


@dataclass(frozen=True, slots=True)
class Syntax:
    """A text that passed the gate: its tree, and the characters that each node covers."""

    source: str
    line: str
    tree: ast.expr

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the first and one past the last character of `node` in the source."""
        start = getattr(node, "col_offset", 0)
        end = getattr(node, "end_col_offset", None) or start + 1
        if self.line.isascii():
            return start, end
        encoded = self.line.encode()
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
    try:
        line = plain_line(source)
        if not line.strip(" "):
            raise GateError(EMPTY.here())
        check_signs(line)
    except SpellingError as error:
        raise GateError(error.problem, error.start, error.end) from error
    indent = len(line) - len(line.lstrip(" "))
    syntax = Syntax(source, line, _parse(line, indent))
    _check_nodes(syntax)
    return syntax


def _parse(line: str, indent: int) -> ast.expr:
    """Parse the line; offsets count from the start of the source, blanks in front of it included."""
    try:
        tree = ast.parse(line.strip(" "), mode="eval").body
    except SyntaxError as error:
        at = indent + error.offset - 1 if error.offset else len(line.rstrip(" "))
        detail = next((words for part, words in _DETAILS if part in (error.msg or "")), None)
        ended = _INCOMPLETE if at >= len(line.rstrip(" ")) else _UNREADABLE
        raise GateError(SYNTAX.here(detail=detail or ended), at, at + 1) from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise GateError(TOO_BIG.here()) from error
    if indent:
        for node in ast.walk(tree):
            if isinstance(node, ast.expr):
                node.col_offset += indent
                node.end_col_offset = (node.end_col_offset or 0) + indent
    return tree


def _check_nodes(syntax: Syntax) -> None:
    """Refuse any node that is not on the list, and trees that are too large or too deep."""
    for count, (node, depth) in enumerate(_walk_with_depth(syntax.tree), start=1):
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise GateError(TOO_BIG.here())
        problem = _node_problem(node, syntax)
        if problem is not None:
            place = node if isinstance(node, ast.expr) else syntax.tree
            raise GateError(problem, *syntax.span(place))


def _walk_with_depth(tree: ast.expr) -> Iterator[tuple[ast.AST, int]]:
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        stack.extend(
            (child, depth + 1) for child in ast.iter_child_nodes(node) if not isinstance(child, ast.Load)
        )


def _node_problem(node: ast.AST, syntax: Syntax) -> Problem | None:
    refused: ast.AST = node
    if isinstance(node, ast.BinOp | ast.UnaryOp) and not isinstance(node.op, _ALLOWED):
        refused = node.op
    if not isinstance(refused, _ALLOWED):
        what = _NAMES.get(type(refused), Text(f"「{type(refused).__name__}」", f"'{type(refused).__name__}'"))
        return NOT_ALLOWED.here(what=what)
    check = _CHECKS.get(type(node))
    return check(node, syntax) if check else None


def _check_call(node: ast.AST, _: Syntax) -> Problem | None:
    if getattr(node, "keywords", None):
        return NOT_ALLOWED.here(what=Text("带名字的参数", "A named argument"))
    if not isinstance(getattr(node, "func", None), ast.Name):
        return NOT_ALLOWED.here(what=Text("方法调用", "A method call"))
    return None


def _check_compare(node: ast.AST, _: Syntax) -> Problem | None:
    refused = next((op for op in getattr(node, "ops", ()) if not isinstance(op, _ALLOWED)), None)
    return NOT_ALLOWED.here(what=_NAMES[type(refused)]) if refused else None


def _check_name(node: ast.AST, _: Syntax) -> Problem | None:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    if name.startswith("_"):
        what = Text(f"以下划线开头的名字「{name}」", f"A name that starts with an underscore, '{name}',")
        return NOT_ALLOWED.here(what=what)
    if isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name | ast.Attribute):
        return NOT_ALLOWED.here(what=Text("对值取属性", "An attribute of a value"))
    return None


def _check_constant(node: ast.AST, syntax: Syntax) -> Problem | None:
    value = getattr(node, "value", None)
    if isinstance(value, bytes | complex) or value is Ellipsis:
        return NOT_ALLOWED.here(what=Text("这种常量", "A constant of this kind"))
    text = syntax.text(node)
    if isinstance(value, str) and (text[:1] not in "\"'" or text[:3] in ("'''", '"""')):
        return NOT_ALLOWED.here(
            what=Text("引号前的字母或三个引号", "A letter before a quote, or three quotes")
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole, _, fraction = text.replace("_", "").partition(".")
        if len(whole.lstrip("0")) > MAX_WHOLE_DIGITS or len(fraction) > NUMBER_PLACES:
            shown = text[:40]
            return NOT_ALLOWED.here(what=Text(f"这样长的数字 {shown}", f"A number as long as {shown}"))
    return None


_CHECKS: dict[type[ast.AST], Callable[[ast.AST, Syntax], Problem | None]] = {
    ast.Call: _check_call,
    ast.Compare: _check_compare,
    ast.Name: _check_name,
    ast.Attribute: _check_name,
    ast.Constant: _check_constant,
}


def number_of(node: ast.Constant, syntax: Syntax) -> Decimal:
    """Return the exact number that a constant spells."""
    return Decimal(syntax.text(node).replace("_", ""))
