"""Between texts and numbers: TEXT, VALUE, MONEY_CN."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Context, Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, func

from engine.expression.capitals import write_chinese_money
from engine.expression.characters import BLANKS
from engine.expression.formats import format_moment
from engine.expression.function import DAYS, NUMBERS, TEXTS, Example, Function, Parameter, kernel
from engine.expression.tree import Builder, Node
from engine.texts import Text
from engine.values import NUMBER, TEXT, Kind, Value, round_number, write_number

_EXACT = Context(prec=60)
_DAY_FORMAT = "yyyy-MM-dd"
_NUMBER_FORMAT = re.compile(r"(#,##)?(0{1,20})((?:\.0{1,10})?)(%?)")
_NUMBER = re.compile(r"([+-]?(?:[0-9]{1,30}|[0-9]{1,3}(?:,[0-9]{3}){1,9})(?:\.[0-9]{0,30})?)(%?)")


def write_text(value: Decimal | date, pattern: str | None = None) -> Value:
    """Write a number or a date; a pattern that means nothing gives blank."""
    if isinstance(value, Decimal):
        return write_number(value) if pattern is None else _number_text(value, pattern)
    return format_moment(datetime.combine(value, time()), pattern or _DAY_FORMAT)


def _number_text(number: Decimal, pattern: str) -> Value:
    found = _NUMBER_FORMAT.fullmatch(pattern)
    if found is None:
        return None
    places = max(len(found[3]) - 1, 0)
    scaled = _EXACT.multiply(number.copy_abs(), Decimal(100 if found[4] else 1))
    whole, _, fraction = format(round_number(scaled, places), "f").partition(".")
    whole = whole.rjust(len(found[2]), "0")
    if found[1]:
        whole = re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", ",", whole)
    sign = "-" if number < 0 and (whole + fraction).strip("0,") else ""
    return f"{sign}{whole}{'.' + fraction if fraction else ''}{found[4]}"


def read_number(text: str) -> Value:
    """Read a number with or without thousands commas and a percent sign; anything else is blank."""
    found = _NUMBER.fullmatch(text.strip(BLANKS))
    if found is None:
        return None
    number = Decimal(found[1].replace(",", ""))
    return _EXACT.scaleb(number, -2) if found[2] else number


def _text(build: Builder, arguments: tuple[Node, ...]) -> Node:
    """A moment needs the time zone, which another function has."""
    name = "DATETIME_FORMAT" if arguments[0].type.kind is Kind.DATETIME else "TEXT"
    return build.apply(name, *arguments)


def _postgres_text(_: object, value: ColumnElement[Any], pattern: Any = None) -> ColumnElement[Any]:
    if isinstance(value.type, Date):
        return func.q_format(func.q_clock(value, 0), _DAY_FORMAT if pattern is None else pattern)
    return func.q_digits(value) if pattern is None else func.q_number_text(value, pattern)


TEXT_OF = Function(
    name="TEXT",
    doc=Text(
        "数字或日期写成文字;格式如 '#,##0.00'、'0%'、'yyyy年M月d日'",
        "A number or a date as text; a format is for example '#,##0.00', '0%' or 'yyyy-MM-dd'",
    ),
    category="text",
    parameters=(
        Parameter("value", NUMBERS | DAYS | {Kind.DATETIME}),
        Parameter("format", TEXTS, optional=True),
    ),
    result=TEXT,
    python=write_text,
    postgres=_postgres_text,
    build=_text,
    examples=(
        Example("TEXT(1234.5, '#,##0.00')", "1,234.50"),
        Example("TEXT(0.256, '0%')", "26%"),
        Example("TEXT(7, '0000')", "0007"),
        Example("TEXT(DATE(2026, 11, 2), 'yyyy年M月d日')", "2026年11月2日"),
    ),
)
VALUE = Function(
    name="VALUE",
    doc=Text("文字里的数字;不是数字就是空", "The number that a text spells; blank if it is none"),
    category="text",
    parameters=(Parameter("text", TEXTS),),
    result=NUMBER,
    python=read_number,
    postgres=kernel("q_value"),
    examples=(Example("VALUE('1,234.50')", Decimal("1234.5")), Example("VALUE('12 件')", None)),
)
MONEY_CN = Function(
    name="MONEY_CN",
    doc=Text("大写金额", "An amount in Chinese capital figures"),
    category="text",
    parameters=(Parameter("amount", NUMBERS),),
    result=TEXT,
    python=write_chinese_money,
    examples=(
        Example("MONEY_CN(1234.5)", "壹仟贰佰叁拾肆元伍角整"),
        Example("MONEY_CN(10000000.05)", "壹仟万元零伍分"),
        Example("MONEY_CN(0)", "零元整"),
    ),
)
