"""Nothing grows past what fits into a head: short modules, functions, classes and lists of parameters."""

import ast

from tests.architecture.sources import Module, classes, functions, modules

MODULE_LINES = 400
FUNCTION_LINES = 40
PUBLIC_METHODS = 12
PARAMETERS = 6


def test_modules_are_short():
    found = [
        f"{module.place}: {lines} lines, at most {MODULE_LINES}"
        for module in modules("engine", "runtime", "tests")
        if (lines := module.text.count("\n")) > MODULE_LINES
    ]
    assert not found, "\n".join(found)


def test_functions_are_short():
    found = [
        f"{place(module, node)} {node.name}: {lines} lines, at most {FUNCTION_LINES}"
        for module in modules()
        for node in functions(module.tree)
        if (lines := body_lines(node)) > FUNCTION_LINES
    ]
    assert not found, "\n".join(found)


def test_classes_have_few_public_methods():
    found = [
        f"{place(module, node)} {node.name}: {len(public)} public methods, at most {PUBLIC_METHODS}"
        for module in modules()
        for node in classes(module.tree)
        if len(public := public_methods(node)) > PUBLIC_METHODS
    ]
    assert not found, "\n".join(found)


def test_functions_have_few_parameters():
    found = [
        f"{place(module, node)} {node.name}: {count} parameters, at most {PARAMETERS}"
        for module in modules()
        for node in functions(module.tree)
        if (count := parameters(node)) > PARAMETERS
    ]
    assert not found, "\n".join(found)


def test_a_function_is_measured_without_its_docstring():
    node = ast.parse('def answer():\n    """One.\n\n    Two.\n    """\n    return 42\n').body[0]
    assert isinstance(node, ast.FunctionDef)
    assert body_lines(node) == 2


def place(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    return f"{module.place}:{node.lineno}:"


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function, from `def` on; its docstring is free."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None and len(node.body) > 1:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def public_methods(node: ast.ClassDef) -> set[str]:
    """Return the names of a class's own public methods and properties."""
    own = (item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef))
    return {item.name for item in own if not item.name.startswith("_")}


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count what a caller may pass; self and cls are not passed."""
    positional = [*node.args.posonlyargs, *node.args.args]
    named = [item for item in positional if item.arg not in ("self", "cls")]
    return len(named) + len(node.args.kwonlyargs) + bool(node.args.vararg) + bool(node.args.kwarg)
