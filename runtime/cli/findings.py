"""What `quartet doctor` looks at. A look is one function in `LOOKS` that returns a section of findings."""

from __future__ import annotations

import inspect
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from engine.catalog import Catalog, build_catalog
from engine.expression.function import Function
from engine.forms.contract import FieldType
from engine.options import rows_of
from engine.registry import Registry, RegistryError
from engine.texts import Text
from runtime.config import ConfigError, Settings

_OLDEST = (3, 11)
_WIDTH = 100


@dataclass(frozen=True)
class Finding:
    """One line: what was found, and whether somebody should do something about it."""

    words: Text
    is_amiss: bool = False


@dataclass(frozen=True)
class Section:
    """The findings about one thing."""

    title: Text
    findings: tuple[Finding, ...]


def examine() -> Iterator[Section]:
    """Take every look."""
    for look in LOOKS:
        yield look()


def _installation() -> Section:
    try:
        quartet = version("quartet")
    except PackageNotFoundError:
        quartet = "?"
    running = platform.python_version()
    findings = [
        Finding(Text.same(f"Quartet {quartet}")),
        Finding(Text.same(f"Python {running} ({sys.executable})"), is_amiss=sys.version_info < _OLDEST),
    ]
    return Section(Text("安装", "Installation"), tuple(findings))


def _settings() -> Section:
    title = Text("设置", "Settings")
    try:
        settings = Settings.read()
    except ConfigError as error:
        return Section(title, tuple(Finding(problem.sentence, is_amiss=True) for problem in error.problems))
    folder = settings.plugins
    if folder.is_dir():
        files = len(list(folder.glob("*.py")))
        words = Text(f"插件目录 {folder}:{files} 个文件", f"Plugins folder {folder}: {files} files")
        return Section(title, (Finding(words),))
    words = Text(f"没有插件目录 {folder}", f"There is no plugins folder {folder}")
    return Section(title, (Finding(words, is_amiss="QUARTET_PLUGINS" in os.environ),))


def _types() -> Section:
    title = Text("类型", "Types")
    try:
        catalog = _catalog()
    except RegistryError as error:
        return Section(title, (Finding(Text.same(str(error)), is_amiss=True),))
    findings: list[Finding] = []
    for registry in catalog.registries:
        findings += _members(registry)
        findings += [
            Finding(words, is_amiss=True) for member in registry for words in _missing(registry, member)
        ]
    return Section(title, tuple(findings))


def _catalog() -> Catalog:
    try:
        folder: Path | None = Settings.read().plugins
    except ConfigError:
        folder = None
    return build_catalog(folder if folder and (folder.is_dir() or "QUARTET_PLUGINS" in os.environ) else None)


def _members(registry: Registry[Any]) -> Iterator[Finding]:
    """Say how many members there are, and name them by where they come from."""
    count = len(registry)
    yield Finding(Text(f"{registry.label.zh}:{count} 个", f"{count} {registry.label.en}s"))
    sources: dict[str, list[str]] = {}
    for name in registry.members:
        sources.setdefault(registry.origin(name).source, []).append(name)
    for source, names in sources.items():
        place = Text("随附", "built in") if source == "built-in" else Text.same(source)
        for line in _wrapped(names):
            yield Finding(Text(f"  {place.zh}:{line}", f"  {place.en}: {line}"))


def _wrapped(names: Iterable[str]) -> Iterator[str]:
    line = ""
    for name in names:
        if line and len(line) + len(name) > _WIDTH:
            yield line
            line = ""
        line += f", {name}" if line else name
    yield line


def _missing(registry: Registry[Any], member: Any) -> Iterator[Text]:
    """Yield what a member lacks: a sentence of its own, examples, help for an option."""
    name = f"{registry.label.en} {member.name}"
    zh_name = f"{registry.label.zh} {member.name}"
    if isinstance(member, Function):
        sentence: object = member.doc.zh and member.doc.en
        examples: object = member.examples or member.aggregate
        options: list[Any] = []
    else:
        sentence, found = inspect.getdoc(type(member)) and type(member).__doc__, member.examples()
        examples = found.definition or found.good if hasattr(found, "definition") else found
        options = list(rows_of(member.Options))
        if isinstance(member, FieldType) and not options:
            # What holds nothing itself has no values to show.
            whole = member.Options()
            examples = examples or member.layout(whole) or member.parts(member.name, whole)
    if not sentence:
        yield Text(f"{zh_name} 没有说明", f"{name} has no docstring")
    if not examples:
        yield Text(f"{zh_name} 没有例子", f"{name} has no examples")
    for row in options:
        if not (row.help.zh.strip() and row.help.en.strip()):
            yield Text(f"{zh_name} 的选项 {row.key} 没有说明", f"the option {row.key} of {name} has no help")


def _data() -> Section:
    from runtime.cli.installation import look_at_data  # it needs the database, which the other looks do not

    return look_at_data()


LOOKS: list[Callable[[], Section]] = [_installation, _settings, _types, _data]
"""Every look, in the order of the output."""
