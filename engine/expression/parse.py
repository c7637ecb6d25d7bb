"""From the text of an expression to a checked `Expression`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.expression.check import Checker, CheckError, Environment, fitted
from engine.expression.codes import WRONG_TYPE
from engine.expression.evaluate import to_program
from engine.expression.gate import GateError, read_syntax
from engine.expression.tree import Expression, Node
from engine.problems import Location, Problem, Refusal
from engine.texts import Text
from engine.values import Kind, ValueType

Place = Callable[[int, int], Location | None]


@dataclass(frozen=True, slots=True)
class Source:
    """The text of an expression and how to find its characters in the file.

    `place` turns the first and one past the last character into a location.
    """

    text: str
    place: Place = lambda start, end: None


def parse(source: str | Source, environment: Environment, expected: ValueType | None = None) -> Expression:
    """Parse and check one expression.

    expected: the type that the value must fit; None when any will do.
    Raises `Refusal` with a placed problem; nothing else, for any text.
    """
    source = Source(source) if isinstance(source, str) else source
    try:
        syntax = read_syntax(source.text)
    except GateError as error:
        raise Refusal(_placed(error.problem, source, error.start, error.end)) from error
    checker = Checker(syntax, environment)
    try:
        tree = checker.check(syntax.tree)
        checker.place = syntax.tree
        tree = tree if expected is None else fitted(tree, expected)
    except CheckError as error:
        raise Refusal(_placed(error.problem, source, *syntax.span(error.node))) from error
    except Refusal as error:
        raise Refusal(_placed(error.problem, source, *syntax.span(checker.place or syntax.tree))) from error
    if expected is not None and not fits(tree, expected):
        problem = WRONG_TYPE.here(expected=_expected_label(expected), found=tree.type.kind.label)
        raise Refusal(_placed(problem, source, *syntax.span(syntax.tree)))
    place = source.place(0, len(source.text))
    return Expression(source.text, place, tree, to_program(tree), frozenset(checker.paths.reads))


def fits(tree: Node, expected: ValueType) -> bool:
    """Tell whether the value of `tree` may stand where `expected` is wanted."""
    found = tree.type
    if found.kind is Kind.BLANK or found.kind is expected.kind:
        return not (found.form and expected.form) or found.form == expected.form
    if found.is_numeric and expected.is_numeric:
        return True
    return {found.kind, expected.kind} == {Kind.TEXT, Kind.CHOICE}


def _expected_label(expected: ValueType) -> Text:
    return expected.kind.label if expected.kind is not Kind.BOOLEAN else Text("条件", "condition")


def _placed(problem: Problem, source: Source, start: int, end: int) -> Problem:
    return problem.within((), source.place(start, max(end, start + 1)))
