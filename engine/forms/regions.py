"""The provinces, cities and counties of China by their six digits (GB/T 2260), from regions.txt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

_SOURCE = Path(__file__).with_name("regions.txt")
# What stands in the middle of a code without being a place that people name.
_FILLERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_SIGNS = str.maketrans("", "", " /／,，、-·\u3000\t")


@dataclass(frozen=True)
class Regions:
    """All places. A code that ends in 0000 is a province, in 00 a city, any other a county."""

    names: dict[str, str]

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """The codes directly below each code; those of the provinces below ''."""
        found: dict[str, list[str]] = {}
        for code in self.names:
            found.setdefault(self.parent(code), []).append(code)
        return {code: tuple(below) for code, below in found.items()}

    @cached_property
    def codes(self) -> dict[tuple[int, str], str]:
        """Codes by level and whole name without signs, as people write it: 上海市浦东新区."""
        found: dict[tuple[int, str], str] = {}
        for code in self.names:
            for level in range(self.level(code), 4 if code not in self.children else self.level(code) + 1):
                found.setdefault((level, "".join(self.words(code))), code)
                found.setdefault((level, "".join(self.names[one] for one in self.chain(code))), code)
        return found

    def level(self, code: str) -> int:
        """Return how deep a code is: 1 for a province, 2 for a city, 3 for a county."""
        return 1 if code.endswith("0000") else 2 if code.endswith("00") else 3

    def parent(self, code: str) -> str:
        """Return the code above, '' above a province."""
        return {1: "", 2: f"{code[:2]}0000", 3: f"{code[:4]}00"}[self.level(code)]

    def chain(self, code: str) -> tuple[str, ...]:
        """Return the codes from the province down to this one."""
        above = self.parent(code)
        return (*(self.chain(above) if above else ()), code)

    def words(self, code: str) -> tuple[str, ...]:
        """Return the names from the province down, without those that nobody says: 上海市, 浦东新区."""
        return tuple(name for one in self.chain(code) if (name := self.names[one]) not in _FILLERS)

    def fits(self, code: str, level: int) -> bool:
        """Tell whether a code is a place of a level, or one above it with nothing below, such as 东莞市."""
        own = self.level(code)
        return own == level or (own < level and code not in self.children)

    def find(self, words: str, level: int) -> str | None:
        """Return the code of a place of a level by its code or its whole name."""
        text = words.translate(_SIGNS)
        if text in self.names:
            return text if self.fits(text, level) else None
        return self.codes.get((level, text))


@lru_cache(maxsize=1)
def all_regions() -> Regions:
    """Return the places, read once."""
    lines = _SOURCE.read_text(encoding="utf-8").splitlines()
    return Regions(dict(line.split(" ", 1) for line in lines if not line.startswith("#")))
