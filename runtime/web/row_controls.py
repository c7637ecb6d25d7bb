"""The control of a sub-table: a line of controls for each row, and one to make new rows from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from engine.forms.assessment import Assessment, FieldState, RowAssessment
from engine.forms.model import Field, Form
from engine.scope import RecordScope
from runtime.service.records import shown_fields
from runtime.service.references import scope_of
from runtime.service.visit import Visit
from runtime.web.controls import field_feedback, make_control
from runtime.web.row_names import Nested

NEW_ROW = "__KEY__"


@dataclass(frozen=True)
class TableControls:
    """Makes the controls of the rows of one sub-table.

    sent: what the page sent, shown again; nothing on the first showing.
    """

    visit: Visit
    table: Field
    assessment: Assessment
    sent: Nested = field(default_factory=Nested)
    judge: bool = False

    @property
    def form(self) -> Form:
        """The form of the rows."""
        return self.assessment.form.row_forms[self.table.key]

    @property
    def columns(self) -> list[str]:
        """The fields of a row that the person may see or fill in."""
        shown = shown_fields(self.visit, self.assessment)
        fields = self.form.fields.items()
        return [key for key, one in fields if not one.system and f"{self.table.key}.{key}" in shown]

    def lines(self) -> dict[str, Any]:
        """Return what the template of a sub-table draws."""
        rows = self.assessment.rows.get(self.table.key, ())
        language = self.visit.language
        numeric = [self.form.fields[key].value_type.is_numeric for key in self.columns]
        labels = [self.form.fields[key].label.to(language) for key in self.columns]
        shown = [{"key": self.key_of(row), "id": row.id or "", "controls": self._row(row)} for row in rows]
        if not shown and self._begins_with_a_row:
            shown = [{"key": "first", "id": "", "controls": self._blank("first")}]
        return {
            "columns": [{"label": label, "end": end} for label, end in zip(labels, numeric, strict=True)],
            "rows": shown,
            "blank": self._blank(NEW_ROW),
        }

    def key_of(self, row: RowAssessment) -> str:
        """Return the word that the page calls a row by."""
        keys = self.sent.keys.get(self.table.key, ())
        return keys[row.place] if row.place < len(keys) else str(row.place)

    def _row(self, row: RowAssessment) -> list[dict[str, Any]]:
        typed = self._typed(row)
        found = row.assessment
        return [
            self._control(key, self.key_of(row), found.states[key], found.scope, typed.get(key))
            for key in self.columns
        ]

    def _typed(self, row: RowAssessment) -> dict[str, object]:
        rows = self.sent.values.get(self.table.key)
        if not isinstance(rows, list) or row.place >= len(rows) or not self.judge:
            return {}
        found: dict[str, object] = rows[row.place]
        return found

    @property
    def _begins_with_a_row(self) -> bool:
        """Tell whether a new record needs a row anyway, so that one is there to be filled in."""
        state = self.assessment.states[self.table.key]
        settled = self.table.settle(self.assessment.scope)
        is_needed = state.required or bool(getattr(settled, "min", None))
        return is_needed and not state.readonly and not self.assessment.scope.record_id and not self.sent.keys

    def _blank(self, row: str) -> list[dict[str, Any]]:
        """Return the controls of a row that nobody has filled in yet, with its defaults."""
        scope = scope_of(self.visit, self.form, {})
        readonly = self.assessment.states[self.table.key].readonly
        return [
            self._control(
                key, row, FieldState(
                    visible=True, required=one.required,
                    readonly=readonly or not one.is_entered or one.readonly,
                ),
                scope, None,
            )
            for key, one in self.form.fields.items() if key in self.columns
        ]  # fmt: skip

    def _control(
        self, key: str, row: str, state: FieldState, scope: RecordScope, raw: object
    ) -> dict[str, Any]:
        name = f"{self.table.key}.{row}.{key}"
        one = self.form.fields[key]
        return make_control(self.visit, one, state, scope, raw=raw, judge=self.judge) | {"name": name}

    def feedback(self, touched: Collection[str]) -> dict[str, Any]:
        """Return how the inputs of all rows stand, by their names."""
        found: dict[str, Any] = {}
        for row in self.assessment.rows.get(self.table.key, ()):
            for key in self.columns:
                name = f"{self.table.key}.{self.key_of(row)}.{key}"
                judge = name in touched
                found[name] = field_feedback(self.visit, row.assessment, key, judge=judge)
        return found
