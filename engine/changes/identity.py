"""Which form and which field of a definition is which of the definition before: what was renamed.

A key that stays is the same thing. A key that is new and says `was` is the one that it names; and where an
earlier definition comes back, the key that it had before is that one again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.app import AppDefinition
from engine.forms.model import Form


class _Named(Protocol):
    @property
    def key(self) -> str:
        """The key in this definition."""

    @property
    def was(self) -> str:
        """The key in an earlier one."""


@dataclass(frozen=True)
class Identity:
    """The keys of the definition before, by those of the new one; only things that both have.

    fields: by form and field of the new definition.
    """

    forms: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], str] = field(default_factory=dict)


def identify(definitions: Iterable[AppDefinition]) -> Identity:
    """Return what became of the forms and fields of the first definition in the last one.

    definitions: from the one in force to the new one; those between them are the versions that are gone
    back over, so that several renamings are followed step by step.
    """
    chain = list(definitions)
    if len(chain) < 2:  # noqa: PLR2004 - a way has two ends
        return Identity()
    found = _step(chain[0], chain[1])
    for before, after in zip(chain[1:], chain[2:], strict=False):
        found = _join(found, _step(before, after))
    return found


def _step(old: AppDefinition, new: AppDefinition) -> Identity:
    forms = _same(old.forms, new.forms)
    fields: dict[tuple[str, str], str] = {}
    for key, was in forms.items():
        before, after = old.forms[was], new.forms[key]
        fields |= {(key, name): former for name, former in _same(before.fields, after.fields).items()}
    return Identity(forms, fields)


def _join(first: Identity, second: Identity) -> Identity:
    """Put two steps together; `second` leads from where `first` ends."""
    forms = {key: first.forms[was] for key, was in second.forms.items() if was in first.forms}
    fields = {
        (form, key): first.fields[(second.forms[form], was)]
        for (form, key), was in second.fields.items()
        if (second.forms[form], was) in first.fields
    }
    return Identity(forms, fields)


def _same(old: Mapping[str, _Named], new: Mapping[str, _Named]) -> dict[str, str]:
    """Return the old key of each thing that both definitions have, each old key once."""
    found = {key: key for key in new if key in old}
    free = [key for key in old if key not in new]
    for key, one in new.items():
        if key in found:
            continue
        back = next((was for was in free if old[was].was == key), "")
        was = one.was if one.was in free else back
        if was:
            found[key] = was
            free.remove(was)
    return found


def form_before(old: AppDefinition | None, identity: Identity, form: Form) -> Form | None:
    """Return what a form was in the definition before."""
    return old.forms.get(identity.forms.get(form.key, "")) if old else None
