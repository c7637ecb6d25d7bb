"""How a contract suite gets to the members that it is run over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from engine.catalog import Catalog
from engine.registry import Origin, Registry
from engine.testing.apps import whole_catalog


class Contract:
    """A suite over members of one kind: those of the whole catalog, or those that a subclass names.

    members: the types or functions to look at; all of this installation's unless they are named.
    """

    members: ClassVar[Sequence[Any]] = ()
    kind: ClassVar[str] = ""

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Run each test once a member; pytest calls this."""
        if "member" in metafunc.fixturenames:
            members = list(self.members) or list(self.registry(whole_catalog()))
            metafunc.parametrize("member", members, ids=[member.name for member in members])

    def registry(self, catalog: Catalog) -> Registry[Any]:
        """Return the catalog's registry of this kind."""
        return next(registry for registry in catalog.registries if registry.kind == self.kind)

    def catalog(self) -> Catalog:
        """Return this installation's catalog with the named members in it, whether installed or not."""
        found = whole_catalog()
        known = self.registry(found)
        fresh = [member for member in self.members if member.name not in known]
        if not fresh:
            return found
        parts = (_extended(one, fresh) if one is known else one for one in found.registries)
        return Catalog(*parts)


def _extended(registry: Registry[Any], members: Iterable[Any]) -> Registry[Any]:
    """Return a registry with more members, frozen."""
    longer: Registry[Any] = Registry(registry.kind, registry.label)
    for name, member in registry.members.items():
        longer.add(name, member, registry.origin(name))
    for member in members:
        longer.add(member.name, member, Origin("test", type(member).__module__))
    return longer.freeze()
