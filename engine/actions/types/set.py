"""The action type `set`: write fields of the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.actions.contract import ActionScope, ActionType, Compiling
from engine.decisions import ChangeRecord, Decision
from engine.definition.cursor import Cursor
from engine.expression.evaluate import evaluate
from engine.expression.tree import Expression
from engine.option_kinds import MapOf, Plain, ValueOr
from engine.options import INVALID, option
from engine.parsing import parse_value
from engine.problems import Path, Refusal
from engine.texts import Text
from engine.values import Value


@dataclass(frozen=True, kw_only=True)
class SetOptions:
    """The fields to write, each with a value or `=` and an expression."""

    fields: dict[str, Any] = option(MapOf(ValueOr(Plain())), Text("要写的字段", "The fields to write"))


class Set(ActionType):
    """Write fields of the record, each with a value or an expression: `set: {status: issued, on: =today}`."""

    name = "set"
    label = Text("改数据", "Set fields")
    Options = SetOptions

    def read(self, cursor: Cursor) -> Any:
        """The fields stand right below `set`."""
        fields = MapOf(ValueOr(Plain())).read(cursor)
        return None if fields is INVALID else SetOptions(fields=fields)

    def compile(
        self, options: SetOptions, cursor: Cursor, compiling: Compiling
    ) -> Mapping[str, object] | None:
        """Check every field and value."""
        record = compiling.environment.record
        compiled: dict[str, object] = {}
        for key, written in options.fields.items():
            place = cursor.child(key)
            kind = compiling.field_type(record.key if record else "", key, place)
            if kind is None:
                continue
            compiling.written(record.key if record else "", key)
            if isinstance(written, str | int | bool) or not hasattr(written, "text"):
                try:
                    compiled[key] = parse_value(written, kind)
                except Refusal as refusal:
                    place.add(refusal.problem)
                continue
            compiled[key] = compiling.expression(written, place, kind)
        return compiled

    def plan(self, compiled: Mapping[str, Any], scope: ActionScope, path: Path) -> Iterable[Decision]:
        """Write the values as they are now."""
        values: dict[str, Value] = {
            key: evaluate(one, scope) if isinstance(one, Expression) else one for key, one in compiled.items()
        }
        yield ChangeRecord(scope.form, scope.record_id, values)

    def examples(self) -> tuple[Mapping[str, Any], ...]:
        """A text and an expression."""
        return ({"set": {"name": "tea"}}, {"set": {"name": "=name + '!'"}})
