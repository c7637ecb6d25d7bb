"""The demo part of a definition: the people, departments and records that an app shows itself with.

Records have names of their own here, by which links refer to them; people are named by their sign-in name,
departments by their key.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.app.grants import UNKNOWN_ROLE
from engine.definition.cursor import Cursor
from engine.forms.codes import NOT_A_FIELD, UNKNOWN_FORM
from engine.forms.compile import FormsCompiler
from engine.forms.model import Field, Form
from engine.option_kinds import WRONG_KIND, Label, ListOf, MapOf, Name, Nested, Raw, Words
from engine.options import NOT_A_MAP, name_of, option, read_options
from engine.parsing import parse_value
from engine.problems import ProblemCode, Refusal, suggest
from engine.texts import Text
from engine.values import Kind, Value, ValueType

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
    Text(
        "示例的「{form}」里没有「{name}」这条记录", "There is no '{name}' among the demo records of '{form}'"
    ),
    Text("写一条已有记录的名字", "Use the name of a record that exists"),
)
ABOVE_ITSELF = ProblemCode(
    "above-itself",
    Text("「{name}」绕了一圈成了自己的上级:{chain}", "'{name}' stands above itself: {chain}"),
    Text("改掉其中一个上级", "Change one of those above"),
)
COMPUTED_FIELD = ProblemCode(
    "computed-field",
    Text("「{field}」是算出来的,不能写", "'{field}' is computed and cannot be written"),
    Text("写它依据的字段", "Write the fields that it is computed from"),
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
    roles: tuple[str, ...] = option(
        ListOf(Name()), Text("在这个应用里的角色", "The roles in this app"), default=()
    )
    email: str = option(Words(), Text("邮箱", "The mail address"), default="")


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """What the demo part may say."""

    departments: dict[str, DepartmentOptions] = option(
        MapOf(Nested(DepartmentOptions)), Text("部门", "Departments"), default={}
    )
    people: dict[str, PersonOptions] = option(
        MapOf(Nested(PersonOptions)), Text("人员", "People"), default={}
    )
    records: Any = option(
        Raw({"type": "object"}, Text("记录", "records")),
        Text("各表单的记录", "Records by form"),
        default=None,
    )


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


def read_demo(
    cursor: Cursor | None, forms: Mapping[str, Form], roles: Mapping[str, Text], compiler: FormsCompiler
) -> DemoData:
    """Read and check the demo part; what is wrong is reported."""
    options = read_options(cursor, DemoOptions, lenient=True) if cursor is not None else None
    if options is None or cursor is None:
        return DemoData()
    _check_departments(cursor, options)
    _check_people(cursor, options, roles)
    reading = _Reading(options, forms, compiler)
    return DemoData(options.departments, options.people, tuple(reading.records()))


def _check_departments(cursor: Cursor, options: DemoOptions) -> None:
    for key, department in options.departments.items():
        place = cursor.child("departments").child(key)
        _check_one_of(place, "parent", department.parent, options.departments, UNKNOWN_DEPARTMENT)
        _check_one_of(place, "head", department.head, options.people, UNKNOWN_PERSON)
    _check_circles(
        cursor, "departments", "parent", {key: one.parent for key, one in options.departments.items()}
    )


def _check_people(cursor: Cursor, options: DemoOptions, roles: Mapping[str, Text]) -> None:
    for key, person in options.people.items():
        place = cursor.child("people").child(key)
        _check_one_of(place, "department", person.department, options.departments, UNKNOWN_DEPARTMENT)
        _check_one_of(place, "supervisor", person.supervisor, options.people, UNKNOWN_PERSON)
        for position, role in enumerate(person.roles):
            if role not in roles:
                written = place.child("roles")
                written = written.child(position) if isinstance(written.data, list) else written
                written.report(UNKNOWN_ROLE, name=role, suggestions=suggest(role, roles))
    _check_circles(
        cursor, "people", "supervisor", {key: one.supervisor for key, one in options.people.items()}
    )


def _check_one_of(place: Cursor, key: str, name: str, known: Mapping[str, object], code: ProblemCode) -> None:
    if name and name not in known:
        place.child(key).report(code, name=name, suggestions=suggest(name, known))


def _check_circles(cursor: Cursor, part: str, key: str, above: Mapping[str, str]) -> None:
    """Report each circle in who or what stands above whom, once."""
    seen: set[str] = set()
    for start in above:
        chain: list[str] = []
        name = start
        while name and name in above and name not in seen:
            seen.add(name)
            chain.append(name)
            name = above[name]
        if name in chain:
            words = " → ".join([*chain[chain.index(name) :], name])
            cursor.child(part).child(name).child(key).report(ABOVE_ITSELF, name=name, chain=words)


@dataclass(frozen=True)
class _Reading:
    """The reading of the records, which may refer to each other and to people and departments."""

    options: DemoOptions
    forms: Mapping[str, Form]
    compiler: FormsCompiler

    def records(self) -> Iterator[DemoRecord]:
        """Yield every record that can be read."""
        written = self.options.records
        for key, entry in _entries(written) if written is not None else ():
            if key in self.forms:
                for name, record in _entries(entry):
                    yield DemoRecord(key, name, dict(self._values(record, self.forms[key])))
            elif not self.compiler.is_broken(key):
                entry.report_key(UNKNOWN_FORM, name=key, suggestions=suggest(key, self.forms))

    def _values(self, cursor: Cursor, form: Form) -> Iterator[tuple[str, object]]:
        for key, place in _entries(cursor):
            found = form.fields.get(key)
            if found is not None and not found.is_entered:
                place.report_key(COMPUTED_FIELD, field=found.label)
            elif found is not None and found.rows:
                yield key, self._rows(place, form.row_forms[key])
            elif found is not None or key in SYSTEM_KEYS:
                self._check(place, form.shape_fields()[key].value_type, found)
                yield key, place.data
            elif not self.compiler.is_broken(key):
                place.report_key(
                    NOT_A_FIELD, form=form.label, name=key, suggestions=suggest(key, form.fields)
                )

    def _rows(self, place: Cursor, rows: Form) -> list[dict[str, object]]:
        """Read the rows of a sub-table."""
        if not isinstance(place.data, list):
            place.report(WRONG_KIND, expected=Text("列表", "a list"), found=name_of(place.data))
        return [dict(self._values(row, rows)) for row in place.items()]

    def _check(  # noqa: C901 - one line a kind, a closed set
        self, place: Cursor, kind: ValueType, found: Field | None
    ) -> None:
        """Check one raw value as far as it can be told from the definition alone."""
        match kind.kind:
            case _ if place.data is None:
                return
            case Kind.LIST if kind.refers_to:
                for item in place.items() if isinstance(place.data, list) else (place,):
                    self._check(item, kind.item or kind, found)
            case Kind.USER:
                self._check_name(place, self.options.people, UNKNOWN_PERSON)
            case Kind.DEPARTMENT:
                self._check_name(place, self.options.departments, UNKNOWN_DEPARTMENT)
            case Kind.RECORD if kind.form not in self.forms:
                return  # the link to it has been reported
            case Kind.RECORD:
                self._check_name(place, self._names_of(kind.form), UNKNOWN_RECORD, form=kind.form)
            case _ if found is not None:
                _check_value(place, found)
            case _:
                _parse(place, lambda: parse_value(place.data, kind))

    def _check_name(
        self, place: Cursor, known: Mapping[str, object], code: ProblemCode, **facts: object
    ) -> None:
        if not isinstance(place.data, str):
            place.report(WRONG_KIND, expected=Words().describe(), found=name_of(place.data))
        elif place.data not in known:
            place.report(code, name=place.data, suggestions=suggest(place.data, known), **facts)

    def _names_of(self, form: str) -> Mapping[str, object]:
        records = self.options.records.data.get(form) if self.options.records is not None else None
        return records if isinstance(records, dict) else {}


def _entries(cursor: Cursor) -> Iterator[tuple[str, Cursor]]:
    """Go through the entries of what must be a map."""
    if not isinstance(cursor.data, dict):
        cursor.report(NOT_A_MAP, found=name_of(cursor.data))
    return cursor.entries()


def _check_value(place: Cursor, found: Field) -> None:
    """Check a value against its field, and against the limits that are no expressions."""
    value = _parse(place, lambda: found.type.parse(place.data, found.value_type))
    own = {entry.name for entry in dataclasses.fields(found.options)}
    if value is not None and not own & set(found.expressions):
        for problem in found.type.check(value, found.options):
            place.add(problem)


def _parse(place: Cursor, read: Callable[[], Value]) -> Value:
    try:
        return read()
    except Refusal as refusal:
        place.add(refusal.problem)
        return None
