"""Demo data: the people, departments and records that apps bring to show themselves with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from engine.app import AppDefinition
from engine.app.demo import DemoRecord
from engine.forms.model import Form
from engine.parsing import parse_moment
from engine.texts import Text
from engine.turn import RecordSubmitted
from engine.values import Kind, ValueType
from runtime.service.people_import import import_people
from runtime.store import people as people_store
from runtime.store.published import PublishedApp
from runtime.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from runtime.service.office import Office

_CHUNK = 200


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One demo sign-in, with what the person does."""

    username: str
    name: str
    text: Text


def demo_people(office: Office) -> list[DemoPerson]:
    """Return the demo people of all published apps, each once, with their roles."""
    found: dict[str, DemoPerson] = {}
    with office.database.reading() as connection:
        apps = office.shelf.all(connection)
    for app in apps:
        definition = app.definition
        for username, person in definition.demo.people.items():
            department = definition.demo.departments.get(person.department)
            roles = [definition.roles[role] for role in person.roles]
            words = [*([department.title] if department else []), *roles]
            text = Text("、".join(w.zh for w in words), ", ".join(w.en for w in words))
            found.setdefault(username, DemoPerson(username, person.name, text))
    return list(found.values())


def load_demo(office: Office, app: PublishedApp, password: str) -> int:
    """Load an app's demo people and records, unless it has records already; returns how many.

    Every demo person gets `password`. Loading twice changes nothing.
    """
    definition = app.definition
    with office.database.reading() as connection:
        if any(_has_records(connection, app, form) for form in definition.main_forms):
            return 0
    import_people(office.people, _people_spec(definition))
    with office.database.reading() as connection:
        people = {
            name: found.id
            for name in definition.demo.people
            if (found := people_store.find_username(connection, name))
        }
        departments = {one.key: one.id for one in people_store.load_departments(connection).values()}
    office.sign_in.give_first_passwords(list(people.values()), password)
    return office.database.in_transaction(
        lambda connection: _Loading(UnitOfWork(connection, app, office.clock()), people, departments).run()
    )


def _has_records(connection: Any, app: PublishedApp, form: str) -> bool:
    return connection.execute(app.tables.tables[form].select().limit(1)).first() is not None


def _people_spec(definition: AppDefinition) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    departments = {
        key: {"title": one.title.to_json(), "parent": one.parent or None, "head": one.head or None}
        for key, one in definition.demo.departments.items()
    }
    people = {
        key: {
            "name": one.name, "department": one.department or None, "supervisor": one.supervisor or None,
            "email": one.email or None, "roles": {definition.key: list(one.roles)},
        }
        for key, one in definition.demo.people.items()
    }  # fmt: skip
    return {"departments": departments, "people": people}


@dataclass
class _Loading:
    """Writes the demo records of one app, forms that others link to first."""

    unit: UnitOfWork
    people: Mapping[str, int]
    departments: Mapping[str, int]

    def run(self) -> int:
        """Write everything and return the number of records."""
        definition = self.unit.app.definition
        ids: dict[tuple[str, str], int] = {}
        count = 0
        for form in _in_order(definition):
            records = [one for one in definition.demo.records if one.form == form]
            for start in range(0, len(records), _CHUNK):
                chunk = records[start : start + _CHUNK]
                done = self._write(definition.forms[form], chunk, ids)
                ids |= {(form, one.name): new for one, new in zip(chunk, done, strict=True)}
                count += len(chunk)
        self._link_later(ids)
        return count

    def _link_later(self, ids: Mapping[tuple[str, str], int]) -> None:
        """Fill in the links to records that were not there yet when their own was written."""
        for one in self.unit.app.definition.demo.records:
            form, record = self.unit.app.definition.forms[one.form], ids[one.form, one.name]
            row = self.unit.reader.row(one.form, record) if self._early(form, one) else None
            if row is None:
                continue
            raw = {
                key: wanted
                for key in self._early(form, one)
                if (wanted := self._reference(form, key, one.values[key], ids)) and not row.get(key)
            }
            if raw:
                self.unit.take(RecordSubmitted(form.key, raw, record, row))

    def _early(self, form: Form, one: DemoRecord) -> list[str]:
        """Return the links of a record that may lead to one which is written after it."""
        linked = {
            key
            for key, field in form.fields.items()
            if field.value_type.refers_to and not field.value_type.refers_to.startswith("@")
        }
        return [key for key in one.values if key in linked]

    def _write(
        self, form: Form, records: list[DemoRecord], ids: Mapping[tuple[str, str], int]
    ) -> tuple[int, ...]:
        events, stamps = [], []
        for one in records:
            raw, stamp = self._raw(form, one, ids)
            events.append(RecordSubmitted(form.key, raw))
            stamps.append(stamp)
        return self.unit.take(*events, stamps=stamps).created

    def _raw(
        self, form: Form, one: DemoRecord, ids: Mapping[tuple[str, str], int]
    ) -> tuple[dict[str, object], dict[str, Any]]:
        raw: dict[str, object] = {}
        stamp: dict[str, Any] = {}
        for key, value in one.values.items():
            if key == "created_by":
                stamp[key] = self.people.get(str(value))
            elif key == "created_at":
                moment = parse_moment(value, self.unit.app.definition.zone)
                stamp[key] = moment if isinstance(moment, datetime) else self.unit.now
            else:
                raw[key] = self._reference(form, key, value, ids)
        return raw, stamp

    def _reference(self, form: Form, key: str, value: object, ids: Mapping[tuple[str, str], int]) -> object:
        kind = form.fields[key].value_type
        if kind.rows and isinstance(value, list):
            rows = form.row_forms[key]
            return [{name: self._reference(rows, name, v, ids) for name, v in row.items()} for row in value]
        if kind.item is not None and kind.refers_to:
            named = value if isinstance(value, list) else [value]
            return [self._named(kind.item, one, ids) for one in named]
        return self._named(kind, value, ids)

    def _named(self, kind: ValueType, value: object, ids: Mapping[tuple[str, str], int]) -> object:
        """Return the id of what a demo record names; other values as they are."""
        match kind.kind:
            case Kind.USER:
                return self.people.get(str(value))
            case Kind.DEPARTMENT:
                return self.departments.get(str(value))
            case Kind.RECORD:
                return ids.get((kind.form, str(value)))
            case _:
                return value


def _in_order(definition: AppDefinition) -> list[str]:
    """Return the forms so that those which others link to come first, as far as that is possible."""
    graph = {
        key: {target for part in (form, *form.row_forms.values()) for target in _links(part)} - {key}
        for key, form in definition.main_forms.items()
    }
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return list(definition.main_forms)


def _links(form: Form) -> set[str]:
    return {one.value_type.form for one in form.stored_fields if one.value_type.form}
