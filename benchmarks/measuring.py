"""Taking a ratio: two callables in turn, CPU and wall time of each, and the peak memory of the process."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Pair:
    """The two sides of a case. `count` is how many pieces of work one call does; `close` cleans up.

    baseline: what the second side does, in words.
    statements: how many statements one piece of our work sends; 0 where that says nothing.
    """

    ours: Callable[[], object]
    theirs: Callable[[], object]
    baseline: str
    count: int = 1
    close: Callable[[], None] = lambda: None
    statements: int = 0


@dataclass(frozen=True)
class Figures:
    """What a case gave: medians a piece of work in milliseconds of CPU, and the ratio of each round."""

    baseline: str
    ours_ms: float
    theirs_ms: float
    ratio: float
    least: float
    most: float
    wall_ratio: float
    rounds: int
    peak_mib: float
    statements: int = 0

    def to_json(self) -> dict[str, object]:
        """Return the figures for the process that asked."""
        return asdict(self)


def measure(pair: Pair, rounds: int) -> Figures:
    """Run both sides in turn, after one round that does not count."""
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    pair.ours(), pair.theirs()
    gc.collect()
    for _ in range(rounds):
        ours.append(_time(pair.ours))
        theirs.append(_time(pair.theirs))
    pair.close()
    ratios = [a[0] / b[0] for a, b in zip(ours, theirs, strict=True) if b[0]]
    walls = [a[1] / b[1] for a, b in zip(ours, theirs, strict=True) if b[1]]
    return Figures(
        baseline=pair.baseline,
        ours_ms=statistics.median(one[0] for one in ours) / pair.count * 1000,
        theirs_ms=statistics.median(one[0] for one in theirs) / pair.count * 1000,
        ratio=statistics.median(ratios),
        least=min(ratios),
        most=max(ratios),
        wall_ratio=statistics.median(walls),
        rounds=rounds,
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        statements=pair.statements,
    )


def _time(work: Callable[[], object]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall
