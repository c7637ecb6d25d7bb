"""Who may do what: grants of a definition, and what they add up to for one person.

A grant gives a role actions on the rows of a form, with some fields hidden or read-only. Grants only give:
what no grant gives is refused, and two grants give what either gives. Which fields of a row are visible
may differ from row to row, because the rows of each grant do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.expression.evaluate import holds
from engine.expression.tree import Expression, Scope

Action = Literal["create", "read", "update", "delete"]
ACTIONS: tuple[Action, ...] = ("create", "read", "update", "delete")
EVERYONE = "everyone"
ADMIN = "app_admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role may do on some rows of a form.

    rows: the condition that a row must meet; None for all rows.
    reveal: the masked fields that are shown whole.
    """

    role: str
    actions: frozenset[str]
    rows: Expression | None = None
    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    reveal: frozenset[str] = frozenset()

    def covers(self, scope: Scope) -> bool:
        """Tell whether a record is among the grant's rows."""
        return self.rows is None or holds(self.rows, scope)


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do with one record.

    readable, writable: the keys of fields; writable ones are readable too.
    masked: those of which only the beginning and the end are shown; they cannot be written either.
    """

    actions: frozenset[str]
    readable: frozenset[str]
    writable: frozenset[str]
    masked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Policy:
    """What one person may do in one form: the grants of the roles that the person has.

    fields: the keys of all fields of the form; masked: those that not everybody sees whole.
    unlimited: for administrators and for the system itself.
    """

    form: str
    fields: frozenset[str]
    grants: tuple[Grant, ...] = ()
    unlimited: bool = False
    masked: frozenset[str] = frozenset()

    def may(self, action: Action) -> bool:
        """Tell whether the action is possible on any row at all."""
        return self.unlimited or any(action in grant.actions for grant in self.grants)

    def readers(self) -> tuple[Grant, ...]:
        """Return the grants that let rows be read."""
        return tuple(grant for grant in self.grants if "read" in grant.actions)

    def showing(self, key: str) -> tuple[Grant, ...]:
        """Return the reading grants that show a field."""
        return tuple(grant for grant in self.readers() if key not in grant.hidden)

    def revealing(self, key: str) -> tuple[Grant, ...]:
        """Return the reading grants that show a masked field whole."""
        return tuple(grant for grant in self.showing(key) if key in grant.reveal)

    def masks(self, key: str) -> bool:
        """Tell whether a field is shown by its beginning and end only, on some row at least."""
        return not self.unlimited and key in self.masked and len(self.revealing(key)) < len(self.readers())

    def shows(self, key: str) -> bool:
        """Tell whether a field is visible on any row; a system field always is."""
        return self.unlimited or key not in self.fields or bool(self.showing(key))

    @property
    def visible(self) -> frozenset[str]:
        """Return the fields that are visible on some row."""
        return frozenset(key for key in self.fields if self.shows(key))

    def creatable(self) -> frozenset[str]:
        """Return the fields that may be filled in on a new record."""
        if self.unlimited:
            return self.fields
        return _writable(self.fields, (grant for grant in self.grants if "create" in grant.actions))

    def rights(self, scope: Scope) -> Rights:
        """Return what may be done with one record."""
        if self.unlimited:
            return Rights(frozenset(ACTIONS), self.fields, self.fields)
        covering = tuple(grant for grant in self.grants if grant.covers(scope))
        reading = tuple(grant for grant in covering if "read" in grant.actions)
        readable = frozenset(key for key in self.fields if any(key not in grant.hidden for grant in reading))
        actions = frozenset(action for grant in covering for action in grant.actions)
        writable = _writable(self.fields, (grant for grant in covering if "update" in grant.actions))
        masked = frozenset(key for key in self.masked if not any(key in grant.reveal for grant in reading))
        return Rights(actions, readable, (writable & readable) - masked, masked)

    def allows_new(self, scope: Scope) -> bool:
        """Tell whether a new record as filled in lies within the rows of a grant to create."""
        return self.unlimited or any("create" in g.actions and g.covers(scope) for g in self.grants)


def _writable(fields: frozenset[str], grants: Iterable[Grant]) -> frozenset[str]:
    found = tuple(grants)
    return frozenset(k for k in fields if any(k not in g.hidden and k not in g.read_only for g in found))


@dataclass(frozen=True)
class Access:
    """All grants of an app, by form."""

    fields: Mapping[str, frozenset[str]]
    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    masked: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def policy(self, form: str, roles: frozenset[str]) -> Policy:
        """Return what somebody with these roles may do in a form."""
        fields = self.fields.get(form, frozenset())
        if ADMIN in roles:
            return Policy(form, fields, unlimited=True)
        mine = tuple(grant for grant in self.grants.get(form, ()) if grant.role in roles | {EVERYONE})
        return Policy(form, fields, mine, masked=self.masked.get(form, frozenset()))

    def policies(self, roles: frozenset[str]) -> Callable[[str], Policy]:
        """Return a function that gives the policy for each form, each worked out once."""
        known: dict[str, Policy] = {}

        def policy(form: str) -> Policy:
            if form not in known:
                known[form] = self.policy(form, roles)
            return known[form]

        return policy


SYSTEM_ROLES = frozenset({ADMIN})
