"""Back end 1: the value of an expression, in Python, through simpleeval.

The typed tree is written down once as a small syntax tree of constants, reads, calls, `and`, `or`, `not`
and choices, which simpleeval runs. Every read is resolved by the `Scope`, every call is one of our
functions: simpleeval never sees a name, an attribute, a method, a subscript or a loop.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from simpleeval import SimpleEval  # type: ignore[import-untyped]  # it has no types

from engine.expression import operators
from engine.expression.moments import LONGEST, local_day
from engine.expression.rows import RowFold
from engine.expression.tree import (
    Aggregate,
    Apply,
    Choose,
    Clock,
    Constant,
    Expression,
    Logic,
    Member,
    Node,
    Not,
    Path,
    Scope,
)
from engine.values import TEXT_LIMIT, Kind, Value, fit_number

Run = Callable[[Scope, list[Any]], Value]


class _Plain(ast.expr):
    """A constant."""

    def __init__(self, value: Value) -> None:
        self.value = value


class _Field(ast.expr):
    """A field, resolved by the scope."""

    def __init__(self, path: Path) -> None:
        self.path = path


class _Read(ast.expr):
    """Something else that the scope knows: the clock, an aggregate."""

    def __init__(self, read: Callable[[Scope], Value]) -> None:
        self.read = read


class _Call(ast.expr):
    """A call that carries what it runs, so that no name has to be looked up."""

    def __init__(self, run: Run, arguments: list[ast.expr]) -> None:
        self.run = run
        self.arguments = arguments


class _Pair(ast.expr):
    """A call of two arguments that needs nothing but their values: a comparison."""

    def __init__(self, run: Callable[[Any, Any], Value], left: ast.expr, right: ast.expr) -> None:
        self.run = run
        self.left = left
        self.right = right


class _Arithmetic(_Pair):
    """A pair that is blank if one side is, and whose result needs no settling: `+ - * / %` of numbers."""


class _Evaluator(SimpleEval):  # type: ignore[misc]  # simpleeval has no types
    """simpleeval with only the nodes that `to_program` makes."""

    scope: Scope | None = None

    def __init__(self) -> None:
        super().__init__(operators={ast.Not: lambda part: not part}, functions={}, names={})
        self.nodes = {
            _Plain: lambda node: node.value,
            _Field: lambda node: self.scope.resolve(node.path),  # type: ignore[union-attr]  # set by evaluate
            _Read: lambda node: node.read(self.scope),
            _Call: self._run_call,
            _Pair: self._run_pair,
            _Arithmetic: self._run_arithmetic,
            ast.BoolOp: self._eval_boolop,
            ast.UnaryOp: self._eval_unaryop,
            ast.IfExp: self._eval_ifexp,
        }

    def _eval(self, node: ast.expr) -> Value:
        """Dispatch; what simpleeval looks for in results (modules, functions) no node here can give."""
        return self.nodes[type(node)](node)  # type: ignore[no-any-return]

    def _run_arithmetic(self, node: _Arithmetic) -> Value:
        left, right = self._eval(node.left), self._eval(node.right)
        return None if left is None or right is None else node.run(left, right)

    def _run_call(self, node: _Call) -> Value:
        return node.run(self.scope, [self._eval(argument) for argument in node.arguments])  # type: ignore[arg-type]

    def _run_pair(self, node: _Pair) -> Value:
        return node.run(self._eval(node.left), self._eval(node.right))


_THREAD = threading.local()
_NUMERIC = (operators.add, operators.subtract, operators.multiply, operators.divide, operators.modulo)


def evaluate(expression: Expression, scope: Scope) -> Value:
    """Return the value of `expression` in `scope`; blank is None.

    Never raises for a checked expression: dividing by zero, a date out of range or a number beyond the
    limit give blank.
    """
    evaluator: _Evaluator | None = getattr(_THREAD, "evaluator", None)
    if evaluator is None:
        evaluator = _THREAD.evaluator = _Evaluator()
    outer = evaluator.scope
    evaluator.scope = scope
    try:
        value: Value = evaluator.eval(expression.source, previously_parsed=expression.program)
    finally:
        evaluator.scope = outer
    return value


def holds(expression: Expression, scope: Scope) -> bool:
    """Tell whether a condition holds; a blank condition does not."""
    return evaluate(expression, scope) is True


def to_program(node: Node) -> ast.expr:
    """Write the typed tree down for simpleeval."""
    match node:
        case Constant(value=value):
            return _Plain(value)
        case Path():
            return _Field(node)
        case Clock(name="today"):
            return _Read(lambda scope: local_day(scope.now, scope.zone))
        case Clock():
            return _Read(lambda scope: scope.now.replace(microsecond=0))
        case Aggregate():
            return _Read(_aggregation(node))
        case Apply(arguments=arguments):
            return _application(node, [to_program(argument) for argument in arguments])
        case Member(item, choices, negated):
            return _Call(_membership(negated=negated), [to_program(part) for part in (item, *choices)])
        case _:
            return _control(node)


def _aggregation(node: Aggregate) -> Callable[[Scope], Value]:
    """Compute an aggregate over the rows that are being entered, or else over the stored ones."""
    if not node.own:
        return lambda scope: scope.reader.aggregate(node, scope)
    fold = RowFold.prepare(node, to_program)

    def read(scope: Scope) -> Value:
        rows = scope.own_rows(node.own)
        if rows is None:
            return scope.reader.aggregate(node, scope)
        return fold.over(rows, scope, evaluate, settle)

    return read


def _control(node: Logic | Not | Choose) -> ast.expr:
    """Write down what decides which parts are computed at all."""
    match node:
        case Logic(operator, parts):
            return ast.BoolOp(ast.And() if operator == "and" else ast.Or(), [_truth(part) for part in parts])
        case Not(part=part):
            return ast.UnaryOp(ast.Not(), _truth(part))
        case Choose(condition, then, otherwise):
            return ast.IfExp(_truth(condition), to_program(then), to_program(otherwise))


def _application(node: Apply, arguments: list[ast.expr]) -> ast.expr:
    function = node.function
    if function is operators.COMPARISONS.get(function.name):
        return _Pair(function.python, *arguments)  # type: ignore[arg-type]  # every comparison has one
    if function.python in _NUMERIC:
        return _Arithmetic(function.python, *arguments)
    return _Call(runner(node), arguments)


def _truth(node: Node) -> ast.expr:
    """Let a blank condition count as false."""
    program = to_program(node)
    certain = isinstance(node, Logic | Not | Member) or isinstance(program, _Pair)
    return program if certain else _Call(lambda scope, values: values[0] is True, [program])


def _membership(*, negated: bool) -> Run:
    def run(_: Scope, values: list[Any]) -> Value:
        return (values[0] in values[1:]) is not negated

    return run


def runner(node: Apply) -> Run:
    """Return what runs a function: blanks, limits and the scope are taken care of."""
    function = node.function
    python = function.python
    if python is None:
        raise ValueError(f"{function.name} has no Python face")
    settled = _SETTLE.get(node.type.kind, _as_it_is)
    strict, contextual = function.strict, function.contextual

    def run(scope: Scope, values: list[Any]) -> Value:
        if strict and None in values:
            return None
        try:
            return settled(python(scope, *values) if contextual else python(*values))
        except (ArithmeticError, ValueError):
            return None

    return run


def _settle_text(value: Any) -> Value:
    return value if value and len(value) <= TEXT_LIMIT else None


def _settle_number(value: Any) -> Value:
    return fit_number(value) if isinstance(value, Decimal) else None


def _settle_span(value: Any) -> Value:
    return value if isinstance(value, timedelta) and -LONGEST <= value <= LONGEST else None


def _as_it_is(value: Any) -> Value:
    result: Value = value
    return result


_SETTLE: dict[Kind, Callable[[Any], Value]] = {
    Kind.TEXT: _settle_text,
    Kind.CHOICE: _settle_text,
    Kind.NUMBER: _settle_number,
    Kind.MONEY: _settle_number,
    Kind.DURATION: _settle_span,
}


def settle(value: Value) -> Value:
    """Bring a result into the domain: no empty or overlong text, no number or duration beyond the limits."""
    match value:
        case str():
            return _settle_text(value)
        case Decimal():
            return fit_number(value)
        case timedelta():
            return _settle_span(value)
        case _:
            return value
