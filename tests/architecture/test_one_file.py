"""One type, one file: a field, node, trigger, action, widget or function is added without a second place."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, Module, classes, imported, modules

# Folders where each module holds members that only the catalog finds.
FOLDERS = (
    "engine/forms/fields",
    "engine/actions/types",
    "engine/expression/functions",
    "engine/flows/nodes",
    "engine/rules/triggers",
    "engine/reports/widgets",
)
# What the name of a kind is read from: `field.type`, `node["type"]`, `field.type.name`.
TYPE_WORDS = {"type", "type_name", "kind_name"}


def members(folder: str) -> list[Module]:
    """Return the modules of a folder, without its __init__; none if the folder is not there yet."""
    prefix = folder.replace("/", ".") + "."
    return [module for module in modules() if module.name.startswith(prefix)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_module_defines_members(folder: str):
    found = [module.place for module in members(folder) if not public_definitions(module)]
    assert not found, f"these define no public class or object: {found}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_imports_a_member(folder: str):
    names = {module.name for module in members(folder)}
    found = [
        f"{module.place}:{line}: imports {name}"
        for module in modules()
        for name, line in imported(module)
        if name != module.name and any(name == member or name.startswith(f"{member}.") for member in names)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_loads_a_member_by_its_name(folder: str):
    names = {module.name for module in members(folder)}
    found = [
        f"{module.place}:{node.lineno}: names {node.value}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.partition(":")[0] in names
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_reaches_a_member_through_its_folder(folder: str):
    owners = {node.name: module for module in members(folder) for node in classes(module.tree)}
    found = [
        f"{module.place}:{line}: names {name}, which only {owners[name].place} may"
        for module in modules()
        for name, line in unbound_names(module)
        if name in owners and owners[name] is not module
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("folder", FOLDERS)
def test_nobody_asks_for_a_type_by_name(folder: str):
    owners = {name: module for module in members(folder) for name in registered_names(module)}
    found = [
        f"{module.place}:{line}: compares a type with {name!r}; ask what it can do instead"
        for module in modules()
        for name, line in compared_type_names(module.tree)
        if name in owners and owners[name] is not module
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        'field.type == "money"',
        '"money" != field.type.name',
        'field["type"] == "money"',
        'spec.get("type") in ("text", "money")',
        'match field.type:\n    case "text" | "money":\n        pass',
    ],
)
def test_a_comparison_by_name_is_seen(text: str):
    assert "money" in {name for name, _ in compared_type_names(ast.parse(text))}


def test_other_comparisons_are_let_be():
    text = 'unit == "money"\nfield.name == "money"\na.type == b.type\nmatch unit:\n    case "money": pass'
    assert list(compared_type_names(ast.parse(text))) == []


def test_the_folders_are_packages():
    found = [folder for folder in FOLDERS if (ROOT / folder).exists() and list((ROOT / folder).glob("*.py"))]
    assert all((ROOT / folder / "__init__.py").exists() for folder in found)


def public_definitions(module: Module) -> list[str]:
    """Return the public classes and objects that a module itself defines."""
    names = [node.name for node in module.tree.body if isinstance(node, ast.ClassDef)]
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    return [name for name in names if not name.startswith("_")]


def registered_names(module: Module) -> Iterator[str]:
    """Yield what a module's classes are called in a definition: the text given to `name` in their body."""
    for node in classes(module.tree):
        for item in node.body:
            targets = item.targets if isinstance(item, ast.Assign) else []
            targets = [item.target] if isinstance(item, ast.AnnAssign) else targets
            is_name = any(isinstance(target, ast.Name) and target.id == "name" for target in targets)
            if is_name and isinstance(item.value, ast.Constant) and isinstance(item.value.value, str):
                yield item.value.value


def unbound_names(module: Module) -> Iterator[tuple[str, int]]:
    """Yield the names that a module uses but binds nowhere: what a star import gives."""
    bound = {alias.asname or alias.name for node in ast.walk(module.tree) for alias in aliases(node)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            bound.add(node.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id not in bound:
            yield node.id, node.lineno


def aliases(node: ast.AST) -> list[ast.alias]:
    """Return what an import statement binds."""
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []


def compared_type_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each text that something called `type` is compared with, and the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(reads_a_type(side) for side in sides):
                yield from ((text, node.lineno) for side in sides for text in texts(side))
        elif isinstance(node, ast.Match) and reads_a_type(node.subject):
            for case in node.cases:
                yield from ((text, case.pattern.lineno) for text in texts(case.pattern))


def reads_a_type(node: ast.AST) -> bool:
    """Tell whether an expression reads the name of a kind."""
    match node:
        case ast.Attribute(attr="name", value=inner):
            return isinstance(inner, ast.Attribute) and inner.attr in TYPE_WORDS
        case ast.Attribute(attr=word):
            return word in TYPE_WORDS
        case ast.Subscript(slice=ast.Constant(value=word)):
            return word in TYPE_WORDS
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=word), *_]):
            return word in TYPE_WORDS
    return False


def texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts that stand in a side of a comparison or in a pattern."""
    if isinstance(node, ast.Subscript | ast.Call | ast.Attribute):
        return
    for item in ast.walk(node):
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value
