"""Expressions as sentences, their values and what went wrong inside."""

from decimal import Decimal

import pytest

from engine.expression.explain import explain, explain_values, faults
from engine.expression.parse import parse
from tests.engine.expression.world import SHAPES, in_orders, order

SENTENCES = [
    (
        "预计费用 >= 500 and customer.level == 'VIP'",
        "预计费用 不小于 500 并且 客户的级别 等于 贵宾",
        "预计费用 is at least 500 and customer's level is VIP",
    ),
    (
        "not (price > paid) or flag",
        "不满足(单价 大于 已付) 或者 加急 为是",
        "not (price is above paid) or flag is yes",
    ),
    (
        "flag and (price > 1 or paid > 1)",
        "加急 为是 并且 (单价 大于 1 或者 已付 大于 1)",
        "flag is yes and (price is above 1 or paid is above 1)",
    ),
    ("quantity * (price + 1) > 3", "数量 × (单价 + 1) 大于 3", "quantity × (price + 1) is above 3"),
    ("day == today", "日期 等于 今天", "day is today"),
    ("moment < '2026-11-22 18:30'", "时间 小于 2026-11-22 18:30", "moment is below 2026-11-22 18:30"),
    ("level in ('VIP', '普通')", "级别 是 贵宾、普通 之一", "level is one of VIP, Normal"),
    ("level not in ('VIP',)", "级别 不是 贵宾 中的任何一个", "level is none of VIP"),
    ("title == '甲'", "标题 等于 「甲」", "title is '甲'"),
    ("customer != blank", "客户 不为空", "customer is not blank"),
    ("ISBLANK(title)", "标题 为空", "title is blank"),
    ("IF(flag, 1, 2)", "如果 加急 为是,则 1,否则 2", "1 if flag is yes, else 2"),
    ("old.price != price", "修改前的单价 不等于 单价", "the former price is not price"),
    ("customer.owner == me", "客户的负责人 等于 我", "customer's owner is me"),
    ("me.department.name", "我的部门的名称", "me's department's name"),
    ("CONTAINS(title, '礼')", "标题 包含 「礼」", "title contains '礼'"),
    ("IS_WITHIN(unit, me.department)", "部门 属于 我的部门", "unit is within me's department"),
    ("ROUND(-price, 1)", "ROUND(-单价, 1)", "ROUND(-price, 1)"),
    (
        "COUNTIFS(orders, orders.flag) > 2",
        "订单的个数(订单的加急 为是) 大于 2",
        "the number of Orders where Orders's flag is yes is above 2",
    ),
    ("SUMIFS(orders.price)", "订单的单价的合计", "the sum of Orders's price"),
    ("(price > 1) == flag", "(单价 大于 1) 等于 加急", "(price is above 1) is flag"),
    ("true or price == blank", "是 或者 单价 为空", "yes or price is blank"),
]


@pytest.mark.parametrize(("source", "zh", "en"), SENTENCES)
def test_sentence(source: str, zh: str, en: str) -> None:
    expression = parse(source, in_orders(has_old=True))
    assert explain(expression, SHAPES.get, "zh") == zh
    assert explain(expression, SHAPES.get, "en") == en


def test_values_behind_a_condition() -> None:
    scope = order(price=Decimal("19.9"), customer=1)
    expression = parse(
        "price > 5 and customer.level == 'VIP' and title == 'x' and COUNTIFS(orders) > 1", in_orders()
    )
    assert explain_values(expression, scope, SHAPES.get, "zh") == (
        ("单价", "19.90"),
        ("客户的级别", "贵宾"),
        ("标题", "空"),
        ("订单的个数", "0"),
    )


def test_faults_name_the_division_by_zero() -> None:
    expression = parse("price / quantity > 1 or paid * 99999999999999999999 > 1", in_orders())
    scope = order(price=Decimal(3), quantity=Decimal(0), paid=Decimal(99))
    assert faults(expression, scope, SHAPES.get, "zh") == (
        "除以零:单价 ÷ 数量",
        "没有结果:已付 × 99999999999999999999",
    )
    assert faults(expression, order(), SHAPES.get, "en") == ()
