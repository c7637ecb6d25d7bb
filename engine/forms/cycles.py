"""Formulas that read each other in a circle."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

Name = tuple[str, str]


def find_cycle(graph: Mapping[Name, set[Name]]) -> list[Name]:
    """Return fields that lead back to the first of them, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
