"""What a picker shows of records: the name, and a few facts beside it."""

from __future__ import annotations

from engine.expression.tree import Expression
from engine.scope import RecordScope
from runtime.service.listing import find_choices
from runtime.service.visit import Visit


def record_items(
    visit: Visit, form: str, words: str, condition: Expression | None, around: RecordScope | None = None
) -> list[dict[str, str]]:
    """Return the records of a form that a picker offers for some words.

    condition: narrows them down; around: the record that is being filled in, where the condition reads it.
    """
    items = []
    for line in find_choices(visit, form, words, condition, around=around):
        cells = list(line.cells.values())
        hint = " · ".join(cell.text for cell in cells[1:] if cell.text)
        name = cells[0].text if cells else ""
        items.append({"value": str(line.id), "label": name or f"#{line.id}", "hint": hint})
    return items
