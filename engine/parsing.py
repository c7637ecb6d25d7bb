"""From what a person, a file or a machine sent to a value: one reading for pages, CSV and the API.

Texts are forgiving where nothing can be misunderstood (full-width digits, `1,234.50`, `2026/11/22`,
`2026年11月22日`), and refused with a sentence where something could. Reading the canonical JSON of a value
gives the value back. Nothing that is sent makes anything but a value or a `Refusal`, and in little time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from engine.problems import ProblemCode, Refusal, suggest
from engine.spans import read_span
from engine.texts import Text
from engine.values import NUMBER_LIMIT, NUMBER_PLACES, STORED_DIGITS, TEXT_LIMIT, Kind, Value, ValueType

NOT_A_NUMBER = ProblemCode(
    "not-a-number",
    Text("「{found}」不是数字", "'{found}' is not a number"),
    Text("填数字,例如 1234.5", "Enter a number such as 1234.5"),
)
TOO_MANY_DIGITS = ProblemCode(
    "too-many-digits",
    Text("最多 {digits} 位小数", "At most {digits} digits after the point"),
    Text("少写几位小数", "Use fewer digits after the point"),
)
NUMBER_TOO_LARGE = ProblemCode(
    "number-too-large",
    Text("数字太大了", "The number is too large"),
    Text("小数点前最多 {digits} 位", "At most {digits} digits before the point"),
)
NOT_A_DATE = ProblemCode(
    "not-a-date",
    Text("「{found}」不是日期", "'{found}' is not a date"),
    Text("写成 2026-11-22", "Write it like 2026-11-22"),
)
NOT_A_MOMENT = ProblemCode(
    "not-a-date-and-time",
    Text("「{found}」不是日期和时间", "'{found}' is not a date and time"),
    Text("写成 2026-11-22 14:30", "Write it like 2026-11-22 14:30"),
)
MOMENT_TOO_FAR = ProblemCode(
    "date-and-time-too-far",
    Text("「{found}」太早或太晚了", "'{found}' is too early or too late"),
    Text("写 1000 年到 9998 年之间的时间", "Use a year between 1000 and 9998"),
)
NO_SUCH_TIME = ProblemCode(
    "no-such-time",
    Text("「{found}」这个时刻不存在,那时时钟拨快了", "There was no '{found}': the clocks went forward then"),
    Text("写前一小时或后一小时", "Use an hour earlier or later"),
)
NOT_A_DURATION = ProblemCode(
    "not-a-duration",
    Text("「{found}」不是时长", "'{found}' is not a duration"),
    Text("写成 1 小时 30 分,或整数秒", "Write it like 1h 30m, or give whole seconds"),
)
NOT_YES_OR_NO = ProblemCode(
    "not-yes-or-no",
    Text("「{found}」不是「是」或「否」", "'{found}' is neither yes nor no"),
    Text("写「是」或「否」", "Write yes or no"),
)
NO_SUCH_OPTION = ProblemCode(
    "no-such-option",
    Text("没有「{found}」这个选项", "'{found}' is not an option"),
    Text("可选的有:{options}", "Choose one of: {options}"),
)
NOT_A_REFERENCE = ProblemCode(
    "not-a-reference",
    Text("「{found}」不是记录的编号", "'{found}' is not the id of a record"),
    Text("从列表里选一个", "Choose one from the list"),
)
NOT_TEXT = ProblemCode(
    "not-text",
    Text("这里要文字", "A text is expected here"),
    Text("改成文字", "Send a text"),
)
TEXT_TOO_LONG = ProblemCode(
    "text-too-long",
    Text("有 {length} 个字,最多 {limit} 个", "It has {length} characters, at most {limit} fit"),
    Text("写短一点", "Make it shorter"),
)
BAD_CHARACTER = ProblemCode(
    "bad-character",
    Text("文字里有看不见的控制字符", "The text has an invisible control character"),
    Text("删掉后再粘贴", "Paste it as plain text"),
)
TOO_MANY_ITEMS = ProblemCode(
    "too-many-items",
    Text("有 {length} 项,最多 {limit} 项", "There are {length} items, at most {limit} fit"),
    Text("少选几项", "Choose fewer"),
)


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency: the digits after the point that it has, and its sign."""

    scale: int
    sign: str


