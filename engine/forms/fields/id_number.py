"""The field type `id_number`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import OneOf
from engine.options import option
from engine.problems import Problem, ProblemCode, Refusal
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType

NOT_AN_ID_NUMBER = ProblemCode(
    "not-an-id-number",
    Text("「{found}」不像证件号码", "'{found}' does not look like the number of a document"),
    Text("只写字母、数字和短横,最多 {most} 个", "Use letters, digits and dashes, at most {most}"),
)
NOT_A_RESIDENT_ID = ProblemCode(
    "not-a-resident-id",
    Text("这不是 18 位身份证号", "This is not a resident id of 18 digits"),
    Text("写 17 位数字和最后一位数字或 X", "Write 17 digits, then a digit or X"),
)
NO_SUCH_BIRTHDAY = ProblemCode(
    "no-such-birthday",
    Text("号码里的出生日期不存在", "The birthday inside the number does not exist"),
    Text("核对第 7 到 14 位", "Check the digits 7 to 14"),
)
WRONG_CHECK_DIGIT = ProblemCode(
    "wrong-check-digit",
    Text("号码的最后一位对不上,有一位写错了", "The last digit does not fit: one of them is wrong"),
    Text("对着证件再核对一遍", "Compare it with the document"),
)
_MOST = 30
_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]")
_DOCUMENT = re.compile(r"[0-9A-Z()\-]{3,30}")
_SPACES = re.compile(r"[\s\u3000]+")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class _Resident(Format):
    """The number, and what it says about its owner."""

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write the number."""
        return str(value)

    def note(self, value: Value) -> Text | None:
        """Say the birthday and the sex that the number holds."""
        number = str(value)
        day = _birthday(number) if _RESIDENT.fullmatch(number) else None
        if day is None:
            return None
        sex = Text("男", "male") if int(number[16]) % 2 else Text("女", "female")
        return Text(f"{day.isoformat()} 出生,{sex.zh}", f"Born {day.isoformat()}, {sex.en}")


@dataclass(frozen=True, kw_only=True)
class IdNumberOptions:
    """What can be set on the number of a document."""

    document: str = option(
        OneOf(("resident", "any")),
        Text(
            "resident 是中国居民身份证,会核对校验位和出生日期;any 是护照等任何证件",
            "resident is the Chinese id card, whose digits are checked; any is a passport or whatever else",
        ),
        default="resident",
    )


class IdNumber(FieldType):
    """The number of an identity document: the Chinese resident id, checked, or any other."""

    name = "id_number"
    label = Text("证件号码", "Id number")
    Options = IdNumberOptions

    def value_type(self, options: IdNumberOptions) -> ValueType:
        """A text in capitals without spaces."""
        return ValueType(Kind.TEXT, format=_Resident() if options.document == "resident" else None)

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read a number; spaces between its groups do not count."""
        value = super().parse(raw, kind, zone)
        if not isinstance(value, str):
            return value
        number = _SPACES.sub("", value[:200]).upper().replace("（", "(").replace("）", ")")
        if len(value) > 200 or not _DOCUMENT.fullmatch(number):
            raise Refusal(NOT_AN_ID_NUMBER.here(found=value[:40], most=_MOST))
        return number

    def check(self, value: Any, options: IdNumberOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Check the digits of a resident id: how many, the birthday, the last one."""
        if options.document != "resident":
            return
        if not _RESIDENT.fullmatch(value):
            yield NOT_A_RESIDENT_ID.here()
        elif _birthday(value) is None:
            yield NO_SUCH_BIRTHDAY.here()
        elif _CHECKS[sum(int(n) * w for n, w in zip(value[:17], _WEIGHTS, strict=True)) % 11] != value[17]:
            yield WRONG_CHECK_DIGIT.here()

    def control(self, options: IdNumberOptions, kind: ValueType) -> Control:
        """A text input without the help of a spelling check."""
        most = "18" if options.document == "resident" else str(_MOST)
        return Control("text", {"maxlength": most, "spellcheck": "false", "autocapitalize": "characters"})

    def examples(self) -> Examples:
        """A number whose last digit fits; one digit off is refused."""
        return Examples(
            good=(
                ("11010519491231002x", "11010519491231002X"),
                ("110105 19491231 002X", "11010519491231002X"),
                ("", None),
            ),
            bad=("110105194912310021", "110105194913310021", "12345", "护照 1", 110105194912310),
            definition={"document": "resident"},
        )


def _birthday(number: str) -> date | None:
    """Return the day inside a resident id; None where there is no such day."""
    try:
        day = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return day if 1850 <= day.year < 2200 else None
