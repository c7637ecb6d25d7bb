"""What can be said of each field type, beyond what the contract suite says of all of them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.forms.contract import Control
from engine.forms.model import Field, Form
from engine.problems import Problem, Refusal
from engine.testing import a_scope, compile_forms, little_app
from engine.values import Kind, Value, display

SHANGHAI = ZoneInfo("Asia/Shanghai")


def compiled(kind: str, **definition: Any) -> tuple[Form, tuple[Problem, ...]]:
    forms, problems = compile_forms(little_app(kind, definition))
    return forms["examples"], problems


def a_field(kind: str, **definition: Any) -> Field:
    form, problems = compiled(kind, **definition)
    assert not problems, [problem.line("en") for problem in problems]
    return form.fields["example"]


def complaints(kind: str, **definition: Any) -> list[str]:
    """Return what is wrong with a definition, and the text that each complaint points at."""
    text = little_app(kind, definition)
    _, problems = compile_forms(text)
    found = []
    for problem in problems:
        assert problem.location is not None
        line = text.splitlines()[problem.location.line - 1]
        start = problem.location.column - 1
        found.append(f"{problem.code.name} {line[start : start + problem.location.length]}")
    return found


def codes(field: Field, raw: object, values: dict[str, Value] | None = None) -> list[str]:
    """Read and check a value as a save would: the names of what is wrong with it."""
    forms, _ = compile_forms(little_app("text", {}))
    try:
        value = field.type.parse(raw, field.value_type, SHANGHAI)
    except Refusal as refusal:
        return [refusal.problem.code.name]
    options = field.settle(a_scope(forms["examples"], values or {}))
    return [problem.code.name for problem in field.type.check(value, options, SHANGHAI)]


def control(kind: str, **definition: Any) -> Control:
    field = a_field(kind, **definition)
    return field.type.control(field.options, field.value_type)


def reviewed(kind: str, **definition: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    field = compiled(kind, **definition)[0].fields["example"]
    return [(problem.code.name, problem.path) for problem in field.type.review(field.options)]


# Texts.


def test_a_text_is_one_line():
    assert codes(a_field("text"), "tea\nset") == ["line-break"]
    assert codes(a_field("text"), "tea\u2028set") == ["line-break"]
    assert codes(a_field("text"), "tea set\n") == []


def test_a_text_has_200_characters_and_a_long_text_5000():
    assert codes(a_field("text"), "x" * 200) == []
    assert codes(a_field("text"), "x" * 201) == ["text-too-long"]
    assert codes(a_field("long_text"), "x\n" * 2_500) == []
    assert codes(a_field("long_text"), "x" * 5_001) == ["text-too-long"]


def test_a_limit_of_a_text_may_depend_on_the_record():
    field = a_field("text", max="=amount")
    assert codes(field, "abc", {"amount": Decimal(2)}) == ["text-too-long"]
    assert codes(field, "abc", {"amount": None}) == []
    assert control("text", max="=amount").attributes == {}


@pytest.mark.parametrize(
    ("format", "good", "bad"),
    [
        ("email", "li.na@mail.example.com", ["li.na", "a@b", "a b@c.de", "a@b..de", "a@b.de,c@d.de"]),
        ("phone", "+86 138-0013-8000", ["12", "call me", "1" * 40]),
        ("phone", "(021) 5555 6666", ["(021"]),
        (
            "url",
            "https://example.com/a?b=c#d",
            ["example.com", "javascript:alert(1)", "https://", "https://a b"],
        ),
    ],
)
def test_a_text_may_have_a_format(format: str, good: str, bad: list[str]):
    field = a_field("text", format=format)
    assert codes(field, good) == []
    for one in bad:
        assert codes(field, one) == ["wrong-format"], one


def test_no_format_takes_long_over_a_hostile_text():
    for format in ("email", "phone", "url"):
        field = a_field("text", format=format, max=10_000)
        for hostile in (
            "a@" + "a." * 4_000 + "@",
            "1" + " 1" * 4_000 + "x",
            "https://" + "/?#" * 3_000 + " ",
        ):
            assert codes(field, hostile) == ["wrong-format"]


def test_a_long_text_keeps_its_lines():
    field = a_field("long_text", rows=8)
    assert field.type.parse("一\r\n\r\n二 ", field.value_type) == "一\n\n二"
    assert control("long_text", rows=8) == Control("textarea", {"rows": "8", "maxlength": "5000"})


# Numbers.


def test_an_integer_is_whole():
    field = a_field("integer", min=1, max=10, unit="pcs")
    assert codes(field, "2.5") == ["too-many-digits"]
    assert codes(field, 0) == ["below-least"]
    assert codes(field, "11") == ["above-most"]
    assert control("integer", min=1, unit="pcs").unit.en == "pcs"


def test_a_limit_of_a_number_may_be_a_formula_and_blank_does_not_limit():
    field = a_field("number", max="=amount * 2")
    assert codes(field, "4", {"amount": Decimal(2)}) == []
    assert codes(field, "4.01", {"amount": Decimal(2)}) == ["above-most"]
    assert codes(field, "4.01", {"amount": None}) == []


@pytest.mark.parametrize(
    ("currency", "shown", "sign"),
    [("CNY", "1,234.50", "¥"), ("EUR", "1,234.50", "€"), ("JPY", "1,235", "¥"), ("KWD", "1,234.500", "KD")],
)
def test_money_has_the_digits_and_the_sign_of_its_currency(currency: str, shown: str, sign: str):
    field = a_field("money", currency=currency)
    assert field.value_type.kind is Kind.MONEY
    assert field.value_type.currency == currency
    assert display(Decimal("1234.5"), field.value_type, "en", SHANGHAI) == shown
    assert control("money", currency=currency).unit.zh == sign


def test_money_takes_no_part_of_a_coin():
    assert codes(a_field("money"), "0.005") == ["too-many-digits"]
    assert codes(a_field("money", currency="JPY"), "0.5") == ["too-many-digits"]


def test_an_unknown_currency_is_a_problem():
    assert complaints("money", currency="USDD") == ['not-one-of "USDD"']


@pytest.mark.parametrize("kind", ["number", "integer", "money"])
def test_limits_that_cross_are_a_problem(kind: str):
    assert reviewed(kind, min=10, max=5) == [("limits-crossed", ("max",))]
    assert complaints(kind, min=10, max=5) == ["limits-crossed 5"]
    assert reviewed(kind, min=5, max=5) == []
    assert reviewed(kind, min=10, max="=amount") == []


# Choices.


def test_a_choice_from_a_list():
    field = a_field("choice", options=["VIP", "A", 3])
    assert [option.key for option in field.value_type.options] == ["VIP", "A", "3"]
    assert codes(field, 3) == []
    assert codes(field, "B") == ["no-such-option"]


def test_a_choice_from_a_map():
    options = {
        "vip": {"title": {"zh": "贵宾", "en": "VIP"}, "color": "warn"},
        "a": "普通",
        "b": {"zh": "次", "en": "B"},
    }
    field = a_field("choice", options=options)
    vip, a, b = field.value_type.options
    assert (vip.key, vip.label.zh, vip.label.en, vip.color) == ("vip", "贵宾", "VIP", "warn")
    assert (a.label.zh, a.color) == ("普通", "neutral")
    assert (b.label.zh, b.label.en) == ("次", "B")
    assert field.type.parse("VIP", field.value_type) == "vip"
    assert display("vip", field.value_type, "en", SHANGHAI) == "VIP"


def test_few_options_are_shown_flat():
    assert control("choice", options=["a", "b"]).kind == "radio"
    assert control("choice", options=list("abcdef")).kind == "select"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ([], "no-options []"),
        ({}, "no-options {}"),
        ("A", 'wrong-kind "A"'),
        (["A", "A"], 'same-option "A"'),
        ({"a": "one", "b": "one"}, 'same-option "one"'),
        ({"a": "b", "b": "c"}, 'same-option "c"'),
        ({"a": {"zh": "甲", "en": "X"}, "b": {"zh": "乙", "en": "X"}}, 'same-option {"zh": "乙", "en": "X"}'),
        ([" A"], 'bad-option-key " A"'),
        (["x" * 61], f'bad-option-key "{"x" * 61}"'),
        ([True], "wrong-kind true"),
        ([["A"]], 'wrong-kind ["A"]'),
        ({"a": {"title": "A", "color": "red"}}, 'not-one-of "red"'),
        ({"a": {"titel": "A"}}, 'unknown-key "titel"'),
    ],
    ids=str,
)
def test_options_that_nobody_could_choose_from(options: object, complaint: str):
    assert complaints("choice", options=options) == [complaint]


def test_a_choice_without_options_says_what_is_missing():
    _, problems = compiled("choice")
    assert [problem.code.name for problem in problems] == ["missing-key"]


# Dates.


def test_a_date_within_limits():
    field = a_field("date", min="2026-01-01", max="=today")
    assert codes(field, "2025-12-31") == ["date-too-early"]
    assert codes(field, "2026-11-22") == []
    assert codes(field, "2026-11-23") == ["date-too-late"]
    assert control("date", min="2026-01-01", max="=today").attributes == {"min": "2026-01-01"}


def test_a_date_may_be_limited_by_another_field_or_the_clock():
    field = a_field("date", min="=on", max="=now")
    assert codes(field, "2026-11-01", {"on": date(2026, 11, 2)}) == ["date-too-early"]
    assert codes(field, "2026-11-01", {"on": None}) == []
    assert codes(field, "2026-11-23") == ["date-too-late"]


def test_a_moment_is_meant_in_the_zone_of_the_app():
    field = a_field("datetime")
    assert field.type.parse("2026-11-22 14:30", field.value_type, SHANGHAI) == datetime(
        2026, 11, 22, 6, 30, tzinfo=UTC
    )


def test_a_day_that_limits_a_moment_is_the_whole_day_in_the_zone():
    field = a_field("datetime", min="2026-11-22", max="2026-11-22")
    assert codes(field, "2026-11-22 00:00") == []
    assert codes(field, "2026-11-22 23:59") == []
    assert codes(field, "2026-11-21 23:59") == ["time-too-early"]
    assert codes(field, "2026-11-23 00:00") == ["time-too-late"]


def test_a_moment_that_limits_a_moment():
    field = a_field("datetime", min="2026-11-22 08:30", max="2026-11-22T12:00:00Z")
    assert codes(field, "2026-11-22 08:29") == ["time-too-early"]
    assert codes(field, "2026-11-22 20:00") == []
    assert codes(field, "2026-11-22 20:01") == ["time-too-late"]
    assert control("datetime", min="2026-11-22 08:30").attributes == {"min": "2026-11-22T08:30"}


@pytest.mark.parametrize("kind", ["date", "datetime"])
def test_limits_of_dates_are_looked_at(kind: str):
    assert complaints(kind, min="2026-02-31") == ['not-a-date "2026-02-31"']
    assert complaints(kind, min=2026) == ["wrong-kind 2026"]
    assert reviewed(kind, min="2026-02-02", max="2026-02-01") == [("limits-crossed", ("max",))]


def test_a_time_that_is_none_is_no_limit():
    assert complaints("datetime", max="2026-01-01 25:00") == ['not-a-date-and-time "2026-01-01 25:00"']


# People, departments, links, yes and no.


@pytest.mark.parametrize(
    ("kind", "lookup"), [("user", "user"), ("department", "department"), ("link", "record")]
)
def test_references_are_picked_from_a_search(kind: str, lookup: str):
    definition = {"to": "things"} if lookup == "record" else {}
    field = a_field(kind, **definition)
    assert field.type.control(field.options, field.value_type) == Control("combobox", lookup=lookup)
    assert codes(field, "x") == ["not-a-reference"]


def test_the_creator_and_the_department_by_default():
    assert a_field("user", default="=me").expressions["default"].type.kind is Kind.USER
    assert a_field("department", default="=me.department").expressions["default"].type.kind is Kind.DEPARTMENT


def test_a_switch_may_begin_switched_on():
    assert a_field("boolean", default=True).default is True
