"""How an app's records are stored: which table holds a form, which column a field, what kinds they are.

Names are made once and never used again for something else, so a removed field keeps its values and a
field that comes back finds them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.values import Kind, ValueType

SYSTEM_COLUMNS = (
    "id",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
    "deleted_by",
    "sound",
)
_SLUG_LENGTH = 30
_LONGEST_NAME = 63  # of anything in PostgreSQL


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """One column of a form's table. `retired` says that no field uses it now."""

    name: str
    kind: ValueType
    retired: bool = False


@dataclass(frozen=True, slots=True)
class StoredTable:
    """The table of one form; columns by field key, retired ones under `field@column`, oldest first."""

    name: str
    columns: Mapping[str, StoredColumn] = field(default_factory=dict)
    retired: bool = False

    def find_retired(self, key: str, kind: ValueType) -> StoredColumn | None:
        """Return the column that a field of this key had last, if its values still fit.

        Only the last one counts: what stood there before it belongs to a field of another meaning.
        """
        found = [column for name, column in self.columns.items() if column.retired and plain_key(name) == key]
        return found[-1] if found and same_storage(found[-1].kind, kind) else None

    @property
    def active(self) -> dict[str, StoredColumn]:
        """Return the columns in use, by field key."""
        return {key: column for key, column in self.columns.items() if not column.retired}


@dataclass(frozen=True, slots=True)
class StoredApp:
    """The tables of one app, by form key; a retired one whose key another form took, under `form@table`."""

    tables: Mapping[str, StoredTable] = field(default_factory=dict)

    def find_table(self, name: str) -> tuple[str, StoredTable] | None:
        """Return the key and the table with this name in the database."""
        return next(((key, table) for key, table in self.tables.items() if table.name == name), None)


def plain_key(key: str) -> str:
    """Return the key of a form or field, without the name that a retired one carries behind it."""
    return key.partition("@")[0]


def moved_forms(before: StoredApp, after: StoredApp) -> dict[str, str]:
    """Return the new key of each form whose table stands under another key now."""
    found = ((old, after.find_table(table.name)) for old, table in before.tables.items())
    return {old: new[0] for old, new in found if new is not None and new[0] != old}


def moved_fields(before: StoredTable, after: StoredTable, converted: Iterable[str] = ()) -> dict[str, str]:
    """Return the new key of each field whose column stands under another key now.

    converted: the names of columns whose values live on in another column under the same key.
    """
    now = {column.name: key for key, column in after.columns.items()}
    kept = set(converted)
    return {
        old: now[column.name]
        for old, column in before.columns.items()
        if column.name not in kept and now.get(column.name, old) != old
    }


def storage_of(kind: ValueType) -> tuple[object, ...]:
    """Return what decides how a value type is stored; types with the same share a column."""
    match kind.kind:
        case Kind.TEXT | Kind.CHOICE | Kind.FILE | Kind.BLANK:
            return ("sealed",) if kind.sealed else ("text",)
        case Kind.NUMBER | Kind.MONEY:
            return ("number", kind.scale)
        case Kind.RECORD:
            return ("record", kind.form)
        case Kind.LIST if kind.item is not None:
            return ("list", *storage_of(kind.item))
        case _:
            return (kind.kind.value,)


def same_storage(left: ValueType, right: ValueType) -> bool:
    """Tell whether two value types can share a column as it is."""
    return storage_of(left) == storage_of(right)


def kind_to_json(kind: ValueType) -> dict[str, Any]:
    """Write a value type down, for the table of columns."""
    parts: dict[str, Any] = {
        "kind": kind.kind.value,
        "scale": kind.scale,
        "form": kind.form,
        "currency": kind.currency,
        "sealed": "yes" if kind.sealed else "",
        "item": kind_to_json(kind.item) if kind.item is not None else None,
    }
    return {name: part for name, part in parts.items() if part not in (None, "")}


def kind_from_json(data: Mapping[str, Any]) -> ValueType:
    """Read a value type back."""
    return ValueType(
        Kind(data["kind"]),
        scale=data.get("scale"),
        form=data.get("form", ""),
        currency=data.get("currency", ""),
        item=kind_from_json(data["item"]) if "item" in data else None,
        sealed=bool(data.get("sealed")),
    )


def new_name(key: str, taken: Iterable[str], prefix: str) -> str:
    """Make a name for a table or a column: plain ASCII, short, and not taken.

    >>> new_name("unit_price", [], "f"), new_name("预计费用", ["f_1"], "f")
    ('f_unit_price', 'f_2')
    """
    used = set(taken)
    slug = re.sub(r"[^a-z0-9_]", "", key.lower())[:_SLUG_LENGTH].strip("_")
    base = f"{prefix}_{slug}" if slug and key.isascii() else ""
    if base and base not in used:
        return base
    number = 1
    while f"{base or prefix}_{number}" in used:
        number += 1
    return f"{base or prefix}_{number}"


def index_name(prefix: str, table: str, column: str) -> str:
    """Make the name of an index or a constraint; one that PostgreSQL would cut off ends with a fingerprint.

    >>> index_name("i", "r_store", "f_name")
    'i_r_store_f_name'
    """
    name = f"{prefix}_{table}_{column}"
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
