"""The field type `url`."""

from __future__ import annotations

import re
from html import escape
from zoneinfo import ZoneInfo

from engine.forms.contract import Control, Examples, FieldType, NoOptions
from engine.problems import ProblemCode, Refusal
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType

NOT_A_WEB_ADDRESS = ProblemCode(
    "not-a-web-address",
    Text("「{found}」不是网址", "'{found}' is not a web address"),
    Text("写成 https://example.com 这样", "Write it like https://example.com"),
)
_LONGEST = 2_000
_PATTERN = re.compile(r"https?://[^\s/?#@<>\"'\\`{}|^]+(?:[/?#][^\s<>\"'\\`{}|^]*)?", re.IGNORECASE)
_BARE = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}(?::[0-9]{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)


class _Link(Format):
    """A link that opens beside the page and tells the other site nothing."""

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write the address."""
        return str(value)

    def markup(self, value: Value) -> str:
        """Return the link."""
        address = escape(str(value))
        return f'<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">{address}</a>'


class Url(FieldType):
    """A web address, http or https; shown as a link."""

    name = "url"
    label = Text("网址", "Web address")

    def value_type(self, options: NoOptions) -> ValueType:
        """A text."""
        return ValueType(Kind.TEXT, format=_Link())

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read an address; one that somebody wrote without https:// gets it."""
        value = super().parse(raw, kind, zone)
        if not isinstance(value, str):
            return value
        address = f"https://{value}" if _BARE.fullmatch(value) and len(value) < _LONGEST else value
        if len(address) > _LONGEST or not _PATTERN.fullmatch(address):
            raise Refusal(NOT_A_WEB_ADDRESS.here(found=value[:40]))
        return address

    def control(self, options: NoOptions, kind: ValueType) -> Control:
        """An input with the keyboard for addresses."""
        attributes = {"type": "url", "inputmode": "url", "autocomplete": "url", "maxlength": str(_LONGEST)}
        return Control("text", attributes | {"placeholder": "https://"})

    def examples(self) -> Examples:
        """Addresses of the web only: no scripts, no files, no passwords."""
        return Examples(
            good=(
                ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
                ("example.com", "https://example.com"),
                ("", None),
            ),
            bad=(
                "javascript:alert(1)",
                "file:///etc",
                "https://",
                "https://a b",
                "http://me@evil.example",
                5,
            ),
        )
