"""The field type `table`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.expression.parse import Source
from engine.forms.contract import Control, Examples, FieldType
from engine.forms.declared import CheckOptions, FormOptions
from engine.option_kinds import ListOf, Nested, Raw, ValueOr, Whole
from engine.options import option
from engine.problems import Problem, ProblemCode
from engine.texts import Text
from engine.values import NUMBER, ValueType

MOST_ROWS = 500
TOO_FEW_ROWS = ProblemCode(
    "too-few-rows",
    Text("至少要有 {least} 行", "There must be at least {least} rows"),
    Text("再加几行", "Add some rows"),
)
TOO_MANY_ROWS = ProblemCode(
    "too-many-rows",
    Text("最多 {most} 行", "There can be {most} rows at most"),
    Text("去掉几行", "Remove some rows"),
)


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """What can be set on a sub-table."""

    fields: Any = option(
        Raw({"type": "object"}, Text("「字段名: 选项」", "lines of 'field: options'")),
        Text("每行的字段", "The fields of a row"),
    )
    checks: tuple[CheckOptions, ...] = option(
        ListOf(Nested(CheckOptions)), Text("每行都必须成立的条件", "What must hold in every row"), default=()
    )
    min: int | Source | None = option(
        ValueOr(Whole(0, MOST_ROWS)), Text("最少几行", "How many rows at least"), default=None
    )
    max: int | Source | None = option(
        ValueOr(Whole(1, MOST_ROWS)), Text("最多几行", "How many rows at most"), default=None
    )


class Table(FieldType):
    """Rows of their own that belong to a record and are edited with it; `SUM(lines.cost)` adds them up.

    In a row `parent` is the record around it. To other forms the rows are a form called `form_field`.
    """

    name = "table"
    label = Text("子表", "Sub-table")
    Options = TableOptions

    def value_type(self, options: TableOptions) -> ValueType:
        """How many rows there are."""
        return NUMBER

    def rows(self, options: TableOptions) -> FormOptions:
        """The fields and checks of a row."""
        return FormOptions(fields=options.fields, checks=options.checks)

    def check(self, value: Any, options: TableOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the number of rows within the limits."""
        if options.min is not None and value < options.min:
            yield TOO_FEW_ROWS.here(least=options.min)
        most = MOST_ROWS if options.max is None else options.max
        if value > most:
            yield TOO_MANY_ROWS.here(most=most)

    def control(self, options: TableOptions, kind: ValueType) -> Control:
        """A table with a line for each row; on a phone each row is a card."""
        return Control("table")

    def examples(self) -> Examples:
        """Rows are entered as lists of fields, which the form takes apart before."""
        definition = {"fields": {"item": {"type": "text"}, "count": {"type": "integer"}}, "min": 1, "max": 50}
        return Examples(good=(), definition=definition)
