"""The contract of a function: one object with its signature, its faces, its sentence and its examples.

A file in `functions/` (or in a package of yours) holds `Function` objects; nothing else has to know:

    HALF = Function(
        name="HALF",
        doc=Text("数的一半", "Half of a number"),
        parameters=(Parameter("number", NUMBERS),),
        result=NUMBER,
        python=lambda number: number / 2,
        postgres=lambda sql, number: number / 2,
        examples=(Example("HALF(10)", Decimal(5)),),
    )

On SQLite the Python face runs inside the database, so there the two agree by construction; on PostgreSQL
the `postgres` face must give the same, and the shipped suite compares them over generated data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, func

from engine.texts import Text
from engine.values import BLANK, TEXT, Kind, Value, ValueType

if TYPE_CHECKING:
    from engine.expression.sql import SqlCompiler
    from engine.expression.tree import Builder, Node

ANY = frozenset(Kind)
TEXTS = frozenset({Kind.TEXT, Kind.CHOICE})
NUMBERS = frozenset({Kind.NUMBER, Kind.MONEY})
BOOLEANS = frozenset({Kind.BOOLEAN})
DATES = frozenset({Kind.DATE, Kind.DATETIME})
DAYS = frozenset({Kind.DATE})
MOMENTS = frozenset({Kind.DATETIME})
DURATIONS = frozenset({Kind.DURATION})
PEOPLE = frozenset({Kind.USER})
DEPARTMENTS = frozenset({Kind.DEPARTMENT})

Result = ValueType | Callable[[tuple[ValueType, ...]], ValueType]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: its name, the kinds that it takes, and whether it may be left out or repeated."""

    name: str
    kinds: frozenset[Kind] = ANY
    optional: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A call and its result; shown in the reference and run by the contract suite.

    runs: False for a call that needs an app's records; it is only shown.
    """

    source: str
    result: Value = None
    runs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function or an operator of the expression language.

    python: takes the values (Decimal, str, date, …) and returns a value. With `strict` (the default) it is
        called only when no argument is blank, and blank is the result otherwise.
        With `contextual` its first argument is the `Scope` (clock, zone, people).
    postgres: takes the `SqlCompiler` and one column element an argument, returns a column element.
        NULL is blank; strict functions need not care, since NULL spreads by itself in SQL; give
        `postgres=None` for a function that cannot run in the database: it is then refused in filters,
        row scopes and computed columns, with a sentence.
    sqlite: only where native SQL is worth it; without it the Python face runs inside SQLite.
    build: for special forms (IF, AND …): makes the tree itself, so that arguments stay unevaluated.
    alike: whether all arguments must be of one kind, as in `MAX(a, b)`; text that stands beside a date or
        an option is then read as one.
    aggregate: for functions over the records of a form: "sum", "count", "average", "min", "max" or "first".
    over_rows: the aggregate that a call stands for whose only argument is of a sub-table: `SUM(lines.cost)`.
    on_blank: for a test that is not strict: "no" where it fails for any blank argument, "yes" where it holds
        for a blank and for nothing else; lets row scopes use indexes.
    """

    name: str
    doc: Text
    parameters: tuple[Parameter, ...]
    result: Result
    category: str = ""
    python: Callable[..., Value] | None = None
    postgres: Callable[..., ColumnElement[Any]] | None = None
    sqlite: Callable[..., ColumnElement[Any]] | None = None
    strict: bool = True
    contextual: bool = False
    alike: bool = False
    build: Callable[[Builder, tuple[Node, ...]], Node] | None = None
    aggregate: str = ""
    over_rows: str = ""
    on_blank: Literal["", "yes", "no"] = ""
    examples: tuple[Example, ...] = ()

    def result_type(self, arguments: tuple[ValueType, ...]) -> ValueType:
        """Return what the function gives for arguments of these types."""
        return self.result(arguments) if callable(self.result) else self.result

    def accepts(self, arguments: tuple[ValueType, ...]) -> bool:
        """Tell whether the number and the kinds of the arguments fit; a blank fits everywhere."""
        slots = self.slots(len(arguments))
        return slots is not None and all(
            argument.kind is Kind.BLANK or argument.kind in slot.kinds
            for argument, slot in zip(arguments, slots, strict=True)
        )

    def slots(self, count: int) -> tuple[Parameter, ...] | None:
        """Return the parameter that each of `count` arguments goes to, or None if the count is wrong."""
        least = sum(1 for parameter in self.parameters if not parameter.optional)
        if count < least:
            return None
        if count <= len(self.parameters):
            return self.parameters[:count]
        last = self.parameters[-1] if self.parameters else None
        if last is None or not last.repeated:
            return None
        return self.parameters + (last,) * (count - len(self.parameters))

    @property
    def signature(self) -> str:
        """Write the call as documentation shows it, for example `ROUND(number, [digits])`."""
        names = [f"{p.name}, …" if p.repeated else p.name for p in self.parameters]
        parts = [f"[{name}]" if p.optional else name for name, p in zip(names, self.parameters, strict=True)]
        return f"{self.name}({', '.join(parts)})"


def kernel(name: str, *defaults: Value, least: int = 1) -> Callable[..., ColumnElement[Any]]:
    """Give the face that calls a function of `postgres.KERNEL`.

    defaults: what stands for the optional arguments, which begin after the first `least`.
    """

    def face(_: SqlCompiler, *arguments: ColumnElement[Any]) -> ColumnElement[Any]:
        called: ColumnElement[Any] = getattr(func, name)(*arguments, *defaults[len(arguments) - least :])
        return called

    return face


def same_as(position: int) -> Callable[[tuple[ValueType, ...]], ValueType]:
    """Give the type of the argument at `position` as the result; the next one where that is blank."""

    def pick(arguments: tuple[ValueType, ...]) -> ValueType:
        for argument in arguments[position:] + arguments[:position]:
            if argument.kind is not Kind.BLANK:
                return widen(argument)
        return arguments[position]

    return pick


def common_type(arguments: tuple[ValueType, ...]) -> ValueType:
    """Return the type that holds values of all these types, which are alike.

    A number beside money is money; an option beside a text, or beside another choice's option, is a text.
    """
    filled = [argument for argument in arguments if argument.kind is not Kind.BLANK]
    if not filled:
        return BLANK
    first = next((argument for argument in filled if argument.kind is Kind.MONEY), filled[0])
    if first.kind in TEXTS and any(argument != first for argument in filled):
        return TEXT
    return widen(first)


def widen(kind: ValueType) -> ValueType:
    """Return the type of a computed value: a computed number keeps its currency but no stored digits."""
    return ValueType(kind.kind, currency=kind.currency) if kind.is_numeric else kind
