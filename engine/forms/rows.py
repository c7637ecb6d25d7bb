"""What every row of a sub-table has beside its own fields: its record, and its place among the rows."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expression.tree import PARENT
from engine.forms.contract import Examples, FieldType, NoOptions
from engine.texts import Text
from engine.values import Kind, ValueType

POSITION = "position"


@dataclass(frozen=True)
class Owner(FieldType):
    """The record that a row belongs to."""

    form: str
    name = "owner of the row"
    label = Text("所属记录", "Belongs to")

    def value_type(self, options: NoOptions) -> ValueType:
        """The id of a record of the form around the sub-table."""
        return ValueType(Kind.RECORD, form=self.form)

    def examples(self) -> Examples:
        """Nobody enters it."""
        return Examples(good=())


class Position(FieldType):
    """The place of a row among the rows of its record, from 1 on."""

    name = "position of the row"
    label = Text("行号", "Row")

    def value_type(self, options: NoOptions) -> ValueType:
        """A whole number."""
        return ValueType(Kind.NUMBER, scale=0)

    def examples(self) -> Examples:
        """Nobody enters it."""
        return Examples(good=())


def implicit_fields(form: str) -> dict[str, FieldType]:
    """Return the fields that the system keeps for the rows of a sub-table of a form."""
    return {PARENT: Owner(form), POSITION: Position()}