CURRENCIES: Mapping[str, Currency] = {
    "CNY": Currency(2, "¥"), "USD": Currency(2, "$"), "EUR": Currency(2, "€"), "GBP": Currency(2, "£"),
    "HKD": Currency(2, "HK$"), "MOP": Currency(2, "MOP$"), "TWD": Currency(2, "NT$"),
    "SGD": Currency(2, "S$"),
    "JPY": Currency(0, "¥"), "KRW": Currency(0, "₩"), "VND": Currency(0, "₫"), "IDR": Currency(2, "Rp"),
    "THB": Currency(2, "฿"), "MYR": Currency(2, "RM"), "PHP": Currency(2, "₱"), "INR": Currency(2, "₹"),
    "AUD": Currency(2, "A$"), "NZD": Currency(2, "NZ$"), "CAD": Currency(2, "C$"), "CHF": Currency(2, "CHF"),
    "SEK": Currency(2, "kr"), "NOK": Currency(2, "kr"), "DKK": Currency(2, "kr"), "PLN": Currency(2, "zł"),
    "RUB": Currency(2, "₽"), "TRY": Currency(2, "₺"), "BRL": Currency(2, "R$"), "MXN": Currency(2, "MX$"),
    "ZAR": Currency(2, "R"), "AED": Currency(2, "AED"), "SAR": Currency(2, "SAR"), "KWD": Currency(3, "KD"),
}  # fmt: skip
_WORDS_FOR = {"CNY": ("元", "RMB"), "JPY": ("円", "元"), "HKD": ("元",), "TWD": ("元",)}

_YES = {"true", "yes", "y", "1", "on", "是", "对", "真"}
_NO = {"false", "no", "n", "0", "off", "否", "不", "假"}
_DATE = re.compile(
    r"([0-9]{4})(?:\s?([-/.])\s?([0-9]{1,2})\s?\2\s?([0-9]{1,2})"
    r"|\s?年\s?([0-9]{1,2})\s?月\s?([0-9]{1,2})\s?日?)"
)
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00(\.0{1,6})?)?$")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?")
_OFFSET = re.compile(r"(?:Z|([-+])([0-9]{2}):?([0-9]{2}))$", re.IGNORECASE)
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_PLAIN = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
# Full-width forms of ASCII, as a Chinese keyboard gives them; nothing else is folded: ² is not 2.
_FULL_WIDTH = {0xFF01 + at: 0x21 + at for at in range(94)}
_FULL_WIDTH |= {0x3000: 0x20, 0xFFE5: 0xA5, 0x00A0: 0x20, 0x2212: 0x2D}
_EXACT = Context(prec=120, rounding=ROUND_HALF_UP)
_LONGEST_WORD = 100  # of what is not a text: no number, date or option is longer
_LARGEST_ID = 2**53
_MOST_ITEMS = 1_000
_EARLIEST = datetime(1000, 1, 2, tzinfo=UTC)
_LATEST = datetime(9998, 12, 31, tzinfo=UTC)


