"""The story of a turn: what was looked at, what its value was, what followed, by definition path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.problems import Path
from engine.values import Value, to_json


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One thing that the engine looked at or decided.

    path: where it stands in the definition, for example `("forms", "requests", "buttons", "issue")`.
    what: "event", "condition", "action" or "decision".
    result: what came of it, in a word: "yes", "no", "done", the name of a decision.
    values: the values behind it, by the name that they have in the definition.
    """

    path: Path
    what: str
    result: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return the step as it is stored."""
        values = {name: to_json(value) for name, value in self.values.items()}
        return {"path": list(self.path), "what": self.what, "result": self.result, "values": values}


@dataclass(slots=True)
class Trace:
    """Collects the steps of one turn, in order."""

    steps: list[TraceStep] = field(default_factory=list)

    def add(self, path: Path, what: str, result: str, **values: Value) -> None:
        """Add a step."""
        self.steps.append(TraceStep(path, what, result, values))

    def to_json(self) -> dict[str, object]:
        """Return the trace as it is stored; `v` is the version of the format."""
        return {"v": 1, "steps": [step.to_json() for step in self.steps]}
