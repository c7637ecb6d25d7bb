"""Dotted names in the syntax of an expression."""

from __future__ import annotations

import ast


def dotted(node: ast.AST) -> tuple[str, ...]:
    """Return the names of `a.b.c`, from the left."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (*([node.id] if isinstance(node, ast.Name) else []), *reversed(names))


def step_of(node: ast.Name | ast.Attribute, step: int) -> ast.AST:
    """Return a node that covers just one of the dotted names."""
    chain: list[ast.AST] = [node]
    while isinstance(chain[-1], ast.Attribute):
        chain.append(chain[-1].value)
    found = chain[len(chain) - 1 - step]
    if not isinstance(found, ast.Attribute):
        return found
    end = found.end_col_offset or 0
    return ast.Name(found.attr, col_offset=end - len(found.attr.encode()), end_col_offset=end)
