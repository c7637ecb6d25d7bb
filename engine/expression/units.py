"""Units of time as people write them: '月', 'month', 'months' or 'm'."""

from __future__ import annotations

from engine.expression.codes import NOT_AN_OPTION, NOT_FIXED
from engine.expression.tree import Builder, Constant, Node
from engine.problems import Refusal, suggest
from engine.values import TEXT

CALENDAR = ("day", "week", "month", "quarter", "year")
CLOCK = {"hour": 3600, "minute": 60, "second": 1}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"day": 1, "week": 7}

_WORDS = {
    "day": ("d", "天", "日"),
    "week": ("w", "周", "星期"),
    "month": ("m", "月", "个月"),
    "quarter": ("q", "季度", "季"),
    "year": ("y", "年"),
    "hour": ("h", "小时", "时"),
    "minute": ("min", "分钟", "分"),
    "second": ("s", "秒"),
}
_KNOWN = {word: unit for unit, words in _WORDS.items() for word in (unit, f"{unit}s", *words)}


def read_unit(build: Builder, node: Node, units: tuple[str, ...]) -> str:
    """Return the unit that a constant names, for example "month" for '月'.

    Raises `Refusal` for anything but a text in quotes that names one of `units`.
    """
    options = "、".join(units)
    if not isinstance(node, Constant) or not isinstance(node.value, str):
        raise Refusal(build.refuse(NOT_FIXED, parameter="unit", options=options))
    unit = _KNOWN.get(node.value.lower(), "")
    if unit not in units:
        close = suggest(node.value, units)
        raise Refusal(build.refuse(NOT_AN_OPTION, value=node.value, options=options, suggestions=close))
    return unit


def unit_constant(unit: str) -> Constant:
    """Return the node that names a unit."""
    return Constant(unit, TEXT)
