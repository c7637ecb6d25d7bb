"""Dates and their parts: DATE, TODAY, NOW, DATEVALUE, YEAR … SECOND, WEEKDAY, WEEKNUM, DATETIME_FORMAT.

A date and time is looked at in the app's time zone. Weeks begin on Monday.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Numeric, cast, func

from engine.expression.formats import format_moment
from engine.expression.function import DAYS, MOMENTS, NUMBERS, TEXTS, Example, Function, Parameter, kernel
from engine.expression.moments import add_months, local_time
from engine.expression.tree import Builder, Clock, Node, Scope
from engine.texts import Text
from engine.values import DATE, DATETIME, NUMBER, TEXT, Value

Element = ColumnElement[Any]
_DAY = Parameter("date", DAYS)
_MOMENT = Parameter("datetime", MOMENTS)
_MOST_MONTHS, _MOST_DAYS = 120_000, 4_000_000
_WRITTEN = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_MOMENT_FORMAT = "yyyy-MM-dd HH:mm"


def _make_date(year: Decimal, month: Decimal, day: Decimal) -> Value:
    if not 1 <= int(year) <= 9999 or abs(month) > _MOST_MONTHS or abs(day) > _MOST_DAYS:
        return None
    start = add_months(date(int(year), 1, 1), int(month) - 1)
    return None if start is None else _move_days(start, int(day) - 1)


def _move_days(start: date, days: int) -> Value:
    ordinal = start.toordinal() + days
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def _read_date(text: str) -> Value:
    found = _WRITTEN.fullmatch(text)
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None


def _today(_: Builder, __: tuple[Node, ...]) -> Node:
    return Clock("today", DATE)


def _now(_: Builder, __: tuple[Node, ...]) -> Node:
    return Clock("now", DATETIME)


def _number(element: Element) -> Element:
    return cast(element, Numeric)


def _part_of_day(
    name: str, doc: Text, python: Callable[[date], int], field: str, *examples: Example
) -> Function:
    return Function(
        name=name,
        doc=doc,
        category="date",
        parameters=(_DAY,),
        result=NUMBER,
        python=lambda day: Decimal(python(day)),
        postgres=lambda _, day: _number(func.date_part(field, day)),
        examples=examples,
    )


def _part_of_clock(
    name: str, doc: Text, python: Callable[[datetime], int], field: str, *examples: Example
) -> Function:
    def run(scope: Scope, moment: datetime) -> Value:
        clock = local_time(moment, scope.zone)
        return None if clock is None else Decimal(python(clock))

    return Function(
        name=name,
        doc=doc,
        category="date",
        parameters=(_MOMENT,),
        result=NUMBER,
        python=run,
        postgres=lambda sql, moment: _number(
            func.floor(func.date_part(field, func.q_local(moment, sql.zone_name)))
        ),
        contextual=True,
        examples=examples,
    )


def _weekday(day: date, first: Decimal = Decimal(2)) -> Value:
    if first not in (1, 2):
        return None
    return Decimal(day.isoweekday() if first == 2 else day.isoweekday() % 7 + 1)


def _format(scope: Scope, moment: datetime, pattern: str = _MOMENT_FORMAT) -> Value:
    clock = local_time(moment, scope.zone)
    return None if clock is None else format_moment(clock, pattern)


DATE_OF = Function(
    name="DATE",
    doc=Text("由年、月、日得到日期;月和日可以越界,如 13 月是次年 1 月",
             "A date from year, month and day; month 13 is January of the next year, and so on"),
    category="date",
    parameters=(Parameter("year", NUMBERS), Parameter("month", NUMBERS), Parameter("day", NUMBERS)),
    result=DATE,
    python=_make_date,
    postgres=kernel("q_date"),
    examples=(
        Example("DATE(2026, 11, 22)", date(2026, 11, 22)),
        Example("DATE(2026, 14, 1)", date(2027, 2, 1)),
        Example("DATE(0, 1, 1)", None),
    ),
)  # fmt: skip
DATEVALUE = Function(
    name="DATEVALUE",
    doc=Text("文字里的日期;不是日期就是空", "The date that a text spells; blank if it is none"),
    category="date",
    parameters=(Parameter("text", TEXTS),),
    result=DATE,
    python=_read_date,
    postgres=kernel("q_read_date"),
    examples=(
        Example("DATEVALUE('2026年2月3日')", date(2026, 2, 3)),
        Example("DATEVALUE('2026-02-30')", None),
    ),
)
TODAY = Function(
    name="TODAY",
    doc=Text("今天", "Today"),
    category="date",
    parameters=(),
    result=DATE,
    build=_today,
    examples=(Example("TODAY() == today", result=True),),
)
NOW = Function(
    name="NOW",
    doc=Text("现在", "The time now"),
    category="date",
    parameters=(),
    result=DATETIME,
    build=_now,
    examples=(Example("NOW() == now", result=True),),
)
YEAR = _part_of_day(
    "YEAR",
    Text("年份", "The year"),
    lambda day: day.year,
    "year",
    Example("YEAR('2026-11-22')", Decimal(2026)),
)
MONTH = _part_of_day(
    "MONTH",
    Text("月份", "The month"),
    lambda day: day.month,
    "month",
    Example("MONTH('2026-11-22')", Decimal(11)),
)
DAY = _part_of_day(
    "DAY",
    Text("几号", "The day of the month"),
    lambda day: day.day,
    "day",
    Example("DAY('2026-11-22')", Decimal(22)),
)
QUARTER = _part_of_day(
    "QUARTER",
    Text("第几季度", "The quarter"),
    lambda day: (day.month + 2) // 3,
    "quarter",
    Example("QUARTER('2026-11-22')", Decimal(4)),
)
WEEKNUM = _part_of_day(
    "WEEKNUM",
    Text("一年里的第几周,周一开始(ISO 8601)", "The week of the year, from Monday on (ISO 8601)"),
    lambda day: day.isocalendar().week,
    "week",
    Example("WEEKNUM('2026-01-01')", Decimal(1)),
)
HOUR = _part_of_clock(
    "HOUR",
    Text("几点", "The hour"),
    lambda clock: clock.hour,
    "hour",
    Example("HOUR(DATEADD('2026-11-22', 9, 'hour'))", Decimal(9)),
)
MINUTE = _part_of_clock(
    "MINUTE",
    Text("几分", "The minute"),
    lambda clock: clock.minute,
    "minute",
    Example("MINUTE(DATEADD('2026-11-22', 75, 'minute'))", Decimal(15)),
)
SECOND = _part_of_clock(
    "SECOND",
    Text("几秒", "The second"),
    lambda clock: clock.second,
    "second",
    Example("SECOND(DATEADD('2026-11-22', 75, 'second'))", Decimal(15)),
)
SECONDOFDAY = Function(
    name="SECONDOFDAY",
    doc=Text("当天零点以来钟面上过了多少秒", "How many seconds the clock shows since midnight"),
    category="date",
    parameters=(_MOMENT,),
    result=NUMBER,
    python=lambda scope, moment: _second_of_day(local_time(moment, scope.zone)),
    postgres=lambda sql, moment: func.q_second_of_day(func.q_local(moment, sql.zone_name)),
    contextual=True,
    examples=(Example("SECONDOFDAY(DATEADD('2026-11-22', 75, 'minute'))", Decimal(4500)),),
)
WEEKDAY = Function(
    name="WEEKDAY",
    doc=Text("星期几,周一是 1,周日是 7;第二个参数写 1 时周日是 1,如同 Excel",
             "The day of the week: Monday is 1, Sunday 7; with 1 as second argument, Sunday is 1"),
    category="date",
    parameters=(_DAY, Parameter("first", NUMBERS, optional=True)),
    result=NUMBER,
    python=_weekday,
    postgres=lambda _, day, first=2: func.q_weekday(day, first),
    examples=(Example("WEEKDAY('2026-11-22')", Decimal(7)), Example("WEEKDAY('2026-11-22', 1)", Decimal(1))),
)  # fmt: skip
DATETIME_FORMAT = Function(
    name="DATETIME_FORMAT",
    doc=Text(
        "按格式写日期时间,如 'yyyy-MM-dd HH:mm'", "A date and time by a format such as 'yyyy-MM-dd HH:mm'"
    ),
    category="date",
    parameters=(_MOMENT, Parameter("format", TEXTS, optional=True)),
    result=TEXT,
    python=_format,
    postgres=lambda sql, moment, pattern=_MOMENT_FORMAT: func.q_format(
        func.q_local(moment, sql.zone_name), pattern
    ),
    contextual=True,
    examples=(Example("DATETIME_FORMAT(DATEADD('2026-11-02', 8, 'hour'), 'M月d日 HH:mm')", "11月2日 08:00"),),
)


def _second_of_day(clock: datetime | None) -> Value:
    return None if clock is None else Decimal(clock.hour * 3600 + clock.minute * 60 + clock.second)
