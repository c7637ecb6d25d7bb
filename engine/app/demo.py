"""The demo part of a definition: the people, departments and records that an app shows itself with.

Records have names of their own here, by which links refer to them; people are named by their sign-in name,
departments by their key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.definition.cursor import Cursor
from engine.forms.compile import NOT_A_FIELD, UNKNOWN_FORM
from engine.forms.model import Form
from engine.app.grants import UNKNOWN_ROLE
from engine.option_kinds import Label, ListOf, MapOf, Name, Nested, Raw, Words
from engine.options import option, read_options
from engine.problems import ProblemCode, Refusal, suggest
from engine.texts import Text
from engine.values import Kind, ValueType

UNKNOWN_PERSON = ProblemCode(
    "unknown-person",
    Text("示例里没有「{name}」这个人", "There is no '{name}' among the demo people"),
    Text("在 demo.people 里加上", "Add it to demo.people"),
)
UNKNOWN_DEPARTMENT = ProblemCode(
    "unknown-department",
    Text("示例里没有「{name}」这个部门", "There is no '{name}' among the demo departments"),
    Text("在 demo.departments 里加上", "Add it to demo.departments"),
)
UNKNOWN_RECORD = ProblemCode(
    "unknown-demo-record",
    Text("示例的「{form}」里没有「{name}」这条记录", "There is no '{name}' among the demo records of '{form}'"),
    Text("写一条已有记录的名字", "Use the name of a record that exists"),
)
DEMO_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {name: {"type": "object"} for name in ("departments", "people", "records")},
    "additionalProperties": False,
}
SYSTEM_KEYS = frozenset({"created_by", "created_at"})


@dataclass(frozen=True, kw_only=True)
class DepartmentOptions:
    """One department."""

    title: Text = option(Label(), Text("名称", "The name"))
    parent: str = option(Name(), Text("上级部门", "The department above"), default="")
    head: str = option(Name(), Text("负责人", "The head"), default="")


@dataclass(frozen=True, kw_only=True)
class PersonOptions:
    """One person."""

    name: str = option(Words(), Text("姓名", "The name"))
    department: str = option(Name(), Text("部门", "The department"), default="")
    supervisor: str = option(Name(), Text("直属上级", "The supervisor"), default="")
    roles: tuple[str, ...] = option(ListOf(Name()), Text("在这个应用里的角色", "The roles in this app"), default=())
    email: str = option(Words(), Text("邮箱", "The mail address"), default="")


@dataclass(frozen=True, kw_only=True)
class _DemoOptions:
    departments: dict[str, DepartmentOptions] = option(MapOf(Nested(DepartmentOptions)), Text("部门", "Departments"), default={})
    people: dict[str, PersonOptions] = option(MapOf(Nested(PersonOptions)), Text("人员", "People"), default={})
    records: Any = option(Raw({"type": "object"}, Text("记录", "records")), Text("各表单的记录", "Records by form"), default=None)


@dataclass(frozen=True)
class DemoRecord:
    """One demo record: raw values by field; links, people and departments by their demo names."""

    form: str
    name: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class DemoData:
    """Everything that an app brings to show itself with."""

    departments: Mapping[str, DepartmentOptions] = field(default_factory=dict)
    people: Mapping[str, PersonOptions] = field(default_factory=dict)
    records: tuple[DemoRecord, ...] = ()


def read_demo(cursor: Cursor | None, forms: Mapping[str, Form], roles: Mapping[str, Text]) -> DemoData:
    """Read and check the demo part; what is wrong is reported."""
    options = read_options(cursor, _DemoOptions) if cursor is not None else None
    if options is None or cursor is None:
        return DemoData()
    _check_people(cursor, options, roles)
    records: list[DemoRecord] = []
    for key, entry in options.records.entries() if options.records is not None else ():
        if key not in forms:
            entry.report_key(UNKNOWN_FORM, name=key, suggestions=suggest(key, forms))
            continue
        for name, record in entry.entries():
            records.append(DemoRecord(key, name, _read_record(record, forms[key], options)))
    return DemoData(options.departments, options.people, tuple(records))


def _check_people(cursor: Cursor, options: _DemoOptions, roles: Mapping[str, Text]) -> None:
    for key, department in options.departments.items():
        place = cursor.child("departments").child(key)
        if department.parent and department.parent not in options.departments:
            near = suggest(department.parent, options.departments)
            place.child("parent").report(UNKNOWN_DEPARTMENT, name=department.parent, suggestions=near)
        if department.head and department.head not in options.people:
            place.child("head").report(UNKNOWN_PERSON, name=department.head, suggestions=suggest(department.head, options.people))
    for key, person in options.people.items():
        place = cursor.child("people").child(key)
        if person.department and person.department not in options.departments:
            near = suggest(person.department, options.departments)
            place.child("department").report(UNKNOWN_DEPARTMENT, name=person.department, suggestions=near)
        if person.supervisor and person.supervisor not in options.people:
            near = suggest(person.supervisor, options.people)
            place.child("supervisor").report(UNKNOWN_PERSON, name=person.supervisor, suggestions=near)
        for role in person.roles:
            if role not in roles:
                place.child("roles").report(UNKNOWN_ROLE, name=role, suggestions=suggest(role, roles))


def _read_record(cursor: Cursor, form: Form, options: _DemoOptions) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, place in cursor.entries():
        found = form.fields.get(key)
        if found is None and key not in SYSTEM_KEYS:
            place.report_key(NOT_A_FIELD, form=form.label, name=key, suggestions=suggest(key, form.fields))
            continue
        kind = found.value_type if found else form.shape_fields()[key].value_type
        _check_value(place, kind, found, options)
        values[key] = place.data
    return values


def _check_value(place: Cursor, kind: ValueType, field: Any, options: _DemoOptions) -> None:
    """Check one raw value as far as it can be told from the definition alone."""
    match kind.kind:
        case Kind.USER if place.data not in options.people:
            place.report(UNKNOWN_PERSON, name=place.data, suggestions=suggest(str(place.data), options.people))
        case Kind.DEPARTMENT if place.data not in options.departments:
            place.report(UNKNOWN_DEPARTMENT, name=place.data, suggestions=suggest(str(place.data), options.departments))
        case Kind.RECORD:
            _check_reference(place, kind.form)
        case Kind.USER | Kind.DEPARTMENT:
            pass
        case _ if field is not None:
            try:
                field.type.parse(place.data, kind)
            except Refusal as refusal:
                place.add(refusal.problem)


def _check_reference(place: Cursor, form: str) -> None:
    records = place.document.data["demo"]["records"].get(form)
    known = list(records) if isinstance(records, dict) else []
    if place.data not in known:
        place.report(UNKNOWN_RECORD, form=form, name=place.data, suggestions=suggest(str(place.data), known))
