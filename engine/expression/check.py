"""Types and functions: from a syntax tree to a typed tree, or to a problem with its columns."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from decimal import Decimal

from engine.expression import operators
from engine.expression.alike import make_alike, same_currency
from engine.expression.codes import (
    NOT_A_CONDITION,
    OPERANDS,
    UNKNOWN_FUNCTION,
    WRONG_ARGUMENT,
    WRONG_ARGUMENTS,
)
from engine.expression.dotted import dotted, step_of
from engine.expression.function import DATES, NUMBERS, TEXTS, Function, Parameter, common_type
from engine.expression.gate import Syntax, number_of
from engine.expression.literals import is_text_constant, read_as
from engine.expression.names import RESERVED, Environment, PathError, PathFinder
from engine.expression.tree import PARENT, Aggregate, Apply, Choose, Constant, Logic, Member, Node, Not, Path
from engine.problems import Problem, ProblemCode, suggest
from engine.texts import Text
from engine.values import BLANK, BOOLEAN, DATE, DATETIME, NUMBER, TEXT, Kind, ValueType

__all__ = ["RESERVED", "CheckError", "Checker", "Environment"]

_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}
_COMPARISONS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class CheckError(Exception):
    """Raised at the first meaningless part of an expression; carries the problem and the node."""

    def __init__(self, problem: Problem, node: ast.AST) -> None:
        super().__init__(problem.sentence.en)
        self.problem = problem
        self.node = node


@dataclass
class Checker:
    """Turns the syntax of one expression into its typed tree.

    place: the syntax that is being looked at, for problems that come from further down.
    """

    syntax: Syntax
    environment: Environment
    place: ast.AST | None = None
    paths: PathFinder = field(init=False)

    def __post_init__(self) -> None:
        self.paths = PathFinder(self.environment, self.environment.row)

    def check(self, node: ast.AST) -> Node:
        """Return the typed node for a syntax node."""
        self.place = node
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute():
                return self._path(node)
            case ast.BoolOp() | ast.IfExp():
                return self._logic(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                left, right = self.check(node.left), self.check(node.right)
                return self._apply(_ARITHMETIC[type(node.op)], (left, right), node)
            case ast.Compare():
                return self._comparisons(node)
            case ast.Call():
                return self._call(node)
            case _:
                raise self._error(OPERANDS, node, operator=Text("列表", "a list"), kinds=Text("值", "values"))

    # What special forms may ask (`Builder`).

    def apply(self, name: str, *arguments: Node) -> Node:
        """Apply a function or operator by name."""
        if name in operators.COMPARISONS:
            place = self.place or self.syntax.tree
            return self._compare(name, arguments, place, (place, place))
        return self._apply(name, arguments, self.place or self.syntax.tree)

    def condition(self, node: Node) -> Node:
        """Return `node` if it is a yes-or-no value."""
        if node.type.kind not in (Kind.BOOLEAN, Kind.BLANK):
            raise self._error(NOT_A_CONDITION, self.place, kind=node.type.kind.label)
        return node

    def choose(self, condition: Node, then: Node, otherwise: Node) -> Node:
        """Return the choice between two values of one type."""
        then, otherwise = make_alike((then, otherwise))
        kind = common_type((then.type, otherwise.type))
        return Constant(None, BLANK) if kind is BLANK else Choose(condition, then, otherwise, kind)

    def refuse(self, code: ProblemCode, **facts: object) -> Problem:
        """Make a problem for the caller to raise."""
        return code.at(None, **facts)  # type: ignore[arg-type]  # facts of the sentence only

    def _condition_at(self, node: ast.AST) -> Node:
        checked = self.check(node)
        self.place = node
        return self.condition(checked)

    def _constant(self, node: ast.Constant) -> Node:
        value = node.value
        if isinstance(value, bool):
            return Constant(value, BOOLEAN)
        if value is None:
            return Constant(None, BLANK)
        if isinstance(value, str):
            return Constant(value, TEXT) if value else Constant(None, BLANK)
        return Constant(number_of(node, self.syntax), NUMBER)

    def _path(self, node: ast.Name | ast.Attribute) -> Node:
        try:
            return self.paths.find(dotted(node))
        except PathError as error:
            raise CheckError(error.problem, step_of(node, error.step)) from error

    def _logic(self, node: ast.BoolOp | ast.IfExp) -> Node:
        if isinstance(node, ast.IfExp):
            condition = self._condition_at(node.test)
            then, otherwise = self.check(node.body), self.check(node.orelse)
            self.place = node
            return self.choose(condition, then, otherwise)
        parts = tuple(self._condition_at(part) for part in node.values)
        return Logic("and" if isinstance(node.op, ast.And) else "or", parts, BOOLEAN)

    def _unary(self, node: ast.UnaryOp) -> Node:
        if isinstance(node.op, ast.Not):
            return Not(self._condition_at(node.operand), BOOLEAN)
        operand = self.check(node.operand)
        if isinstance(node.op, ast.UAdd):
            if operand.type.kind not in NUMBERS | {Kind.DURATION, Kind.BLANK}:
                raise self._error(OPERANDS, node, operator="+", kinds=operand.type.kind.label)
            return operand
        if isinstance(operand, Constant) and isinstance(operand.value, Decimal) and operand.value:
            return Constant(operand.value.copy_negate(), NUMBER)
        return self._apply("negate", (operand,), node)

    # Comparisons.

    def _comparisons(self, node: ast.Compare) -> Node:
        parts: list[Node] = []
        left, place = self.check(node.left), node.left
        for operator, operand in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                parts.append(self._member(left, operand, negated=isinstance(operator, ast.NotIn)))
                continue
            right = self.check(operand)
            parts.append(self._compare(_COMPARISONS[type(operator)], (left, right), node, (place, operand)))
            left, place = right, operand
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts), BOOLEAN)

    def _compare(
        self, sign: str, sides: tuple[Node, ...], node: ast.AST, places: tuple[ast.AST, ast.AST]
    ) -> Node:
        left, right = sides
        self.place = places[0]
        left = read_as(left, right.type)
        self.place = places[1]
        right = read_as(right, left.type)
        self.place = node
        left, right = _days(left, right), _days(right, left)
        function = operators.COMPARISONS[sign]
        kinds = (left.type, right.type)
        blank = Kind.BLANK in (left.type.kind, right.type.kind)
        if not function.accepts(kinds) or not (blank or _comparable(*kinds)):
            raise self._error(OPERANDS, node, operator=sign, kinds=_kinds((left, right)))
        same_currency(kinds)
        if blank and sign not in ("==", "!="):
            return Constant(False, BOOLEAN)  # noqa: FBT003  (the constant itself)
        return Apply(function, (left, right), BOOLEAN)

    def _member(self, item: Node, operand: ast.AST, *, negated: bool) -> Node:
        if not isinstance(operand, ast.Tuple | ast.List):
            return self._in_list(item, operand, negated=negated)
        choices = []
        for element in operand.elts:
            choice = self.check(element)
            self.place = element
            choice = read_as(choice, item.type)
            if choice.type.kind is Kind.DATE:
                item = _days(item, choice)
            choice = _days(choice, item)
            if not _comparable(item.type, choice.type) and Kind.BLANK not in (
                item.type.kind,
                choice.type.kind,
            ):
                raise self._error(OPERANDS, element, operator="in", kinds=_kinds((item, choice)))
            same_currency((item.type, choice.type))
            choices.append(choice)
        choices = [_days(choice, item) for choice in choices]
        return Member(item, tuple(choices), negated, BOOLEAN)

    def _in_list(self, item: Node, operand: ast.AST, *, negated: bool) -> Node:
        """Look into a list field: `'VIP' in tags`."""
        values = self.check(operand)
        if values.type.kind is Kind.BLANK:
            return Constant(negated, BOOLEAN)
        if values.type.kind is not Kind.LIST:
            raise self._error(OPERANDS, operand, operator="in", kinds=Text("一个值", "one value"))
        found = self._apply("CONTAINS", (values, item), operand)
        return Not(found, BOOLEAN) if negated else found

    # Functions.

    def _call(self, node: ast.Call) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        function = self.environment.functions.get(name.upper())
        if function is None:
            suggestions = suggest(name.upper(), self.environment.functions)
            raise self._error(UNKNOWN_FUNCTION, node.func, name=name, suggestions=suggestions)
        if function.aggregate:
            return self._aggregate(function, node)
        if function.over_rows and len(node.args) == 1 and self._rows_of(self._form_of(node.args[0])):
            return self._aggregate(self.environment.functions[function.over_rows], node)
        arguments = tuple(self.check(argument) for argument in node.args)
        self.place = node
        if function.slots(len(arguments)) is None:
            raise self._error(WRONG_ARGUMENTS, node, signature=function.signature)
        if function.build is not None:
            return function.build(self, arguments)
        return self._apply(function.name, arguments, node)

    def _apply(self, name: str, arguments: tuple[Node, ...], node: ast.AST) -> Node:
        self.place = node
        overloads = operators.ARITHMETIC.get(name)
        if overloads:
            return self._operate(name, overloads, arguments, node)
        function = operators.CONVERSIONS.get(name) or self.environment.functions[name]
        slots = function.slots(len(arguments))
        if slots is None:
            raise self._error(WRONG_ARGUMENTS, node, signature=function.signature)
        if function.alike:
            arguments = make_alike(arguments)
        arguments = tuple(
            self._argument(function, slot, argument, position)
            for position, (slot, argument) in enumerate(zip(slots, arguments, strict=True))
        )
        return _applied(function, arguments)

    def _argument(self, function: Function, slot: Parameter, argument: Node, position: int) -> Node:
        """Bring an argument to what its parameter takes: a text to a date, a moment to its day."""
        days = Kind.DATE in slot.kinds and Kind.TEXT not in slot.kinds
        if days or (Kind.DATETIME in slot.kinds and Kind.TEXT not in slot.kinds):
            argument = read_as(argument, DATE if days else DATETIME)
        if argument.type.kind in DATES and argument.type.kind not in slot.kinds:
            argument = _converted(argument, slot.kinds & DATES)
        if argument.type.kind is Kind.BLANK or argument.type.kind in slot.kinds:
            return argument
        arguments = getattr(self.place, "args", ())
        place = arguments[position] if position < len(arguments) else self.place
        expected = Text(
            "或".join(sorted({kind.label.zh for kind in slot.kinds})),
            " or ".join(sorted({kind.label.en for kind in slot.kinds})),
        )
        raise self._error(
            WRONG_ARGUMENT,
            place,
            function=function.name,
            parameter=slot.name,
            signature=function.signature,
            expected=expected,
            found=argument.type.kind.label,
        )

    def _operate(
        self, sign: str, overloads: tuple[Function, ...], arguments: tuple[Node, ...], node: ast.AST
    ) -> Node:
        if len(arguments) == 2:
            left, right = arguments
            if right.type.kind in DATES:
                left = read_as(left, right.type)
            if left.type.kind in DATES:
                right = read_as(right, left.type)
            if {left.type.kind, right.type.kind} == DATES:
                left, right = _converted(left, {Kind.DATETIME}), _converted(right, {Kind.DATETIME})
            arguments = (left, right)
        types = tuple(argument.type for argument in arguments)
        if sign in ("+", "-", "%"):
            same_currency(types)
        for function in overloads:
            if function.accepts(types):
                return _applied(function, arguments)
        raise self._error(OPERANDS, node, operator=sign.replace("negate", "-"), kinds=_kinds(arguments))

    def _aggregate(self, function: Function, node: ast.Call) -> Node:
        name = self._form_of(node.args[0]) if node.args else ""
        own = self._rows_of(name)
        form = own or name
        if form not in self.environment.forms or self.paths.row:
            found = suggest(form, self.environment.forms) if form else ()
            raise self._error(WRONG_ARGUMENTS, node, found, name=form, signature=function.signature)
        self.paths.row, self.paths.row_name = form, name
        try:
            value = None if isinstance(node.args[0], ast.Name) else self.check(node.args[0])
            conditions = tuple(self._condition_at(part) for part in node.args[1:])
        finally:
            self.paths.row = self.paths.row_name = ""
        types = (value.type,) if value else ()
        if (value is None and function.aggregate != "count") or not function.accepts(types or (NUMBER,)):
            raise self._error(WRONG_ARGUMENTS, node, signature=function.signature)
        if own:
            conditions = (self._of_this_record(form), *conditions)
        condition = Logic("and", conditions, BOOLEAN) if len(conditions) > 1 else next(iter(conditions), None)
        self.paths.reads.add((form, "id"))
        result = function.result_type(types)
        return Aggregate(function, form, value, condition, result, own=name if own else "")

    def _rows_of(self, name: str) -> str:
        """Return the form of a sub-table's rows, where a name is one of the record."""
        record = self.environment.record
        found = record.shape_fields().get(name) if record and not self.paths.row else None
        return found.rows if found else ""

    def _of_this_record(self, form: str) -> Node:
        """Return the condition that a row of a sub-table belongs to the record."""
        record = self.environment.record
        kind = ValueType(Kind.RECORD, form=record.key if record else "")
        self.paths.reads.add((form, PARENT))
        sides = (Path("row", form, (PARENT,), kind), Path("record", kind.form, ("id",), kind))
        return Apply(operators.COMPARISONS["=="], sides, BOOLEAN)

    def _form_of(self, node: ast.expr) -> str:
        """Return the form that the first argument of an aggregate names; it may be a calculation."""
        names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
        known = (name for name in names if name in self.environment.forms or self._rows_of(name))
        return next(known, names[0] if names else "")

    def _error(
        self, code: ProblemCode, node: ast.AST | None, suggestions: tuple[str, ...] = (), **facts: object
    ) -> CheckError:
        problem = code.at(None, suggestions=suggestions, **facts)  # type: ignore[arg-type]  # only facts are left
        return CheckError(problem, node or self.syntax.tree)


