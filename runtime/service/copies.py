"""A new record with what another one holds, as far as the person may read it there and enter it here."""

from __future__ import annotations

from engine.forms.model import Field, Form
from engine.values import to_json
from runtime.service.comments import readable_record
from runtime.service.visit import Visit


def copied_values(visit: Visit, form_key: str, record: int) -> dict[str, object]:
    """Return what a copy of a record starts with, by field, as it would be entered.

    Left out: what is computed, numbered, read-only or unique, and what the person may not see, sees only by
    its ends, or may not fill in.
    The rows of sub-tables become new rows. Raises `NotFound`, `Forbidden`.
    """
    form, row = readable_record(visit, form_key, record)
    visit.form(form_key, "create")
    policy = visit.policy(form.key)
    rights = policy.rights(visit.scope(form, row))
    allowed = (rights.readable - rights.masked) & policy.creatable()
    values: dict[str, object] = {}
    for key, field in form.fields.items():
        if key not in allowed or not _is_copied(field):
            continue
        value = _rows(visit, form, field, record, allowed) if field.rows else to_json(row.get(key))
        if value not in (None, [], ""):
            values[key] = value
    return values


def _is_copied(field: Field) -> bool:
    return field.is_entered and not field.readonly and not field.unique


def _rows(
    visit: Visit, form: Form, table: Field, record: int, allowed: frozenset[str]
) -> list[dict[str, object]]:
    """Return the rows of a sub-table without their ids, so that they are new ones."""
    fields = form.row_forms[table.key].fields
    copied = [key for key, field in fields.items() if f"{table.key}.{key}" in allowed and _is_copied(field)]
    return [
        {key: to_json(row[key]) for key in copied if row.get(key) is not None}
        for row in visit.reader.rows(table.rows, record)
    ]
