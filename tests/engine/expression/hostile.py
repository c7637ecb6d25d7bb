"""Expressions that somebody writes to break out, to hang or to fill the memory: data, never run by Python.

`REFUSED` must not pass the gate or the check. `HARMLESS` look bad but are plain text: they give themselves.
The single ones stand in `hostile.json`, whole families of them are made here.
"""

import json
from collections.abc import Iterator
from pathlib import Path

_DATA: dict[str, list[str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def _objects() -> Iterator[str]:
    """Walk from every kind of value to what Python hides behind it."""
    for thing in _DATA["objects"]:
        yield from (f"{thing}.{name}" for name in _DATA["dunders"][:7])
        yield f"{thing}.__class__.__mro__[-1].__subclasses__()"
        yield f"{thing}()()" if thing.isidentifier() else f"{thing}.x"
    for name in _DATA["dunders"]:
        yield from (name, f"title.{name}.{name}", f"{name}('os')")
    for method in _DATA["methods"]:
        yield from (f"title.{method}", f"'a'.{method}")


def _bombs() -> Iterator[str]:
    """Nest deeper and write longer than any honest expression."""
    for depth in (61, 200, 900):
        called = min(depth, 390)
        yield "(" * depth + "1" + ")" * depth
        yield "[" * depth + "]" * depth
        yield "-" * depth + "1"
        yield "+" * depth + "price"
        yield "not " * min(depth, 480) + "flag"
        yield "price" + ".x" * depth
        yield "ABS(" * called + "1" + ")" * called
    yield "1" + " + 1" * 495
    yield "1 if flag else " * 130 + "1"
    yield "price < " * 240 + "1"
    yield "IF(flag, " * 60 + "1" + ", 2)" * 60
    yield "lambda: " * 240 + "1"
    yield "{" * 900
    yield "0x" + "f" * 500
    yield "0." + "1" * 500
    yield from ("9" * length for length in (31, 400, 1_999))
    yield "x" * 2_001
    yield "(" * 10_000_000
    yield "'" + "x" * 3_000_000


REFUSED: tuple[str, ...] = (*_DATA["refused"], *_objects(), *_bombs())
HARMLESS: tuple[str, ...] = (*_DATA["harmless"], "'" + "x" * 1_990 + "'")
