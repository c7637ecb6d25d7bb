"""What `take` and `put` share: a counted field of some record changes by one conditional statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.actions.contract import ActionScope, Compiling
from engine.decisions import Adjust, Decision
from engine.definition.cursor import Cursor
from engine.expression.evaluate import evaluate
from engine.expression.parse import Source
from engine.expression.tree import Expression
from engine.option_kinds import Formula, Name, Number
from engine.options import option
from engine.problems import ProblemCode, Refusal
from engine.texts import Text
from engine.values import NUMBER, RECORD, Kind

NO_RECORD = ProblemCode(
    "no-record",
    Text("没有可改的记录:关联还是空的", "There is no record to change: the link is blank"),
    Text("先选好关联的记录", "Choose the linked record first"),
)
BAD_AMOUNT = ProblemCode(
    "bad-amount",
    Text("数量要大于 0", "The amount must be above 0"),
    Text("检查数量", "Check the amount"),
)
NOT_COUNTED = ProblemCode(
    "not-counted",
    Text("只有数字和金额可以增减", "Only numbers and money can be counted up and down"),
    Text("写一个数字字段", "Name a number field"),
)


@dataclass(frozen=True, kw_only=True)
class CountOptions:
    """Which field of which record changes, and by how much."""

    record: Source = option(
        Formula(), Text("哪条记录,例如关联字段", "Which record, for example a link field")
    )
    field: str = option(Name(), Text("哪个数字字段", "Which number field"))
    amount: Source = option(Formula(), Text("多少", "By how much"))
    least: Decimal | None = option(
        Number(), Text("结果不能小于", "The result may not be below"), default=Decimal(0)
    )
    most: Decimal | None = option(Number(), Text("结果不能大于", "The result may not be above"), default=None)


@dataclass(frozen=True, slots=True)
class Count:
    """A checked `take` or `put`."""

    record: Expression
    form: str
    field: str
    label: Text
    amount: Expression
    least: Decimal | None
    most: Decimal | None


def compile_count(options: CountOptions, cursor: Cursor, compiling: Compiling) -> Count | None:
    """Check the record, the field and the amount."""
    record = compiling.expression(options.record, cursor.child("record"), RECORD)
    amount = compiling.expression(options.amount, cursor.child("amount"), NUMBER)
    if record is None or amount is None:
        return None
    form = record.type.form
    kind = compiling.field_type(form, options.field, cursor.child("field"))
    if kind is None:
        return None
    if kind.kind not in (Kind.NUMBER, Kind.MONEY):
        cursor.child("field").report(NOT_COUNTED)
        return None
    compiling.written(form, options.field)
    shape = compiling.environment.shapes(form)
    label = shape.shape_fields()[options.field].label if shape else Text.same(options.field)
    return Count(record, form, options.field, label, amount, options.least, options.most)


def plan_count(count: Count, scope: ActionScope, sign: int) -> Iterable[Decision]:
    """Yield the one conditional change.

    Raises `Refusal` where there is no record or nothing to count.
    """
    record, amount = evaluate(count.record, scope), evaluate(count.amount, scope)
    if not isinstance(record, int):
        raise Refusal(NO_RECORD.here())
    if not isinstance(amount, Decimal) or amount <= 0:
        raise Refusal(BAD_AMOUNT.here())
    least = count.least if sign < 0 else None
    most = count.most if sign > 0 else None
    yield Adjust(count.form, record, count.field, amount * sign, least, most, count.label)
