"""How an app's records are stored: which table holds a form, which column a field, what kinds they are.

Names are made once and never used again for something else, so a removed field keeps its values and a
field that comes back finds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.values import Kind, ValueType

SYSTEM_COLUMNS = ("id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by")
_SLUG_LENGTH = 30


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """One column of a form's table. `retired` says that no field uses it now."""

    name: str
    kind: ValueType
    retired: bool = False


@dataclass(frozen=True, slots=True)
class StoredTable:
    """The table of one form; columns by field key, retired ones under `field@column`."""

    name: str
    columns: Mapping[str, StoredColumn] = field(default_factory=dict)
    retired: bool = False

    def find_retired(self, key: str, kind: ValueType) -> StoredColumn | None:
        """Return the newest retired column of a field whose values still fit."""
        found = [c for k, c in self.columns.items() if c.retired and k.split("@")[0] == key]
        fitting = [column for column in found if same_storage(column.kind, kind)]
        return fitting[-1] if fitting else None

    @property
    def active(self) -> dict[str, StoredColumn]:
        """Return the columns in use, by field key."""
        return {key: column for key, column in self.columns.items() if not column.retired}


@dataclass(frozen=True, slots=True)
class StoredApp:
    """The tables of one app, by form key."""

    tables: Mapping[str, StoredTable] = field(default_factory=dict)


def storage_of(kind: ValueType) -> tuple[object, ...]:
    """Return what decides how a value type is stored; types with the same share a column."""
    match kind.kind:
        case Kind.TEXT | Kind.CHOICE | Kind.FILE | Kind.BLANK:
            return ("text",)
        case Kind.NUMBER | Kind.MONEY:
            return ("number", kind.scale)
        case Kind.RECORD:
            return ("record", kind.form)
        case _:
            return (kind.kind.value,)


def same_storage(left: ValueType, right: ValueType) -> bool:
    """Tell whether two value types can share a column as it is."""
    return storage_of(left) == storage_of(right)


def kind_to_json(kind: ValueType) -> dict[str, Any]:
    """Write a value type down, for the table of columns."""
    parts = {"kind": kind.kind.value, "scale": kind.scale, "form": kind.form, "currency": kind.currency}
    return {name: part for name, part in parts.items() if part not in (None, "")}


def kind_from_json(data: Mapping[str, Any]) -> ValueType:
    """Read a value type back."""
    return ValueType(
        Kind(data["kind"]), scale=data.get("scale"), form=data.get("form", ""), currency=data.get("currency", "")
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
