"""The field type `department`."""

from __future__ import annotations

from engine.forms.contract import Examples, FieldType, NoOptions
from engine.texts import Text
from engine.values import DEPARTMENT, ValueType


class Department(FieldType):
    """A department of the organisation; `default: =me.department` fills in that of who creates the record."""

    name = "department"
    label = Text("部门", "Department")

    def value_type(self, options: NoOptions) -> ValueType:
        """The id of a department."""
        return DEPARTMENT

    def examples(self) -> Examples:
        """Ids of departments."""
        return Examples(good=((3, 3), ("3", 3), ("", None)), bad=("Sales", 0, -1, 1.5, True))
