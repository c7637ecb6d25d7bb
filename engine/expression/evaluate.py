"""Back end 1: the value of an expression, in Python, through simpleeval.

The typed tree is written down once as a small syntax tree of constants, names, calls, `and`, `or`, `not`
and choices, which simpleeval runs. Every name is resolved by the `Scope`, every call is one of our
functions: simpleeval never sees an attribute, a method, a subscript or a loop.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from typing import Any

from simpleeval import SimpleEval

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
from engine.values import TEXT_LIMIT, Value, fit_number


class _Call(ast.Call):
    """A call that carries what it runs, so that no name has to be looked up."""

    _fields = ("args",)

    def __init__(self, run: Callable[..., Value], args: list[ast.expr]) -> None:
        super().__init__()
        self.run = run
        self.args = args


class _Read(ast.Name):
    """A name that carries how it is read from the scope."""

    _fields = ()

    def __init__(self, read: Callable[[Scope], Value]) -> None:
        super().__init__()
        self.read = read


class _Evaluator(SimpleEval):
    """simpleeval with only the nodes that `to_program` makes."""

    scope: Scope

    def __init__(self) -> None:
        super().__init__(operators={ast.Not: lambda part: not part}, functions={}, names={})
        self.nodes = {
            ast.Constant: lambda node: node.value,
            ast.BoolOp: self._eval_boolop,
            ast.UnaryOp: self._eval_unaryop,
            ast.IfExp: self._eval_ifexp,
            _Call: self._run,
            _Read: lambda node: node.read(self.scope),
        }

    def _run(self, node: _Call) -> Value:
        return node.run(self.scope, [self._eval(argument) for argument in node.args])


_THREAD = threading.local()


def evaluate(expression: Expression, scope: Scope) -> Value:
    """Return the value of `expression` in `scope`; blank is None.

    Never raises for a checked expression: dividing by zero, a date out of range or a number beyond the
    limit give blank.
    """
    evaluator: _Evaluator | None = getattr(_THREAD, "evaluator", None)
    if evaluator is None:
        evaluator = _THREAD.evaluator = _Evaluator()
    outer = getattr(evaluator, "scope", None)
    evaluator.scope = scope
    try:
        value: Value = evaluator.eval(expression.source, previously_parsed=expression.program)
    finally:
        if outer is not None:
            evaluator.scope = outer
    return value


def holds(expression: Expression, scope: Scope) -> bool:
    """Tell whether a condition holds; a blank condition does not."""
    return evaluate(expression, scope) is True


def to_program(node: Node) -> ast.expr:
    """Write the typed tree down for simpleeval."""
    match node:
        case Constant(value=value):
            return ast.Constant(value)
        case Path():
            return _Read(lambda scope: scope.resolve(node))
        case Clock(name="today"):
            return _Read(lambda scope: scope.now.astimezone(scope.zone).date())
        case Clock():
            return _Read(lambda scope: scope.now)
        case Apply(arguments=arguments):
            return _Call(runner(node), [to_program(argument) for argument in arguments])
        case Logic(operator, parts):
            values = [_truth(part) for part in parts]
            return ast.BoolOp(ast.And() if operator == "and" else ast.Or(), values)
        case Not(part=part):
            return ast.UnaryOp(ast.Not(), _truth(part))
        case Choose(condition, then, otherwise):
            return ast.IfExp(_truth(condition), to_program(then), to_program(otherwise))
        case Member(item, choices, negated):
            return _Call(_membership(negated=negated), [to_program(part) for part in (item, *choices)])
        case Aggregate():
            return _Read(lambda scope: scope.reader.aggregate(node, scope))


def _truth(node: Node) -> ast.expr:
    """Let a blank condition count as false."""
    program = to_program(node)
    if isinstance(node, Path | Choose | Aggregate) or (isinstance(node, Apply) and node.function.strict):
        return _Call(lambda scope, values: values[0] is True, [program])
    return program


def _membership(*, negated: bool) -> Callable[[Scope, list[Any]], Value]:
    def run(scope: Scope, values: list[Any]) -> Value:
        return (values[0] in values[1:]) is not negated

    return run


def runner(node: Apply) -> Callable[[Scope, list[Any]], Value]:
    """Return what runs a function: blanks, limits and the scope are taken care of."""
    function = node.function
    python = function.python
    if python is None:
        raise ValueError(f"{function.name} has no Python face")
    strict, contextual = function.strict, function.contextual

    def run(scope: Scope, values: list[Any]) -> Value:
        if strict and None in values:
            return None
        return settle(python(scope, *values) if contextual else python(*values))

    return run


def settle(value: Value) -> Value:
    """Bring a result into the domain: no empty or overlong text, no number beyond the limits."""
    if isinstance(value, str):
        return value if value and len(value) <= TEXT_LIMIT else None
    if hasattr(value, "as_tuple"):
        return fit_number(value)
    return value
