"""The catalog: every field type, function and action type that this installation knows.

Built-in members are found by a scan of their folder, members of packages by entry points, an operator's
own by the plugins folder. The catalog is built once, at start, and does not change afterwards.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.actions.contract import ActionType
from engine.expression.function import Function
from engine.forms.contract import FieldType
from engine.registry import Origin, Registry, RegistryError
from engine.texts import Text


@dataclass(frozen=True, slots=True)
class Kind:
    """One open set: where its members are found and how they are recognised.

    group: the entry-point group of packages; folder: the package that is scanned for built-in members.
    """

    name: str
    label: Text
    folder: str
    group: str
    find: Callable[[ModuleType], Iterator[tuple[str, Any]]]


def _classes(base: type) -> Callable[[ModuleType], Iterator[tuple[str, Any]]]:
    """Find the concrete subclasses that a module defines, and make one object of each."""

    def find(module: ModuleType) -> Iterator[tuple[str, Any]]:
        for member in vars(module).values():
            defined_here = inspect.isclass(member) and member.__module__ == module.__name__
            if defined_here and issubclass(member, base) and not inspect.isabstract(member):
                yield member.name, member()

    return find


def _functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for member in vars(module).values():
        if isinstance(member, Function):
            yield member.name, member


KINDS: tuple[Kind, ...] = (
    Kind(
        "field type",
        Text("字段类型", "field type"),
        "engine.forms.fields",
        "quartet.field_types",
        _classes(FieldType),
    ),
    Kind(
        "function", Text("函数", "function"), "engine.expression.functions", "quartet.functions", _functions
    ),
    Kind(
        "action type",
        Text("动作类型", "action type"),
        "engine.actions.types",
        "quartet.action_types",
        _classes(ActionType),
    ),
)


@dataclass(frozen=True)
class Catalog:
    """Everything that definitions may use, frozen."""

    fields: Registry[FieldType]
    functions: Registry[Function]
    actions: Registry[ActionType]

    @property
    def registries(self) -> tuple[Registry[Any], ...]:
        """Return every registry, for references and checks over all kinds."""
        return (self.fields, self.functions, self.actions)

    @property
    def function_map(self) -> Mapping[str, Function]:
        """Return the functions by name."""
        return self.functions.members


def build_catalog(plugins: Path | None = None, *, packages: bool = True) -> Catalog:
    """Find every type, and freeze.

    plugins: a folder of single `.py` files, run with full rights; none unless the operator names it.
    packages: whether installed packages are asked for their types.
    Raises `RegistryError`, which names the file and says what to do.
    """
    registries: dict[str, Registry[Any]] = {kind.name: Registry(kind.name, kind.label) for kind in KINDS}
    extra = list(_plugin_modules(plugins)) if plugins else []
    for kind in KINDS:
        registry = registries[kind.name]
        for module in _folder_modules(kind.folder):
            _register(registry, kind, module, "built-in")
        if packages:
            for source, module in _package_modules(kind):
                _register(registry, kind, module, source)
        for path, module in extra:
            _register(registry, kind, module, str(path))
        registry.freeze()
    return Catalog(registries["field type"], registries["function"], registries["action type"])


def _register(registry: Registry[Any], kind: Kind, module: ModuleType, source: str) -> None:
    for name, member in kind.find(module):
        registry.add(name, member, Origin(source, module.__name__))


def _folder_modules(folder: str) -> Iterator[ModuleType]:
    package = importlib.import_module(folder)
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        yield importlib.import_module(f"{folder}.{found.name}")


def _package_modules(kind: Kind) -> Iterator[tuple[str, ModuleType]]:
    """Yield the modules that packages announce; an entry point names a module or something in it."""
    seen: set[str] = set()
    for point in entry_points(group=kind.group):
        if point.module in seen:
            continue
        seen.add(point.module)
        name = point.dist.name if point.dist else point.name
        try:
            yield name, importlib.import_module(point.module)
        except Exception as error:
            raise RegistryError(
                f"The package '{name}' announces {kind.name}s in '{point.module}', which cannot be imported: "
                f"{error}. Repair the package or uninstall it."
            ) from error


def _plugin_modules(folder: Path) -> Iterable[tuple[Path, ModuleType]]:
    if not folder.is_dir():
        raise RegistryError(
            f"The plugins folder {folder} does not exist. Create it, or change QUARTET_PLUGINS."
        )
    for path in sorted(folder.glob("*.py")):
        name = f"quartet_plugins.{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise RegistryError(
                f"The plugin {path} cannot be run: {error}. Repair or remove the file."
            ) from error
        yield path, module
