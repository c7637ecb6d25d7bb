"""Modules say what they are for, are named after a thing, and hold nothing unfinished."""

import ast
import re

from tests.architecture.sources import modules

EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|handlers?|misc|common)$")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def test_every_module_has_a_docstring():
    found = [module.place for module in modules() if not ast.get_docstring(module.tree)]
    assert not found, f"no docstring: {found}"


def test_modules_are_named_after_a_thing():
    found = [
        module.place
        for module in modules("engine", "runtime", "tests")
        if EMPTY_NAMES.search(module.path.stem)
    ]
    assert not found, f"these names say nothing: {found}"


def test_nothing_is_left_for_later():
    found = [
        f"{module.place}:{number}: {line.strip()}"
        for module in modules()
        for number, line in enumerate(module.text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found, "\n".join(found)


def test_nothing_is_a_stub():
    found = [
        f"{module.place}:{node.lineno}: raises NotImplementedError"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node)
    ]
    assert not found, "\n".join(found)
