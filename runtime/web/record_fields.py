"""The fields of a record as its page shows them: words, chips, pictures, files, rows of sub-tables."""

from __future__ import annotations

from typing import Any

from engine.expression.evaluate import holds
from engine.forms.model import Field, Form
from engine.scope import RecordScope
from engine.values import Kind, Value
from runtime.service.lines import Cell, RecordLine
from runtime.service.rows import read_rows, row_columns
from runtime.service.visit import Visit
from runtime.web.file_links import file_views, holds_files
from runtime.web.guest import language
from runtime.web.list_table import cell_view

_LONG = 60


def field_view(visit: Visit, form: Form, line: RecordLine, key: str) -> dict[str, Any]:
    """Return one field with its label."""
    field = form.fields[key]
    label = field.label.to(language())
    if field.rows:
        return {"label": label, "long": True, **_table_view(visit, field, line.id)}
    view = {"label": label, **_value_view(visit, field, line.id, line.cells[key])}
    text = line.cells[key].text
    long = field.value_type.kind is Kind.TEXT and (len(text) > _LONG or "\n" in text)
    return view | {"long": True} if long else view


def _value_view(visit: Visit, field: Field, record: int, cell: Cell) -> dict[str, Any]:
    view = cell_view(visit, cell, field.value_type)
    value: Value = cell.value
    if holds_files(field.value_type) and value is not None:
        view["files"] = file_views(visit, field.form, record, field.key, value)
    format = field.value_type.format
    if format is not None and value is not None:
        view["markup"] = format.markup(value)
    if cell.items:
        view["links"] = [cell_view(visit, one, field.value_type) for one in cell.items]
    return view


def _table_view(visit: Visit, table: Field, record: int) -> dict[str, Any]:
    """Return the rows of a sub-table as a small table; without a row it is blank."""
    rows, columns = visit.app.definition.forms[table.rows], row_columns(visit, table)
    fields = [rows.fields[key] for key in columns]
    lines = [
        [_value_view(visit, one, row.id, row.cells[one.key]) for one in fields]
        for row in read_rows(visit, table, record)
    ]
    head = [{"label": one.label.to(language()), "end": one.value_type.is_numeric} for one in fields]
    return {"text": str(len(lines)) if lines else "", "table": {"head": head, "rows": lines}}


def is_shown(field: Field, scope: RecordScope) -> bool:
    """Tell whether a field is there for a record as it stands; a hidden one holds nothing."""
    condition = field.expressions.get("visible")
    return condition is None or holds(condition, scope)
