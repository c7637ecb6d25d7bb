"""The field type `formula`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expression.parse import Source
from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import Formula as Expressions
from engine.options import option
from engine.texts import Text
from engine.values import BLANK, ValueType


@dataclass(frozen=True, kw_only=True)
class FormulaOptions:
    """What can be set on a formula."""

    of: Source = option(
        Expressions(),
        Text(
            "算出值的表达式,例如 quantity * unit_price",
            "The expression that gives the value, for example quantity * unit_price",
        ),
    )


class Formula(FieldType):
    """A value that an expression gives; what it holds follows from the expression.

    To fix the digits of the result, use a number or money field with `formula` instead.
    """

    name = "formula"
    label = Text("公式", "Formula")
    Options = FormulaOptions

    def value_type(self, options: FormulaOptions) -> ValueType:
        """Whatever the expression gives."""
        return BLANK

    def formula(self, options: FormulaOptions) -> Source:
        """The expression."""
        return options.of

    def control(self, options: FormulaOptions, kind: ValueType) -> Control:
        """Shown, not entered."""
        return Control("readonly", options=kind.options)

    def examples(self) -> Examples:
        """A product of a field of the record."""
        return Examples(good=(), definition={"of": "amount * 2"})
