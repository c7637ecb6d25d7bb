"""Names, types and functions: from a syntax tree to a typed tree, or to problems with their columns."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from engine.expression import operators
from engine.expression.codes import (
    AMBIGUOUS_TYPE,
    NO_FURTHER,
    NOT_A_CONDITION,
    NOT_AN_OPTION,
    OPERANDS,
    UNKNOWN_FIELD,
    UNKNOWN_FUNCTION,
    UNKNOWN_NAME,
    WRONG_ARGUMENTS,
)
from engine.expression.function import Function, widen
from engine.expression.gate import Syntax, number_of
from engine.expression.tree import (
    Aggregate,
    Apply,
    Choose,
    Clock,
    Constant,
    FieldShape,
    Logic,
    Member,
    Node,
    Not,
    Path,
    RecordShape,
    Root,
)
from engine.problems import Problem, ProblemCode, suggest
from engine.texts import Text
from engine.values import (
    BLANK,
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    USER,
    USER_SHAPE,
    Kind,
    ValueType,
)

_ZERO = Decimal(0)
CONSTANTS: Mapping[str, bool | None] = {
    "true": True, "false": False, "TRUE": True, "FALSE": False, "True": True, "False": False,
    "blank": None, "BLANK": None, "None": None,
}  # fmt: skip
CLOCKS = {"today": DATE, "now": DATETIME}
RESERVED = frozenset({*CONSTANTS, *CLOCKS, "me", "initiator", "old", "this"})


@dataclass(frozen=True)
class Environment:
    """What the names in an expression may mean.

    record: the shape of the current record, None where there is none.
    shapes: gives the shape of a form, of people ("@user") and of departments by key.
    functions: by upper-case name.
    people: the names of people that exist here ("me", and "initiator" in a flow).
    has_old: whether `old`, the record before the change, exists here.
    row: a form whose fields may be named with its key in front, as in the conditions of an aggregate.
    """

    record: RecordShape | None
    shapes: Callable[[str], RecordShape | None]
    forms: tuple[str, ...]
    functions: Mapping[str, Function]
    people: tuple[str, ...] = ("me",)
    has_old: bool = False
    row: str = ""


class CheckError(Exception):
    """Raised at the first meaningless part of an expression; carries the problem and the node."""

    def __init__(self, problem: Problem, node: ast.AST) -> None:
        super().__init__(problem.sentence.en)
        self.problem = problem
        self.node = node


@dataclass
class Checker:
    """Turns the syntax of one expression into its typed tree."""

    syntax: Syntax
    environment: Environment
    row: str = ""
    reads: set[tuple[str, str]] = field(default_factory=set)
    place: ast.AST | None = None

    def __post_init__(self) -> None:
        self.row = self.row or self.environment.row

    def check(self, node: ast.AST) -> Node:
        """Return the typed node for a syntax node."""
        self.place = node
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute():
                return self._path(node)
            case ast.BoolOp():
                word = "and" if isinstance(node.op, ast.And) else "or"
                parts = tuple(self._condition_at(part) for part in node.values)
                return Logic("and" if word == "and" else "or", parts, BOOLEAN)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._comparisons(node)
            case ast.IfExp():
                condition = self._condition_at(node.test)
                return self.choose(condition, self.check(node.body), self.check(node.orelse))
            case ast.Call():
                return self._call(node)
            case _:
                raise self._error(OPERANDS, node, operator=Text("列表", "a list"), kinds=Text("", ""))

    # What special forms may ask (`Builder`).

    def apply(self, name: str, *arguments: Node) -> Node:
        """Apply a function or operator by name."""
        return self._apply(name, arguments, self.place)

    def condition(self, node: Node) -> Node:
        """Return `node` if it is a yes-or-no value."""
        if node.type.kind not in (Kind.BOOLEAN, Kind.BLANK):
            raise self._error(NOT_A_CONDITION, self.place, kind=node.type.kind.label)
        return node

    def choose(self, condition: Node, then: Node, otherwise: Node) -> Node:
        """Return the choice between two values of one type."""
        then, otherwise = self._alike(then, otherwise)
        kind = then.type if then.type.kind is not Kind.BLANK else otherwise.type
        return Choose(condition, then, otherwise, widen(kind))

    def refuse(self, code: ProblemCode, **facts: object) -> Problem:
        """Make a problem for the caller to raise."""
        return code.here(**facts)

    def _alike(self, left: Node, right: Node) -> tuple[Node, Node]:
        """Bring two values to one type, or refuse."""
        left, right = self._adapt(left, right), self._adapt(right, left)
        a, b = left.type.kind, right.type.kind
        texts = {Kind.TEXT, Kind.CHOICE}
        if a is b or Kind.BLANK in (a, b) or {a, b} <= texts or (left.type.is_numeric and right.type.is_numeric):
            return left, right
        raise self._error(AMBIGUOUS_TYPE, self.place, first=a.label, second=b.label)

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
            return Constant(value or None, TEXT)
        return Constant(number_of(node, self.syntax), NUMBER)

    def _unary(self, node: ast.UnaryOp) -> Node:
        if isinstance(node.op, ast.Not):
            return Not(self._condition_at(node.operand), BOOLEAN)
        operand = self.check(node.operand)
        self.place = node
        if isinstance(node.op, ast.UAdd):
            return self._apply("+", (Constant(_ZERO, NUMBER), operand), node)
        if isinstance(operand, Constant) and isinstance(operand.value, Decimal):
            return Constant(-operand.value, NUMBER)
        return self._apply("negate", (operand,), node)

    def _binary(self, node: ast.BinOp) -> Node:
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}[type(node.op)]
        left, right = self.check(node.left), self.check(node.right)
        self.place = node
        return self._apply(sign, (left, right), node)

    def _comparisons(self, node: ast.Compare) -> Node:
        parts: list[Node] = []
        left = self.check(node.left)
        for operator, operand in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                parts.append(self._member(left, operand, negated=isinstance(operator, ast.NotIn)))
                continue
            right = self.check(operand)
            self.place = node
            sign = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
            parts.append(self._compare(sign[type(operator)], left, right, node))
            left = right
        return parts[0] if len(parts) == 1 else Logic("and", tuple(parts), BOOLEAN)

    def _compare(self, sign: str, left: Node, right: Node, node: ast.AST) -> Node:
        left, right = self._adapt(left, right), self._adapt(right, left)
        a, b = left.type.kind, right.type.kind
        if a is Kind.DATETIME and b is Kind.DATE:
            left = Apply(operators.TO_DATE, (left,), DATE)
        elif a is Kind.DATE and b is Kind.DATETIME:
            right = Apply(operators.TO_DATE, (right,), DATE)
        elif not _comparable(left.type, right.type):
            raise self._error(OPERANDS, node, operator=sign, kinds=_kinds((left, right)))
        function = operators.COMPARISONS[sign]
        if not function.accepts((left.type, right.type)):
            raise self._error(OPERANDS, node, operator=sign, kinds=_kinds((left, right)))
        return Apply(function, (left, right), BOOLEAN)

    def _member(self, item: Node, operand: ast.AST, *, negated: bool) -> Node:
        if not isinstance(operand, ast.Tuple | ast.List):
            raise self._error(OPERANDS, operand, operator="in", kinds=Text("一个括号里的列表", "anything but a list in brackets"))
        choices = []
        for element in operand.elts:
            choice = self.check(element)
            self.place = element
            choice = self._adapt(choice, item)
            if not _comparable(item.type, choice.type):
                raise self._error(OPERANDS, element, operator="in", kinds=_kinds((item, choice)))
            choices.append(choice)
        return Member(item, tuple(choices), negated, BOOLEAN)

    def _adapt(self, node: Node, other: Node) -> Node:
        """Read a text constant as what it is compared with: a date, or one of a choice's options."""
        if not isinstance(node, Constant) or not isinstance(node.value, str):
            return node
        match other.type.kind:
            case Kind.CHOICE if node.type.kind is Kind.TEXT:
                return Constant(self._option(node.value, other.type), other.type)
            case Kind.DATE:
                return Constant(_read_date(node.value) or self._not_a_date(node.value), DATE)
            case Kind.DATETIME:
                day = _read_date(node.value)
                return Constant(day or self._not_a_date(node.value), DATE)
            case _:
                return node

    def _not_a_date(self, text: str) -> date:
        raise self._error(NOT_AN_OPTION, self.place, value=text, options=Text("2026-11-22 这样的日期", "a date such as 2026-11-22"))

    def _option(self, text: str, kind: ValueType) -> str:
        for option in kind.options:
            if text in (option.key, option.label.zh, option.label.en):
                return option.key
        known = [word for option in kind.options for word in dict.fromkeys((option.key, option.label.zh))]
        options = "、".join(dict.fromkeys(option.key for option in kind.options))
        raise self._error(NOT_AN_OPTION, self.place, value=text, options=options, suggestions=suggest(text, known))

    # Names.

    def _path(self, node: ast.Name | ast.Attribute) -> Node:
        names = _dotted(node)
        head = names[0]
        if len(names) == 1 and head in CONSTANTS:
            value = CONSTANTS[head]
            return Constant(value, BLANK if value is None else BOOLEAN)
        if len(names) == 1 and head in CLOCKS:
            return Clock("today" if head == "today" else "now", CLOCKS[head])
        start = self._start(names, node)
        return self._steps(*start, node)

    def _start(self, names: tuple[str, ...], node: ast.AST) -> tuple[Root, RecordShape, tuple[str, ...], ValueType]:
        """Return whose field the path begins with: root, shape, the steps that are left, the root's type."""
        environment, head = self.environment, names[0]
        people = environment.shapes(USER_SHAPE)
        if head in environment.people and people:
            return ("me" if head == "me" else "initiator"), people, names[1:], USER
        record = environment.record
        if head == "old" and environment.has_old and record and len(names) > 1:
            return "old", record, names[1:], TEXT
        if self.row and head == self.row and len(names) > 1:
            row = environment.shapes(self.row)
            if row:
                return "row", row, names[1:], TEXT
        if head == "this" and record and len(names) == 1:
            return "record", record, ("id",), TEXT
        if record is None or head not in record.shape_fields():
            raise self._unknown(head, node)
        return "record", record, names, TEXT

    def _unknown(self, name: str, node: ast.AST) -> CheckError:
        known: list[str] = [*self.environment.people, *CLOCKS]
        record = self.environment.record
        if record:
            known += [*record.shape_fields(), *(f.label.zh for f in record.shape_fields().values())]
        title = record.label if record else Text("这里", "this place")
        return self._error(UNKNOWN_NAME, node, name=name, form=title, suggestions=suggest(name, known))

    def _steps(
        self, root: Root, shape: RecordShape, steps: tuple[str, ...], kind: ValueType, node: ast.AST
    ) -> Node:
        current, form = shape, shape.key
        for position, step in enumerate(steps):
            found = current.shape_fields().get(step)
            if found is None:
                suggestions = suggest(step, current.shape_fields())
                raise self._error(UNKNOWN_FIELD, node, name=step, form=current.label, suggestions=suggestions)
            self.reads.add((current.key, step))
            kind = found.value_type
            if position + 1 < len(steps):
                current = self._follow(found, steps[position + 1], node)
        return Path(root, form, steps, kind)

    def _follow(self, found: FieldShape, step: str, node: ast.AST) -> RecordShape:
        following = self.environment.shapes(found.value_type.points_to)
        if following is None:
            raise self._error(NO_FURTHER, node, name=found.label, kind=found.value_type.kind.label, step=step)
        return following

    # Functions.

    def _call(self, node: ast.Call) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        function = self.environment.functions.get(name.upper())
        if function is None:
            suggestions = suggest(name.upper(), self.environment.functions)
            raise self._error(UNKNOWN_FUNCTION, node.func, name=name, suggestions=suggestions)
        if function.aggregate:
            return self._aggregate(function, node)
        arguments = tuple(self.check(argument) for argument in node.args)
        self.place = node
        if function.build is not None:
            if function.slots(len(arguments)) is None:
                raise self._error(WRONG_ARGUMENTS, node, signature=function.signature)
            return function.build(self, arguments)
        return self._apply(function.name, arguments, node)

    def _apply(self, name: str, arguments: tuple[Node, ...], node: ast.AST | None) -> Node:
        if name in operators.COMPARISONS:
            return self._compare(name, arguments[0], arguments[1], node or ast.Load())
        overloads = operators.ARITHMETIC.get(name)
        candidates = overloads or (self.environment.functions[name],)
        types = tuple(argument.type for argument in arguments)
        for function in candidates:
            if function.accepts(types):
                return Apply(function, arguments, function.result_type(types))
        if overloads:
            raise self._error(OPERANDS, node, operator=name, kinds=_kinds(arguments))
        raise self._error(WRONG_ARGUMENTS, node, signature=candidates[0].signature)

    def _aggregate(self, function: Function, node: ast.Call) -> Node:
        form = _dotted(node.args[0])[0] if node.args and isinstance(node.args[0], ast.Name | ast.Attribute) else ""
        if form not in self.environment.forms or self.row:
            suggestions = suggest(form, self.environment.forms)
            raise self._error(WRONG_ARGUMENTS, node, signature=function.signature, suggestions=suggestions)
        self.row = form
        try:
            value = self.check(node.args[0]) if isinstance(node.args[0], ast.Attribute) else None
            conditions = tuple(self._condition_at(part) for part in node.args[1:])
        finally:
            self.row = ""
        types = (value.type,) if value else ()
        if not function.accepts(types):
            raise self._error(WRONG_ARGUMENTS, node, signature=function.signature)
        condition = Logic("and", conditions, BOOLEAN) if len(conditions) > 1 else next(iter(conditions), None)
        self.reads.add((form, "id"))
        return Aggregate(function, form, value, condition, function.result_type(types))

    def _error(
        self, code: ProblemCode, node: ast.AST | None, suggestions: tuple[str, ...] = (), **facts: object
    ) -> CheckError:
        return CheckError(code.here(suggestions=suggestions, **facts), node or self.syntax.tree)


def _dotted(node: ast.AST) -> tuple[str, ...]:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (*([node.id] if isinstance(node, ast.Name) else []), *reversed(names))


def _kinds(nodes: tuple[Node, ...]) -> Text:
    labels = [node.type.kind.label for node in nodes]
    return Text("和".join(label.zh for label in labels), " and ".join(label.en for label in labels))


def _comparable(left: ValueType, right: ValueType) -> bool:
    texts = {Kind.TEXT, Kind.CHOICE}
    if Kind.BLANK in (left.kind, right.kind):
        return True
    if left.is_numeric and right.is_numeric:
        return True
    if left.kind is Kind.CHOICE and right.kind is Kind.CHOICE:
        return True
    if {left.kind, right.kind} <= texts:
        return True
    if left.kind is Kind.RECORD and right.kind is Kind.RECORD:
        return left.form == right.form
    return left.kind is right.kind


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
