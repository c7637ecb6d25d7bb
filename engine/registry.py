"""One mechanism for every open set: members of one kind, found by name, then frozen.

A registry knows the kind's word for people, so that a wrong name gets a sentence with what was probably
meant. It is filled once, while the catalog is built, and refuses changes afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

from engine.problems import Problem, ProblemCode, suggest
from engine.texts import Text

Member = TypeVar("Member")

UNKNOWN_TYPE = ProblemCode(
    "unknown-type",
    Text("没有「{name}」这种{kind}", "There is no {kind} '{name}'"),
    Text("参考手册列出了所有{kind}", "The reference lists every {kind}"),
)


class RegistryError(Exception):
    """Raised when a type cannot be registered; the message says which, from where, and what to do."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a member came from: "built-in", a distribution's name or a file of the plugins folder."""

    source: str
    module: str


@dataclass
class Registry(Generic[Member]):
    """The members of one kind by name.

    >>> registry = Registry("colour", Text("颜色", "colour"))
    >>> registry.add("red", 1, Origin("built-in", "example"))
    >>> registry.freeze().find("rde").sentence.en
    "There is no colour 'rde'. Did you mean 'red'?"
    """

    kind: str
    label: Text
    _members: dict[str, Member] = field(default_factory=dict)
    _origins: dict[str, Origin] = field(default_factory=dict)
    _frozen: bool = False

    def add(self, name: str, member: Member, origin: Origin) -> None:
        """Register a member; refuses a second one of the same name, and any after `freeze`."""
        if self._frozen:
            raise RegistryError(
                f"The {self.kind} '{name}' comes too late: the catalog is built once, at start. "
                "Put it in a package with an entry point, or in the plugins folder."
            )
        if name in self._members:
            raise RegistryError(
                f"The {self.kind} '{name}' of {origin.module} ({origin.source}) exists already in "
                f"{self._origins[name].module} ({self._origins[name].source}). Rename one of the two."
            )
        self._members[name] = member
        self._origins[name] = origin

    def freeze(self) -> Registry[Member]:
        """Refuse every later change; returns the registry itself."""
        self._frozen = True
        return self

    def find(self, name: str) -> Member | Problem:
        """Return the member, or the problem that names what was probably meant."""
        if name in self._members:
            return self._members[name]
        return UNKNOWN_TYPE.here(suggestions=suggest(name, self._members), name=name, kind=self.label)

    def origin(self, name: str) -> Origin:
        """Return where a member came from."""
        return self._origins[name]

    @property
    def members(self) -> Mapping[str, Member]:
        """Return all members by name, read-only."""
        return MappingProxyType(self._members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __len__(self) -> int:
        return len(self._members)
