"""The field type `email`."""

from __future__ import annotations

import re
from html import escape
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType, NoOptions
from engine.problems import ProblemCode, Refusal
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType

NOT_AN_EMAIL = ProblemCode(
    "not-an-email",
    Text("「{found}」不像邮箱地址", "'{found}' does not look like a mail address"),
    Text("写成 li.na@example.com 这样", "Write it like li.na@example.com"),
)
_LONGEST = 254
_PATTERN = re.compile(
    r"[^\s@,;:<>()\[\]\\\"]{1,64}@([^\s@,;:<>()\[\]\\\".]{1,63}\.)+[^\s@,;:<>()\[\]\\\".]{2,63}"
)


class _Mail(Format):
    """A link that writes a mail."""

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write the address."""
        return str(value)

    def markup(self, value: Value) -> str:
        """Return the link."""
        address = escape(str(value))
        return f'<a href="mailto:{address}">{address}</a>'


class Email(FieldType):
    """A mail address."""

    name = "email"
    label = Text("邮箱", "Mail address")

    def value_type(self, options: NoOptions) -> ValueType:
        """A text."""
        return ValueType(Kind.TEXT, format=_Mail())

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read an address; the part behind the @ in small letters, as machines compare it."""
        value = super().parse(raw, kind, zone)
        if not isinstance(value, str):
            return value
        person, _, host = value.removeprefix("mailto:").rpartition("@")
        address = f"{person}@{host.lower()}"
        if len(value) > _LONGEST or not _PATTERN.fullmatch(address):
            raise Refusal(NOT_AN_EMAIL.here(found=value[:40]))
        return address

    def control(self, options: NoOptions, kind: ValueType) -> Control:
        """An input with the keyboard for addresses."""
        attributes = {
            "type": "email",
            "inputmode": "email",
            "autocomplete": "email",
            "maxlength": str(_LONGEST),
        }
        return Control("text", attributes)

    def examples(self) -> Examples:
        """Addresses; anything without a person and a host is refused."""
        return Examples(
            good=(
                (" Li.Na@Example.COM ", "Li.Na@example.com"),
                ("李娜@例子.公司", "李娜@例子.公司"),
                ("", None),
            ),
            bad=("li.na", "a@b", "a b@c.de", "a@b..de", "a@b.de,c@d.de", 5),
        )
