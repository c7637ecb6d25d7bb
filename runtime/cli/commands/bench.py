"""`quartet bench`: measurements, each a ratio taken in one run, with peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click

from engine.texts import Text
from runtime.cli.words import say

HELP = Text(
    "测量:每项都是同一次运行里的比值,附内存峰值",
    "Measure: each figure a ratio taken in one run, with peak memory",
)
_URL = Text(
    "在这个空的 PostgreSQL 库上测;不写就用临时的 SQLite",
    "Measure on this empty PostgreSQL database; a temporary SQLite if left out",
)
_RECORDS = Text(
    "清单的测量用多少条记录,例如 1000000;不写就是 100000",
    "How many records the lists are measured over, such as 1000000; 100000 if left out",
)
_ROOT = Path(__file__).resolve().parents[3]


@click.command(help=say(HELP.zh, HELP.en))
@click.argument("names", nargs=-1)
@click.option("--database-url", default="", help=say(_URL.zh, _URL.en))
@click.option("--records", type=click.IntRange(min=1), help=say(_RECORDS.zh, _RECORDS.en))
def command(names: tuple[str, ...], database_url: str, records: int | None) -> None:
    """Run the cases, each in a process of its own."""
    if not (_ROOT / "benchmarks" / "cases").is_dir():
        raise click.ClickException(
            say(
                "测量程序在源码里,请在源码目录里运行",
                "The cases are in the source tree; run this in a checkout",
            )
        )
    found = sorted(path.stem for path in (_ROOT / "benchmarks" / "cases").glob("[a-z]*.py"))
    for name in found:
        if not names or name in names:
            click.echo(_run(name, database_url, records))


def _run(name: str, url: str, records: int | None) -> str:
    sizes = {"QUARTET_BENCH_RECORDS": str(records)} if records else {}
    done = subprocess.run(  # noqa: S603  (our own module, by our own interpreter)
        [sys.executable, "-m", "benchmarks.run", name, *([url] if url else [])],
        cwd=_ROOT, env=os.environ | sizes, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise click.ClickException(f"{name}: {done.stderr.strip().splitlines()[-1]}")
    found = json.loads(done.stdout.splitlines()[-1])
    spread = f"{found['least']:.2f}-{found['most']:.2f}; wall {found['wall_ratio']:.2f} x"
    times = f"{found['ours_ms']:.3f} ms / {found['theirs_ms']:.3f} ms CPU"
    sent = f"{found['statements']} statements  " if found["statements"] else ""
    against = f"{sent}peak {found['peak_mib']:.0f} MiB  vs {found['baseline']}"
    return f"{name:<12} {found['ratio']:6.2f} x  ({spread})  {times}  {against}"
