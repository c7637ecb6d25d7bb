"""Value types as a plan looks at them: how they are stored, whether one turns into another, their names."""

from __future__ import annotations

from engine.texts import Text
from engine.values import Kind, ValueType

_REFERENCES = (Kind.RECORD, Kind.USER, Kind.DEPARTMENT)


def plain_kind(kind: ValueType) -> ValueType:
    """Return a value type as it is stored: without the options, which belong to the definition."""
    return ValueType(
        kind.kind,
        scale=kind.scale if kind.is_numeric else None,
        currency=kind.currency,
        form=kind.form,
        item=plain_kind(kind.item) if kind.item is not None else None,
        sealed=kind.sealed,
    )


def converts(old: ValueType, new: ValueType) -> bool:
    """Tell whether a value of one type can be read as one of the other; an id says nothing elsewhere."""
    return old.kind not in _REFERENCES and new.kind not in _REFERENCES


def kind_label(kind: ValueType) -> Text:
    """Name a value type for people, with its digits."""
    if not kind.is_numeric:
        return kind.kind.label
    return Text("{kind}({digits} 位小数)", "{kind} with {digits} decimals").fill(
        {"kind": kind.kind.label, "digits": kind.scale or 0}
    )
