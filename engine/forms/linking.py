"""What types that refer to records of a form share: which form, and which of its records."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expression.parse import Source
from engine.option_kinds import Formula, Name
from engine.options import option
from engine.texts import Text


@dataclass(frozen=True, kw_only=True)
class LinkTarget:
    """The form that is referred to."""

    to: str = option(Name(), Text("关联到哪张表单", "The form that it points to"))
    only: Source | None = option(
        Formula(),
        Text(
            "只能选符合这个条件的记录,对方的字段前写表单名,例如 parts.stock > 0",
            "Offer only records that meet a condition; their fields carry the form's name: parts.stock > 0",
        ),
        default=None,
    )