def parse_value(raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
    """Turn a raw value into a value of this type; None and texts without a visible character are blank.

    zone: where a date and time without an offset is meant; UTC without it.
    Raises `Refusal` with the problem.
    """
    if raw is None or (isinstance(raw, str) and _is_blank(raw)):
        return None
    if kind.kind is Kind.DATETIME:
        return parse_moment(raw, zone)
    if kind.kind is Kind.LIST:
        return _list(raw, kind, zone)
    return _READERS[kind.kind](raw, kind)


def _is_blank(text: str) -> bool:
    """Tell whether nothing in a text can be seen: spaces, line ends and zero-width characters."""
    return all(char.isspace() or unicodedata.category(char) == "Cf" for char in text)


def _text(raw: object, _: ValueType) -> Value:
    if not isinstance(raw, str):
        raise Refusal(NOT_TEXT.here())
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > TEXT_LIMIT:
        raise Refusal(TEXT_TOO_LONG.here(length=len(text), limit=TEXT_LIMIT))
    if any((unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t") for char in text):
        raise Refusal(BAD_CHARACTER.here())
    return text or None


# Numbers.


def _number(raw: object, kind: ValueType) -> Value:
    number = _decimal(raw, kind.currency if kind.kind is Kind.MONEY else "")
    # A number without a scale is only compared with, so it may have all the digits of the language.
    scale = NUMBER_PLACES if kind.scale is None else kind.scale
    limit = NUMBER_LIMIT if kind.scale is None else Decimal(10) ** (STORED_DIGITS - scale)
    if number.copy_abs() >= limit:
        raise Refusal(NUMBER_TOO_LARGE.here(digits=limit.adjusted()))
    exact = number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
    if exact != number:
        raise Refusal(TOO_MANY_DIGITS.here(digits=scale))
    exact = number if kind.scale is None else exact
    return exact.copy_abs() if exact == 0 else exact


def _decimal(raw: object, currency: str = "") -> Decimal:
    """Return the number, finite and below 10**40; raises `Refusal`."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise Refusal(NOT_A_NUMBER.here(found=_shown(raw)))
    if isinstance(raw, str):
        text = _without_currency(_folded(raw), currency)
        if len(text) > 60 or not (_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)):
            raise Refusal(NOT_A_NUMBER.here(found=_shown(raw)))
        number = Decimal(text.replace(",", ""))
    elif isinstance(raw, int):
        number = Decimal(raw) if abs(raw) < 10**40 else Decimal("Infinity")
    else:
        number = Decimal(repr(raw)) if isinstance(raw, float) else raw
    if number.is_nan():
        raise Refusal(NOT_A_NUMBER.here(found=_shown(raw)))
    if number.is_infinite() or number.adjusted() >= 40:
        raise Refusal(NUMBER_TOO_LARGE.here(digits=STORED_DIGITS))
    if number.adjusted() < -60 and number != 0:
        raise Refusal(TOO_MANY_DIGITS.here(digits=NUMBER_PLACES))
    return number


def _without_currency(text: str, currency: str) -> str:
    """Take the currency's own sign, code or word away; that of another one stays, and is refused."""
    if not currency:
        return text
    known = CURRENCIES.get(currency)
    sign = text[:1] if text[:1] in ("-", "+") else ""
    text = text[len(sign) :].strip()
    for word in (currency, known.sign if known else "", *_WORDS_FOR.get(currency, ())):
        if word and text.upper().startswith(word.upper()):
            text = text[len(word) :].strip()
            break
        if word and text.upper().endswith(word.upper()):
            text = text[: -len(word)].strip()
            break
    return sign + text if text[:1] not in ("-", "+") or not sign else "?"


def _duration(raw: object, _: ValueType) -> Value:
    if isinstance(raw, timedelta):
        return raw - timedelta(microseconds=raw.microseconds)
    if isinstance(raw, str) and (span := read_span(_folded(raw))) is not None:
        return span
    try:
        number = _decimal(raw)
        if number == number.to_integral_value(context=_EXACT):
            return timedelta(seconds=int(number))
    except (Refusal, OverflowError, InvalidOperation) as error:
        raise Refusal(NOT_A_DURATION.here(found=_shown(raw))) from error
    raise Refusal(NOT_A_DURATION.here(found=_shown(raw)))


# Dates and moments.


def _date(raw: object, _: ValueType) -> Value:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = _folded(raw) if isinstance(raw, str) else ""
    day = _day(_MIDNIGHT.sub("", text))
    if day is None:
        raise Refusal(NOT_A_DATE.here(found=_shown(raw)))
    return day


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part and part not in "-/."))
    except ValueError:
        return None


def parse_moment(raw: object, zone: ZoneInfo | None) -> Value:
    """Turn a raw value into a moment in UTC, to the second; parts of a second are dropped.

    A text without an offset is meant in `zone`; a time that an hour change repeats is the first one.
    Raises `Refusal`.
    """
    moment = raw if isinstance(raw, datetime) else read_clock(raw) if isinstance(raw, str) else None
    if moment is None:
        raise Refusal(NOT_A_MOMENT.here(found=_shown(raw)))
    try:
        placed = place_moment(moment, zone).astimezone(UTC).replace(microsecond=0)
    except (OverflowError, ValueError) as error:
        raise Refusal(MOMENT_TOO_FAR.here(found=_shown(raw))) from error
    if not _EARLIEST <= placed < _LATEST:
        raise Refusal(MOMENT_TOO_FAR.here(found=_shown(raw)))
    on_the_clock = placed.astimezone(zone or UTC).replace(tzinfo=None)
    if moment.tzinfo is None and on_the_clock != moment.replace(microsecond=0):
        raise Refusal(NO_SUCH_TIME.here(found=_shown(raw)))
    return placed


def place_moment(moment: datetime, zone: ZoneInfo | None) -> datetime:
    """Return a moment that knows its zone: one without an offset is meant in `zone`."""
    return moment if moment.tzinfo else moment.replace(tzinfo=zone or UTC)


def read_clock(text: str) -> datetime | None:
    """Read a date, perhaps a time and an offset, as they are written; None if the text is none.

    >>> read_clock("2026/11/22 9:30")
    datetime.datetime(2026, 11, 22, 9, 30)
    """
    text = _folded(text)
    if day := _day(text):
        return datetime.combine(day, time())
    cut = max(text.rfind(sign, 8, 20) for sign in " T")
    day = _day(text[:cut].strip()) if cut > 0 else None
    clock = text[cut + 1 :].strip()
    offset = _OFFSET.search(clock)
    found = _TIME.fullmatch(clock[: offset.start()].strip() if offset else clock)
    if day is None or found is None:
        return None
    try:
        hour, minute, second = (int(part or 0) for part in found.groups())
        moment = datetime.combine(day, time(hour, minute, second))
        return moment.replace(tzinfo=_zone_of(offset)) if offset else moment
    except ValueError:
        return None


def _zone_of(offset: re.Match[str]) -> timezone:
    sign, hours, minutes = offset.groups()
    span = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-span if sign == "-" else span)


