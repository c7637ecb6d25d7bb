"""The closed set of things that the engine asks the runtime to do.

A turn returns decisions; the runtime writes them in one transaction, in this order: records, counted
fields, then messages. A new kind of decision is a change of the engine and of the runtime.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.problems import Path
from engine.texts import Text
from engine.values import Value


@dataclass(frozen=True, slots=True)
class RowsChange:
    """What becomes of the rows of one sub-table of a record.

    created, changed: values by field, the place in the order included; changed ones by the row's id.
    removed: ids. before, after: all rows as JSON would write them, for the record's history.
    """

    form: str
    created: tuple[Mapping[str, Value], ...]
    changed: Mapping[int, Mapping[str, Value]]
    removed: tuple[int, ...]
    before: tuple[object, ...]
    after: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class CreateRecord:
    """Write a new record, with the rows of its sub-tables by field.

    mark: names it for other decisions of the same turn, before it has an id.
    """

    form: str
    values: Mapping[str, Value]
    mark: str = ""
    rows: Mapping[str, RowsChange] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """Write changed fields of a record, and changed rows of its sub-tables by field.

    expected: the version that the record must still have; None to take it as it is.
    """

    form: str
    record: int
    values: Mapping[str, Value]
    expected: int | None = None
    rows: Mapping[str, RowsChange] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeleteRecord:
    """Move a record to the recycle bin."""

    form: str
    record: int
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class RestoreRecord:
    """Bring a record back from the recycle bin."""

    form: str
    record: int


@dataclass(frozen=True, slots=True)
class Adjust:
    """Change a counted field by one conditional statement; refused where it would pass a limit.

    change: added to the field, negative to take. The field must stay within `least` and `most`.
    """

    form: str
    record: int
    field: str
    change: Decimal
    least: Decimal | None = None
    most: Decimal | None = None
    label: Text = Text("", "")


@dataclass(frozen=True, slots=True)
class RequestEffect:
    """Ask for something outside the database, to be done after the commit and at least once.

    key: names the effect within the turn, made from the definition path, so that a repeated turn asks for
        the same effect.
    stream: effects of one stream are performed in order.
    """

    key: str
    action: str
    payload: Mapping[str, object]
    origin: Path = ()
    stream: str = ""


Decision = CreateRecord | ChangeRecord | DeleteRecord | RestoreRecord | Adjust | RequestEffect
