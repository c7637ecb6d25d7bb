"""How many statements a save takes does not depend on the number of fields, formulas or records."""

from __future__ import annotations

import pytest

from runtime.store.database import count_statements
from tests.runtime.workshop import Workpiece, Workshop


def wide(fields: int) -> str:
    lines = "".join(
        f"    n{at}: {{type: integer, default: 1}}\n    f{at}: {{type: integer, formula: n{at} + 1}}\n"
        for at in range(fields)
    )
    return (
        "a:\n  buttons: {up: {title: Up, do: [put: {record: id, field: n0, amount: 1}, set: {n1: 5}]}}\n  fields:\n"
        f'    no: {{type: serial, format: "{{0000}}"}}\n    u: {{type: text, unique: true}}\n{lines}'
    )


def statements(workshop: Workshop, app: Workpiece, records: int) -> list[int]:
    """Return how many statements a new record, many, a change and a deletion take, without opening the app."""
    app.save("a")
    found = []
    for work in (
        lambda: app.save_all("a", [{}] * records),
        lambda: app.change("a", 1, n0=7, u=str(records)),
        lambda: app.delete("a", 1),
        lambda: app.bring_back("a", 1),
    ):
        with count_statements(workshop.database) as count:
            work()
        found.append(len(count))
    return found


@pytest.mark.parametrize("fields", [2, 60])
def test_a_save_takes_as_many_statements_whatever_its_size(workshop: Workshop, fields: int) -> None:
    held = 1 if workshop.database.dialect == "postgresql" else 0
    app = workshop.app(wide(fields))
    for records in (1, 100):
        inserted, *rest = statements(workshop, app, records)
        # Which version is in force, the number, the record, its history, the trace.
        # SQLite is asked for the last id before many.
        asked = 1 if records > 1 and not held else 0
        assert inserted == held + 5 + asked, records
        assert rest == [held + 5] * 3


def test_a_button_takes_a_statement_a_formula_only_where_it_counts(workshop: Workshop) -> None:
    app = workshop.app(wide(2))
    app.save("a")
    with count_statements(workshop.database) as count:
        app.press("a", 1, "up")
    assert len(count) <= 11
    assert (app.read("a", 1)["n0"], app.read("a", 1)["f0"], app.read("a", 1)["f1"]) == (2, 3, 6)
