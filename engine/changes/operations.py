"""The operations of a publication and their risks, and the plan that holds them in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from engine.stored import StoredApp, StoredColumn, StoredTable
from engine.texts import Text

Risk = Literal["safe", "slow", "destructive"]


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A new form."""

    form: str
    table: StoredTable


@dataclass(frozen=True, slots=True)
class RenameForm:
    """A form has a new key; its table stays."""

    form: str
    was: str


@dataclass(frozen=True, slots=True)
class RetireForm:
    """A form is no longer there; its records are kept."""

    form: str


@dataclass(frozen=True, slots=True)
class ReviveForm:
    """A form is there again, with the records that were kept."""

    form: str


@dataclass(frozen=True, slots=True)
class AddField:
    """A new field."""

    form: str
    field: str
    column: StoredColumn


@dataclass(frozen=True, slots=True)
class RenameField:
    """A field has a new key; its column stays."""

    form: str
    field: str
    was: str


@dataclass(frozen=True, slots=True)
class RetireField:
    """A field is no longer there, or no longer stored; its values are kept."""

    form: str
    field: str


@dataclass(frozen=True, slots=True)
class ReviveField:
    """A field is there again, with the values that were kept."""

    form: str
    field: str
    column: StoredColumn


@dataclass(frozen=True, slots=True)
class ReplaceField:
    """A field means something else from now on; its values so far are kept, but belong to the old meaning.

    is_revived: whether the column was there before and comes back with its values.
    """

    form: str
    field: str
    old: StoredColumn
    column: StoredColumn
    is_revived: bool


@dataclass(frozen=True, slots=True)
class ConvertField:
    """A field holds another kind of value; every value is converted, or the publication refused."""

    form: str
    field: str
    old: StoredColumn
    column: StoredColumn


@dataclass(frozen=True, slots=True)
class Recompute:
    """The formula of a stored field is new or has changed; its values are worked out again."""

    form: str
    field: str


@dataclass(frozen=True, slots=True)
class SetUnique:
    """No two records may have the same value from now on; refused while some have."""

    form: str
    field: str
    unique: bool


@dataclass(frozen=True, slots=True)
class DemandValue:
    """A field becomes required; records that have it blank are asked for it when they are next changed."""

    form: str
    field: str


@dataclass(frozen=True, slots=True)
class RemoveRole:
    """A role is no longer there; nobody has it any more, not even if a role of this name comes back."""

    role: str


Operation = (
    CreateTable | RenameForm | RetireForm | ReviveForm | AddField | RenameField | RetireField | ReviveField
    | ReplaceField | ConvertField | Recompute | SetUnique | DemandValue | RemoveRole
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One operation with its risk and its sentence; `rows` is filled in by whoever can count."""

    operation: Operation
    risk: Risk
    sentence: Text
    rows: int | None = None

    def with_rows(self, rows: int) -> Change:
        """Return the change with the number of records concerned."""
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Plan:
    """Everything that a publication changes in storage, in the order of work, and how it is stored then."""

    changes: tuple[Change, ...]
    stored: StoredApp

    @property
    def is_destructive(self) -> bool:
        """Tell whether a yes must be asked for."""
        return any(change.risk == "destructive" for change in self.changes)
