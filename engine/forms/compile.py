"""From a definition to forms: fields, formulas, conditions and buttons checked, every problem reported."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.check import Environment
from engine.expression.codes import NOT_IN_DATABASE
from engine.expression.function import Function
from engine.expression.parse import Source, parse
from engine.expression.tree import Apply, Expression, RecordShape, walk
from engine.forms.codes import (
    COMPUTED_AND_ENTERED,
    NO_FIELDS,
    NO_FORMS,
    NO_TYPE,
    NOT_A_FIELD,
    RESERVED_FIELD,
    UNKNOWN_FORM,
)
from engine.forms.contract import FieldType
from engine.forms.declared import FieldOptions, FormOptions
from engine.forms.drafts import FORMULA_CYCLE, FieldDraft, FormDraft, UnknownShape
from engine.forms.model import Check, Field, Form, Section
from engine.option_kinds import BAD_NAME, check_name, expected_of
from engine.options import NOT_A_MAP, OptionKind, name_of, read_options, rows_of
from engine.problems import Problem, Refusal, suggest
from engine.registry import Registry
from engine.shapes import PLATFORM_SHAPES
from engine.texts import Text
from engine.values import BOOLEAN, Kind, ValueType

_SYSTEM = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by"})
_Name = tuple[str, str]


@dataclass
class FormsCompiler:
    """Compiles all forms of one app together, because their formulas may read each other.

    types, functions: the catalog's field types and functions.
    """

    cursor: Cursor
    types: Registry[FieldType]
    functions: Mapping[str, Function]
    drafts: dict[str, FormDraft] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def read(self) -> None:
        """Read the options of every form and field; problems go to the cursor.

        The keys of forms and fields that cannot be read are kept as `broken`, so that what refers to them
        is not reported as well.
        """
        if not isinstance(self.cursor.data, dict):
            self.cursor.report(NOT_A_MAP, found=name_of(self.cursor.data))
        elif not self.cursor.data:
            self.cursor.report(NO_FORMS)
        for key, cursor in self.cursor.entries():
            options = read_options(cursor, FormOptions, lenient=True)
            if _is_name(key, cursor) and options is not None:
                self.drafts[key] = FormDraft(key, options.title or Text.same(key), options, cursor)
            else:
                self.broken.add(key)
        for draft in self.drafts.values():
            self._read_fields(draft)

    def _read_fields(self, draft: FormDraft) -> None:
        fields = draft.options.fields
        entries = list(fields.entries())
        if not isinstance(fields.data, dict | None):
            fields.report(NOT_A_MAP, found=name_of(fields.data))
        elif not entries:
            fields.report(NO_FIELDS, form=draft.label)
        for key, cursor in entries:
            found = self._read_field(draft, key, cursor)
            if found is None:
                self.broken.add(key)
            else:
                draft.fields[key] = found

    def _read_field(self, draft: FormDraft, key: str, cursor: Cursor) -> FieldDraft | None:
        if key in _SYSTEM:
            cursor.report_key(RESERVED_FIELD, name=key)
            return None
        found = self._field_type(key, cursor) if _is_name(key, cursor) else None
        if found is None:
            return None
        common = read_options(cursor, FieldOptions, also=_keys_of(found.Options))
        options = _read_own(cursor, found.Options)
        if common is None or options is None:
            return None
        for problem in found.review(options):
            place = cursor.document.location((*cursor.path, *problem.path))
            cursor.add(problem.within((), place))
        label = common.title or Text.same(key)
        return FieldDraft(draft.key, key, label, found, common, options, cursor, self)

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
        return self.drafts.get(key) or PLATFORM_SHAPES.get(key) or (UnknownShape(key) if key else None)

    def environment(self, form: str, *, has_old: bool = False) -> Environment:
        """Return what names mean in the expressions of a form."""
        return self._environments(form, has_old)

    @cached_property
    def _environments(self) -> Callable[[str, bool], Environment]:
        forms = (*self.drafts, *sorted(self.broken))

        @cache
        def environment(form: str, has_old: bool) -> Environment:  # noqa: FBT001 - a key of the cache
            return Environment(self.drafts.get(form), self.shape, forms, self.functions, has_old=has_old)

        return environment

    def expression(
        self, source: Source, cursor: Cursor, environment: Environment, expected: ValueType | None = None
    ) -> Expression | None:
        """Check an expression; its problem is reported, and None returned if it has one."""
        try:
            return parse(source, environment, expected)
        except Refusal as refusal:
            if not self.follows(refusal.problem):
                cursor.add(refusal.problem)
            return None

    def in_database(self, found: Expression | None, cursor: Cursor) -> Expression | None:
        """Return an expression that the database can compute; None after reporting one that it cannot."""
        for node in walk(found.tree) if found else ():
            if isinstance(node, Apply) and node.function.postgres is None:
                cursor.add(NOT_IN_DATABASE.at(found.location if found else None, name=node.function.name))
                return None
        return found

    def follows(self, problem: Problem) -> bool:
        """Tell whether a problem only says that something is missing which has been reported already."""
        return problem.facts.get("name") in self.broken

    def report_unknown_fields(self, names: Iterable[str], cursor: Cursor, form: RecordShape) -> None:
        """Report each of some names that is no field of the form, at its own place in a list."""
        fields = form.shape_fields()
        for position, name in enumerate(names):
            if name not in fields and name not in self.broken:
                place = cursor.child(position) if isinstance(cursor.data, list) else cursor
                place.report(NOT_A_FIELD, form=form.label, name=name, suggestions=suggest(name, fields))

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
        self._check_names(draft)
        sections = tuple(Section(section.title, section.fields) for section in options.sections)
        return Form(
            key=draft.key, label=draft.label, help=options.help, fields=fields, named_by=named_by,
            checks=checks, sections=sections, columns=options.columns, sort=options.sort, was=options.was,
            formula_order=tuple(key for _, key in order if fields[key].stored and fields[key].formula),
            location=draft.cursor.document.key_location(draft.cursor.path),
        )  # fmt: skip

    def _check_names(self, draft: FormDraft) -> None:
        """Check the fields that a form names outside of expressions."""
        options = draft.options
        if options.named_by:
            self.report_unknown_fields((options.named_by,), draft.cursor.child("named_by"), draft)
        for position, section in enumerate(options.sections):
            place = draft.cursor.child("sections")
            place = place.child(position) if isinstance(place.data, list) else place
            self.report_unknown_fields(section.fields, place.child("fields"), draft)
        for key, paths in (("columns", options.columns), ("sort", options.sort)):
            for position, path in enumerate(paths):
                place = draft.cursor.child(key)
                place = place.child(position) if isinstance(place.data, list) else place
                self._check_path(path, place, draft, skip=int(key == "sort" and path.startswith("-")))

    def _check_path(self, path: str, place: Cursor, draft: FormDraft, *, skip: int) -> None:
        """Check a column or a sort: a field, or one behind links; `skip` characters in front of it."""
        if not all(name.isidentifier() for name in path[skip:].split(".")):
            place.report(NOT_A_FIELD, form=draft.label, name=path)
            return
        source = Source(
            path[skip:], lambda start, end: place.document.within(place.path, start + skip, end + skip)
        )
        self.expression(source, place, self.environment(draft.key))

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
            form=draft.form, key=draft.key, label=draft.label, type=draft.type, options=draft.options,
            value_type=draft.value_type, help=common.help, required=common.required is True,
            readonly=common.readonly is True, unique=common.unique, default=default,
            stored=(draft.form, draft.key) in self._stored, was=common.was, expressions=expressions,
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
            if (draft.form, draft.key) not in self._stored:
                self.in_database(draft.formula, draft.cursor)
            yield "formula", draft.formula
        for holder in (draft.common, draft.options):
            for entry in dataclasses.fields(holder):
                source = getattr(holder, entry.name)
                if isinstance(source, Source) and source is not draft.source:
                    found = self._option_expression(draft, entry, source)
                    if found is not None:
                        yield entry.name, found

    def _option_expression(
        self, draft: FieldDraft, entry: dataclasses.Field[Any], source: Source
    ) -> Expression | None:
        """Check the expression that stands in one option of a field."""
        key = entry.metadata.get("key") or entry.name
        place = draft.cursor.child(key)
        environment, expected = self._expectation(draft, key, entry.metadata.get("option"))
        found = self.expression(source, place, environment, expected)
        return self.in_database(found, place) if key == "only" else found

    def _expectation(
        self, draft: FieldDraft, key: str, kind: OptionKind | None
    ) -> tuple[Environment, ValueType | None]:
        """Return what the names in an option's expression mean, and what it must give."""
        environment = self.environment(draft.form)
        if key == "only":
            return self._row_environment(draft, environment), BOOLEAN
        if key in ("default", "fill"):
            return environment, draft.value_type
        return environment, BOOLEAN if key == "visible" else expected_of(kind)

    def _row_environment(self, draft: FieldDraft, environment: Environment) -> Environment:
        return dataclasses.replace(environment, record=None, row=draft.value_type.form)

    def _report_nonsense(self, draft: FieldDraft) -> None:
        if draft.source is None:
            return
        for key in ("default", "fill", "required"):
            if isinstance(draft.cursor.data, dict) and key in draft.cursor.data:
                draft.cursor.child(key).report_key(COMPUTED_AND_ENTERED, field=draft.label, key=key)

    def _report_link(self, draft: FieldDraft) -> None:
        target = draft.value_type.form
        if (
            target
            and target not in self.drafts
            and target not in self.broken
            and draft.type.value_type(draft.options).form
        ):
            key = "to" if "to" in draft.cursor.data else "type"
            draft.cursor.child(key).report(
                UNKNOWN_FORM, name=target, suggestions=suggest(target, self.drafts)
            )

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
        """Report each circle once, at one of its fields."""
        graph = dict(self._graph)
        while chain := _cycle(graph):
            form, key = next(part for part in chain if part in graph)
            words = " → ".join(f"{a}.{b}" for a, b in chain)
            draft = self.drafts[form].fields[key]
            draft.cursor.report_key(FORMULA_CYCLE, field=draft.label, chain=words)
            graph = {part: reads for part, reads in graph.items() if part not in chain}
        for one in (one for draft in self.drafts.values() for one in draft.fields.values()):
            if one.is_circular and self.cursor.is_clean:
                one.cursor.report_key(FORMULA_CYCLE, field=one.label, chain=f"{one.key} → … → {one.key}")

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


@cache
def _keys_of(options: type) -> frozenset[str]:
    return frozenset(row.key for row in rows_of(options))


def _is_name(key: str, cursor: Cursor) -> bool:
    """Tell whether a key can be used in expressions; report it if not."""
    why = check_name(key)
    if why is not None:
        cursor.report_key(BAD_NAME, name=key, why=why)
    return why is None


def _read_own(cursor: Cursor, options: type) -> Any:
    """Read the options of the type; unknown keys were reported with the common ones already."""
    known = _keys_of(options)
    own = {key: value for key, value in cursor.data.items() if key in known}
    return read_options(dataclasses.replace(cursor, data=own), options)


def _cycle(graph: Mapping[_Name, set[_Name]]) -> list[_Name]:
    """Return fields that lead back to the first of them, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
