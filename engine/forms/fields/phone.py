"""The field type `phone`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import OneOf
from engine.options import option
from engine.problems import Problem, ProblemCode, Refusal
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType

NOT_A_PHONE = ProblemCode(
    "not-a-phone",
    Text("「{found}」不像电话号码", "'{found}' does not look like a phone number"),
    Text("写成 138 0013 8000 或 021-6888 8888 这样", "Write it like 138 0013 8000 or +44 20 7946 0000"),
)
NOT_THAT_PHONE = ProblemCode(
    "not-that-phone",
    Text("「{found}」不是{expected}", "'{found}' is not {expected}"),
    Text("换一个号码", "Give another number"),
)
_KINDS = {"mobile": Text("手机号码", "a mobile number"), "landline": Text("固定电话", "a landline number")}
_SIGNS = re.compile(r"[\s()./\-\u2010-\u2015]+")
_FULL_WIDTH = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: 0x20}
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))?([2-8][0-9]{6,7})(?:[x#转]([0-9]{1,6}))?")
_SERVICE = re.compile(r"(?:400|800)[0-9]{7}|9[56][0-9]{3,6}|1[0-9]{2}|1[02][0-9]{3}")
_FOREIGN = re.compile(r"\+[1-9][0-9]{5,14}")


class _Phone(Format):
    """138 0013 8000, and a link that calls."""

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write a mobile number in the groups in which people say it."""
        text = str(value)
        return f"{text[:3]} {text[3:7]} {text[7:]}" if _MOBILE.fullmatch(text) else text

    def markup(self, value: Value) -> str:
        """Return the link."""
        text = str(value)
        number = text.split("转")[0].replace("-", "")
        return f'<a href="tel:{escape(number)}">{escape(self.write(text, "zh", ZoneInfo("UTC")))}</a>'


@dataclass(frozen=True, kw_only=True)
class PhoneOptions:
    """What can be set on a phone number."""

    accept: str = option(
        OneOf(("any", *_KINDS)),
        Text("只收手机、只收固话,还是都收", "Mobile numbers, landline numbers, or any"),
        default="any",
    )


class Phone(FieldType):
    """A phone number: of China without a country code, of other countries with one."""

    name = "phone"
    label = Text("电话", "Phone")
    Options = PhoneOptions

    def value_type(self, options: PhoneOptions) -> ValueType:
        """A text, always written alike."""
        return ValueType(Kind.TEXT, format=_Phone())

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read a number however its groups are set, and bring it into one form."""
        value = super().parse(raw, kind, zone)
        if not isinstance(value, str):
            return value
        number = _normalised(value) if len(value) <= 40 else None
        if number is None:
            raise Refusal(NOT_A_PHONE.here(found=value[:40]))
        return number

    def check(self, value: Any, options: PhoneOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep to mobile or to landline numbers; which one a foreign number is, nobody can tell."""
        is_mobile = bool(_MOBILE.fullmatch(value))
        wanted = options.accept
        if wanted in _KINDS and not value.startswith("+") and is_mobile is not (wanted == "mobile"):
            yield NOT_THAT_PHONE.here(found=value, expected=_KINDS[wanted])

    def control(self, options: PhoneOptions, kind: ValueType) -> Control:
        """An input with the keyboard for numbers."""
        return Control("text", {"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": "40"})

    def examples(self) -> Examples:
        """Numbers of China and of elsewhere."""
        return Examples(
            good=(
                ("+86 138-0013-8000", "13800138000"), ("（021）6888 8888", "021-68888888"),
                ("0755-8388 8888 转 12", "0755-83888888转12"), ("+44 20 7946 0000", "+442079460000"),
                ("400-820-8820", "4008208820"), ("", None),
            ),
            bad=("12", "call me", "1" * 40, "1380013800", 13800138000),
        )  # fmt: skip


def _normalised(text: str) -> str | None:
    """Return the one form of a number, or None for what is none."""
    number = _SIGNS.sub("", text.translate(_FULL_WIDTH))
    number = "+" + number[2:] if number.startswith("00") else number
    number = number.removeprefix("+86") if number.startswith("+86") else number
    if _MOBILE.fullmatch(number) or _SERVICE.fullmatch(number) or _FOREIGN.fullmatch(number):
        return number
    found = _LANDLINE.fullmatch(number) or _LANDLINE.fullmatch(f"0{number}")
    if found is None:
        return None
    area, local, extension = found.groups()
    return (f"{area}-" if area else "") + local + (f"转{extension}" if extension else "")
