"""The shapes of people and departments, which every app shares: what `me.department.head` may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.expression.tree import Expression, FieldShape, RecordShape
from engine.texts import Text
from engine.values import BOOLEAN, DEPARTMENT, DEPARTMENT_SHAPE, TEXT, USER, USER_SHAPE, ValueType


@dataclass(frozen=True, slots=True)
class PlatformField:
    """A property of a person or a department."""

    key: str
    label: Text
    value_type: ValueType
    computed: Expression | None = None
    rows: str = ""


@dataclass(frozen=True, slots=True)
class PlatformShape:
    """People or departments, as expressions see them."""

    key: str
    label: Text
    fields: Mapping[str, PlatformField]

    def shape_fields(self) -> Mapping[str, FieldShape]:
        """Return the properties by key."""
        return self.fields


def _shape(key: str, label: Text, *fields: PlatformField) -> PlatformShape:
    return PlatformShape(key, label, {one.key: one for one in fields})


PLATFORM_SHAPES: Mapping[str, RecordShape] = {
    USER_SHAPE: _shape(
        USER_SHAPE,
        Text("成员", "People"),
        PlatformField("name", Text("姓名", "Name"), TEXT),
        PlatformField("username", Text("登录名", "Sign-in name"), TEXT),
        PlatformField("email", Text("邮箱", "Mail address"), TEXT),
        PlatformField("department", Text("部门", "Department"), DEPARTMENT),
        PlatformField("supervisor", Text("直属上级", "Supervisor"), USER),
        PlatformField("is_active", Text("在职", "Active"), BOOLEAN),
    ),
    DEPARTMENT_SHAPE: _shape(
        DEPARTMENT_SHAPE,
        Text("部门", "Departments"),
        PlatformField("name", Text("名称", "Name"), TEXT),
        PlatformField("parent", Text("上级部门", "Parent department"), DEPARTMENT),
        PlatformField("head", Text("负责人", "Head"), USER),
    ),
}
