"""Random values and random small companies for expressions to be computed over."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from engine.values import Kind, Value, ValueType
from tests.engine.expression.world import CUSTOMERS, DEPARTMENTS, ORDERS, PEOPLE, SHANGHAI, Row, World

NEW_YORK = ZoneInfo("America/New_York")

WORDS = (
    "a",
    "B",
    "b",
    "abc",
    "Abc",
    "zz",
    "上海",
    "上海分公司",
    "礼",
    "VIP",
    "normal",
    "é",
    "ß",
    "İ",
    "ǆ",
    "Σς",
    "Жж",
    "１２",
    "ﬁ",
    "👍🏽",
    "e\u0301",
    " a ",
    "\u3000x\u3000",
    "\t\n",
    "a\nb",
    "%",
    "_",
    "a%b",
    "'",
    '"',
    "0",
    "-1.50",
    "1,234.5",
    "12%",
    "1e5",
    "2026-02-28",
    "2026-02-30",
    "2026年2月8日",
    "-",
    "--",
    "yyyy",
    "\u007f",
    "\ufeff",
    "长" * 40,
    "x" * 9_999,
    "界" * 10_000,
)
WHOLES = [0, 1, -1, 2, 3, -7, 10, 12, 99, 500, 10**9, 10**18 - 1, -(10**18) + 1]
CENTS = ["0.00", "0.01", "-0.01", "19.99", "500.00", "499.99", "0.05", "2.50", "-2.50", "9999999999999999.99"]
RATES = [
    "0.0000",
    "0.0001",
    "0.5000",
    "-0.5000",
    "1.0000",
    "3.3333",
    "99999999999999.9999",
    "2.0000",
    "10.0000",
]
DATES_SEEN = [
    "2026-01-31",
    "2026-02-28",
    "2024-02-29",
    "2026-11-22",
    "2026-11-30",
    "2026-12-31",
    "2026-03-08",
]
DATES_FAR = ["0001-01-01", "9999-12-31", "1900-03-01", "0999-12-31", "2000-02-29"]
MOMENTS = [
    "2026-11-22T15:59:59",
    "2026-11-22T16:00:00",
    "2026-11-23T04:59:59",
    "2026-11-23T05:00:00",
    "2026-03-08T06:59:59",
    "2026-03-08T07:00:00",
    "2026-03-08T07:30:00",
    "2026-11-01T05:30:00",
    "2026-11-01T06:30:00",
    "2026-11-01T04:00:00",
    "2026-12-31T16:00:00",
    "2024-02-29T12:00:00",
    "1970-01-01T00:00:00",
]
MOMENTS_FAR = [
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59",
    "0001-01-01T12:00:00",
    "9999-12-31T12:00:00",
    "1899-12-31T20:00:00",
]
SPANS = [0, 1, -1, 59, 3600, 86_399, 86_400, -86_401, 90_000, 31_536_000, 3_652_060 * 86_400]


def values_of(kind: ValueType) -> st.SearchStrategy[Value]:
    """Return values as they may be stored in a field of this type, blank among them."""
    return st.one_of(st.none(), *[filled(kind)] * 4)


def filled(kind: ValueType) -> st.SearchStrategy[Any]:
    """Return values of a type without blank."""
    if kind.is_numeric:
        return numbers(kind.scale or 0)
    match kind.kind:
        case Kind.DATE | Kind.DATETIME | Kind.DURATION:
            return times(kind.kind)
        case Kind.TEXT:
            return st.one_of(st.sampled_from(WORDS), st.text("aAbB上 ", min_size=1, max_size=6))
        case Kind.CHOICE:
            return st.sampled_from([option.key for option in kind.options])
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.LIST:
            return st.lists(st.sampled_from(["VIP", "normal"]), unique=True).map(tuple)
        case _:
            return st.sampled_from([1, 2, 3])


def times(kind: Kind) -> st.SearchStrategy[Any]:
    """Return dates, moments or durations."""
    match kind:
        case Kind.DATE:
            return st.one_of(*[st.sampled_from(DATES_SEEN)] * 4, st.sampled_from(DATES_FAR)).map(
                date.fromisoformat
            )
        case Kind.DATETIME:
            shown = st.one_of(*[st.sampled_from(MOMENTS)] * 4, st.sampled_from(MOMENTS_FAR))
            return shown.map(lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC))
        case _:
            return st.sampled_from(SPANS).map(lambda seconds: timedelta(seconds=seconds))


def numbers(scale: int) -> st.SearchStrategy[Decimal]:
    """Return numbers with so many digits after the point."""
    known = {0: [str(whole) for whole in WHOLES], 2: CENTS, 4: RATES}[scale]
    small = st.decimals(-1000, 1000, places=scale, allow_nan=False)
    return st.one_of(st.sampled_from(known).map(Decimal), small)


def rows_of(shape: Any, count: int) -> st.SearchStrategy[dict[int, Row]]:
    """Return records of a form with ids from 1."""
    stored = {
        key: one.value_type for key, one in shape.fields.items() if one.computed is None and key != "id"
    }
    fields = {key: values_of(kind) for key, kind in stored.items()}
    row = st.fixed_dictionaries(fields)
    return st.tuples(*[row] * count).map(
        lambda rows: {at: {**one, "id": at} for at, one in enumerate(rows, 1)}
    )


@st.composite
def worlds(draw: Any) -> World:
    """Return a small company with orders, customers, people and departments."""
    people = draw(rows_of(PEOPLE, 3))
    departments = draw(rows_of(DEPARTMENTS, 3))
    for rows, link in ((people, "supervisor"), (departments, "parent")):
        for key, row in rows.items():
            above = row[link]
            row[link] = above if isinstance(above, int) and above < key else None
    rows = {
        "@user": people,
        "@department": departments,
        "customers": draw(rows_of(CUSTOMERS, 2)),
        "orders": draw(rows_of(ORDERS, 3)),
    }
    now = draw(st.sampled_from(MOMENTS)) + "+00:00"
    zone = draw(st.sampled_from([SHANGHAI, NEW_YORK]))
    return World(rows, datetime.fromisoformat(now), zone, draw(st.sampled_from([1, 2, 3, None])))
