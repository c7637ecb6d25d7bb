"""The contract suite of functions: examples, blanks, and one result in Python and in SQLite."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice, product
from typing import Any

from sqlalchemy import FromClause, select

from engine.expression.check import Environment
from engine.expression.evaluate import evaluate
from engine.expression.function import Function
from engine.expression.parse import parse
from engine.expression.sql import Facts, Frame, SqlCompiler
from engine.expression.tree import Expression, FieldShape
from engine.problems import Refusal
from engine.scope import RecordScope
from engine.shapes import PLATFORM_SHAPES, PlatformField
from engine.testing.columns import select_one
from engine.testing.findings import expect, expect_words
from engine.testing.members import Contract
from engine.testing.memory import MemoryReader
from engine.texts import Text
from engine.values import Kind, Value, ValueType

_SAMPLES: dict[Kind, tuple[Value, ...]] = {
    Kind.NUMBER: (Decimal(0), Decimal("-1.5"), Decimal(3), Decimal("1234567.891"), None),
    Kind.TEXT: ("茶具 Tea set", "12", " x ", None),
    Kind.BOOLEAN: (True, False, None),
    Kind.DATE: (date(2024, 2, 29), date(2026, 12, 31), None),
    Kind.DATETIME: (datetime(2026, 11, 22, 16, 30, tzinfo=UTC), None),
    Kind.DURATION: (timedelta(days=1, hours=2), timedelta(seconds=-5), None),
}
_NAMED = {f"{kind}{at}": (kind, value) for kind, row in _SAMPLES.items() for at, value in enumerate(row)}
_VALUES = {name: value for name, (_, value) in _NAMED.items()}
_MOST_CALLS = 60


class _SampleShape:
    """A record with a field for every sample, so that a call of any function is checked as in an app."""

    key = "samples"
    label = Text("样本", "samples")

    def shape_fields(self) -> Mapping[str, FieldShape]:
        """Return the fields by key."""
        return {
            name: PlatformField(name, Text.same(name), ValueType(kind)) for name, (kind, _) in _NAMED.items()
        }


_SHAPE = _SampleShape()


class _NeedsTables(LookupError):
    """Raised where a function reads stored data, which belongs to the tests of the database."""


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
        """Each example that runs gives what it says, in Python and in SQLite."""
        for example in member.examples:
            if example.runs:
                expression = self._parse(example.source)
                found = self._agreed(expression)
                expect(_same(found, example.result), f"{example.source} is {found!r}, not {example.result!r}")

    def test_blanks(self, member: Function) -> None:
        """A blank in place of any argument gives a value, or is refused while the definition is checked."""
        self._try_all(_with_blanks(member))

    def test_samples(self, member: Function) -> None:
        """Python and SQLite give the same for fields of every kind that it takes, full and blank."""
        if not member.aggregate:
            self._try_all(_calls(member))

    def _try_all(self, sources: Iterator[str]) -> None:
        for source in sources:
            try:
                expression = self._parse(source)
            except Refusal:
                continue
            self._agreed(expression)

    def _parse(self, source: str) -> Expression:
        functions = self.catalog().function_map
        return parse(source, Environment(_SHAPE, PLATFORM_SHAPES.get, (), functions))

    def _agreed(self, expression: Expression) -> Value:
        """Return the value in Python, after SQLite has given the same."""
        reader = MemoryReader()
        scope = RecordScope(_SHAPE, _VALUES, reader, reader.now, reader.zone)
        value = evaluate(expression, scope)
        compiler = SqlCompiler("sqlite", _NoTables(), PLATFORM_SHAPES.get, Facts(reader.now, reader.zone))
        try:
            element = compiler.output(expression.tree, Frame(scope))
        except (Refusal, _NeedsTables):
            return value  # it cannot run in the database, as the contract allows, or needs a real one
        found = select_one(select(element), list(self.catalog().function_map.values()))
        expect(_alike(found, value), f"{expression.source}: {value!r} in Python, {found!r} in SQLite")
        return value


class _NoTables:
    """Functions over constants read no table."""

    def table(self, form: str) -> FromClause:
        """There is none."""
        raise _NeedsTables(form)

    def column(self, form: str, name: str) -> str:
        """There is none."""
        raise _NeedsTables(name)


def _with_blanks(function: Function) -> Iterator[str]:
    """Yield the calls of the examples with a blank in place of each argument in turn."""
    for example in function.examples:
        tree = ast.parse(example.source, mode="eval").body
        if not isinstance(tree, ast.Call) or not example.runs:
            continue
        for position in range(len(tree.args)):
            arguments = list(tree.args)
            arguments[position] = ast.Name("blank")
            yield ast.unparse(ast.Call(tree.func, arguments, []))


def _calls(function: Function) -> Iterator[str]:
    """Yield calls with fields of every kind that the function takes, blank ones among them."""
    pools = [[name for name, (kind, _) in _NAMED.items() if kind in one.kinds] for one in function.parameters]
    for count in range(sum(not one.optional for one in function.parameters), len(pools) + 1):
        step = max(1, _size(pools[:count]) // _MOST_CALLS)
        for arguments in islice(product(*pools[:count]), 0, None, step):
            yield f"{function.name}({', '.join(arguments)})"


def _size(pools: list[list[str]]) -> int:
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
