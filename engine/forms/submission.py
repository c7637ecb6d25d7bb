"""What becomes of a submission: the one function that page, API, import, demo data and rules go through.

`assess` turns raw values into the record as it would be saved, with the state of every field on the way:
what is visible, required, read-only, computed, filled in, and every problem. A page's live feedback and a
save are the same call, so they cannot disagree.

The order of work: entered values are parsed and a new record gets its defaults; then values filled through
links that changed, formulas and visibility are worked out until quiet, hidden fields being blank; then
limits, required fields and cross-field checks are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.decisions import RowsChange
from engine.expression.evaluate import evaluate, holds
from engine.expression.tree import PARENT
from engine.forms.assessment import Assessment, Circumstances, FieldState, RowAssessment
from engine.forms.model import Field, Form
from engine.forms.row_entry import RowEntry, SettledRow, compare_rows, read_rows
from engine.problems import Problem, ProblemCode, Refusal, suggest
from engine.scope import RecordScope, settle_digits
from engine.texts import Text
from engine.values import Value

UNKNOWN_FIELD = ProblemCode(
    "unknown-field",
    Text("{form}里没有字段「{name}」", "{form} has no field '{name}'"),
    Text("只填这张表单有的字段", "Fill in only fields that the form has"),
)
NOT_WRITABLE = ProblemCode(
    "not-writable",
    Text("「{label}」不能填", "{label} cannot be filled in"),
    Text("去掉这个字段", "Leave this field out"),
)
MISSING = ProblemCode(
    "missing-value",
    Text("请填写「{label}」", "Fill in {label}"),
    Text("这是必填的", "It is required"),
)
CHECK_FAILED = ProblemCode(
    "check-failed", Text("{say}", "{say}"), Text("改好后再提交", "Correct it and submit again")
)
NOT_OFFERED = ProblemCode(
    "not-offered",
    Text("「{label}」现在不能这样选", "{label} cannot be chosen so now"),
    Text("从列出的选项里选", "Choose one of those that are offered"),
)
OUT_OF_RANGE = ProblemCode(
    "result-out-of-range",
    Text("「{label}」算出来的数太大了", "The computed {label} is too large"),
    Text("检查公式用到的数", "Check the numbers that the formula uses"),
)

_MOST_PASSES = 6
_SYSTEM = ("id", "created_at", "created_by", "updated_at", "updated_by")


def assess(
    form: Form,
    raw: Mapping[str, object],
    circumstances: Circumstances,
    *,
    old: Mapping[str, Value] | None = None,
    trusted: bool = False,
) -> Assessment:
    """Work out what becomes of a submission.

    raw: entered values by field key: texts from pages and files, JSON values from the API.
    old: the stored record that is changed; None for a new one.
    trusted: the raw values are values already (actions, restored versions); numbers are rounded, not refused.
    """
    work = _Work(form, circumstances, dict(old or {}), is_new=old is None)
    work.enter(raw, trusted=trusted)
    work.settle()
    return work.assessment()


@dataclass
class _Row:
    """One row of a sub-table in progress."""

    id: int
    place: int
    work: _Work


@dataclass
class _Work:
    """One assessment in progress.

    start: the values before anything was entered or filled; wanted: those that the record would have if
    nothing were hidden; values: those that it has.
    """

    form: Form
    given: Circumstances
    old: dict[str, Value]
    is_new: bool
    start: dict[str, Value] = field(default_factory=dict)
    wanted: dict[str, Value] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    entered: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    loose: list[Problem] = field(default_factory=list)
    parent: RecordScope | None = None
    rows: dict[str, list[_Row]] = field(default_factory=dict)
    shown_rows: dict[str, list[RecordScope]] = field(default_factory=dict)
    stored_rows: dict[str, tuple[Mapping[str, Value], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.start = {one.key: self.old.get(one.key) for one in self.form.stored_fields}
        if self.parent is not None:
            self.start[PARENT] = self.parent.record_id or None
        self.wanted = dict(self.start)
        known = {key: self.old[key] for key in _SYSTEM if key in self.old}
        self.values = self.start | (known or {"created_at": self.given.now, "created_by": self.given.me})
        self.scope = RecordScope(
            self.form,
            self.values,
            self.given.reader,
            self.given.now,
            self.given.zone,
            self.given.me,
            old=self.old,
            parent=self.parent,
            rows=self.shown_rows,
        )

    # Entering.

    def enter(self, raw: Mapping[str, object], *, trusted: bool) -> None:
        """Take the entered values, then defaults where nothing was entered."""
        for key, value in raw.items():
            found = self.form.fields.get(key)
            if found is None:
                near = suggest(key, self.form.fields)
                self.loose.append(
                    UNKNOWN_FIELD.at(None, path=(key,), suggestions=near, name=key, form=self.form.label)
                )
            elif not self._may_write(found):
                self._complain(found, NOT_WRITABLE.here(label=found.label))
            else:
                self.entered.add(key)
                if not found.rows:
                    self._want(found, value, trusted=trusted)
        self.values.update(self.wanted)
        if self.is_new:
            self._defaults()
        for table in self.form.tables:
            self._enter_rows(table, raw.get(table.key))

    def _may_write(self, found: Field) -> bool:
        if self.given.writable is None:
            return found.is_entered
        return found.is_entered and not found.readonly and found.key in self.given.writable

    def _want(self, found: Field, value: Any, *, trusted: bool) -> None:
        """Take a value for a field; one that does not fit is a problem, and the field stays as it was."""
        try:
            settled = settle_digits(value, found.value_type) if trusted else value
            self.wanted[found.key] = found.type.parse(settled, found.value_type, self.given.zone)
        except Refusal as refusal:
            self._complain(found, refusal.problem)

    def _defaults(self) -> None:
        for one in self.form.fields.values():
            source = one.expressions.get("default")
            value = evaluate(source, self.scope) if source else one.default
            if value is None or not one.is_entered:
                continue
            self.start[one.key] = settle_digits(value, one.value_type)
            if one.key not in self.entered:
                self._want(one, value, trusted=True)
                self.values[one.key] = self.wanted[one.key]

    def _enter_rows(self, table: Field, raw: object) -> None:
        """Take the rows that were sent for a sub-table; the stored ones where none were."""
        record = self.scope.record_id
        stored = self.given.reader.rows(table.rows, record) if record else ()
        old = {int(str(row["id"])): row for row in stored}
        entries: list[RowEntry] = [RowEntry(number, {}, at) for at, number in enumerate(old)]
        if table.key in self.entered:
            try:
                entries = read_rows(raw)
            except Refusal as refusal:
                self._complain(table, refusal.problem)
        writable = self.given.writable
        if writable is not None:
            writable = frozenset(k.partition(".")[2] for k in writable if k.startswith(f"{table.key}."))
        given = replace(self.given, writable=writable)
        rows = self.rows[table.key] = []
        for entry in entries:
            before = old.get(entry.id)
            work = _Work(
                self.form.row_forms[table.key], given, dict(before or {}), before is None, parent=self.scope
            )
            work.enter(entry.raw, trusted=False)
            rows.append(_Row(entry.id if before else 0, entry.place, work))
        self.stored_rows[table.key] = stored
        self._prepare_links(table, rows)
        self._show_rows()

    def _prepare_links(self, table: Field, rows: list[_Row]) -> None:
        """Say which records the links of all rows lead to, before they are followed one by one."""
        for one in self.form.row_forms[table.key].stored_fields:
            target = one.value_type.points_to
            if target and not one.system:
                found = [row.work.wanted.get(one.key) for row in rows]
                self.given.reader.prepare(target, [each for each in found if isinstance(each, int)])

    def _show_rows(self) -> None:
        """Let expressions see the rows; those of a hidden sub-table are none."""
        for key, rows in self.rows.items():
            self.shown_rows[key] = [] if key in self.hidden else [row.work.scope for row in rows]

    # Working out.

    def settle(self) -> None:
        """Work out filled values, formulas and visibility until nothing changes; hidden fields are blank."""
        for _ in range(_MOST_PASSES):
            before, hidden = self._snapshot(), self.hidden
            self._fill()
            for rows in self.rows.values():
                for row in rows:
                    row.work.settle()
            for key in self.form.formula_order:
                self._compute(self.form.fields[key])
            self.hidden = {one.key for one in self.form.fields.values() if not self._is_visible(one)}
            self.values.update(
                {key: None if key in self.hidden else value for key, value in self.wanted.items()}
            )
            self._show_rows()
            if before == self._snapshot() and hidden == self.hidden:
                return

    def _snapshot(self) -> tuple[object, ...]:
        """Return all values, those of rows included, to see whether anything moved."""
        return dict(self.values), [[dict(row.work.values) for row in rows] for rows in self.rows.values()]

    def _fill(self) -> None:
        """Copy values through links: on a new record, and where the link has changed since."""
        for one in self.form.fields.values():
            fill = one.expressions.get("fill")
            if fill is None or (one.key in self.entered and self.wanted[one.key] is not None):
                continue
            moved = any(
                self.values.get(key) != self.old.get(key) for form, key in fill.reads if form == self.form.key
            )
            if self.is_new or moved:
                value = evaluate(fill, self.scope)
                # A new record whose link is blank keeps its default.
                value = self.start[one.key] if value is None and self.is_new else value
                self._work_out(one, value)

    def _compute(self, found: Field) -> None:
        if found.formula is not None:
            self.wanted[found.key] = None
            self._work_out(found, evaluate(found.formula, self.scope))

    def _work_out(self, found: Field, value: Value) -> None:
        """Take a value that was computed, in place of the one of an earlier pass."""
        entered = [problem for problem in self.problems.pop(found.key, ()) if problem.code is NOT_WRITABLE]
        self._want(found, value, trusted=True)
        if found.key in self.problems and found.value_type.is_numeric:
            self.problems[found.key] = [OUT_OF_RANGE.at(None, path=(found.key,), label=found.label)]
        if entered:
            self.problems[found.key] = entered
        self.values[found.key] = None if found.key in self.hidden else self.wanted[found.key]

    def _is_visible(self, found: Field) -> bool:
        condition = found.expressions.get("visible")
        return condition is None or holds(condition, self.scope)

    def _is_readonly(self, found: Field) -> bool:
        condition = found.expressions.get("readonly")
        return found.readonly or (condition is not None and holds(condition, self.scope))

    def _is_required(self, found: Field) -> bool:
        condition = found.expressions.get("required")
        return found.required or (condition is not None and holds(condition, self.scope))

    # Judging.

    def assessment(self) -> Assessment:
        """Look at limits, required fields and checks, and put everything together."""
        changes = dict(self._row_changes())
        states = {
            key: self._state(found, rows_changed=key in changes) for key, found in self.form.fields.items()
        }
        for check in self.form.checks:
            if not any(state.problems for state in states.values()) and not holds(check.must, self.scope):
                self.loose.append(CHECK_FAILED.here(say=check.say))
        stored = {
            one.key: self.values[one.key]
            for one in self.form.stored_fields
            if not one.is_numbered and not one.system
        }
        rows = {
            key: tuple(RowAssessment(row.id, row.place, row.work.assessment()) for row in rows)
            for key, rows in self.rows.items()
            if key not in self.hidden
        }
        return Assessment(self.form, stored, self.scope, states, tuple(self.loose), rows, changes)

    def _row_changes(self) -> Iterator[tuple[str, RowsChange]]:
        for key, rows in self.rows.items():
            form = self.form.row_forms[key]
            kept = [one.key for one in form.stored_fields if not one.is_numbered and not one.system]
            after = [
                SettledRow(row.id, {name: row.work.values[name] for name in kept})
                for row in rows
                if key not in self.hidden
            ]
            change = compare_rows(form, self.stored_rows[key], after)
            if change is not None:
                yield key, change

    def _state(self, found: Field, *, rows_changed: bool) -> FieldState:
        visible = found.key not in self.hidden
        writable = self.given.writable is None or found.key in self.given.writable
        readonly = not found.is_entered or not writable or self._is_readonly(found)
        required = visible and found.is_entered and self._is_required(found)
        value = self.scope.read(found.key) if found.rows else self.values.get(found.key)
        moved = rows_changed if found.rows else value != self.start.get(found.key)
        is_person = self.given.writable is not None
        if is_person and writable and readonly and found.key in self.entered and moved:
            self._complain(found, NOT_WRITABLE.here(label=found.label))
        if visible and (found.stored or found.rows):
            self._judge(found, value, required=required)
        problems = tuple(self.problems.get(found.key, ())) if visible else ()
        return FieldState(visible, required, readonly, problems)

    def _judge(self, found: Field, value: Value, *, required: bool) -> None:
        if self.problems.get(found.key):
            return
        if required and not (value if found.rows else value is not None):
            self._complain(found, MISSING.here(label=found.label))
            return
        if value is None:
            return
        offered = found.offered(self.scope)
        chosen = value if isinstance(value, tuple) else (value,)
        if offered is not None and not {one.key for one in offered}.issuperset(map(str, chosen)):
            self._complain(found, NOT_OFFERED.here(label=found.label))
        for problem in found.type.check(value, found.settle(self.scope), self.given.zone):
            self._complain(found, problem)

    def _complain(self, found: Field, problem: Problem) -> None:
        self.problems.setdefault(found.key, []).append(problem.within((found.key,)))
