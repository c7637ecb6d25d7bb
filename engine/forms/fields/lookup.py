"""The field type `lookup`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.parse import Source
from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import Formula
from engine.options import INVALID, option
from engine.problems import ProblemCode
from engine.texts import Text
from engine.values import BLANK, ValueType

NOT_A_LOOKUP = ProblemCode(
    "not-a-lookup",
    Text(
        "查找要写成「关联字段.对方的字段」,这里写的是「{found}」",
        "A lookup is a link and a field of its form, but this is '{found}'",
    ),
    Text(
        "写成 customer.level;要计算就用 type: formula", "Write customer.level; use type: formula to calculate"
    ),
)


@dataclass(frozen=True, slots=True)
class _DottedPath:
    """A field reached through links: `customer.level`."""

    def read(self, cursor: Cursor) -> Any:
        """Return the `Source` of the path."""
        source = Formula().read(cursor)
        if not isinstance(source, Source):
            return INVALID
        names = source.text.strip().split(".")
        if len(names) < 2 or not all(name.isidentifier() for name in names):
            cursor.report(NOT_A_LOOKUP, found=source.text.strip()[:40])
            return INVALID
        return source

    def schema(self) -> dict[str, Any]:
        """A JSON string with a point in it."""
        return {"type": "string", "pattern": "^=?\\s*[^\\s.]+(\\.[^\\s.]+)+\\s*$"}

    def describe(self) -> Text:
        """Say what may be written."""
        return Text("「关联字段.对方的字段」", "a link and a field of its form: customer.level")


@dataclass(frozen=True, kw_only=True)
class LookupOptions:
    """What can be set on a lookup."""

    of: Source = option(
        _DottedPath(),
        Text(
            "通过关联看到的字段,例如 customer.level",
            "The field seen through a link, for example customer.level",
        ),
    )


class Lookup(FieldType):
    """A value of a linked record, always as it stands there now."""

    name = "lookup"
    label = Text("查找引用", "Lookup")
    Options = LookupOptions

    def value_type(self, options: LookupOptions) -> ValueType:
        """Whatever the other field holds."""
        return BLANK

    def formula(self, options: LookupOptions) -> Source:
        """The path."""
        return options.of

    def control(self, options: LookupOptions, kind: ValueType) -> Control:
        """Shown, not entered."""
        return Control("readonly", options=kind.options)

    def examples(self) -> Examples:
        """A field of a linked form."""
        return Examples(good=(), definition={"of": "thing.price"})
