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


def identify(old: AppDefinition | None, new: AppDefinition, *, back: bool = False) -> Identity:
    """Return what became of the forms and fields of one definition in the next.

    back: whether the new one is the one before, to which an app goes back.
    """
    if old is None:
        return Identity()
    forms = _same(old.forms, new.forms, back=back)
    fields: dict[tuple[str, str], str] = {}
    for key, was in forms.items():
        same = _same(old.forms[was].fields, new.forms[key].fields, back=back)
        fields |= {(key, name): former for name, former in same.items()}
    return Identity(forms, fields)


def join(first: Identity, second: Identity) -> Identity:
    """Put two steps together; `second` leads on from where `first` ends."""
    forms = {key: first.forms[was] for key, was in second.forms.items() if was in first.forms}
    fields = {
        (form, key): first.fields[(second.forms[form], was)]
        for (form, key), was in second.fields.items()
        if (second.forms[form], was) in first.fields
    }
    return Identity(forms, fields)


def find_way(hashes: Iterable[str], current: str, wanted: str) -> list[tuple[str, bool]]:
    """Return the texts on the way from the one in force to an earlier one, each with: is it a step back.

    hashes: of all versions, oldest first. A version that put an earlier text in force again is no step of its
    own. A text that no version had is one step ahead.

    >>> find_way(["a", "b", "c", "a"], "a", "c")
    [('b', False), ('c', False)]
    >>> find_way(["a", "b", "c"], "c", "a")
    [('b', True), ('a', True)]
    """
    parents: dict[str, str] = {}
    last = ""
    for one in hashes:
        parents.setdefault(one, last)
        last = one
    if wanted not in parents:
        return [(wanted, False)]
    up, down = _ancestors(current, parents), _ancestors(wanted, parents)
    meeting = next((one for one in up if one in down), "")
    back = up[1 : up.index(meeting) + 1] if meeting in up else up[1:]
    ahead = down[: down.index(meeting)] if meeting in down else down
    return [(one, True) for one in back] + [(one, False) for one in reversed(ahead)]


def _ancestors(one: str, parents: Mapping[str, str]) -> list[str]:
    found = []
    while one:
        found.append(one)
        one = parents.get(one, "")
    return found


def _same(old: Mapping[str, _Named], new: Mapping[str, _Named], *, back: bool) -> dict[str, str]:
    """Return the old key of each thing that both definitions have, each old key once."""
    found = {key: key for key in new if key in old}
    free = [key for key in old if key not in new]
    for key, one in new.items():
        if key in found:
            continue
        forward = one.was if one.was in free else ""
        backward = next((was for was in free if old[was].was == key), "")
        if was := (backward or forward) if back else (forward or backward):
            found[key] = was
            free.remove(was)
    return found


def form_before(old: AppDefinition | None, identity: Identity, form: Form) -> Form | None:
    """Return what a form was in the definition before."""
    return old.forms.get(identity.forms.get(form.key, "")) if old else None
