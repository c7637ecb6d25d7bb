"""The closed set of value types, on which operators, filters, sorting, CSV and JSON hang.

Field types are open and many; what they hold is one of the kinds below. Code that needs to know how a
value behaves asks its `ValueType`, never the name of a field's type.

| kind | in Python | in JSON |
|---|---|---|
| text | `str`, never empty | string |
| number, money | `Decimal` | number |
| boolean | `bool` | true, false |
| date | `date` | "2026-11-22" |
| datetime | `datetime` in UTC, to the second | "2026-11-22T06:30:00Z" |
| duration | `timedelta`, to the second | number of seconds |
| choice | `str`, the option's key | string |
| user, department, record | `int`, the id | number |
| file | `str`, the content's hash | string |
| list | `tuple` of one kind | array |

Blank is `None` in every kind.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from engine.texts import Language, Text

Value = str | Decimal | bool | date | datetime | timedelta | int | tuple["Value", ...] | None

NUMBER_PLACES = 10
NUMBER_LIMIT = Decimal(10) ** 20
STORED_DIGITS = 18
TEXT_LIMIT = 10_000

_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)
_SMALLEST = Decimal(1).scaleb(-NUMBER_PLACES)
_ZERO = Decimal(0)


class Kind(StrEnum):
    """What a value is. Closed: a new kind is a change of the engine and of the runtime."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"
    CHOICE = "choice"
    USER = "user"
    DEPARTMENT = "department"
    RECORD = "record"
    FILE = "file"
    LIST = "list"
    BLANK = "blank"

    @property
    def label(self) -> Text:
        """Name the kind for people."""
        return _LABELS[self]


