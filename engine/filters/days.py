"""Days that move with the clock: `today`, `30_days_ago`, `this_month_start`, and stretches of days such as
`this_month`, `past_7_days`.

Weeks begin on Monday; `past_7_days` are today and the six days before it, `next_7_days` today and six after.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from engine.expression import operators
from engine.expression.tree import Apply, Clock, Constant, Node
from engine.filters.contract import Functions
from engine.problems import Problem, ProblemCode, suggest
from engine.texts import Text
from engine.values import DATE, NUMBER, TEXT, Kind

NOT_A_PERIOD = ProblemCode(
    "not-a-period",
    Text("「{found}」不是一段日期", "'{found}' is not a stretch of days"),
    Text("可用的有:{periods}", "Use one of: {periods}"),
)
_MOST = 100_000
_UNITS = {
    "week": Text("周", "week"),
    "month": Text("月", "month"),
    "quarter": Text("季度", "quarter"),
    "year": Text("年", "year"),
}
_SIDES = {"last": (-1, Text("上", "last")), "this": (0, Text("本", "this")), "next": (1, Text("下", "next"))}
_YEARS = {
    "last": Text("去年", "last year"),
    "this": Text("今年", "this year"),
    "next": Text("明年", "next year"),
}
_COUNTED = re.compile(r"(past|next)_([0-9]{1,6})_days")
_AWAY = re.compile(r"([0-9]{1,6})_(day|week|month|year)s?_(ago|ahead)")
_EDGE = re.compile(r"(last|this|next)_(week|month|quarter|year)_(start|end)")


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of whole days around today: its word, its label and how it is found from today.

    unit "day": from `first` to `last` days after today; otherwise the week, month … that is `first` from now.
    """

    name: str
    label: Text
    unit: str
    first: int
    last: int

    def nodes(self, functions: Functions) -> tuple[Node, Node]:
        """Return its first and its last day."""
        if self.unit == "day":
            return _moved(functions, self.first, "day"), _moved(functions, self.last, "day")
        base = _moved(functions, self.first, self.unit)
        return _edge(functions, base, self.unit, "start"), _edge(functions, base, self.unit, "end")


def _unit_period(side: str, unit: str) -> Period:
    count, word = _SIDES[side]
    label = Text(f"{word.zh}{_UNITS[unit].zh}", f"{word.en} {_UNITS[unit].en}")
    return Period(f"{side}_{unit}", _YEARS[side] if unit == "year" else label, unit, count, count)


PERIODS: tuple[Period, ...] = (
    Period("today", Text("今天", "today"), "day", 0, 0),
    Period("yesterday", Text("昨天", "yesterday"), "day", -1, -1),
    Period("tomorrow", Text("明天", "tomorrow"), "day", 1, 1),
    *(_unit_period(side, unit) for unit in _UNITS for side in ("this", "last", "next")),
)
_BY_NAME = {period.name: period for period in PERIODS}


def find_period(word: str) -> Period | None:
    """Return the stretch of days that a word names; None for a word that names none.

    >>> find_period("past_7_days").label.en
    'past 7 days'
    """
    counted = _COUNTED.fullmatch(word.strip())
    if counted is None:
        return _BY_NAME.get(word.strip())
    count = int(counted[2])
    if not 1 <= count <= _MOST:
        return None
    if counted[1] == "past":
        return Period(word, Text(f"近 {count} 天", f"past {count} days"), "day", 1 - count, 0)
    return Period(word, Text(f"未来 {count} 天", f"next {count} days"), "day", 0, count - 1)


def unknown_period(word: str) -> Problem:
    """Return the problem of a word that names no stretch of days."""
    names = [*_BY_NAME, "past_30_days", "next_30_days"]
    near = suggest(word[:40], names)
    shown = word if len(word) <= 40 else f"{word[:39]}…"
    return NOT_A_PERIOD.here(found=shown, periods=", ".join(names), suggestions=near)


@dataclass(frozen=True, slots=True)
class Point:
    """A day named by its distance from today."""

    label: Text
    node: Node


def find_point(word: str, functions: Functions) -> Point | None:
    """Return the day that a word names: `today`, `30_days_ago`, `this_month_start`; None for other words."""
    text = word.strip()
    single = _BY_NAME.get(text)
    if single is not None and single.unit == "day":
        return Point(single.label, _moved(functions, single.first, "day"))
    away = _AWAY.fullmatch(text)
    if away is not None and int(away[1]) <= _MOST:
        return _away(functions, int(away[1]), away[2], away[3])
    edge = _EDGE.fullmatch(text)
    if edge is None:
        return None
    period = _BY_NAME[f"{edge[1]}_{edge[2]}"]
    first, last = period.nodes(functions)
    if edge[3] == "start":
        return Point(Text(f"{period.label.zh}第一天", f"the start of {period.label.en}"), first)
    return Point(Text(f"{period.label.zh}最后一天", f"the end of {period.label.en}"), last)


def _away(functions: Functions, count: int, unit: str, side: str) -> Point:
    zh = {"day": "天", "week": "周", "month": "个月", "year": "年"}[unit]
    en = f"{count} {unit}{'' if count == 1 else 's'} {'ago' if side == 'ago' else 'ahead'}"
    label = Text(f"{count} {zh}{'前' if side == 'ago' else '后'}", en)
    return Point(label, _moved(functions, -count if side == "ago" else count, unit))


def _moved(functions: Functions, count: int, unit: str) -> Node:
    today = Clock("today", DATE)
    if not count:
        return today
    arguments = (today, Constant(Decimal(count), NUMBER), Constant(unit, TEXT))
    return Apply(functions["DATEADD"], arguments, DATE)


def _edge(functions: Functions, day: Node, unit: str, side: str) -> Node:
    name = "STARTOF" if side == "start" else "ENDOF"
    return Apply(functions[name], (day, Constant(unit, TEXT)), DATE)


def as_day(node: Node) -> Node:
    """Return the local day of a moment; a day as it is."""
    return Apply(operators.TO_DATE, (node,), DATE) if node.type.kind is Kind.DATETIME else node
