"""Things that are worth keeping because they are asked for again: a bounded number, the last used ones."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

Thing = TypeVar("Thing")


@dataclass
class Kept:
    """Keeps what was made for a key; used by many threads. What cannot be kept is made again each time."""

    most: int = 200
    _things: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """Return the thing for a key, made if it is not there; `make` may raise, and then nothing is kept."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                found: Thing = self._things[key]
                return found
        made = make()
        with self._lock:
            self._things[key] = made
            while len(self._things) > self.most:
                self._things.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._things)