_LABELS = {
    Kind.TEXT: Text("文本", "text"),
    Kind.NUMBER: Text("数字", "number"),
    Kind.MONEY: Text("金额", "money"),
    Kind.BOOLEAN: Text("是或否", "yes or no"),
    Kind.DATE: Text("日期", "date"),
    Kind.DATETIME: Text("日期时间", "date and time"),
    Kind.DURATION: Text("时长", "duration"),
    Kind.CHOICE: Text("选项", "choice"),
    Kind.USER: Text("成员", "person"),
    Kind.DEPARTMENT: Text("部门", "department"),
    Kind.RECORD: Text("关联记录", "linked record"),
    Kind.FILE: Text("文件", "file"),
    Kind.LIST: Text("列表", "list"),
    Kind.BLANK: Text("空", "blank"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice: the key that is stored, what people see and its colour."""

    key: str
    label: Text
    color: str = "neutral"


class Format(ABC):
    """How values of one field type are written where their kind's own way will not do: 12.5 %, 09:30.

    A field type returns one with its value type, so lists, lookups, messages and exports write alike.
    adds_up: whether a sum of such values means anything; not of shares and marks.
    """

    adds_up: ClassVar[bool] = True

    @abstractmethod
    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write a value that is not blank for people, on one line."""

    def markup(self, value: Value) -> str:
        """Return safe HTML for a record's page; '' where the written words will do."""
        return ""

    def entry(self, value: Value) -> str | None:
        """Write a value as its input holds it, so that reading it gives the value back.

        None where the input holds what JSON does.
        """
        return None

    def note(self, value: Value) -> Text | None:
        """Say the value in other words, below its input: an amount in Chinese capitals; None for nothing."""
        return None


@dataclass(frozen=True, slots=True)
class ValueType:
    """A kind with what it needs to know: digits, currency, the form it points to, its options.

    `scale` is the number of digits that a stored number keeps; None while it is only computed.
    `sealed` says that a text is stored encrypted.
    `form` is the form that a record belongs to; of a number, the form of the rows that it counts.
    `format` is only about how values look: types that differ in nothing else are the same.
    """

    kind: Kind
    scale: int | None = None
    currency: str = ""
    form: str = ""
    options: tuple[Option, ...] = ()
    item: ValueType | None = None
    sealed: bool = False
    format: Format | None = field(default=None, compare=False, repr=False)

    @property
    def is_numeric(self) -> bool:
        """Tell whether values can be added up."""
        return self.kind in (Kind.NUMBER, Kind.MONEY)

    @property
    def adds_up(self) -> bool:
        """Tell whether a list shows the sum of such values."""
        return self.is_numeric and (self.format is None or self.format.adds_up)

    @property
    def rows(self) -> str:
        """Return the form of the rows that a sub-table's number counts, or '' for any other value."""
        return self.form if self.kind is Kind.NUMBER else ""

    @property
    def refers_to(self) -> str:
        """Return the shape that a reference, or each of a list of them, leads to; '' for other values."""
        return self.item.points_to if self.item is not None else self.points_to

    @property
    def points_to(self) -> str:
        """Return the key of the record shape that a dotted path goes on in, or '' when it ends here."""
        if self.kind is Kind.RECORD:
            return self.form
        if self.kind is Kind.USER:
            return USER_SHAPE
        return DEPARTMENT_SHAPE if self.kind is Kind.DEPARTMENT else ""

    def option(self, key: object) -> Option | None:
        """Return the option with this key."""
        return next((option for option in self.options if option.key == key), None)

    def __str__(self) -> str:
        return f"list of {self.item}" if self.item else self.kind.value


USER_SHAPE = "@user"
DEPARTMENT_SHAPE = "@department"

TEXT = ValueType(Kind.TEXT)
NUMBER = ValueType(Kind.NUMBER)
MONEY = ValueType(Kind.MONEY)
BOOLEAN = ValueType(Kind.BOOLEAN)
DATE = ValueType(Kind.DATE)
DATETIME = ValueType(Kind.DATETIME)
DURATION = ValueType(Kind.DURATION)
CHOICE = ValueType(Kind.CHOICE)
USER = ValueType(Kind.USER)
DEPARTMENT = ValueType(Kind.DEPARTMENT)
RECORD = ValueType(Kind.RECORD)
BLANK = ValueType(Kind.BLANK)


def fit_number(number: Decimal) -> Decimal | None:
    """Bring a computed number into the domain: ten digits after the point, half up, below 10**20.

    Beyond the limit the result is blank, so that no expression can build a huge number.
    """
    if not number.is_finite() or not -NUMBER_LIMIT < number < NUMBER_LIMIT:
        return None
    fitted = number.quantize(_SMALLEST, context=_CONTEXT)
    if fitted == number:
        return number or _ZERO
    return fitted or _ZERO if -NUMBER_LIMIT < fitted < NUMBER_LIMIT else None


def round_number(number: Decimal, digits: int) -> Decimal:
    """Round half up (away from zero) to `digits` after the point; negative digits round before it.

    >>> round_number(Decimal("2.345"), 2)
    Decimal('2.35')
    """
    rounded = number.quantize(Decimal(1).scaleb(-digits), context=_CONTEXT)
    return rounded if digits >= 0 else rounded.quantize(Decimal(1), context=_CONTEXT)


def write_number(number: Decimal) -> str:
    """Write a number plainly: no exponent, no zeros at the end.

    >>> write_number(Decimal("1.500")), write_number(Decimal("1E+3"))
    ('1.5', '1000')
    """
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def to_json(value: Value) -> object:
    """Return the canonical JSON form of a value; see the table at the head of this module."""
    match value:
        case bool() | str() | int() | None:
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else value.normalize(_CONTEXT)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case timedelta():
            return int(value.total_seconds())
        case tuple():
            return [to_json(item) for item in value]


def display(  # noqa: C901 - one line a kind, a closed set
    value: Value, kind: ValueType, language: Language, zone: ZoneInfo
) -> str:
    """Write a value for people; names of users, departments and records are looked up by the caller.

    >>> display(Decimal("68000"), ValueType(Kind.MONEY, scale=2), "zh", ZoneInfo("Asia/Shanghai"))
    '68,000.00'
    """
    if value is not None and kind.format is not None:
        return kind.format.write(value, language, zone)
    match value:
        case None:
            return ""
        case bool():
            return Text("是", "Yes").to(language) if value else Text("否", "No").to(language)
        case Decimal():
            return _display_number(value, kind)
        case datetime():
            return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case timedelta():
            return _display_duration(value, language)
        case tuple():
            item = kind.item or TEXT
            return Text("、", ", ").to(language).join(display(one, item, language, zone) for one in value)
        case str():
            option = kind.option(value)
            return option.label.to(language) if option else value
        case int():
            return str(value)


def _display_number(number: Decimal, kind: ValueType) -> str:
    if kind.kind is Kind.MONEY and kind.scale is not None:
        return f"{round_number(number, kind.scale):,}"
    whole, point, digits = write_number(number).partition(".")
    return f"{int(whole):,}{point}{digits}" if whole not in ("-0",) else f"-0{point}{digits}"


def _display_duration(span: timedelta, language: Language) -> str:
    minutes, seconds = divmod(int(abs(span).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "天", "d"), (hours, "小时", "h"), (minutes, "分钟", "min"), (seconds, "秒", "s"))
    parts = [f"{n} {Text(zh, en).to(language)}" for n, zh, en in units if n] or [
        Text("0 秒", "0 s").to(language)
    ]
    return ("-" if span < timedelta() else "") + " ".join(parts)
