"""Back end 3: an expression as a sentence for people, with labels instead of keys.

`explain` says what an expression means: "预计费用 不小于 500 并且 客户的级别 等于 VIP".
`explain_values` lists what was behind each path when it was computed, and `faults` what went wrong inside,
such as a division by zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.expression import operators
from engine.expression.evaluate import evaluate, to_program
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
    RecordShape,
    Scope,
    children,
)
from engine.texts import Language, Text
from engine.values import Kind, Value, ValueType, display, write_number

Shapes = Callable[[str], RecordShape | None]

_ROOTS = {
    "me": Text("我", "me"),
    "initiator": Text("发起人", "the initiator"),
    "old": Text("修改前的", "the former "),
}
_CLOCKS = {"today": Text("今天", "today"), "now": Text("现在", "now")}
_JOINED = {"and": Text(" 并且 ", " and "), "or": Text(" 或者 ", " or ")}
_YES, _NO = Text("是", "yes"), Text("否", "no")
_BLANK = Text("空", "blank")
_NOT = Text("不满足({part})", "not ({part})")
_IS_BLANK, _IS_FILLED = (
    Text("{value} 为空", "{value} is blank"),
    Text("{value} 不为空", "{value} is not blank"),
)
_AMONG, _NOT_AMONG = (
    Text("{item} 是 {choices} 之一", "{item} is one of {choices}"),
    Text("{item} 不是 {choices} 中的任何一个", "{item} is none of {choices}"),
)
_CHOICE = Text("如果 {condition},则 {then},否则 {otherwise}", "{then} if {condition}, else {otherwise}")
_OVER = {
    "sum": Text("{value}的合计", "the sum of {value}"),
    "count": Text("{value}的个数", "the number of {value}"),
    "average": Text("{value}的平均值", "the average of {value}"),
    "min": Text("{value}的最小值", "the smallest {value}"),
    "max": Text("{value}的最大值", "the largest {value}"),
    "first": Text("最早的{value}", "the earliest {value}"),
}
_WHERE = Text("{value}({condition})", "{value} where {condition}")
_CALLS = {
    "CONTAINS": Text("{0} 包含 {1}", "{0} contains {1}"),
    "STARTSWITH": Text("{0} 以 {1} 开头", "{0} starts with {1}"),
    "ENDSWITH": Text("{0} 以 {1} 结尾", "{0} ends with {1}"),
    "REPORTS_TO": Text("{1} 是 {0} 的上级", "{1} is above {0}"),
    "IS_WITHIN": Text("{0} 属于 {1}", "{0} is within {1}"),
}
_DIVISION_BY_ZERO = Text("除以零:{part}", "Division by zero: {part}")
_NO_RESULT = Text("没有结果:{part}", "No result: {part}")


def explain(expression: Expression, shapes: Shapes, language: Language) -> str:
    """Return the sentence that says what an expression means.

    shapes: gives the shape of a form, of people and of departments, whose labels are used.
    """
    return _Explainer(shapes, language).say(expression.tree)


def explain_values(
    expression: Expression, scope: Scope, shapes: Shapes, language: Language
) -> tuple[tuple[str, str], ...]:
    """Return the label of every path and aggregate with its value in `scope`, for traces.

    People, departments and records are shown by their id; whoever shows them looks their names up.
    """
    explainer = _Explainer(shapes, language)
    shown: dict[str, str] = {}
    for node in _outside_aggregates(expression.tree):
        if isinstance(node, Path | Aggregate | Clock):
            value = _run(node, scope)
            shown[explainer.say(node)] = display(value, node.type, language, scope.zone) or _BLANK.to(
                language
            )
    return tuple(shown.items())


def faults(expression: Expression, scope: Scope, shapes: Shapes, language: Language) -> tuple[str, ...]:
    """Return a sentence for each place where filled values gave no result: division by zero, a limit."""
    explainer = _Explainer(shapes, language)
    found = []
    for node in _outside_aggregates(expression.tree):
        if not isinstance(node, Apply) or not node.function.strict or node.type.kind is Kind.TEXT:
            continue
        values = [_run(argument, scope) for argument in node.arguments]
        if None not in values and _run(node, scope) is None:
            division = node.function.name in ("/", "%", "MOD") and values[-1] == 0
            sentence = _DIVISION_BY_ZERO if division else _NO_RESULT
            found.append(sentence.fill({"part": explainer.say(node)}).to(language))
    return tuple(dict.fromkeys(found))


def _run(node: Node, scope: Scope) -> Value:
    return evaluate(Expression("", None, node, to_program(node), frozenset()), scope)


def _outside_aggregates(node: Node) -> tuple[Node, ...]:
    """Return the node and all below it; what an aggregate looks at row by row is left out."""
    below = () if isinstance(node, Aggregate) else children(node)
    return (node, *(one for child in below for one in _outside_aggregates(child)))


@dataclass(frozen=True, slots=True)
class _Explainer:
    """Says nodes in one language."""

    shapes: Shapes
    language: Language

    def say(self, node: Node) -> str:
        """Return the words for a node."""
        match node:
            case Constant():
                return self._constant(node.value, node.type)
            case Path():
                return self._path(node)
            case Clock(name=name):
                return _CLOCKS[name].to(self.language)
            case Apply():
                return self._apply(node)
            case Aggregate():
                return self._aggregate(node)
            case _:
                return self._decision(node)

    def _decision(self, node: Logic | Not | Choose | Member) -> str:
        match node:
            case Logic(operator, parts):
                return (
                    _JOINED[operator].to(self.language).join(self._inside(part, operator) for part in parts)
                )
            case Not(part=part):
                return self._fill(_NOT, part=self._condition(part))
            case Choose(condition, then, otherwise):
                words = {"condition": self._condition(condition), "then": self.say(then)}
                return self._fill(_CHOICE, otherwise=self.say(otherwise), **words)
            case Member(item, choices, negated):
                listed = Text("、", ", ").to(self.language).join(self.say(choice) for choice in choices)
                return self._fill(_NOT_AMONG if negated else _AMONG, item=self.say(item), choices=listed)

    def _inside(self, part: Node, operator: str) -> str:
        """Put brackets around an `or` inside an `and`, and the reverse."""
        words = self._condition(part)
        return f"({words})" if isinstance(part, Logic) and part.operator != operator else words

    def _condition(self, part: Node) -> str:
        """Say a condition; a bare field needs a verb."""
        words = self.say(part)
        return Text(f"{words} 为是", f"{words} is yes").to(self.language) if isinstance(part, Path) else words

    def _constant(self, value: Value, kind: ValueType) -> str:
        if value is None:
            return _BLANK.to(self.language)
        if isinstance(value, bool):
            return (_YES if value else _NO).to(self.language)
        if isinstance(value, Decimal):
            return write_number(value)
        if isinstance(value, str) and kind.kind is Kind.TEXT:
            return Text(f"「{value}」", f"'{value}'").to(self.language)
        option = kind.option(value)
        return option.label.to(self.language) if option else str(value)

    def _path(self, node: Path) -> str:
        """Say a path: 客户的级别, Customer's Level."""
        labels: list[str] = []
        shape = self.shapes(node.form)
        for step in node.steps:
            found = shape.shape_fields().get(step) if shape else None
            labels.append(found.label.to(self.language) if found else step)
            shape = self.shapes(found.value_type.points_to) if found else None
        if node.root == "old":
            labels[0] = _ROOTS["old"].to(self.language) + labels[0]
        elif node.root == "row":
            home = self.shapes(node.form)
            labels.insert(0, home.label.to(self.language) if home else node.form)
        elif node.root != "record":
            labels.insert(0, _ROOTS[node.root].to(self.language))
        return Text("的", "'s ").to(self.language).join(labels)

    def _apply(self, node: Apply) -> str:
        name, parts = node.function.name, [self._operand(argument, node) for argument in node.arguments]
        if name in operators.CONVERSIONS:
            return " ".join((parts[0], *(_clock_time(part) for part in node.arguments[1:])))
        if name in operators.COMPARISONS:
            return self._comparison(node, parts)
        if name == "negate":
            return f"-{parts[0]}"
        if name in operators.ARITHMETIC:
            sign = {"*": "×", "/": "÷"}.get(name, name)
            return f"{parts[0]} {sign} {parts[1]}"
        if name == "ISBLANK":
            return self._fill(_IS_BLANK, value=parts[0])
        if name in _CALLS:
            return self._fill(_CALLS[name], **{str(at): part for at, part in enumerate(parts)})
        return f"{name}({', '.join(parts)})"

    def _comparison(self, node: Apply, parts: list[str]) -> str:
        sign = node.function.name
        blank = [isinstance(side, Constant) and side.value is None for side in node.arguments]
        if any(blank) and sign in ("==", "!="):
            return self._fill(
                _IS_BLANK if sign == "==" else _IS_FILLED,
                value=parts[blank.index(False) if False in blank else 0],
            )
        return f"{parts[0]} {node.function.doc.to(self.language)} {parts[1]}"

    def _operand(self, node: Node, above: Apply) -> str:
        """Put brackets around arithmetic inside arithmetic, and around conditions that are compared."""
        words = self.say(node)
        nested = isinstance(node, Logic | Choose | Member) or (
            isinstance(node, Apply) and (node.function.name in operators.ARITHMETIC or _compares(node))
        )
        plain = above.function.name not in operators.ARITHMETIC and not _compares(above)
        lone = _compares(above) and isinstance(node, Apply) and node.function.name in operators.ARITHMETIC
        return f"({words})" if nested and not plain and not lone else words

    def _aggregate(self, node: Aggregate) -> str:
        shape = self.shapes(node.form)
        form = shape.label.to(self.language) if shape else node.form
        counts = node.value is None or (isinstance(node.value, Path) and node.value.steps == ("id",))
        value = form if counts or node.value is None else self.say(node.value)
        words = self._fill(_OVER[node.function.aggregate], value=value)
        condition = _beyond_own(node)
        if condition is None:
            return words
        return self._fill(_WHERE, value=words, condition=self._condition(condition))

    def _fill(self, text: Text, **facts: str) -> str:
        return text.fill(facts).to(self.language)


def _beyond_own(node: Aggregate) -> Node | None:
    """Return what an aggregate asks of its rows; that they are the record's own goes without saying."""
    if not node.own or node.condition is None:
        return node.condition
    parts = node.condition.parts[1:] if isinstance(node.condition, Logic) else ()
    if len(parts) > 1 and isinstance(node.condition, Logic):
        return Logic(node.condition.operator, parts, node.condition.type)
    return parts[0] if parts else None


def _clock_time(seconds: Node) -> str:
    """Write the second of a day as a clock shows it."""
    if not isinstance(seconds, Constant) or not isinstance(seconds.value, Decimal):
        return ""
    hours, rest = divmod(int(seconds.value), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{rest:02d}" if rest else "")


def _compares(node: Apply) -> bool:
    return node.function.name in operators.COMPARISONS
