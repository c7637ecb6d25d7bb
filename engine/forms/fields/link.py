"""The field type `link`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expression.parse import Source
from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import Formula, Name
from engine.options import option
from engine.texts import Text
from engine.values import Kind, ValueType


@dataclass(frozen=True, kw_only=True)
class LinkOptions:
    """What can be set on a link."""

    to: str = option(Name(), Text("关联到哪张表单", "The form that it points to"))
    only: Source | None = option(
        Formula(),
        Text(
            "只能选符合这个条件的记录,对方的字段前写表单名,例如 parts.stock > 0",
            "Offer only records that meet a condition; their fields carry the form's name: parts.stock > 0",
        ),
        default=None,
    )


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
