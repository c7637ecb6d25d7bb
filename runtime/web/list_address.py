"""The address of a list: what it asks, and how it reads with something changed. The address is the state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from engine.filters import join_values
from runtime.service.listing import Filter, ListRequest

SIZE = 50
HEIGHTS = ("compact", "default", "relaxed")
# What says where one has paged to; a change of anything else begins again at the first page.
_PLACE = frozenset({"page", "after", "before"})
_LONGEST_PAGE = 9
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class ListAddress:
    """The present address of a list. `path` is it without parameters."""

    path: str
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def present(cls) -> ListAddress:
        """Return the address of this request."""
        return cls(request.path, tuple(request.args.items(multi=True)))

    def get(self, name: str) -> str:
        """Return a parameter, '' where it is not given."""
        return next((value for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return every value of a parameter that may stand there several times."""
        return [value for key, value in self.pairs if key == name and value]

    def names(self, name: str) -> tuple[str, ...]:
        """Return the names of a parameter, with commas between them."""
        found = (one.strip() for text in self.all(name) for one in text.split(","))
        return tuple(dict.fromkeys(one for one in found if one))

    def to(
        self,
        *,
        without: Iterable[str] = (),
        drop: tuple[str, str] | None = None,
        also: Pairs = (),
        **more: str,
    ) -> str:
        """Return the address with some parameters changed, at its first page.

        without: parameters to leave out; drop: one pair to leave out; also: pairs to add; more: to set.
        """
        names = {*_PLACE, *without, *more}
        kept = [(key, value) for key, value in self.pairs if key not in names and (key, value) != drop]
        return self.of([*kept, *also, *((key, value) for key, value in more.items() if value)])

    def of(self, pairs: Pairs) -> str:
        """Return the address of the same list with these parameters."""
        query = urlencode(list(pairs))
        return f"{self.path}?{query}" if query else self.path

    @property
    def state(self) -> tuple[tuple[str, str], ...]:
        """Return every parameter but those that say where one has paged to."""
        return tuple(pair for pair in self.pairs if pair[0] not in _PLACE)

    @property
    def query(self) -> str:
        """Return the state as the query of an address."""
        return urlencode(self.state)

    def read(self, *, view: str = "") -> ListRequest:
        """Return what the address asks of the list; `view` is the view of the definition that holds."""
        page = self.get("page")
        return ListRequest(
            columns=self.names("cols"),
            filters=tuple(Filter.read(text) for text in self.all("f")),
            any=self.get("any") == "1",
            view=view,
            sort=self.names("sort"),
            group=self.names("group"),
            words=self.get("q"),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < _LONGEST_PAGE else 1,
            size=SIZE,
            after=self.get("after"),
            before=self.get("before"),
            all_totals=self.get("totals") == "1",
        )


def added_filter(address: ListAddress) -> str:
    """Return the address that the filter form of a page without script asks for; '' where it asks nothing."""
    field = address.get("add_field")
    if not field:
        return ""
    values = address.all("add_value")
    text = values[0] if len(values) == 1 else join_values(values)
    one = Filter(field, address.get("add_operator") or "is", text)
    parts = ("add_field", "add_operator", "add_value", "instead")
    replaced = ("f", address.get("instead"))
    return address.to(without=parts, drop=replaced, also=[("f", one.text)])
