"""The rows of sub-tables in a page's form: inputs are called `table.ROW.field`, where ROW is any word."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

_MARK = "rows"  # `table.rows` says that the sub-table is on the page, even without a row


@dataclass(frozen=True)
class Nested:
    """What a page sent, the rows of each sub-table as a list, and the words that it calls them by."""

    values: dict[str, object] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def name_of(self, path: tuple[str | int, ...]) -> str:
        """Return the name of the input that a problem is about; '' for one of no single input."""
        if len(path) >= 2 and isinstance(path[1], int):
            keys = self.keys.get(str(path[0]), ())
            row = keys[path[1]] if path[1] < len(keys) else str(path[1])
            return ".".join((str(path[0]), row, *map(str, path[2:3])))
        return str(path[0]) if path else ""


def nest(flat: Mapping[str, object], only: Collection[str] | None = None) -> Nested:
    """Take the rows of sub-tables out of what a page sent.

    only: the names of inputs that somebody has touched; others of a row are left out, but never its id.

    >>> nest({"name": "a", "lines.rows": "", "lines.k1.price": "2"}).values
    {'name': 'a', 'lines': [{'price': '2'}]}
    """
    values: dict[str, object] = {}
    rows: dict[str, dict[str, dict[str, object]]] = {}
    for name, value in flat.items():
        parts = name.split(".")
        if len(parts) == 2 and parts[1] == _MARK:
            rows.setdefault(parts[0], {})
        elif len(parts) == 3:
            row = rows.setdefault(parts[0], {}).setdefault(parts[1], {})
            if only is None or parts[2] == "id" or name in only:
                row[parts[2]] = value
        else:
            values[name] = value
    listed: dict[str, object] = {table: list(found.values()) for table, found in rows.items()}
    return Nested(values | listed, {table: tuple(found) for table, found in rows.items()})
