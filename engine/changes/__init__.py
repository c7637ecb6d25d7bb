"""What publishing a definition changes: ordered operations on the stored tables, each with a risk.

The plan is a value: it is shown to the person who publishes, with a sentence and the records concerned for
each change, and then carried out by the runtime in this order. Nothing here drops data: a removed field or
form is retired, and comes back with its values when the definition has it again.

operations.py   the operations and the plan
identity.py     which form or field is which of the definition before
planning.py     from two definitions and what is stored to a plan
meaning.py      what changes besides, in sentences
"""

from engine.changes.identity import Identity, find_way, identify, join
from engine.changes.kinds import plain_kind
from engine.changes.meaning import meaning_changes
from engine.changes.operations import (
    AddField,
    Change,
    ConvertField,
    CreateTable,
    DemandValue,
    Operation,
    Plan,
    Recompute,
    RemoveRole,
    RenameField,
    RenameForm,
    ReplaceField,
    RetireField,
    RetireForm,
    ReviveField,
    ReviveForm,
    Risk,
    SetUnique,
)
from engine.changes.planning import plan_changes

__all__ = [
    "AddField",
    "Change",
    "ConvertField",
    "CreateTable",
    "DemandValue",
    "Identity",
    "Operation",
    "Plan",
    "Recompute",
    "RemoveRole",
    "RenameField",
    "RenameForm",
    "ReplaceField",
    "RetireField",
    "RetireForm",
    "ReviveField",
    "ReviveForm",
    "Risk",
    "SetUnique",
    "find_way",
    "identify",
    "join",
    "meaning_changes",
    "plain_kind",
    "plan_changes",
]
