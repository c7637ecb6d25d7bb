"""Run every check that is not a test: `python -m tests.checks [name ...]`, or `python3 run.py check`.

Prints what each failed check said, then one line a check, and exits with 1 if any failed.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "types": ["mypy"],
    "style": ["ruff", "check", "--output-format=concise", "."],
    "format": ["ruff", "format", "--check", "--output-format=concise", "."],
    "layers": ["lint-imports", "--no-cache"],
    "dependencies": ["deptry", "--no-ansi", "engine", "runtime"],
    "docstrings": ["interrogate", "-vv", "engine", "runtime"],
}


@dataclass(frozen=True)
class Outcome:
    """What one check said."""

    name: str
    passed: bool
    output: str
    seconds: float


def run_check(name: str) -> Outcome:
    """Run one check and keep what it printed."""
    command = CHECKS[name]
    start = time.perf_counter()
    done = subprocess.run(
        [str(SCRIPTS / command[0]), *command[1:]],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "110"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Outcome(name, done.returncode == 0, done.stdout, time.perf_counter() - start)


def main(names: list[str]) -> int:
    """Run the named checks, or all, two at a time."""
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        sys.exit(f"There is no check called {unknown[0]!r}; there are: {', '.join(CHECKS)}.")
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(run_check, names or CHECKS))
    for outcome in outcomes:
        if not outcome.passed:
            print(f"--- {outcome.name}: {' '.join(CHECKS[outcome.name])}\n{outcome.output.strip()}\n")
    for outcome in outcomes:
        print(f"{'ok    ' if outcome.passed else 'FAILED'}  {outcome.name:<14}{outcome.seconds:5.1f} s")
    failed = sum(not outcome.passed for outcome in outcomes)
    print(f"checks: {len(outcomes) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
