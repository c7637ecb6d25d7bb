"""The field type `rich_text`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from zoneinfo import ZoneInfo

import nh3

from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import Whole
from engine.options import option
from engine.parsing import TEXT_TOO_LONG
from engine.problems import Problem, Refusal
from engine.texts import Language, Text
from engine.values import TEXT_LIMIT, Format, Kind, Value, ValueType

_TAGS = {"p", "br", "strong", "em", "b", "i", "ul", "ol", "li", "h3", "h4", "a", "blockquote"}
_TAG = re.compile(r"</?[a-zA-Z][^>]{0,2000}>")
_ENDS = re.compile(r"<(?:br|/p|/li|/h3|/h4|/blockquote)[ /]{0,2}>")
_SPACE = re.compile(r"\s+")
_HOLD = 6


class _Rich(Format):
    """Plain words on one line, and the text as it was set on a record's page."""

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write the words alone."""
        return _words(str(value))

    def markup(self, value: Value) -> str:
        """Return the text as it was set, cleaned once more: what is stored may come from anywhere."""
        return f'<div class="rich">{_clean(str(value))}</div>'


@dataclass(frozen=True, kw_only=True)
class RichTextOptions:
    """What can be set on a text with formatting."""

    max: int = option(Whole(1, TEXT_LIMIT), Text("最多几个字", "At most how many characters"), default=5_000)


class RichText(FieldType):
    """A text with headings, lists, links, bold and italic; nothing else of HTML is kept."""

    name = "rich_text"
    label = Text("富文本", "Rich text")
    Options = RichTextOptions

    def value_type(self, options: RichTextOptions) -> ValueType:
        """Clean HTML."""
        return ValueType(Kind.TEXT, format=_Rich())

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read HTML and drop all of it that is not allowed; plain words become paragraphs."""
        value = super().parse(raw, kind, zone)
        if not isinstance(value, str):
            return value
        clean = _clean(value if _TAG.search(value) else _paragraphs(value))
        clean = clean if _TAG.search(clean) else f"<p>{clean}</p>"
        if len(clean) > TEXT_LIMIT:
            raise Refusal(TEXT_TOO_LONG.here(length=len(clean), limit=TEXT_LIMIT))
        return clean if _words(clean) else None

    def check(self, value: Any, options: RichTextOptions, zone: ZoneInfo | None = None) -> Iterable[Problem]:
        """Keep the words within the limit."""
        length = len(_words(value))
        if length > options.max:
            yield TEXT_TOO_LONG.here(length=length, limit=options.max)

    def control(self, options: RichTextOptions, kind: ValueType) -> Control:
        """An editor with a bar of buttons; without script an input of several lines."""
        return Control("rich_text", {"rows": "6"})

    def examples(self) -> Examples:
        """Words with and without formatting; what could run or track is dropped."""
        return Examples(
            good=(
                ("<p>Tea &amp; <strong>cups</strong></p>", "<p>Tea &amp; <strong>cups</strong></p>"),
                ("Tea & cups\n\nfor two", "<p>Tea &amp; cups</p><p>for two</p>"),
                ('<p onclick="x()">hi<script>x()</script></p>', "<p>hi</p>"),
                ("<p><br></p>", None),
                ("", None),
            ),
            bad=("x" * 501, 5, "a\x07b"),
            definition={"max": 500},
        )


def _clean(text: str) -> str:
    """Return the allowed part of HTML; cleaning it again changes nothing."""
    for _ in range(_HOLD):
        clean = nh3.clean(
            text, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"},
            link_rel="noopener noreferrer nofollow", strip_comments=True,
        ).strip()  # fmt: skip
        if clean == text:
            break
        text = clean
    return text


def _paragraphs(text: str) -> str:
    """Return plain words as HTML: a blank line ends a paragraph, any other a line."""
    parts = [escape(part.strip(), quote=False) for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts)


def _words(text: str) -> str:
    """Return the words of clean HTML, on one line."""
    return _SPACE.sub(" ", unescape(_TAG.sub("", _ENDS.sub(" ", text)))).strip()
