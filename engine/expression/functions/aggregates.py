"""Values over the records of another form: SUMIFS, COUNTIFS, AVERAGEIFS, MINIFS, MAXIFS and FIRST.

The first argument names the form and the field, the others are conditions in which the form's fields
carry its name: `SUMIFS(requests.cost, requests.department == department)`.
"""

from __future__ import annotations

from engine.expression.function import (
    ANY,
    BOOLEANS,
    DATES,
    DURATIONS,
    NUMBERS,
    TEXTS,
    Example,
    Function,
    Parameter,
    same_as,
)
from engine.texts import Text
from engine.values import NUMBER

_CONDITIONS = Parameter("condition", BOOLEANS, optional=True, repeated=True)
_ORDERED = NUMBERS | DATES | DURATIONS | TEXTS

SUMIFS = Function(
    name="SUMIFS",
    doc=Text(
        "符合条件的记录的合计;一条也没有时是 0",
        "The sum over the records that meet the conditions; 0 over none",
    ),
    category="records",
    parameters=(Parameter("form.field", NUMBERS), _CONDITIONS),
    result=same_as(0),
    aggregate="sum",
    examples=(Example("SUMIFS(orders.cost, orders.department == department)", runs=False),),
)
COUNTIFS = Function(
    name="COUNTIFS",
    doc=Text(
        "符合条件、且该字段不空的记录有几条", "How many records meet the conditions and have the field filled"
    ),
    category="records",
    parameters=(Parameter("form.field", ANY), _CONDITIONS),
    result=NUMBER,
    aggregate="count",
    examples=(Example("COUNTIFS(orders.id, orders.customer == this)", runs=False),),
)
AVERAGEIFS = Function(
    name="AVERAGEIFS",
    doc=Text(
        "符合条件的记录的平均值;一条也没有时是空",
        "The average over the records that meet the conditions; blank over none",
    ),
    category="records",
    parameters=(Parameter("form.field", NUMBERS), _CONDITIONS),
    result=same_as(0),
    aggregate="average",
    examples=(Example("AVERAGEIFS(orders.cost, orders.day >= today - DAYS(30))", runs=False),),
)
MINIFS = Function(
    name="MINIFS",
    doc=Text("符合条件的记录里最小的值", "The smallest value among the records that meet the conditions"),
    category="records",
    parameters=(Parameter("form.field", _ORDERED), _CONDITIONS),
    result=same_as(0),
    aggregate="min",
    examples=(Example("MINIFS(orders.day, orders.customer == this)", runs=False),),
)
MAXIFS = Function(
    name="MAXIFS",
    doc=Text("符合条件的记录里最大的值", "The largest value among the records that meet the conditions"),
    category="records",
    parameters=(Parameter("form.field", _ORDERED), _CONDITIONS),
    result=same_as(0),
    aggregate="max",
    examples=(Example("MAXIFS(orders.day, orders.customer == this)", runs=False),),
)
FIRST = Function(
    name="FIRST",
    doc=Text("符合条件的最早一条记录的值", "The value of the earliest record that meets the conditions"),
    category="records",
    parameters=(Parameter("form.field", ANY), _CONDITIONS),
    result=same_as(0),
    aggregate="first",
    examples=(Example("FIRST(prices.amount, prices.level == level)", runs=False),),
)