def _applied(function: Function, arguments: tuple[Node, ...]) -> Node:
    """Apply a function; one that is strict gives blank for a constant blank."""
    types = tuple(argument.type for argument in arguments)
    result = function.result_type(types)
    if result.kind is Kind.BLANK or (function.strict and any(kind.kind is Kind.BLANK for kind in types)):
        return Constant(None, result)
    slots = function.slots(len(arguments)) or ()
    filled = tuple(_typed(argument, slot) for argument, slot in zip(arguments, slots, strict=True))
    return Apply(function, filled, result)


def _typed(node: Node, slot: Parameter) -> Node:
    """Give a blank constant a kind that its parameter takes, for databases that insist on one."""
    if node.type.kind is not Kind.BLANK:
        return node
    kinds = (Kind.TEXT, Kind.NUMBER, *sorted(slot.kinds))
    return Constant(None, ValueType(next(kind for kind in kinds if kind in slot.kinds)))


def _converted(node: Node, kinds: frozenset[Kind] | set[Kind]) -> Node:
    """Bring a date to the moment at which it begins, or a moment to its day."""
    if node.type.kind is Kind.DATE and Kind.DATETIME in kinds:
        return _applied(operators.TO_MOMENT, (node,))
    if node.type.kind is Kind.DATETIME and Kind.DATE in kinds:
        return _applied(operators.TO_DATE, (node,))
    return node


