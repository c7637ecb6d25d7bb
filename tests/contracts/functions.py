"""What every function of the expression language must be, whoever wrote it.

`problems_of` gives sentences, so that an author of a function sees all that is missing at once.
"""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from engine.expression.check import Environment
from engine.expression.evaluate import evaluate
from engine.expression.function import Example, Function
from engine.expression.parse import parse
from engine.expression.tree import Scope
from engine.problems import Refusal


def problems_of(function: Function, functions: Mapping[str, Function], scope: Scope) -> list[str]:
    """Return everything that is wrong with a function."""
    return [f"{function.name}: {said}" for said in _problems(function, functions, scope)]


def _problems(function: Function, functions: Mapping[str, Function], scope: Scope) -> Iterator[str]:
    if function.name != function.name.upper() or not function.name.isidentifier():
        yield "the name must be an identifier in capitals"
    if not function.category:
        yield "it has no category"
    for what, text in (("doc", function.doc),):
        if not text.zh or not text.en:
            yield f"the {what} must be written in both languages"
    if not function.examples:
        yield "it has no example"
    yield from _shape_problems(function)
    environment = Environment(None, {}.get, (), functions, people=())
    for example in function.examples:
        if example.runs:
            yield from _example_problems(example, environment, scope)


def _shape_problems(function: Function) -> Iterator[str]:
    optional = [parameter.optional for parameter in function.parameters]
    if optional != sorted(optional):
        yield "parameters that may be left out come last"
    if any(parameter.repeated for parameter in function.parameters[:-1]):
        yield "only the last parameter may be repeated"
    if len({parameter.name for parameter in function.parameters}) < len(function.parameters):
        yield "two parameters have one name"
    faces = [function.python, function.build, function.aggregate or None]
    if not any(face is not None for face in faces):
        yield "it has neither a Python face nor a tree of its own"
    if function.python is not None and not _takes(function):
        yield "the Python face does not take its parameters"


def _takes(function: Function) -> bool:
    """Tell whether the Python face can be called with the fewest and the most arguments."""
    least = sum(not parameter.optional for parameter in function.parameters)
    for count in (least, len(function.parameters)):
        values: list[Any] = [None] * (count + function.contextual)
        try:
            inspect.signature(function.python).bind(*values)
        except TypeError:
            return False
        except ValueError:  # a built-in without a signature
            return True
    return True


def _example_problems(example: Example, environment: Environment, scope: Scope) -> Iterator[str]:
    try:
        value = evaluate(parse(example.source, environment), scope)
    except Refusal as refusal:
        yield f"the example {example.source} is refused: {refusal.problem.sentence.en}"
        return
    if value != example.result or type(value) is not type(example.result):
        yield f"the example {example.source} gives {value!r}, not {example.result!r}"