# The rest.


def _boolean(raw: object, _: ValueType) -> Value:
    if isinstance(raw, bool):
        return raw
    word = _folded(raw).casefold() if isinstance(raw, str) else ""
    if isinstance(raw, int):
        word = {0: "0", 1: "1"}.get(raw, "")
    if word in _YES or word in _NO:
        return word in _YES
    raise Refusal(NOT_YES_OR_NO.here(found=_shown(raw)))


def _choice(raw: object, kind: ValueType) -> Value:
    word = raw.strip() if isinstance(raw, str) else _shown(raw)
    if kind.option(word):
        return word
    for option in kind.options:
        if word in (option.label.zh, option.label.en):
            return option.key
    labels = [option.label.zh for option in kind.options]
    options = Text("、".join(labels), ", ".join(option.label.en for option in kind.options))
    near = suggest(word[:_LONGEST_WORD], [*labels, *(option.key for option in kind.options)])
    raise Refusal(NO_SUCH_OPTION.here(found=_shown(raw), options=options, suggestions=near))


def _reference(raw: object, _: ValueType) -> Value:
    number = raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    if isinstance(raw, str) and len(raw) <= _LONGEST_WORD:
        word = _folded(raw)
        number = int(word) if word.isascii() and word.isdigit() and len(word) < 18 else None
    if number is None or not 0 < number < _LARGEST_ID:
        raise Refusal(NOT_A_REFERENCE.here(found=_shown(raw)))
    return number


def _list(raw: object, kind: ValueType, zone: ZoneInfo | None) -> Value:
    items = raw if isinstance(raw, list | tuple) else [raw]
    if len(items) > _MOST_ITEMS:
        raise Refusal(TOO_MANY_ITEMS.here(length=len(items), limit=_MOST_ITEMS))
    item = kind.item or ValueType(Kind.TEXT)
    return tuple(value for one in items if (value := parse_value(one, item, zone)) is not None) or None


def _folded(text: str) -> str:
    """Return a short text with full-width signs made plain; a long one, which is none of ours, as ''."""
    return text.translate(_FULL_WIDTH).strip() if len(text) <= _LONGEST_WORD else ""


def _shown(raw: object) -> str:
    """Return the raw value for a sentence: short, and without characters that cannot be shown."""
    if isinstance(raw, int) and abs(raw) >= 10**40:
        return "…"
    text = raw if isinstance(raw, str) else "…" if isinstance(raw, list | tuple | dict) else str(raw)
    short = text if len(text) <= 40 else f"{text[:39]}…"
    return "".join(char if unicodedata.category(char) not in ("Cc", "Cs") else "\ufffd" for char in short)


_READERS: dict[Kind, Callable[[object, ValueType], Value]] = {
    Kind.TEXT: _text,
    Kind.FILE: _text,
    Kind.BLANK: _text,
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DURATION: _duration,
    Kind.CHOICE: _choice,
    Kind.USER: _reference,
    Kind.DEPARTMENT: _reference,
    Kind.RECORD: _reference,
}
