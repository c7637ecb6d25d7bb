"""The field type `linked_from`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expression.parse import Source
from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import Flag, Name
from engine.options import option
from engine.texts import Text
from engine.values import BLANK, ValueType


@dataclass(frozen=True, kw_only=True)
class LinkedFromOptions:
    """Which links lead here."""

    source: str = option(Name(), Text("哪张表单关联到这里", "The form that links to here"), key="from")
    link: str = option(Name(), Text("那张表单的关联字段", "The field of that form that links to here"))
    many: bool = option(
        Flag(), Text("那个字段关联多条记录时写 true", "Write true where that field links to several records"),
        default=False,
    )  # fmt: skip


class LinkedFrom(FieldType):
    """The other side of a link: how many records of a form lead here; the record's page lists them."""

    name = "linked_from"
    label = Text("反向关联", "Linked from")
    Options = LinkedFromOptions

    def value_type(self, options: LinkedFromOptions) -> ValueType:
        """How many there are."""
        return BLANK

    def formula(self, options: LinkedFromOptions) -> Source:
        """Count the records whose link leads here, or has this record among others."""
        field = f"{options.source}.{options.link}"
        condition = f"CONTAINS({field}, this)" if options.many else f"{field} == this"
        return Source(f"COUNTIFS({options.source}.id, {condition})")

    def control(self, options: LinkedFromOptions, kind: ValueType) -> Control:
        """Shown, not entered: it is filled in on the other side."""
        return Control("readonly")

    def examples(self) -> Examples:
        """The records that link here."""
        return Examples(good=(), definition={"from": "lines", "link": "example"})
