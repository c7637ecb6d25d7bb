"""The field type `role`."""

from __future__ import annotations

from engine.forms.contract import Examples, FieldType, NoOptions
from engine.texts import Text
from engine.values import CHOICE, ValueType


class Role(FieldType):
    """One of the roles of the app."""

    name = "role"
    label = Text("角色", "Role")
    options_from = "roles"

    def value_type(self, options: NoOptions) -> ValueType:
        """The key of a role; which there are the app says."""
        return CHOICE

    def examples(self) -> Examples:
        """The roles are the app's, so nothing is one everywhere."""
        return Examples(good=(("", None),), bad=("nobody", 5))
