"""Moving dates and measuring between them: DATEADD, DATE_DIFF, EOMONTH, STARTOF, ENDOF, NETWORKDAYS, WORKDAY,
and the durations DAYS, HOURS, MINUTES.

Days, weeks, months and years follow the calendar of the app's time zone; hours and minutes are elapsed time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func

from engine.expression import units
from engine.expression.function import DATES, DAYS, NUMBERS, TEXTS, Example, Function, Parameter, kernel
from engine.expression.moments import add_months, month_days, months_between
from engine.expression.operators import EXACT, seconds_span
from engine.expression.tree import Builder, Constant, Node
from engine.texts import Text
from engine.values import DATE, DURATION, NUMBER, Kind, Value

_DAY = Parameter("date", DAYS)
_POINT = Parameter("date", DATES)
_UNIT = Parameter("unit", TEXTS)
_COUNT = Parameter("count", NUMBERS)
_MOST = 1_000_000_000
_MOST_DAYS = 4_000_000
_FIRST = date.min.toordinal()


def _whole(number: Decimal) -> int:
    return max(-_MOST, min(_MOST, int(number)))


def _day(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if _FIRST <= ordinal <= date.max.toordinal() else None


# Moving.


def _move(day: date, count: Decimal, unit: str) -> Value:
    number = _whole(count)
    if unit in units.MONTHS:
        return add_months(day, number * units.MONTHS[unit])
    return _day(day.toordinal() + number * units.DAYS[unit])


def _date_add(build: Builder, arguments: tuple[Node, ...]) -> Node:
    """Move a date by the calendar; of a date and time keep the clock, or move it by elapsed time."""
    point, count, unit_node = arguments
    unit = units.read_unit(build, unit_node, (*units.CALENDAR, *units.CLOCK))
    if unit in units.CLOCK:
        whole = build.apply("TRUNC", count)
        moment = point if point.type.kind is Kind.DATETIME else build.apply("to-moment", point)
        span = Constant(timedelta(seconds=units.CLOCK[unit]), DURATION)
        return build.apply("+", moment, build.apply("*", span, whole))
    moved = build.apply("DATEADD", _as_day(build, point), count, units.unit_constant(unit))
    if point.type.kind is not Kind.DATETIME:
        return moved
    return build.apply("to-moment", moved, build.apply("SECONDOFDAY", point))


# Measuring.


def _difference(start: date, end: date, unit: str) -> Value:
    if unit in units.MONTHS:
        return Decimal(int(months_between(start, end) / units.MONTHS[unit]))
    return Decimal(int((end - start).days / units.DAYS[unit]))


def _date_diff(build: Builder, arguments: tuple[Node, ...]) -> Node:
    start, end, unit_node = arguments
    unit = units.read_unit(build, unit_node, (*units.CALENDAR, *units.CLOCK))
    if unit in units.CLOCK:
        span = Constant(timedelta(seconds=units.CLOCK[unit]), DURATION)
        if Kind.DATETIME not in (start.type.kind, end.type.kind):
            start = build.apply("to-moment", start)
        return build.apply("TRUNC", build.apply("/", build.apply("-", end, start), span))
    return build.apply("DATE_DIFF", _as_day(build, start), _as_day(build, end), units.unit_constant(unit))


def _as_day(build: Builder, node: Node) -> Node:
    return build.apply("to-date", node) if node.type.kind is Kind.DATETIME else node


# Periods.


def _end_of_month(day: date, months: Decimal = Decimal(0)) -> Value:
    moved = add_months(day, _whole(months))
    return None if moved is None else moved.replace(day=month_days(moved.year, moved.month))


def _start_of(day: date, unit: str) -> date:
    match unit:
        case "week":
            return date.fromordinal(day.toordinal() - day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
        case _:
            return day


def _end_of(day: date, unit: str) -> Value:
    start = _start_of(day, unit)
    if unit in units.MONTHS:
        last = start.month + units.MONTHS[unit] - 1
        return date(start.year, last, month_days(start.year, last))
    return _day(start.toordinal() + units.DAYS[unit] - 1)


def _period(name: str) -> Callable[[Builder, tuple[Node, ...]], Node]:
    def build_period(build: Builder, arguments: tuple[Node, ...]) -> Node:
        unit = units.read_unit(build, arguments[1], units.CALENDAR)
        return build.apply(name, arguments[0], units.unit_constant(unit))

    return build_period


# Working days, Monday to Friday. 1 January of year 1 is a Monday, so a plain count of weeks does it.


def _workdays_before(ordinal: int) -> int:
    weeks, rest = divmod(ordinal - _FIRST, 7)
    return weeks * 5 + min(rest, 5)


def _network_days(start: date, end: date) -> Value:
    a, b = start.toordinal(), end.toordinal()
    if b >= a:
        return Decimal(_workdays_before(b + 1) - _workdays_before(a))
    return Decimal(_workdays_before(b) - _workdays_before(a + 1))


def _workday(day: date, days: Decimal) -> Value:
    count, ordinal = _whole(days), day.toordinal()
    if count == 0 or abs(days) > _MOST_DAYS:
        return day if count == 0 else None
    place = count + (_workdays_before(ordinal + 1) - 1 if count > 0 else _workdays_before(ordinal))
    weeks, rest = divmod(place, 5)
    return _day(_FIRST + weeks * 7 + rest)


def _span(name: str, doc: Text, seconds: int, *examples: Example) -> Function:
    return Function(
        name=name,
        doc=doc,
        category="date",
        parameters=(_COUNT,),
        result=DURATION,
        python=lambda count: seconds_span(EXACT.multiply(count, Decimal(seconds))),
        postgres=lambda _, count: func.q_seconds(count * seconds),
        examples=examples,
    )


DATEADD = Function(
    name="DATEADD",
    doc=Text(
        "日期加上几天、几月或几年;月底不越月",
        "A date moved by days, months or years; the 31st becomes a shorter month's last",
    ),
    category="date",
    parameters=(_POINT, _COUNT, _UNIT),
    result=DATE,
    python=_move,
    postgres=kernel("q_date_add"),
    build=_date_add,
    examples=(
        Example("DATEADD('2026-01-31', 1, 'month')", date(2026, 2, 28)),
        Example("DATEADD('2026-11-22', -1, '周')", date(2026, 11, 15)),
        Example("DATEADD('9999-12-31', 1, 'day')", None),
    ),
)
DATE_DIFF = Function(
    name="DATE_DIFF",
    doc=Text(
        "从前一个日期到后一个有几个整的天、月或年",
        "How many whole days, months or years lie from one date to another",
    ),
    category="date",
    parameters=(Parameter("start", DATES), Parameter("end", DATES), _UNIT),
    result=NUMBER,
    python=_difference,
    postgres=kernel("q_date_diff"),
    build=_date_diff,
    examples=(
        Example("DATE_DIFF('2026-01-31', '2026-11-22', 'month')", Decimal(9)),
        Example("DATE_DIFF('2026-11-22', '2026-11-01', 'day')", Decimal(-21)),
        Example("DATE_DIFF('2026-11-22', '2026-11-23', 'hour')", Decimal(24)),
    ),
)
EOMONTH = Function(
    name="EOMONTH",
    doc=Text("几个月后的月末", "The last day of the month, some months later"),
    category="date",
    parameters=(_DAY, Parameter("months", NUMBERS, optional=True)),
    result=DATE,
    python=_end_of_month,
    postgres=lambda _, day, months=0: func.q_end(func.q_date_add(day, months, "month"), "month"),
    examples=(Example("EOMONTH('2026-01-15', 1)", date(2026, 2, 28)),),
)
STARTOF = Function(
    name="STARTOF",
    doc=Text("所在周、月、季度或年的第一天", "The first day of the week, month, quarter or year"),
    category="date",
    parameters=(_DAY, _UNIT),
    result=DATE,
    python=_start_of,
    postgres=kernel("q_start"),
    build=_period("STARTOF"),
    examples=(Example("STARTOF('2026-11-22', 'week')", date(2026, 11, 16)),),
)
ENDOF = Function(
    name="ENDOF",
    doc=Text("所在周、月、季度或年的最后一天", "The last day of the week, month, quarter or year"),
    category="date",
    parameters=(_DAY, _UNIT),
    result=DATE,
    python=_end_of,
    postgres=kernel("q_end"),
    build=_period("ENDOF"),
    examples=(Example("ENDOF('2026-11-22', '季度')", date(2026, 12, 31)),),
)
NETWORKDAYS = Function(
    name="NETWORKDAYS",
    doc=Text(
        "两个日期之间有几个工作日(周一到周五),首尾都算",
        "How many working days (Monday to Friday) there are from one date to another, both counted",
    ),
    category="date",
    parameters=(Parameter("start", DAYS), Parameter("end", DAYS)),
    result=NUMBER,
    python=_network_days,
    postgres=kernel("q_workdays"),
    examples=(Example("NETWORKDAYS('2026-11-16', '2026-11-22')", Decimal(5)),),
)
WORKDAY = Function(
    name="WORKDAY",
    doc=Text("几个工作日(周一到周五)之后的日期", "The date some working days (Monday to Friday) later"),
    category="date",
    parameters=(_DAY, Parameter("days", NUMBERS)),
    result=DATE,
    python=_workday,
    postgres=kernel("q_workday"),
    examples=(
        Example("WORKDAY('2026-11-20', 1)", date(2026, 11, 23)),
        Example("WORKDAY('2026-11-22', -1)", date(2026, 11, 20)),
    ),
)
DAYS_OF = _span(
    "DAYS", Text("几天的时长", "A duration of days"), 86_400, Example("DAYS(2)", timedelta(days=2))
)
HOURS = _span(
    "HOURS", Text("几小时的时长", "A duration of hours"), 3_600, Example("HOURS(1.5)", timedelta(minutes=90))
)
MINUTES = _span(
    "MINUTES",
    Text("几分钟的时长", "A duration of minutes"),
    60,
    Example("MINUTES(90)", timedelta(minutes=90)),
)
