"""What people do to records: create, change, delete, bring back, restore a version, press a button.

Each use case runs inside the caller's transaction, in the order of `reliability.md` b.2: lock, version,
rights on the locked record, the turn, the writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from engine.access import Action, Rights
from engine.forms.assessment import Assessment, Circumstances
from engine.forms.model import Field, Form
from engine.forms.submission import NOT_WRITABLE, UNKNOWN_FIELD, assess
from engine.parsing import parse_value
from engine.problems import Problem, ProblemCode, Refusal, suggest
from engine.texts import Text
from engine.turn import ButtonPressed, RecordRemoved, RecordSubmitted, Refused
from engine.values import Value
from runtime.service.references import check_references, check_row_names, without_unseen
from runtime.service.visit import NO_SUCH_FORM, Forbidden, NotFound, Visit
from runtime.store import schema
from runtime.store.reader import Row, StoredReader
from runtime.store.records import Conflict
from runtime.unit_of_work import Done, UnitOfWork

OUTSIDE = ProblemCode(
    "outside-your-rows",
    Text(
        "这样填的话,记录不在你能新建的范围里",
        "Filled in like this, the record is not among those that you may create",
    ),
    Text("检查部门、负责人等字段", "Check the fields that say whose record it is"),
)
UNKNOWN_BUTTON = ProblemCode(
    "unknown-button",
    Text("没有「{name}」这个按钮", "There is no button '{name}'"),
    Text("刷新页面", "Reload the page"),
)


def create_records(visit: Visit, form_key: str, entries: Sequence[Mapping[str, object]]) -> Done:
    """Create records, all or none.

    Raises `Refused` with the problems of each entry, `Forbidden`, `NotFound`.
    """
    form = own_form(visit, form_key, "create")
    unit = visit.unit()
    refused = check_references(visit, form, entries)
    problems: dict[int, tuple[Problem, ...]] = {}
    for position, values in enumerate(entries):
        found = check_names(visit, form, values) or refused.get(position, ())
        found = found or check_scope(visit, unit, form, values)
        if found:
            problems[position] = found
    if problems:
        raise Refused(problems)
    writable = visit.policy(form.key).creatable()
    return unit.take(*(RecordSubmitted(form.key, values, writable=writable) for values in entries))


def own_form(visit: Visit, form_key: str, action: Action = "read") -> Form:
    """Return a form whose records are written by themselves; rows of a sub-table are written with theirs.

    Raises `NotFound` for the form of such rows too.
    """
    form = visit.form(form_key, action)
    if form.owner:
        raise NotFound(NO_SUCH_FORM)
    return form


def check_names(visit: Visit, form: Form, values: Mapping[str, object]) -> tuple[Problem, ...]:
    """Return a problem for each name that is no field for this person, or one that nobody fills in.

    Hidden fields look like unknown ones.
    """
    policy = visit.policy(form.key)
    known = policy.visible | policy.creatable()
    names = [key for key in form.fields if key in known]
    problems = []
    for key in values:
        if key not in known:
            near = suggest(key[:100], names)
            problems.append(
                UNKNOWN_FIELD.at(None, path=(key,), suggestions=near, name=key[:100], form=form.label)
            )
        elif not form.fields[key].is_entered:
            problems.append(NOT_WRITABLE.at(None, path=(key,), label=form.fields[key].label))
        elif form.fields[key].rows:
            problems += check_row_names(form, key, values[key], known)
    return tuple(problems)


def check_scope(
    visit: Visit, unit: UnitOfWork, form: Form, values: Mapping[str, object]
) -> tuple[Problem, ...]:
    """Return a problem where a new record would be sound, but not among those that the person may create."""
    policy = visit.policy(form.key)
    if policy.unlimited:
        return ()
    result = assess(form, values, _circumstances(visit, policy.creatable(), unit.reader))
    return () if not result.is_accepted or policy.allows_new(result.scope) else (OUTSIDE.here(),)


def change_record(
    visit: Visit, form_key: str, record: int, values: Mapping[str, object], expected: int | None
) -> int:
    """Change fields of one record and return its new version, or the present one if nothing changed.

    Raises `Conflict` when it is not at the expected version any more, `Refused`, `Forbidden`, `NotFound`.
    """
    form, row, rights = locked_record(visit, form_key, record, "update")
    _expect(form, row, record, expected)
    writing = {key: value for key, value in values.items() if key in rights.writable}
    found = check_names(visit, form, values) or check_references(visit, form, [writing], [row]).get(0)
    if found:
        raise Refused({0: found})
    event = RecordSubmitted(form.key, values, record, row, writable=rights.writable, expected=expected)
    done = visit.unit().take(event, old={record: row})
    return done.versions.get((form.key, record), int(str(row["version"])))


def delete_record(visit: Visit, form_key: str, record: int, expected: int | None) -> None:
    """Move a record to the recycle bin."""
    form, row, _ = locked_record(visit, form_key, record, "delete")
    _expect(form, row, record, expected)
    visit.unit().take(RecordRemoved(form.key, record, expected))


def undelete_record(visit: Visit, form_key: str, record: int) -> None:
    """Bring a record back from the recycle bin; who may delete it may bring it back."""
    form, _, _ = locked_record(visit, form_key, record, "delete", deleted=True)
    visit.unit(restored=True).take(RecordRemoved(form.key, record, restore=True))


def restore_version(visit: Visit, form_key: str, record: int, version: int) -> int:
    """Give a record the values that it had at an earlier version; a change like any other.

    What the person could not enter now stays as it is: computed, read-only and unwritable fields.
    """
    form, row, rights = locked_record(visit, form_key, record, "update")
    values = {
        key: value
        for key, value in _values_at(visit, form, record, row, version).items()
        if key in rights.writable
        and form.fields[key].is_entered
        and not form.fields[key].readonly
        and not form.fields[key].value_type.sealed
    }
    tables = [one for one in form.tables if one.key in values]
    values |= {one.key: _rows_then(visit, one, values[one.key], rights) for one in tables}
    found = check_references(visit, form, [values], [row])
    if found:
        raise Refused(found)
    event = RecordSubmitted(form.key, values, record, row, writable=rights.writable, trusted=True)
    done = visit.unit(restored_version=version).take(event, old={record: row})
    return done.versions.get((form.key, record), int(str(row["version"])))


def _values_at(visit: Visit, form: Form, record: int, row: Row, version: int) -> dict[str, object]:
    """Walk the history back from now to a version; sub-tables as lists of rows, where they have changed."""
    table = schema.history
    query = (
        select(table.c.version, table.c.changes)
        .where(table.c.app_id == visit.app.id, table.c.form == form.key, table.c.record_id == record)
        .order_by(table.c.id.desc())
    )
    then: dict[str, object] = {}
    known = False
    for at, changes in visit.connection.execute(query):
        if at <= version:
            known = known or at == version
            break
        for key, (before, _) in changes.items():
            then[key] = before
    if not known:
        raise NotFound
    values = {
        one.key: _value_then(one, then[one.key]) if one.key in then else row.get(one.key)
        for one in form.stored_fields
    }
    return values | {one.key: then[one.key] for one in form.tables if one.key in then}


def _rows_then(visit: Visit, table: Field, rows: object, rights: Rights) -> list[dict[str, object]]:
    """Return the rows of the history as the person would enter them now."""
    fields = visit.app.definition.forms[table.rows].fields
    entered = {
        key
        for key, one in fields.items()
        if one.is_entered
        and not one.readonly
        and not one.value_type.sealed
        and f"{table.key}.{key}" in rights.writable
    }
    listed = rows if isinstance(rows, list) else []
    return [{key: value for key, value in row.items() if key in entered | {"id"}} for row in listed]


def _value_then(field: Field, before: object) -> Value:
    """Read a value of the history, which the field may have held as another kind."""
    try:
        return parse_value(before, field.value_type)
    except Refusal as refusal:
        raise Refused({0: (refusal.problem.within((field.key,)),)}) from refusal


def press_button(visit: Visit, form_key: str, record: int, name: str, expected: int | None = None) -> Done:
    """Run the actions of a button for somebody who may see the record."""
    form, row, _ = locked_record(visit, form_key, record, "read")
    _expect(form, row, record, expected)
    if name not in form.buttons or not may_press(visit, form, name):
        raise Refused({0: (UNKNOWN_BUTTON.here(name=name),)})
    return visit.unit(button=name).take(ButtonPressed(form.key, record, row, name), old={record: row})


def may_press(visit: Visit, form: Form, name: str) -> bool:
    """Tell whether a button is for this person: one of its roles, or everyone where it names none."""
    roles = form.buttons[name].roles
    return visit.policy(form.key).unlimited or not roles or bool(roles & visit.roles)


def locked_record(
    visit: Visit, form_key: str, record: int, action: Action, *, deleted: bool = False
) -> tuple[Form, Row, Rights]:
    """Return a record locked for the transaction, and what the person may do with it.

    Raises `NotFound` when it is not there or may not be seen, `Forbidden` when it may not be changed so.
    """
    form = own_form(visit, form_key)
    row = visit.unit().lock(form.key, record, deleted=deleted)
    if row is None:
        raise NotFound
    rights = visit.policy(form.key).rights(visit.scope(form, row))
    if "read" not in rights.actions:
        raise NotFound
    if action not in rights.actions:
        raise Forbidden(action, form)
    return form, row, rights


def _expect(form: Form, row: Row, record: int, expected: int | None) -> None:
    if expected is not None and row["version"] != expected:
        version = row["version"]
        raise Conflict(form.key, record, version if isinstance(version, int) else None)


def preview(
    visit: Visit,
    form_key: str,
    values: Mapping[str, object],
    record: int = 0,
    touched: Sequence[str] | None = None,
) -> Assessment:
    """Say how a submission stands, without saving: what a page's live feedback shows.

    touched: the fields that the person has entered; the others may still be filled in.
    """
    form = visit.form(form_key)
    row: Row | None = None
    writable = visit.policy(form.key).creatable()
    if record:
        row = visit.unit().reader.row(form.key, record)
        rights = visit.policy(form.key).rights(visit.scope(form, row or {}))
        if row is None or "read" not in rights.actions:
            raise NotFound
        if "update" not in rights.actions:
            raise Forbidden("update", form)
        writable = rights.writable
    fields = {key: one for key, one in form.fields.items() if one.is_entered and not one.readonly}
    enterable = fields.keys() & writable if touched is None else fields.keys() & writable & set(touched)
    entered = {key: value for key, value in values.items() if key in enterable}
    entered = without_unseen(visit, form, entered, row)
    return assess(form, entered, _circumstances(visit, writable), old=row)


def shown_fields(visit: Visit, assessment: Assessment) -> frozenset[str]:
    """Return the fields of a previewed record that the person may see; of a new one also those to fill in."""
    form, policy = assessment.form, visit.policy(assessment.form.key)
    record = assessment.scope.record_id
    if not record:
        return policy.visible | policy.creatable()
    return policy.rights(visit.scope(form, visit.reader.row(form.key, record) or {})).readable


def _circumstances(
    visit: Visit, writable: frozenset[str], reader: StoredReader | None = None
) -> Circumstances:
    zone = visit.app.definition.zone
    return Circumstances(
        reader=reader or visit.reader, now=visit.now, zone=zone, me=visit.actor.id, writable=writable
    )
