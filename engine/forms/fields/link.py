"""The field type `link`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.forms.contract import Control, Examples, FieldType
from engine.forms.linking import LinkTarget
from engine.texts import Text
from engine.values import Kind, ValueType


@dataclass(frozen=True, kw_only=True)
class LinkOptions(LinkTarget):
    """What can be set on a link."""


class Link(FieldType):
    """A reference to one record of a form; other fields can be read through it: `customer.level`."""

    name = "link"
    label = Text("关联记录", "Link")
    Options = LinkOptions

    def value_type(self, options: LinkOptions) -> ValueType:
        """The id of a record."""
        return ValueType(Kind.RECORD, form=options.to)

    def control(self, options: LinkOptions, kind: ValueType) -> Control:
        """A picker that searches on the server."""
        return Control("combobox", lookup="record")

    def examples(self) -> Examples:
        """Ids of records."""
        return Examples(
            good=((7, 7), ("7", 7), ("", None)),
            bad=("tea", -1, 0, 1.5, True),
            definition={"to": "things", "only": "things.price > 0"},
        )
