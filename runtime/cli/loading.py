"""What several commands begin with: settings, the catalog with its plugins, and the files of definitions."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runtime.cli.words import say

if TYPE_CHECKING:
    from engine.catalog import Catalog
    from runtime.config import Settings

SUFFIXES = (".yaml", ".yml", ".json")


def load_settings() -> Settings:
    """Return the settings; a wrong one ends the command with its sentence."""
    from runtime.cli.words import locale_language
    from runtime.config import ConfigError, Settings

    try:
        return Settings.read()
    except ConfigError as error:
        lines = [problem.line(locale_language()) for problem in error.problems]
        raise click.ClickException("\n".join(lines)) from error


def plugins_folder() -> Path | None:
    """Return the plugins folder, or None if there is none; one that was asked for must exist."""
    import os

    folder = load_settings().plugins
    return folder if folder.is_dir() or "QUARTET_PLUGINS" in os.environ else None


def load_catalog() -> Catalog:
    """Return the catalog of this installation; a type that cannot be loaded ends the command with why."""
    from engine.catalog import build_catalog
    from engine.registry import RegistryError

    try:
        return build_catalog(plugins_folder())
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


def definition_files(paths: Iterable[str]) -> Iterator[str]:
    """Yield the named files; of a folder, every definition in it."""
    for name in paths:
        path = Path(name)
        if name != "-" and path.is_dir():
            yield from (str(one) for one in sorted(path.iterdir()) if one.suffix in SUFFIXES)
        else:
            yield name


def read_bytes(name: str) -> bytes:
    """Return the content of a file, or of the standard input for `-`; ends the command if there is none."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.ClickException(
            say(f"读不了 {name}:{reason}", f"{name} cannot be read: {reason}")
        ) from error
