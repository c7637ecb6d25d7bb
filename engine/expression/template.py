"""Texts with expressions in them: titles, mails and messages such as `补货:{{ name }} 只剩 {{ stock }}`.

There is one language: what stands between `{{` and `}}` is an expression like any other. A single brace is
just a brace. Each channel escapes for its own target when it renders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.expression.check import Environment
from engine.expression.evaluate import evaluate
from engine.expression.parse import Source, parse
from engine.expression.tree import Expression, Scope
from engine.problems import Problem, ProblemCode, Refusal
from engine.texts import Text
from engine.values import Kind, Value, ValueType, display

MAX_OUTPUT = 64 * 1024
MAX_SOURCE = 20_000
MAX_EXPRESSIONS = 100
MONEY_PLACES = 2

UNCLOSED = ProblemCode(
    "template-unclosed",
    Text("「{{」后面没有「}}」", "There is no '}}' after this '{{'"),
    Text("写成 {{ 字段 }}", "Write {{ field }}"),
)
NO_STATEMENTS = ProblemCode(
    "template-statement",
    Text("文字里不能用「{found}」", "'{found}' cannot be used in a text"),
    Text("用 {{ IF(条件, 值, 其他值) }} 代替", "Use {{ IF(condition, value, other) }} instead"),
)
TEMPLATE_TOO_LONG = ProblemCode(
    "template-too-long",
    Text(
        "文字太长:最多 {limit} 个字符、{expressions} 个表达式",
        "The text is too long: at most {limit} characters and {expressions} expressions",
    ),
    Text("写短一些", "Make it shorter"),
)

Escape = Callable[[str], str]
Display = Callable[[Value, ValueType], str]


@dataclass(frozen=True, slots=True)
class Template:
    """A checked text: literal parts and expressions, in order."""

    source: str
    parts: tuple[str | Expression, ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Return the expressions, in the order of the text."""
        return tuple(part for part in self.parts if isinstance(part, Expression))

    @property
    def is_constant(self) -> bool:
        """Tell whether the text is the same for every record."""
        return not self.expressions

    def render(self, scope: Scope, *, escape: Escape = str, display: Display | None = None) -> str:
        """Return the text with the values of its expressions.

        escape: makes a value harmless for where the text goes (HTML, Markdown …); the template's own words
            are the analyst's and stay as they are.
        display: writes a value for people; without it numbers and dates are written as in Chinese, and
            people and records by their id.
        The result is cut at 64 KB of UTF-8, never inside a character.
        """
        write = display or plain_display(scope)
        out: list[bytes] = []
        room = MAX_OUTPUT
        for part in self.parts:
            text = part if isinstance(part, str) else escape(write(evaluate(part, scope), part.type))
            encoded = text.encode("utf-8", errors="replace")[:room]
            out.append(encoded)
            room -= len(encoded)
        return b"".join(out).decode("utf-8", errors="ignore")


def plain_display(scope: Scope) -> Display:
    """Return what writes values in Chinese, in the scope's time zone; computed money gets two digits."""

    def write(value: Value, kind: ValueType) -> str:
        if kind.kind is Kind.MONEY and kind.scale is None:
            kind = ValueType(Kind.MONEY, scale=MONEY_PLACES, currency=kind.currency)
        return display(value, kind, "zh", scope.zone)

    return write


def parse_template(source: str | Source, environment: Environment) -> Template:
    """Parse a text and check the expressions in it.

    Raises `Refusal` with the first problem, placed inside the text; `template_problems` gives all of them.
    """
    template, problems = _read(Source(source) if isinstance(source, str) else source, environment)
    if problems:
        raise Refusal(problems[0])
    return template


def template_problems(source: str | Source, environment: Environment) -> tuple[Problem, ...]:
    """Return every problem of a text, in its order."""
    return _read(Source(source) if isinstance(source, str) else source, environment)[1]


def _read(source: Source, environment: Environment) -> tuple[Template, tuple[Problem, ...]]:
    text = source.text
    if len(text) > MAX_SOURCE or text.count("{{") > MAX_EXPRESSIONS:
        problem = TEMPLATE_TOO_LONG.at(source.place(0, 1), limit=MAX_SOURCE, expressions=MAX_EXPRESSIONS)
        return Template(text, ()), (problem,)
    parts: list[str | Expression] = []
    problems = [_refused(source, sign, at) for sign in ("{%", "{#") for at in _places(text, sign)]
    at = 0
    while (start := text.find("{{", at)) >= 0:
        if text[at:start]:
            parts.append(text[at:start])
        end = closing(text, start + 2)
        if end < 0:
            problems.append(UNCLOSED.at(source.place(start, start + 2)))
            return Template(text, ()), tuple(problems)
        try:
            parts.append(parse(_inside(source, start + 2, end), environment))
        except Refusal as refusal:
            problems.append(refusal.problem)
        at = end + 2
    if text[at:]:
        parts.append(text[at:])
    return Template(text, tuple(parts)), tuple(problems)


def _places(text: str, sign: str) -> list[int]:
    """Return where a sign stands in the literal parts of a text."""
    found, at = [], 0
    while at < len(text):
        if text.startswith("{{", at):
            end = closing(text, at + 2)
            at = end + 2 if end >= 0 else len(text)
            continue
        if text.startswith(sign, at):
            found.append(at)
        at += 1
    return found


def _refused(source: Source, sign: str, at: int) -> Problem:
    return NO_STATEMENTS.at(source.place(at, at + 2), found=sign)


def closing(text: str, start: int) -> int:
    """Return where the `}}` of an expression stands, or -1; one inside quotes does not count."""
    quote = ""
    for at in range(start, len(text) - 1):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif text.startswith("}}", at):
            return at
    return -1


def _inside(source: Source, start: int, end: int) -> Source:
    """Return the source of the expression between two places of a text."""
    return Source(
        source.text[start:end],
        lambda first, last: source.place(start + first, start + last),
    )
