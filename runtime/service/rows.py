"""Reading the rows of a record's sub-tables, through the one query compiler like everything else."""

from __future__ import annotations

from engine.expression.tree import PARENT
from engine.forms.model import Field, Form
from engine.forms.rows import POSITION
from runtime.service.lines import RecordLine
from runtime.service.listing import Filter, ListRequest, list_records
from runtime.service.visit import Visit

_PAGE = 200


def row_columns(visit: Visit, table: Field) -> tuple[str, ...]:
    """Return the fields of a row that the person may see."""
    rows, policy = visit.app.definition.forms[table.rows], visit.policy(table.rows)
    return tuple(key for key, one in rows.fields.items() if not one.system and policy.shows(key))


def read_rows(visit: Visit, table: Field, record: int) -> tuple[RecordLine, ...]:
    """Return the rows of a record's sub-table in their order, as the person may see them."""
    columns = row_columns(visit, table)
    found: list[RecordLine] = []
    while len(found) % _PAGE == 0:
        asked = ListRequest(
            columns=columns, filters=(Filter(PARENT, "is", str(record)),), sort=(POSITION,),
            page=len(found) // _PAGE + 1, size=_PAGE, totals=False,
        )  # fmt: skip
        lines = list_records(visit, table.rows, asked).lines
        found += lines
        if not lines:
            break
    return tuple(found)


def rows_to_json(
    visit: Visit, form: Form, record: int, names: tuple[str, ...]
) -> dict[str, list[dict[str, object]]]:
    """Return the rows of those sub-tables that are among some fields, as the API gives them."""
    tables = [one for one in form.tables if one.key in names]
    return {
        one.key: [
            {"id": row.id, **{key: cell.to_json() for key, cell in row.cells.items()}}
            for row in read_rows(visit, one, record)
        ]
        for one in tables
    }
