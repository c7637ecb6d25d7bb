"""Pages by key: where a page begins is said by the values of the row before it, never by a number of rows.

So the millionth page costs what the first does, and rows that are added or removed meanwhile neither repeat
nor hide another one. Blanks come last in either direction; the id, newest first, decides among equals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, false, literal, or_

from engine.values import Value

Element = ColumnElement[Any]
Region = Literal["all", "filled", "blank"]


@dataclass(frozen=True, slots=True)
class Mark:
    """The row that a page begins behind, or with `backward` ends before: its sort values and its id."""

    values: tuple[Value, ...]
    id: int
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """One level of an order as SQL."""

    element: Element
    descending: bool

    def order(self, *, backward: bool) -> Element:
        """Return the term of ORDER BY; backward it is the exact opposite, blanks first."""
        if backward:
            return (self.element.asc() if self.descending else self.element.desc()).nulls_first()
        return (self.element.desc() if self.descending else self.element.asc()).nulls_last()

    def same(self, value: Value) -> Element:
        """Return the condition that a row has this value."""
        return self.element.is_(None) if value is None else self.element == literal(value, self.element.type)

    def beyond(self, value: Value, *, backward: bool) -> Element:
        """Return the condition that a row's value comes after this one in the order."""
        if value is None:
            return self.element.is_not(None) if backward else false()
        bound = literal(value, self.element.type)
        further = self.element > bound if self.descending == backward else self.element < bound
        return further if backward else or_(further, self.element.is_(None))

    def reaches(self, value: Value, *, backward: bool) -> Element:
        """Return the condition that a filled value comes at this one or after it, which an index serves."""
        bound = literal(value, self.element.type)
        return self.element >= bound if self.descending == backward else self.element <= bound


def order_of(levels: Sequence[Level], identifier: Element, *, backward: bool = False) -> list[Element]:
    """Return the whole ORDER BY."""
    last = identifier.asc() if backward else identifier.desc()
    return [*(level.order(backward=backward) for level in levels), last]


def regions(levels: int, mark: Mark | None) -> tuple[Region, ...]:
    """Return the parts of the order to read in turn until a page is full.

    The filled and the blank values of the first level are read apart, so that an index leads to the mark.
    """
    if mark is None or not levels:
        return ("all",)
    if mark.backward:
        return ("blank", "filled") if mark.values[0] is None else ("filled",)
    return ("blank",) if mark.values[0] is None else ("filled", "blank")


def behind(levels: Sequence[Level], identifier: Element, mark: Mark, region: Region) -> list[Element]:
    """Return the conditions of the rows that come behind a mark within one region."""
    first = mark.values[0] if mark.values else None
    limits: list[Element] = []
    if region != "all":
        head = levels[0].element
        limits = [head.is_(None) if region == "blank" else head.is_not(None)]
        if (region == "blank") != (first is None):
            return limits  # all of this region comes behind the mark
        if first is not None:
            limits.append(levels[0].reaches(first, backward=mark.backward))
    return [*limits, _beyond(levels, identifier, mark)]


def _beyond(levels: Sequence[Level], identifier: Element, mark: Mark) -> Element:
    choices: list[Element] = []
    equal: list[Element] = []
    for level, value in zip(levels, mark.values, strict=True):
        choices.append(and_(*equal, level.beyond(value, backward=mark.backward)))
        equal.append(level.same(value))
    further = identifier > mark.id if mark.backward else identifier < mark.id
    return or_(*choices, and_(*equal, further))
