"""Run one case in this process and print its figures as JSON: `python -m benchmarks.run NAME [URL]`."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from types import ModuleType

from benchmarks import cases
from benchmarks.measuring import measure

ROUNDS = 9


def find_cases() -> dict[str, ModuleType]:
    """Return the cases by name."""
    modules = (
        importlib.import_module(f"benchmarks.cases.{one.name}")
        for one in pkgutil.iter_modules(cases.__path__)
    )
    return {module.NAME: module for module in modules}


def main() -> None:
    """Measure the case that the command line names."""
    name, url = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    figures = measure(find_cases()[name].prepare(url), ROUNDS)
    sys.stdout.write(json.dumps(figures.to_json()) + "\n")


if __name__ == "__main__":
    main()
