"""Whether the links, people and departments that somebody entered are there for this person to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from engine.expression.tree import PARENT
from engine.forms.assessment import Circumstances
from engine.forms.model import Field, Form
from engine.forms.row_entry import RowEntry, read_rows
from engine.forms.submission import UNKNOWN_FIELD, assess
from engine.problems import Problem, ProblemCode, Refusal, suggest
from engine.query import RecordQuery
from engine.scope import RecordScope
from engine.texts import Text
from engine.values import DEPARTMENT_SHAPE, USER_SHAPE, Value
from runtime.service.files import check_files
from runtime.service.visit import Visit
from runtime.store import schema
from runtime.store.reader import Row

UNKNOWN_REFERENCE = ProblemCode(
    "unknown-reference",
    Text(
        "「{label}」选的记录不存在,或者不能选",
        "The record chosen for {label} does not exist or cannot be chosen",
    ),
    Text("从列表里选一个", "Choose one from the list"),
)


def check_references(
    visit: Visit, form: Form, entries: Sequence[Mapping[str, object]], old: Sequence[Row | None] = ()
) -> dict[int, tuple[Problem, ...]]:
    """Return problems for entered links, people and departments that are not there for this person.

    By the place of the entry. A reference that stays as it was is not asked again. One statement a field.
    """
    asked = _asked(form, entries, old)
    problems: dict[int, tuple[Problem, ...]] = {}
    for key, wanted in asked.items():
        field = form.fields[key]
        problem = UNKNOWN_REFERENCE.at(None, path=(key,), label=field.label)
        there = _choosable(visit, field, _all(wanted)) if not field.offered_by else set()
        for position, identifiers in wanted.items():
            if field.offered_by:
                around = scope_of(visit, form, entries[position], old[position] if old else None)
                there = _choosable(visit, field, identifiers, around)
            if not there.issuperset(identifiers):
                problems[position] = (*problems.get(position, ()), problem)
    for position, sent in check_files(visit, form, entries, old).items():
        problems[position] = (*problems.get(position, ()), *sent)
    for table in form.tables:
        for position, found_there in _check_row_references(visit, form, table, entries, old).items():
            problems[position] = (*problems.get(position, ()), *found_there)
    return problems


def _asked(
    form: Form, entries: Sequence[Mapping[str, object]], old: Sequence[Row | None]
) -> dict[str, dict[int, tuple[int, ...]]]:
    """Return the ids that were entered and are not stored already: by field, by the place of the entry."""
    asked: dict[str, dict[int, tuple[int, ...]]] = {}
    for position, values in enumerate(entries):
        before = old[position] if old else None
        for key, raw in values.items():
            found = form.fields.get(key)
            if found is None or not found.value_type.refers_to or not found.is_entered:
                continue
            known = _listed(before.get(key)) if before else ()
            added = tuple(one for one in _references(raw, found) if one not in known)
            if added:
                asked.setdefault(key, {})[position] = added
    return asked


def _check_row_references(
    visit: Visit,
    form: Form,
    table: Field,
    entries: Sequence[Mapping[str, object]],
    old: Sequence[Row | None],
) -> dict[int, tuple[Problem, ...]]:
    """Check what was entered in the rows of a sub-table; by the place of the record."""
    sent = [
        (position, row) for position, entry in enumerate(entries) for row in _sent_rows(entry.get(table.key))
    ]
    stored = _stored_rows(visit, table, [row.id for _, row in sent if row.id])
    rows, raw = form.row_forms[table.key], [row.raw for _, row in sent]
    problems: dict[int, tuple[Problem, ...]] = {}
    known = [_own_row(stored.get(row.id), old[position] if old else None) for position, row in sent]
    for at, found in check_references(visit, rows, raw, known).items():
        position, row = sent[at]
        placed = tuple(problem.within((table.key, row.place)) for problem in found)
        problems[position] = (*problems.get(position, ()), *placed)
    return problems


def _own_row(row: Row | None, record: Row | None) -> Row | None:
    """Return a stored row of that record; what stands in a row of another record counts as entered anew."""
    return row if row is not None and record is not None and row.get(PARENT) == record.get("id") else None


def _stored_rows(visit: Visit, table: Field, numbers: Sequence[int]) -> dict[int, Row]:
    """Return stored rows by id, so that what stays as it was is not asked again."""
    if not numbers:
        return {}
    rows = visit.app.tables.tables[table.rows]
    found = visit.connection.execute(select(rows).where(rows.c.id.in_(numbers))).mappings()
    return {row["id"]: visit.reader.name_columns(table.rows, dict(row)) for row in found}


def check_row_names(form: Form, table: str, raw: object, known: frozenset[str]) -> list[Problem]:
    """Return a problem for each name in a row of a sub-table that is no field there for this person.

    known: the fields that the person may see or fill in, those of rows as `table.field`.
    """
    rows = form.row_forms[table]
    names = [name for name in rows.fields if f"{table}.{name}" in known]
    found = {name: row.place for row in _sent_rows(raw) for name in row.raw if name not in names}
    return [
        UNKNOWN_FIELD.at(
            None, path=(table, place, name), suggestions=suggest(name[:100], names), name=name[:100],
            form=rows.label,
        )
        for name, place in found.items()
    ]  # fmt: skip


def _sent_rows(raw: object) -> list[RowEntry]:
    """Return the rows that were sent; none for what is no list of rows, which the turn refuses."""
    try:
        return read_rows(raw)
    except Refusal:
        return []


def _references(raw: object, field: Field) -> tuple[int, ...]:
    """Return the ids that were entered; none for what is none, which the turn refuses."""
    try:
        return _listed(field.type.parse(raw, field.value_type))
    except Refusal:
        return ()


def _listed(value: Value) -> tuple[int, ...]:
    """Return a reference, or a list of them, as ids."""
    found = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in found if isinstance(one, int))


def _all(wanted: Mapping[int, tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({one for ids in wanted.values() for one in ids}))


def scope_of(visit: Visit, form: Form, values: Mapping[str, object], old: Row | None = None) -> RecordScope:
    """Return the record as it would be with some values, for conditions of pickers that read it."""
    zone = visit.app.definition.zone
    given = Circumstances(reader=visit.reader, now=visit.now, zone=zone, me=visit.actor.id)
    entered = {
        key: value for key, value in values.items() if key in form.fields and form.fields[key].is_entered
    }
    return assess(form, without_unseen(visit, form, entered, old), given, old=old).scope


def without_unseen(
    visit: Visit, form: Form, values: Mapping[str, object], old: Row | None = None
) -> dict[str, object]:
    """Return entered values without the links to records that the person may not see.

    What is worked out through a link before it is saved would tell of the record behind it. A link that stays
    as it was is kept.
    """
    unseen = _unseen(visit, form, [values], [old])
    kept = {key: value for key, value in values.items() if key not in unseen}
    for table in form.tables:
        rows = _sent_rows(kept.get(table.key))
        if rows:
            stored = _stored_rows(visit, table, [row.id for row in rows if row.id])
            known = [_own_row(stored.get(row.id), old) for row in rows]
            hidden = _unseen(visit, form.row_forms[table.key], [row.raw for row in rows], known)
            kept |= {table.key: _rows_without(rows, hidden)} if hidden else {}
    return kept


def _unseen(
    visit: Visit, form: Form, entries: Sequence[Mapping[str, object]], old: Sequence[Row | None]
) -> dict[str, set[int]]:
    """Return the places of the entries that link to what the person may not see, by field."""
    found: dict[str, set[int]] = {}
    for key, wanted in _asked(form, entries, old).items():
        target = form.fields[key].value_type.refers_to
        if target.startswith("@") or visit.policy(target).unlimited:
            continue
        query = RecordQuery(form=target, ids=_all(wanted))
        seen = {row[0] for row in visit.connection.execute(visit.queries.compile(query).rows)}
        places = {place for place, ids in wanted.items() if not seen.issuperset(ids)}
        found |= {key: places} if places else {}
    return found


def _rows_without(rows: Sequence[RowEntry], hidden: Mapping[str, set[int]]) -> list[dict[str, object]]:
    """Write rows as they were sent, each at its place, without some of their fields."""
    written: list[dict[str, object]] = [{} for _ in range(rows[-1].place + 1)]
    for at, row in enumerate(rows):
        kept = {key: value for key, value in row.raw.items() if at not in hidden.get(key, ())}
        written[row.place] = {"id": row.id or "", **kept}
    return written


def _choosable(
    visit: Visit, field: Field, ids: tuple[int, ...], around: RecordScope | None = None
) -> set[int]:
    """Return the ids among these that may be chosen: visible to the person, active, offered by the field."""
    target = field.value_type.refers_to
    if target in (USER_SHAPE, DEPARTMENT_SHAPE):
        table = schema.users if target == USER_SHAPE else schema.departments
        known = select(table.c.id).where(table.c.id.in_(ids))
        active = known.where(schema.users.c.is_active) if target == USER_SHAPE else known
        return set(visit.connection.execute(active).scalars())
    if not visit.policy(target).may("read"):
        return set()
    query = RecordQuery(form=target, ids=ids, condition=field.expressions.get("only"), around=around)
    return {row[0] for row in visit.connection.execute(visit.queries.compile(query).rows)}
