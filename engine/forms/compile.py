"""From a definition to forms: fields, formulas, conditions and buttons checked, every problem reported."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.check import Environment
from engine.expression.function import Function
from engine.expression.parse import Source, parse
from engine.expression.tree import Expression, RecordShape
from engine.forms.contract import FieldType
from engine.forms.declared import FieldOptions, FormOptions
from engine.forms.drafts import FORMULA_CYCLE, FieldDraft, FormDraft
from engine.forms.model import Check, Field, Form, Section
from engine.options import read_options, rows_of
from engine.problems import Problem, ProblemCode, Refusal, suggest
from engine.registry import Registry
from engine.shapes import PLATFORM_SHAPES
from engine.texts import Text
from engine.values import BOOLEAN, Kind, ValueType

NO_FIELDS = ProblemCode(
    "no-fields",
    Text("表单「{form}」还没有字段", "The form '{form}' has no fields"),
    Text("在 fields 下面写「字段名: {{type: text}}」", "Write 'field: {{type: text}}' below fields"),
)
NO_TYPE = ProblemCode(
    "no-type",
    Text("字段「{field}」没写类型", "The field '{field}' has no type"),
    Text("写 type: text 之类", "Write type: text or another"),
)
UNKNOWN_FORM = ProblemCode(
    "unknown-form",
    Text("没有「{name}」这张表单", "There is no form '{name}'"),
    Text("写一张存在的表单", "Use a form that exists"),
)
NOT_A_FIELD = ProblemCode(
    "not-a-field",
    Text("表单「{form}」没有字段「{name}」", "The form '{form}' has no field '{name}'"),
    Text("写一个存在的字段", "Use a field that exists"),
)
COMPUTED_AND_ENTERED = ProblemCode(
    "computed-and-entered",
    Text("「{field}」由公式得出,不能再写 {key}", "'{field}' is computed, so {key} makes no sense with it"),
    Text("去掉 {key} 或 formula", "Remove {key} or the formula"),
)
RESERVED_FIELD = ProblemCode(
    "reserved-field",
    Text("「{name}」是系统字段的名字", "'{name}' is the name of a system field"),
    Text("换一个名字", "Use another name"),
)
_SYSTEM = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by"})
_TYPE_OF_COMMON = {"required": BOOLEAN, "visible": BOOLEAN, "readonly": BOOLEAN}


@dataclass
class FormsCompiler:
    """Compiles all forms of one app together, because their formulas may read each other.

    types, functions: the catalog's field types and functions.
    """

    cursor: Cursor
    types: Registry[FieldType]
    functions: Mapping[str, Function]
    drafts: dict[str, FormDraft] = field(default_factory=dict)

    def read(self) -> None:
        """Read the options of every form and field; problems go to the cursor."""
        for key, cursor in self.cursor.entries():
            options = read_options(cursor, FormOptions)
            if options is not None:
                self.drafts[key] = FormDraft(key, options.title or Text.same(key), options, cursor)
        for draft in self.drafts.values():
            self._read_fields(draft)

    def _read_fields(self, draft: FormDraft) -> None:
        entries = list(draft.options.fields.entries())
        if not entries:
            draft.options.fields.report(NO_FIELDS, form=draft.key)
        for key, cursor in entries:
            found = self._field_type(key, cursor)
            if found is None:
                continue
            if key in _SYSTEM:
                cursor.report_key(RESERVED_FIELD, name=key)
            own = frozenset(row.key for row in rows_of(found.Options))
            common_keys = frozenset(row.key for row in rows_of(FieldOptions))
            common = read_options(cursor, FieldOptions, also=own)
            options = _read_own(cursor, found.Options, common_keys)
            if common is not None and options is not None:
                label = common.title or Text.same(key)
                draft.fields[key] = FieldDraft(
                    draft.key, key, label, found, common, options, cursor, lambda draft=draft: self.environment(draft.key)
                )

    def _field_type(self, key: str, cursor: Cursor) -> FieldType | None:
        name = cursor.data.get("type") if isinstance(cursor.data, dict) else None
        if not isinstance(name, str):
            cursor.report_key(NO_TYPE, field=key)
            return None
        found = self.types.find(name)
        if isinstance(found, Problem):
            cursor.child("type").add(found)
            return None
        return found

    # Names.

    def shape(self, key: str) -> RecordShape | None:
        """Return the shape of a form, of people or of departments."""
        return self.drafts.get(key) or PLATFORM_SHAPES.get(key)

    def environment(self, form: str, *, has_old: bool = False) -> Environment:
        """Return what names mean in the expressions of a form."""
        return Environment(
            self.drafts.get(form), self.shape, tuple(self.drafts), self.functions, has_old=has_old
        )

    def expression(
        self, source: Source, cursor: Cursor, environment: Environment, expected: ValueType | None = None
    ) -> Expression | None:
        """Check an expression; its problem is reported, and None returned if it has one."""
        try:
            return parse(source, environment, expected)
        except Refusal as refusal:
            cursor.add(refusal.problem)
            return None

    # Forms.

    def compile(self) -> dict[str, Form]:
        """Return every form; complete only if the cursor is clean afterwards."""
        for draft in self.drafts.values():
            for one in draft.fields.values():
                _ = one.formula
        self._report_cycles()
        return {key: self._form(draft) for key, draft in self.drafts.items()}

    def _form(self, draft: FormDraft) -> Form:
        fields = {key: self._field(one) for key, one in draft.fields.items()}
        order = tuple(key for key in self._order if key[0] == draft.key)
        options = draft.options
        checks = self._checks(draft)
        named_by = options.named_by or next(
            (key for key, one in fields.items() if one.value_type.kind is Kind.TEXT), "id"
        )
        self._known(draft, "named_by", (options.named_by,) if options.named_by else ())
        sections = []
        for section in options.sections:
            self._known(draft, "sections", section.fields)
            sections.append(Section(section.title, section.fields))
        return Form(
            key=draft.key, label=draft.label, help=options.help, fields=fields, named_by=named_by, checks=checks,
            sections=tuple(sections), columns=options.columns, sort=options.sort, was=options.was,
            formula_order=tuple(key for _, key in order if fields[key].stored and fields[key].formula),
            location=draft.cursor.document.key_location(draft.cursor.path),
        )  # fmt: skip

    def _known(self, draft: FormDraft, key: str, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in draft.shape_fields():
                place = draft.cursor.child(key)
                place.report(NOT_A_FIELD, form=draft.label, name=name, suggestions=suggest(name, draft.fields))

    def _checks(self, draft: FormDraft) -> tuple[Check, ...]:
        checks = []
        for one in draft.options.checks:
            cursor = draft.cursor.child("checks")
            must = self.expression(one.must, cursor, self.environment(draft.key, has_old=True), BOOLEAN)
            if must is not None:
                checks.append(Check(must, one.say, must.location))
        return tuple(checks)

    def _field(self, draft: FieldDraft) -> Field:
        expressions = dict(self._expressions(draft))
        self._report_nonsense(draft)
        self._report_link(draft)
        common = draft.common
        default = None
        if common.default is not None and not isinstance(common.default, Source):
            default = self._default(draft)
        return Field(
            form=draft.form, key=draft.key, label=draft.label, type=draft.type, options=draft.options, value_type=draft.value_type,
            help=common.help, required=common.required is True, readonly=common.readonly is True, unique=common.unique,
            default=default, stored=(draft.form, draft.key) in self._stored, was=common.was, expressions=expressions,
            location=draft.cursor.document.key_location(draft.cursor.path),
        )  # fmt: skip

    def _default(self, draft: FieldDraft) -> Any:
        try:
            return draft.type.parse(draft.common.default, draft.value_type)
        except Refusal as refusal:
            draft.cursor.child("default").add(refusal.problem)
            return None

    def _expressions(self, draft: FieldDraft) -> Iterator[tuple[str, Expression]]:
        """Yield every checked expression of a field by its key."""
        if draft.formula is not None:
            yield "formula", draft.formula
        for holder in (draft.common, draft.options):
            for entry in dataclasses.fields(holder):
                source = getattr(holder, entry.name)
                key = entry.metadata.get("key") or entry.name
                if not isinstance(source, Source) or source is draft.source:
                    continue
                environment = self.environment(draft.form)
                expected = _TYPE_OF_COMMON.get(key) if holder is draft.common else None
                if key in ("default", "fill"):
                    expected = draft.value_type
                if key == "only":
                    environment, expected = self._row_environment(draft, environment), BOOLEAN
                found = self.expression(source, draft.cursor.child(key), environment, expected)
                if found is not None:
                    yield entry.name, found

    def _row_environment(self, draft: FieldDraft, environment: Environment) -> Environment:
        return dataclasses.replace(environment, row=draft.value_type.form)

    def _report_nonsense(self, draft: FieldDraft) -> None:
        if draft.source is None:
            return
        for key in ("default", "fill", "required"):
            if isinstance(draft.cursor.data, dict) and key in draft.cursor.data:
                draft.cursor.child(key).report_key(COMPUTED_AND_ENTERED, field=draft.label, key=key)

    def _report_link(self, draft: FieldDraft) -> None:
        target = draft.value_type.form
        if target and target not in self.drafts and draft.type.value_type(draft.options).form:
            key = "to" if "to" in draft.cursor.data else "type"
            draft.cursor.child(key).report(UNKNOWN_FORM, name=target, suggestions=suggest(target, self.drafts))

    # What depends on what.

    @cached_property
    def _graph(self) -> dict[tuple[str, str], set[tuple[str, str]]]:
        return {
            (draft.key, key): set(one.formula.reads) if one.formula else set()
            for draft in self.drafts.values()
            for key, one in draft.fields.items()
        }

    @cached_property
    def _order(self) -> tuple[tuple[str, str], ...]:
        try:
            return tuple(key for key in TopologicalSorter(self._graph).static_order() if key in self._graph)
        except CycleError:
            return tuple(self._graph)

    def _report_cycles(self) -> None:
        try:
            TopologicalSorter(self._graph).prepare()
        except CycleError as error:
            chain = [part for part in error.args[1]]
            form, key = next(part for part in chain if part in self._graph)
            words = " → ".join(f"{a}.{b}" for a, b in chain)
            draft = self.drafts[form].fields[key]
            draft.cursor.report_key(FORMULA_CYCLE, field=draft.label, chain=words)

    @cached_property
    def _stored(self) -> set[tuple[str, str]]:
        """The fields with a column: entered ones, and formulas over stored fields of the same record."""
        stored: set[tuple[str, str]] = set()
        for form, key in self._order:
            formula = self.drafts[form].fields[key].formula
            own = formula is not None and formula.is_local and all(
                read in stored or read[1] in ("created_at", "created_by") for read in formula.reads
            )  # fmt: skip
            if formula is None and self.drafts[form].fields[key].source is None or own:
                stored.add((form, key))
        return stored


def _read_own(cursor: Cursor, options: type, common: frozenset[str]) -> Any:
    """Read the options of the type; unknown keys were reported with the common ones already."""
    quiet = Cursor(cursor.document, cursor.path, {k: v for k, v in cursor.data.items() if k not in common}, cursor.problems)
    known = {row.key for row in rows_of(options)}
    quiet = dataclasses.replace(quiet, data={k: v for k, v in quiet.data.items() if k in known})
    return read_options(quiet, options)


