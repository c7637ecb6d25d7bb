"""Records by API: lists, single records, changes, batches, buttons, the recycle bin and history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, url_for

from engine.problems import ProblemCode, Refusal
from engine.texts import Text
from engine.values import to_json
from runtime.service.batch import MOST_ENTRIES, Batch, BatchEntry, BatchRefused, save_batch
from runtime.service.idempotency import Answer
from runtime.service.listing import RecordLine, get_record, list_records, read_history, visible_fields
from runtime.service.records import (
    UNKNOWN_BUTTON,
    change_record,
    create_records,
    delete_record,
    may_press,
    press_button,
    undelete_record,
)
from runtime.service.rows import rows_to_json
from runtime.service.visit import Forbidden, NotFound, Visit
from runtime.store.exact_json import write_json
from runtime.web.api.answering import give, json_answer, save, version_headers
from runtime.web.api.asking import (
    check_parameters,
    expected_version,
    list_request,
    read_flag,
    read_names,
)
from runtime.web.api.bodies import as_list, as_object, as_whole, check_keys, read_json_body
from runtime.web.errors import problem_document
from runtime.web.guest import language, reading

blueprint = Blueprint("api_records", __name__)

FORM = "/apps/<app>/forms/<form>/records"
RECORD = f"{FORM}/<int:record>"
_PARTS = ("create", "change", "delete", "restore")

TOO_MANY_ENTRIES = ProblemCode(
    "too-many-entries",
    Text("一次最多 {most} 项", "At most {most} entries at a time"),
    Text("分几次发送", "Send them in several requests"),
)


@blueprint.get(FORM)
def list_all(app: str, form: str) -> Response:
    """Give one page of the records that the caller may see."""
    with reading(app) as visit:
        found = visit.form(form)
        asked = list_request(visible_fields(visit, found))
        page = list_records(visit, form, asked)
    body: dict[str, Any] = {
        "records": [line.to_json() for line in page.lines],
        "count": page.count,
        "page": page.page,
        "pages": page.pages,
        "size": page.size,
        "counting": page.counting,
        "after": page.after,
        "before": page.before,
    }
    if asked.totals:
        body["totals"] = {name: to_json(value) for name, value in page.totals.items()}
    return give(body)


@blueprint.post(FORM)
def create(app: str, form: str) -> Response:
    """Create a record."""
    check_parameters(())
    fields = as_object(read_json_body(("fields",), required=("fields",))["fields"], "fields")

    def work(visit: Visit) -> Answer:
        (record,) = create_records(visit, form, [fields]).created
        return _present(visit, form, record, created=True)

    return save(app, form, "create", work)


@blueprint.get(RECORD)
def show(app: str, form: str, record: int) -> Response:
    """Give one record with every field that the caller may see, or with those that are asked for."""
    check_parameters(("fields", "deleted"))
    names, deleted = read_names("fields"), read_flag("deleted")
    with reading(app) as visit:
        line = get_record(visit, form, record, names, deleted=deleted)
        whole = _with_rows(visit, form, line)
    return give(whole, version_headers(line.version))


@blueprint.patch(RECORD)
def change(app: str, form: str, record: int) -> Response:
    """Change fields of a record; with `If-Match` only if it is still at that version."""
    check_parameters(())
    fields = as_object(read_json_body(("fields",), required=("fields",))["fields"], "fields")
    expected = expected_version()

    def work(visit: Visit) -> Answer:
        change_record(visit, form, record, fields, expected)
        return _present(visit, form, record)

    return save(app, form, "update", work)


@blueprint.delete(RECORD)
def delete(app: str, form: str, record: int) -> Response:
    """Move a record to the recycle bin; with `If-Match` only if it is still at that version."""
    check_parameters(())
    read_json_body(())
    expected = expected_version()

    def work(visit: Visit) -> Answer:
        delete_record(visit, form, record, expected)
        return Answer(204)

    return save(app, form, "delete", work)


@blueprint.post(f"{RECORD}/restore")
def restore(app: str, form: str, record: int) -> Response:
    """Bring a record back from the recycle bin."""
    check_parameters(())
    read_json_body(())

    def work(visit: Visit) -> Answer:
        undelete_record(visit, form, record)
        return _present(visit, form, record)

    return save(app, form, "delete", work)


@blueprint.post(f"{RECORD}/actions/<button>")
def press(app: str, form: str, record: int, button: str) -> Response:
    """Press a button of a record; with `If-Match` only if it is still at that version."""
    check_parameters(())
    read_json_body(())
    expected = expected_version()

    def work(visit: Visit) -> Answer:
        found = visit.form(form)
        if button not in found.buttons or not may_press(visit, found, button):
            get_record(visit, form, record, ("id",))
            missing = NotFound()
            missing.problem = UNKNOWN_BUTTON.here(name=button)
            raise missing
        press_button(visit, form, record, button, expected)
        return _present(visit, form, record)

    return save(app, form, "read", work)


@blueprint.get(f"{RECORD}/history")
def history(app: str, form: str, record: int) -> Response:
    """Give who changed what in a record, newest first, in the fields that the caller may see there."""
    check_parameters(())
    with reading(app) as visit:
        found = visit.form(form)
        row = visit.reader.row(form, record)
        rights = visit.policy(form).rights(visit.scope(found, row or {}))
        if row is None or "read" not in rights.actions:
            raise NotFound
        lines = read_history(visit, found, record, rights)
    entries = [
        {
            "version": line.version,
            "action": line.action,
            "actor": line.actor,
            "at": to_json(line.at),
            "changes": {key: {"old": old, "new": new} for key, (old, new) in line.changes.items()},
        }
        for line in lines
    ]
    return give({"history": entries})


@blueprint.post(f"{FORM}:batch")
def batch(app: str, form: str) -> Response:
    """Create, change, delete and bring back records, all or none."""
    check_parameters(())
    asked = _read_batch(read_json_body(_PARTS))

    def work(visit: Visit) -> Answer:
        done = save_batch(visit, form, asked)
        return json_answer(
            200, {name: [{"id": i, "version": v} for i, v in part] for name, part in done.items()}
        )

    try:
        return save(app, form, asked.actions[0] if asked.actions else "read", work)
    except BatchRefused as refused:
        return _refuse_batch(refused)


def _present(visit: Visit, form: str, record: int, *, created: bool = False) -> Answer:
    """Answer with a record as it now stands; only its id and version where the caller may not see it now."""
    try:
        line = get_record(visit, form, record)
        whole = _with_rows(visit, form, line)
    except (NotFound, Forbidden):
        line = RecordLine(record, visit.unit().writer.version(form, record) or 0, {})
        whole = line.to_json()
    location = url_for("api_records.show", app=visit.app.key, form=form, record=record) if created else ""
    body = write_json(whole)
    return Answer(201 if created else 200, body, version_headers(line.version, location))


def _with_rows(visit: Visit, form: str, line: RecordLine) -> dict[str, object]:
    """Return a record with the rows of its sub-tables in the place of how many there are."""
    whole = line.to_json()
    rows = rows_to_json(visit, visit.form(form), line.id, tuple(line.cells))
    return {**whole, "fields": {**{key: cell.to_json() for key, cell in line.cells.items()}, **rows}}


def _read_batch(body: dict[str, Any]) -> Batch:
    """Return what a batch asks for. Raises `Refusal` for what is no batch at all."""
    parts = {name: as_list(body.get(name, []), name) for name in _PARTS}
    if sum(len(part) for part in parts.values()) > MOST_ENTRIES:
        raise Refusal(TOO_MANY_ENTRIES.here(most=MOST_ENTRIES))
    creates = []
    for entry in parts["create"]:
        check_keys(as_object(entry, "create"), ("fields",), ("fields",))
        creates.append(BatchEntry(0, None, as_object(entry["fields"], "fields")))
    changes = [_entry(entry, "change", ("id", "version", "fields")) for entry in parts["change"]]
    deletes = [_entry(entry, "delete", ("id", "version")) for entry in parts["delete"]]
    restores = [_entry(entry, "restore", ("id",)) for entry in parts["restore"]]
    return Batch(tuple(creates), tuple(changes), tuple(deletes), tuple(restores))


def _entry(value: object, part: str, known: tuple[str, ...]) -> BatchEntry:
    entry = as_object(value, part)
    check_keys(entry, known)
    version = entry.get("version")
    fields = as_object(entry.get("fields", {}), "fields")
    return BatchEntry(
        as_whole(entry.get("id"), "id"), None if version is None else as_whole(version, "version"), fields
    )


def _refuse_batch(refused: BatchRefused) -> Response:
    errors = [
        {
            "part": part,
            "index": index,
            "code": problem.code.name,
            "field": str(problem.path[0]) if problem.path else None,
            "path": list(problem.path),
            "message": problem.sentence.to(language()),
            "fix": problem.fix.to(language()),
        }
        for (part, index), problems in refused.problems.items()
        for problem in problems
    ]
    first = next(problem for problems in refused.problems.values() for problem in problems)
    return problem_document(422, [first], errors=errors)
