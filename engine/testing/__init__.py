"""For those who test apps and types of their own: contract suites, a little stored world, and builders.

    class TestRating(FieldTypeContract):
        members = (Rating(),)

    forms, problems = compile_forms("things: {fields: {name: {type: text}}}")

The suites are plain classes for pytest; nothing here imports it, so an app's tests need not have it.
"""

from engine.testing.action_contract import ActionTypeContract
from engine.testing.apps import compile_forms, little_app
from engine.testing.boundaries import BOUNDARY_VALUES
from engine.testing.field_contract import FieldTypeContract
from engine.testing.function_contract import FunctionContract
from engine.testing.memory import MemoryReader, a_scope

__all__ = [
    "BOUNDARY_VALUES",
    "ActionTypeContract",
    "FieldTypeContract",
    "FunctionContract",
    "MemoryReader",
    "a_scope",
    "compile_forms",
    "little_app",
]
