"""Reading what people, files and machines send: a value or a refusal, and nothing else."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.parsing import CURRENCIES, parse_value
from engine.problems import Refusal
from engine.texts import Text
from engine.values import (
    BOOLEAN,
    DATE,
    DATETIME,
    DEPARTMENT,
    DURATION,
    NUMBER,
    RECORD,
    TEXT,
    USER,
    Kind,
    Option,
    Value,
    ValueType,
    display,
    to_json,
)

CENTS = ValueType(Kind.MONEY, scale=2, currency="CNY")
LEVEL = ValueType(Kind.CHOICE, options=(Option("vip", Text("贵宾", "VIP")), Option("a", Text.same("A"))))
WORDS = ValueType(Kind.LIST, item=TEXT)
KINDS = [
    TEXT, NUMBER, ValueType(Kind.NUMBER, scale=0), ValueType(Kind.NUMBER, scale=6), CENTS, BOOLEAN, DATE,
    DATETIME, DURATION, LEVEL, USER, DEPARTMENT, RECORD, WORDS, ValueType(Kind.FILE), ValueType(Kind.BLANK),
]  # fmt: skip
BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")

CLOCK = (
    r"[0-9]{3,5}[-/.年][0-9]{1,3}[-/.月][0-9]{1,3}日?"
    r"([ T][0-9]{1,3}:[0-9]{1,3}(:[0-9]{2})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
json_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals()
    | st.binary(max_size=8)
)
near_misses = (
    st.from_regex(r"[-+]?[¥$]?[0-9]{0,30}[.,]?[0-9]{0,30}[元%]?", fullmatch=True)
    | st.from_regex(CLOCK, fullmatch=True)
    | st.dates().map(str) | st.datetimes().map(str) | st.timedeltas()
    | st.datetimes(timezones=st.sampled_from([UTC, BERLIN, SHANGHAI]))
)  # fmt: skip
raw_values = st.recursive(
    json_scalars | near_misses,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def parsed(raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value | Refusal:
    try:
        return parse_value(raw, kind, zone)
    except Refusal as refusal:
        return refusal


def refused(raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> str:
    with pytest.raises(Refusal) as caught:
        parse_value(raw, kind, zone)
    return caught.value.problem.code.name


@given(raw_values, st.sampled_from(KINDS), st.sampled_from([None, BERLIN, SHANGHAI]))
@example(10**5000, DATE, None)
@example("9" * 5000, CENTS, None)
@example(Decimal("sNaN"), NUMBER, None)
@example("2026-03-29 02:30", DATETIME, BERLIN)
def test_there_is_a_value_or_a_refusal_in_two_languages(raw: object, kind: ValueType, zone: ZoneInfo | None):
    found = parsed(raw, kind, zone)
    if isinstance(found, Refusal):
        sentence, fix = found.problem.sentence, found.problem.fix
        assert sentence.zh
        assert sentence.en
        assert fix.zh
        assert fix.en
        assert (sentence.zh + sentence.en).encode()


@given(raw_values, st.sampled_from(KINDS), st.sampled_from([None, BERLIN, SHANGHAI]))
def test_reading_again_changes_nothing(raw: object, kind: ValueType, zone: ZoneInfo | None):
    found = parsed(raw, kind, zone)
    if not isinstance(found, Refusal):
        assert parse_value(found, kind, zone) == found
        assert parse_value(to_json(found), kind, zone) == found


@given(raw_values, st.sampled_from(KINDS))
def test_whatever_was_read_can_be_shown(raw: object, kind: ValueType):
    found = parsed(raw, kind)
    if not isinstance(found, Refusal):
        assert isinstance(display(found, kind, "zh", SHANGHAI), str)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15))
def test_an_amount_is_kept_to_the_cent(amount: Decimal):
    assert parse_value(str(amount), CENTS) == amount
    assert parse_value(f"{amount:,}", CENTS) == amount


@given(st.floats())
def test_a_float_is_what_it_is_written_as(number: float):
    found = parsed(number, NUMBER)
    if not isinstance(found, Refusal):
        assert found == Decimal(repr(number))
        assert math.isfinite(number)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("raw", [None, "", " \n\t", "\u3000", "\u200b", "\ufeff\u200e"])
def test_what_cannot_be_seen_is_blank(raw: object, kind: ValueType):
    assert parse_value(raw, kind) is None


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("-0", "0"), (".5", "0.5"), ("1,234.50", "1234.50"), ("１２３４．５", "1234.5"),
        ("￥68", "68"), ("¥ 68", "68"), ("-¥5", "-5"),
        ("¥-5", "-5"), ("68元", "68"), ("CNY 68", "68"), ("68 cny", "68"), ("5.", "5"),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(raw: str, amount: str):
    assert parse_value(raw, CENTS) == Decimal(amount)


@pytest.mark.parametrize(
    "raw", ["$5", "€5", "5円", "USD 5", "¥-¥5", "--5", "1,2", "1,23,456", "2²", "½", "五", "5 6"]
)
def test_what_could_be_another_amount_is_refused(raw: str):
    assert refused(raw, CENTS) == "not-a-number"


def test_a_plain_number_has_no_currency():
    assert refused("¥5", NUMBER) == "not-a-number"


@pytest.mark.parametrize(
    ("code", "digits"), [("CNY", 2), ("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3)]
)
def test_a_currency_has_its_digits(code: str, digits: int):
    assert CURRENCIES[code].scale == digits


def test_a_number_to_compare_with_may_be_as_large_as_the_language_allows():
    assert parse_value("99999999999999999999", NUMBER) == Decimal("99999999999999999999")
    assert refused("1" + "0" * 20, NUMBER) == "number-too-large"


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-22",
        "2026/11/22",
        "2026.11.22",
        "2026年11月22日",
        "20261122",
        "2026-11-22T00:00:00",
        "２０２６－１１－２２",
    ],
)
def test_days_as_people_and_files_write_them(raw: str):
    assert parse_value(raw, DATE) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "raw", ["2026-02-31", "31/12/2026", "2026-11/22", "10000-01-01", "0000-01-01", "2026-11-22 08:00", 46348]
)
def test_a_day_that_is_none_is_refused(raw: object):
    assert refused(raw, DATE) == "not-a-date"


@pytest.mark.parametrize(
    ("raw", "zone", "moment"),
    [
        ("2026-11-22 14:30", SHANGHAI, datetime(2026, 11, 22, 6, 30, tzinfo=UTC)),
        ("2026/11/22 9:05:07", SHANGHAI, datetime(2026, 11, 22, 1, 5, 7, tzinfo=UTC)),
        ("2026年11月22日 14:30", None, datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
        ("2026-11-22T14:30:00.123Z", SHANGHAI, datetime(2026, 11, 22, 14, 30, tzinfo=UTC)),
        ("2026-11-22T14:30:00+0530", SHANGHAI, datetime(2026, 11, 22, 9, 0, tzinfo=UTC)),
        ("2026-11-22", SHANGHAI, datetime(2026, 11, 21, 16, 0, tzinfo=UTC)),
        ("2026-10-25 02:30", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_moments(raw: str, zone: ZoneInfo | None, moment: datetime):
    assert parse_value(raw, DATETIME, zone) == moment


def test_a_time_that_the_clocks_skip_is_refused():
    assert refused("2026-03-29 02:30", DATETIME, BERLIN) == "no-such-time"


@pytest.mark.parametrize("raw", ["0999-12-31", "9999-12-31T23:59:59Z", "0001-01-01 00:00"])
def test_a_moment_that_some_zone_could_not_show_is_refused(raw: str):
    assert refused(raw, DATETIME) == "date-and-time-too-far"


def test_a_leap_second_is_refused():
    assert refused("2016-12-31T23:59:60Z", DATETIME) == "not-a-date-and-time"


def test_a_duration_is_whole_seconds():
    assert parse_value("90", DURATION) == timedelta(seconds=90)
    assert refused("1.5", DURATION) == "not-a-duration"


def test_an_option_is_found_by_its_key_before_any_label():
    crossed = ValueType(Kind.CHOICE, options=(Option("a", Text.same("b")), Option("b", Text.same("a"))))
    assert parse_value("b", crossed) == "b"


def test_a_wrong_option_is_told_the_right_ones():
    with pytest.raises(Refusal) as caught:
        parse_value("VIPP", LEVEL)
    assert caught.value.problem.sentence.en == "'VIPP' is not an option. Did you mean 'vip'?"
    assert caught.value.problem.fix.zh == "可选的有:贵宾、A"


def test_a_list_has_an_end():
    assert parse_value(["a", "", "b"], WORDS) == ("a", "b")
    assert refused(["a"] * 1001, WORDS) == "too-many-items"


def test_a_text_keeps_its_form():
    for text in ("caf\u00e9", "cafe\u0301", "\u202eabc", "👩\u200d👩\u200d👧", "a\tb", "一\n二"):
        assert parse_value(text, TEXT) == text


@pytest.mark.parametrize("raw", ["a\x00b", "a\x07b", "a\ud800b"])
def test_a_text_has_no_control_characters(raw: str):
    assert refused(raw, TEXT) == "bad-character"
