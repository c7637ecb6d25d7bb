"""What becomes of a submission: the one function that page, API, import, demo data and rules go through.

`assess` turns raw values into the record as it would be saved, with the state of every field on the way:
what is visible, required, read-only, computed, filled in, and every problem. A page's live feedback and a
save are the same call, so they cannot disagree.

The order of work: entered values are parsed and a new record gets its defaults; then values filled through
links that changed, formulas and visibility are worked out until quiet, hidden fields being blank; then
limits, required fields and cross-field checks are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.expression.evaluate import evaluate, holds
from engine.expression.tree import Reader
from engine.forms.model import Field, Form
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
OUT_OF_RANGE = ProblemCode(
    "result-out-of-range",
    Text("「{label}」算出来的数太大了", "The computed {label} is too large"),
    Text("检查公式用到的数", "Check the numbers that the formula uses"),
)

_MOST_PASSES = 6
_SYSTEM = ("id", "created_at", "created_by", "updated_at", "updated_by")


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Everything that an assessment depends on besides the values.

    writable: the fields that the person may fill in; None for the system (actions, demo data), which may fill
        in all that is not computed, read-only fields too.
    """

    reader: Reader
    now: datetime
    zone: ZoneInfo
    me: int | None = None
    writable: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FieldState:
    """How one field of the record stands."""

    visible: bool
    required: bool
    readonly: bool
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """The record as it would be saved.

    values: every stored field; scope: the record as expressions see it.
    problems: those of no single field; those of a field are in its state.
    """

    form: Form
    values: Mapping[str, Value]
    scope: RecordScope
    states: Mapping[str, FieldState]
    problems: tuple[Problem, ...]

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Return every problem, those of fields first, in the order of the form."""
        return tuple(p for state in self.states.values() for p in state.problems) + self.problems

    @property
    def is_accepted(self) -> bool:
        """Tell whether the record may be saved."""
        return not self.all_problems

    def value(self, key: str) -> Value:
        """Return what a field holds or shows; a field that is computed at each read is computed now."""
        return self.scope.read(key)

    def changed(self, old: Mapping[str, Value]) -> dict[str, Value]:
        """Return the stored fields whose value differs from `old`."""
        return {key: value for key, value in self.values.items() if old.get(key) != value}


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

    def __post_init__(self) -> None:
        self.start = {one.key: self.old.get(one.key) for one in self.form.stored_fields}
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
                self._want(found, value, trusted=trusted)
        self.values.update(self.wanted)
        if self.is_new:
            self._defaults()

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

    # Working out.

    def settle(self) -> None:
        """Work out filled values, formulas and visibility until nothing changes; hidden fields are blank."""
        for _ in range(_MOST_PASSES):
            before, hidden = dict(self.values), self.hidden
            self._fill()
            for key in self.form.formula_order:
                self._compute(self.form.fields[key])
            self.hidden = {one.key for one in self.form.fields.values() if not self._is_visible(one)}
            self.values.update(
                {key: None if key in self.hidden else value for key, value in self.wanted.items()}
            )
            if before == self.values and hidden == self.hidden:
                return

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
        states = {key: self._state(found) for key, found in self.form.fields.items()}
        for check in self.form.checks:
            if not any(state.problems for state in states.values()) and not holds(check.must, self.scope):
                self.loose.append(CHECK_FAILED.here(say=check.say))
        stored = {one.key: self.values[one.key] for one in self.form.stored_fields if not one.is_numbered}
        return Assessment(self.form, stored, self.scope, states, tuple(self.loose))

    def _state(self, found: Field) -> FieldState:
        visible = found.key not in self.hidden
        writable = self.given.writable is None or found.key in self.given.writable
        readonly = not found.is_entered or not writable or self._is_readonly(found)
        required = visible and found.is_entered and self._is_required(found)
        value = self.values.get(found.key)
        is_person = self.given.writable is not None
        if (
            is_person
            and writable
            and readonly
            and found.key in self.entered
            and value != self.start.get(found.key)
        ):
            self._complain(found, NOT_WRITABLE.here(label=found.label))
        if visible and found.stored:
            self._judge(found, value, required=required)
        problems = tuple(self.problems.get(found.key, ())) if visible else ()
        return FieldState(visible, required, readonly, problems)

    def _judge(self, found: Field, value: Value, *, required: bool) -> None:
        if self.problems.get(found.key):
            return
        if value is None:
            if required:
                self._complain(found, MISSING.here(label=found.label))
            return
        for problem in found.type.check(value, found.settle(self.scope), self.given.zone):
            self._complain(found, problem)

    def _complain(self, found: Field, problem: Problem) -> None:
        self.problems.setdefault(found.key, []).append(problem.within((found.key,)))
