"""One field of many records at once, or many deleted or brought back: first rehearsed, then done in chunks.

Unlike a batch of the API, what cannot be done is left out with its reasons and the rest is done. A record
that somebody changed after it was picked is left out too. Each chunk is a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from engine.access import Policy
from engine.forms.model import Field, Form
from engine.problems import Problem, ProblemCode, Refusal
from engine.query import RecordQuery
from engine.texts import Text
from engine.turn import Refused
from engine.values import Kind, Value
from runtime.service.batch import (
    CHANGED_MEANWHILE,
    MOST_ENTRIES,
    Batch,
    BatchEntry,
    BatchRefused,
    check_batch,
    save_batch,
)
from runtime.service.boards import FoundRecords
from runtime.service.listing import ListRequest, list_records
from runtime.service.visit import Visit
from runtime.store.records import Conflict

MOST_RECORDS = 10_000
MOST_REASONS = 100

TOO_MANY_PICKED = ProblemCode(
    "too-many-picked",
    Text("选中了 {count} 条,一次最多 {most} 条", "{count} records are chosen; at most {most} at a time"),
    Text("加上筛选条件,分几次做", "Add a filter and do it in several parts"),
)
NOT_FOR_MANY = ProblemCode(
    "not-for-many",
    Text("「{name}」不能成批修改", "'{name}' cannot be changed for many records at once"),
    Text("选另一个字段", "Choose another field"),
)

BatchAction = Literal["change", "delete", "restore"]
ACTIONS: tuple[BatchAction, ...] = ("change", "delete", "restore")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Picked:
    """A record that was picked, and the version at which it was seen; 0 for whatever version it has."""

    record: int
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be done to the picked records; `field` and its raw `value` only for a change."""

    action: BatchAction
    rows: tuple[Picked, ...]
    field: str = ""
    value: object = None

    def batch(self, rows: Sequence[Picked]) -> Batch:
        """Return some of the rows as a batch."""
        fields = {self.field: self.value} if self.action == "change" else {}
        entries = tuple(BatchEntry(one.record, one.version or None, fields) for one in rows)
        match self.action:
            case "change":
                return Batch(change=entries)
            case "delete":
                return Batch(delete=entries)
            case "restore":
                return Batch(restore=entries)


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be: the records, how many stood so already, and why others are left out."""

    done: tuple[int, ...]
    same: int
    refused: Mapping[int, tuple[Problem, ...]]


def writable_fields(visit: Visit, form: Form) -> tuple[Field, ...]:
    """Return the fields that the person may give one value for many records, in the order of the form."""
    policy = visit.policy(form.key)
    return tuple(
        one
        for one in form.fields.values()
        if one.is_entered
        and not (one.readonly or one.unique)
        and not one.value_type.rows
        and Kind.FILE not in (one.value_type.kind, one.value_type.item and one.value_type.item.kind)
        and may_write(policy, one.key)
    )


def may_write(policy: Policy, key: str) -> bool:
    """Tell whether a field may be changed on some record; on which, the turn says."""
    if policy.unlimited:
        return True
    changing = (one for one in policy.grants if "update" in one.actions)
    return policy.shows(key) and any(key not in one.hidden and key not in one.read_only for one in changing)


def writable_field(visit: Visit, form: Form, key: str) -> Field:
    """Return one of `writable_fields`. Raises `Refusal` for any other word."""
    found = next((one for one in writable_fields(visit, form) if one.key == key), None)
    if found is None:
        raise Refusal(NOT_FOR_MANY.here(name=key[:100]))
    return found


def pick_records(
    visit: Visit, form: Form, ids: Sequence[int], *, deleted: bool = False
) -> tuple[Picked, ...]:
    """Return the versions of those among some records that the person may see."""
    wanted = tuple(sorted(set(ids)))
    _check_count(len(wanted))
    found: list[Picked] = []
    for part in _chunks(wanted):
        query = RecordQuery(form=form.key, ids=tuple(part), deleted=deleted)
        rows = visit.connection.execute(visit.queries.compile(query).rows)
        found += [Picked(row[0], row[1]) for row in rows]
    return tuple(sorted(found, key=lambda one: one.record))


def pick_found(visit: Visit, form: Form, request: ListRequest) -> tuple[Picked, ...]:
    """Return every record that the filters and words of a list find.

    Raises `Refusal` where there are more than can be done at once.
    """
    query = FoundRecords(visit, form, request).query(limit=MOST_RECORDS + 1)
    rows = visit.connection.execute(visit.queries.compile(query).rows).all()
    if len(rows) > MOST_RECORDS:
        _check_count(list_records(visit, form.key, request).count)
    return tuple(sorted((Picked(row[0], row[1]) for row in rows), key=lambda one: one.record))


def rehearse(visit: Visit, form_key: str, wish: Wish) -> Outcome:
    """Say what would become of every record, by the same turn that changes them; nothing is written."""
    form = _open(visit, form_key, wish)
    same, rows = _split_same(visit, form, wish)
    done: list[int] = []
    refused: dict[int, tuple[Problem, ...]] = {}
    for part in _chunks(rows):
        problems = check_batch(visit, form.key, wish.batch(part))
        for at, one in enumerate(part):
            found = problems.get((wish.action, at))
            if found:
                refused[one.record] = found
            else:
                done.append(one.record)
    return Outcome(tuple(sorted(done)), same, refused)


def carry_out(run: Callable[[Callable[[Visit], Any]], Any], form: str, wish: Wish) -> Outcome:
    """Do what can be done, chunk by chunk, and say why the rest was left out.

    run: does something as the person, in a writing transaction of its own.
    """
    same, rows = run(lambda visit: _split_same(visit, _open(visit, form, wish), wish))
    done: list[int] = []
    refused: dict[int, tuple[Problem, ...]] = {}
    waiting = list(_chunks(rows))[::-1]
    while waiting:
        part = waiting.pop()
        try:
            run(partial(save_batch, form_key=form, batch=wish.batch(part)))
        except BatchRefused as error:
            found = {part[at].record: problems for (_, at), problems in error.problems.items()}
            refused |= found
            rest = [one for one in part if one.record not in found]
            waiting += [rest] if rest else []
        except (Refusal, Refused, Conflict) as error:
            # What only writing finds out: half by half, until it is clear which record it is.
            if len(part) > 1:
                waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
            else:
                refused[part[0].record] = _problems_of(error)
        else:
            done += [one.record for one in part]
    return Outcome(tuple(sorted(done)), same, refused)


def _problems_of(error: Refusal | Refused | Conflict) -> tuple[Problem, ...]:
    match error:
        case Refused():
            return error.first
        case Refusal():
            return (error.problem,)
        case Conflict():
            return (CHANGED_MEANWHILE.here(version=error.version or 0),)


def _open(visit: Visit, form_key: str, wish: Wish) -> Form:
    """Return the form. Raises `Forbidden`, `NotFound`, and `Refusal` for what no wish can be."""
    form = visit.form(form_key, "update" if wish.action == "change" else "delete")
    _check_count(len(wish.rows))
    if wish.action == "change":
        writable_field(visit, form, wish.field)
    return form


def _split_same(visit: Visit, form: Form, wish: Wish) -> tuple[int, list[Picked]]:
    """Return how many records have the wanted value already, and the others.

    Raises `Refusal` for a value that the field cannot have.
    """
    if wish.action != "change":
        return 0, list(wish.rows)
    field = form.fields[wish.field]
    wanted = field.type.parse(wish.value, field.value_type, visit.app.definition.zone)
    rest: list[Picked] = []
    for part in _chunks(wish.rows):
        present = _present_values(visit, form, wish.field, part)
        rest += [one for one in part if one.record not in present or present[one.record] != wanted]
    return len(wish.rows) - len(rest), rest


def _present_values(visit: Visit, form: Form, key: str, rows: Sequence[Picked]) -> dict[int, Value]:
    """Return the values of a field as the person sees them."""
    ids = tuple(one.record for one in rows)
    query = RecordQuery(form=form.key, columns={key: visit.path(form.key, key)}, ids=ids)
    found = visit.connection.execute(visit.queries.compile(query).rows)
    return {row[0]: row[2] for row in found}


def name_records(visit: Visit, form: Form, ids: Sequence[int], *, deleted: bool = False) -> dict[int, str]:
    """Return what those among some records are called that the person may see."""
    names = (form.named_by,) if visit.policy(form.key).shows(form.named_by) else ()
    found = FoundRecords(visit, form, ListRequest(deleted=deleted))
    lines = found.lines(found.query(names, ids=tuple(ids)), names)
    return {line.id: next((cell.text for cell in line.cells.values()), "") for line in lines}


def _check_count(count: int) -> None:
    if count > MOST_RECORDS:
        raise Refusal(TOO_MANY_PICKED.here(count=count, most=MOST_RECORDS))


def _chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    for start in range(0, len(items), MOST_ENTRIES):
        yield list(items[start : start + MOST_ENTRIES])
