"""The contract suite of functions: examples, blanks, and one result in Python and in SQLite."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice, product
from typing import Any

from sqlalchemy import FromClause, select

from engine.expression.check import Environment
from engine.expression.evaluate import evaluate, to_program
from engine.expression.function import Function
from engine.expression.parse import parse
from engine.expression.sql import Facts, Frame, SqlCompiler
from engine.expression.tree import Apply, Constant, Expression
from engine.problems import Refusal
from engine.shapes import PLATFORM_SHAPES
from engine.testing.columns import select_one
from engine.testing.findings import expect, expect_words
from engine.testing.members import Contract
from engine.testing.memory import NOW, SHANGHAI, a_scope
from engine.values import Kind, Value, ValueType

_SAMPLES: dict[Kind, tuple[Value, ...]] = {
    Kind.NUMBER: (Decimal(0), Decimal("-1.5"), Decimal(3), Decimal("1234567.891")),
    Kind.TEXT: ("茶具 Tea set", "12", " x "),
    Kind.BOOLEAN: (True, False),
    Kind.DATE: (date(2024, 2, 29), date(2026, 12, 31)),
    Kind.DATETIME: (datetime(2026, 11, 22, 16, 30, tzinfo=UTC),),
    Kind.DURATION: (timedelta(days=1, hours=2), timedelta(seconds=-5)),
}
_MOST_CALLS = 200


class FunctionContract(Contract):
    """Subclass it in your tests, and name your functions; or none, and all of this installation are run."""

    kind = "function"

    def test_is_described(self, member: Function) -> None:
        """It has an upper-case name, a sentence in both languages, named parameters and examples."""
        name = member.name
        expect(name.isidentifier() and name == name.upper(), f"'{name}' is not an upper-case name")
        expect_words(member.doc, f"the sentence of {name}")
        expect(all(parameter.name for parameter in member.parameters), f"a parameter of {name} has no name")
        expect(member.signature.startswith(f"{name}("), f"the signature is {member.signature}")
        ways = (member.python, member.build, member.aggregate)
        expect(any(ways), f"{name} has nothing that computes it: python, build or aggregate")
        expect(member.examples or member.aggregate, f"{name} has no examples")
        expect(self.registry(self.catalog()).members.get(name) is member, f"there is another {name} already")

    def test_examples(self, member: Function) -> None:
        """Each example gives what it says, in Python and in SQLite."""
        for example in member.examples:
            expression = self._parse(example.source)
            found = evaluate(expression, a_scope())
            expect(_same(found, example.result), f"{example.source} is {found!r}, not {example.result!r}")
            self._agrees(expression, found)

    def test_blanks(self, member: Function) -> None:
        """A blank in place of any argument gives a value, or is refused while the definition is checked."""
        for source in _with_blanks(member):
            try:
                expression = self._parse(source)
            except Refusal:
                continue
            self._agrees(expression, evaluate(expression, a_scope()))

    def test_samples(self, member: Function) -> None:
        """Python and SQLite give the same for values of every kind that it takes."""
        if member.python is None:
            return
        for arguments in _calls(member):
            types = tuple(argument.type for argument in arguments)
            tree = Apply(member, arguments, member.result_type(types))
            written = f"{member.name}({', '.join(repr(argument.value) for argument in arguments)})"
            expression = Expression(written, None, tree, to_program(tree), frozenset())
            self._agrees(expression, evaluate(expression, a_scope()))

    def _parse(self, source: str) -> Expression:
        functions = self.catalog().function_map
        return parse(source, Environment(None, PLATFORM_SHAPES.get, (), functions))

    def _agrees(self, expression: Expression, expected: Value) -> None:
        scope = a_scope()
        compiler = SqlCompiler("sqlite", _NoTables(), PLATFORM_SHAPES.get, Facts(NOW, SHANGHAI))
        try:
            element = compiler.output(expression.tree, Frame(scope))
        except Refusal:
            return  # says that it cannot run in the database, as the contract allows
        functions = list(self.catalog().function_map.values())
        found = select_one(select(element), functions)
        expect(_alike(found, expected), f"{expression.source}: {expected!r} in Python, {found!r} in SQLite")


class _NoTables:
    """Functions over constants read no table."""

    def table(self, form: str) -> FromClause:
        """There is none."""
        raise LookupError(form)

    def column(self, form: str, name: str) -> str:
        """There is none."""
        raise LookupError(name)


def _with_blanks(function: Function) -> Iterator[str]:
    """Yield the calls of the examples with a blank in place of each argument in turn."""
    for example in function.examples:
        tree = ast.parse(example.source, mode="eval").body
        if not isinstance(tree, ast.Call):
            continue
        for position in range(len(tree.args)):
            arguments = list(tree.args)
            arguments[position] = ast.Name("blank")
            yield ast.unparse(ast.Call(tree.func, arguments, []))


def _calls(function: Function) -> Iterator[tuple[Constant, ...]]:
    """Yield arguments of every kind that the function takes, blanks among them."""
    pools = [_pool(parameter.kinds) for parameter in function.parameters]
    counts = range(sum(not one.optional for one in function.parameters), len(pools) + 1)
    for count in counts:
        step = max(1, _size(pools[:count]) // _MOST_CALLS)
        for arguments in islice(product(*pools[:count]), 0, None, step):
            if function.accepts(tuple(argument.type for argument in arguments)):
                yield arguments


def _pool(kinds: frozenset[Kind]) -> list[Constant]:
    found = [
        Constant(value, ValueType(kind)) for kind in _SAMPLES if kind in kinds for value in _SAMPLES[kind]
    ]
    return [*found, *(Constant(None, ValueType(kind)) for kind in _SAMPLES if kind in kinds)]


def _size(pools: list[list[Constant]]) -> int:
    size = 1
    for pool in pools:
        size *= len(pool)
    return size


def _same(left: Value, right: Value) -> bool:
    return left == right and isinstance(left, bool) is isinstance(right, bool)


def _alike(found: Any, expected: Value) -> bool:
    """Tell whether a value of a column is the one of Python; SQLite has 0 and 1 for no and yes."""
    if isinstance(expected, bool):
        return bool(found) is expected and found is not None
    return bool(found == expected)
