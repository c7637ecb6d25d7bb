"""The contract of an action type: what an app can do when something happens.

A type that only changes records overrides `plan`; a type that reaches outside asks for an effect in `plan`
and overrides `perform`, which a worker calls after the commit with the payload that `plan` made.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from engine.actions.ports import Ports
from engine.decisions import Decision
from engine.definition.cursor import Cursor
from engine.expression.check import Environment
from engine.expression.parse import Source
from engine.expression.template import Template
from engine.expression.tree import Expression, Scope
from engine.options import read_options
from engine.problems import Path
from engine.texts import Text
from engine.values import ValueType


class Compiling(Protocol):
    """What an action may ask while its definition is checked."""

    @property
    def environment(self) -> Environment:
        """The names that its expressions may use."""

    def expression(
        self, source: Source, cursor: Cursor, expected: ValueType | None = None
    ) -> Expression | None:
        """Check an expression; its problem is reported and None returned if it has one."""

    def template(self, source: Source, cursor: Cursor) -> Template | None:
        """Check a text with expressions; its problems are reported and None returned if it has some."""

    def field_type(self, form: str, field: str, cursor: Cursor) -> ValueType | None:
        """Return what a field that people or rules may write holds; reports an unknown or computed field."""

    def written(self, form: str, field: str) -> None:
        """Say that the action writes a field, so that plans and rights know."""


class ActionScope(Scope, Protocol):
    """The scope of an action: the record that it happens to, and where it stands."""

    @property
    def form(self) -> str:
        """The form of the record."""

    @property
    def record_id(self) -> int:
        """The id of the record."""


class ActionType(ABC):
    """How one kind of action behaves."""

    name: ClassVar[str]
    label: ClassVar[Text]
    Options: ClassVar[type]

    def read(self, cursor: Cursor) -> Any:
        """Read the options as they are written; None after reporting problems."""
        return read_options(cursor, self.Options)

    @abstractmethod
    def compile(self, options: Any, cursor: Cursor, compiling: Compiling) -> Any:
        """Check names and expressions; return what `plan` needs, or None after reporting problems."""

    @abstractmethod
    def plan(self, compiled: Any, scope: ActionScope, path: Path) -> Iterable[Decision]:
        """Yield the decisions that carry the action out. Pure.

        Raises `Refusal` where the action cannot be done, with the sentence for the person who caused it.
        """

    def perform(self, payload: Mapping[str, Any], key: str, ports: Ports) -> Mapping[str, object]:
        """Do the outside work of one effect and return what is worth keeping of the answer.

        key: the same for every try of the same effect; hand it on as an idempotency key.
        Raises `EffectError`.
        """
        raise TypeError(f"the action '{self.name}' has no outside work")

    @abstractmethod
    def examples(self) -> tuple[Mapping[str, Any], ...]:
        """Give definitions of the action as they would stand in YAML, for the tests and the reference."""


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One action of a definition, checked.

    each: the sub-table for whose rows it is done, one after the other; '' for the record itself.
    """

    type: ActionType
    compiled: Any
    path: Path
    each: str = ""

    def plan(self, scope: ActionScope) -> Iterable[Decision]:
        """Yield the decisions that carry the action out."""
        return self.type.plan(self.compiled, scope, self.path)
