"""Texts with expressions in them."""

import html
from decimal import Decimal

import pytest

from engine.expression.template import MAX_OUTPUT, parse_template
from engine.values import Value, ValueType
from tests.engine.expression.world import in_orders, order


def render(text: str, **values: Value) -> str:
    return parse_template(text, in_orders()).render(order(**values))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("补货:{{ title }} 只剩 {{ quantity }}", "补货:纸 只剩 3"),
        ("{{title}}{{quantity}}", "纸3"),
        ("{ {x} }} { {", "{ {x} }} { {"),
        ("JSON {\"a\": {{ quantity }}}", "JSON {\"a\": 3}"),
        ("{{ '}}' }}", "}}"),
        ("{{ '{{' }}", "{{"),
        ("{{ price }} / {{ price * 2 }} / {{ price / 3 }}", "19.90 / 39.80 / 6.63"),
        ("{{ blank }}|{{ note }}", "|"),
        ("{{ customer.level }}", "贵宾"),
        ("{{ flag }}", "是"),
        ("{{ IF(quantity > 2, '够', '不够') }}", "够"),
        ("a\n{{\n quantity\n + 1 }}\nb", "a\n4\nb"),
        ("", ""),
    ],
)  # fmt: skip
def test_render(text: str, shown: str) -> None:
    values: dict[str, Value] = {
        "title": "纸",
        "quantity": Decimal(3),
        "price": Decimal("19.90"),
        "customer": 1,
        "flag": True,
    }
    assert render(text, **values) == shown


def test_values_are_escaped_and_the_text_is_not() -> None:
    template = parse_template("<b>{{ title }}</b>", in_orders())
    assert template.render(order(title="<i>&"), escape=html.escape) == "<b>&lt;i&gt;&amp;</b>"


def test_what_a_value_says_is_never_parsed_again() -> None:
    assert render("{{ title }}", title="{{ me.name }}") == "{{ me.name }}"


def test_the_caller_may_write_values_in_its_own_way() -> None:
    def names(value: Value, kind: ValueType) -> str:
        return f"{kind.kind}:{value}"

    assert parse_template("{{ me }}", in_orders()).render(order(), display=names) == "user:2"


def test_output_is_bounded() -> None:
    shown = render("{{ title }}" * 100, title="长" * 9_000)
    assert MAX_OUTPUT - 3 < len(shown.encode()) <= MAX_OUTPUT
    assert set(shown) == {"长"}


def test_parts() -> None:
    template = parse_template("a {{ price }} b", in_orders())
    assert [expression.source for expression in template.expressions] == [" price "]
    assert not template.is_constant
    assert parse_template("a", in_orders()).is_constant