def _days(node: Node, other: Node) -> Node:
    """Compare a moment by its day where the other side is a date."""
    return _converted(node, {Kind.DATE}) if other.type.kind is Kind.DATE else node


def fitted(node: Node, expected: ValueType) -> Node:
    """Bring a value to the type that is expected, as far as the two are alike.

    A text constant becomes a date or an option, in both branches of a choice; raises `Refusal` if it is none.
    """
    if isinstance(node, Choose) and node.type.kind is not expected.kind:
        then, otherwise = fitted(node.then, expected), fitted(node.otherwise, expected)
        return Choose(node.condition, then, otherwise, common_type((then.type, otherwise.type)))
    if is_text_constant(node):
        node = read_as(node, expected)
    return _converted(node, {expected.kind})


def _kinds(nodes: tuple[Node, ...]) -> Text:
    labels = [node.type.kind.label for node in nodes]
    return Text("和".join(label.zh for label in labels), " and ".join(label.en for label in labels))


def _comparable(left: ValueType, right: ValueType) -> bool:
    if {left.kind, right.kind} <= TEXTS or (left.is_numeric and right.is_numeric):
        return True
    if left.kind is Kind.RECORD and right.kind is Kind.RECORD:
        return left.form == right.form
    return left.kind is right.kind and left.kind is not Kind.LIST
