"""The field type `links`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.forms.choosing import CountLimits, SeveralValues
from engine.forms.contract import Control, Examples
from engine.forms.linking import LinkTarget
from engine.texts import Text
from engine.values import Kind, ValueType


@dataclass(frozen=True, kw_only=True)
class LinksOptions(LinkTarget, CountLimits):
    """What can be set on links to several records."""


class Links(SeveralValues):
    """References to several records of a form; `customer in customers` asks whether one is among them."""

    name = "links"
    label = Text("关联多条记录", "Links")
    Options = LinksOptions

    def value_type(self, options: LinksOptions) -> ValueType:
        """A list of ids of records."""
        return ValueType(Kind.LIST, item=ValueType(Kind.RECORD, form=options.to))

    def control(self, options: LinksOptions, kind: ValueType) -> Control:
        """A picker that searches on the server and keeps several."""
        return Control("combobox", lookup="record", multiple=True)

    def examples(self) -> Examples:
        """Ids of records."""
        return Examples(
            good=(([7, "8", 7], (7, 8)), ("7", (7,)), ([], None), ("", None)),
            bad=("tea", [1, 2, 3, 4], [0], 1.5),
            definition={"to": "things", "only": "things.price > 0", "max": 3},
        )
