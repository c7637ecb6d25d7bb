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
from engine.filters import both
from engine.forms.codes import (
    COMPUTED_AND_ENTERED,
    ENCRYPTED_OPERAND,
    NOT_A_FIELD,
    ONLY_TEXTS,
    UNKNOWN_FORM,
)
from engine.forms.contract import FieldType
from engine.forms.cycles import find_cycle
from engine.forms.drafts import FORMULA_CYCLE, FieldDraft, FormDraft, UnknownShape
from engine.forms.inlining import FORMULA_TOO_LARGE, LARGEST, too_large
from engine.forms.model import WHEN, Check, Field, Form, Remark
from engine.forms.offering import OfferedOption
from engine.forms.pages import around, groups_of, lay_out
from engine.forms.public import compile_public
from engine.forms.reading import FormsReader
from engine.forms.repeat_rules import compile_repeats
from engine.forms.views import View, ViewsCompiler
from engine.option_kinds import expected_of
from engine.options import OptionKind
from engine.problems import Problem, Refusal, suggest
from engine.registry import Registry
from engine.shapes import PLATFORM_SHAPES
from engine.texts import Text
from engine.values import BOOLEAN, Kind, Option, ValueType

_ALWAYS_STORED = frozenset({"id", "created_at", "created_by"})
_Name = tuple[str, str]


@dataclass
class FormsCompiler:
    """Compiles all forms of one app together, because their formulas may read each other.

    types, functions: the catalog's field types and functions; roles: those of the app.
    """

    cursor: Cursor
    types: Registry[FieldType]
    functions: Mapping[str, Function]
    drafts: dict[str, FormDraft] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    roles: Mapping[str, Text] = field(default_factory=dict)

    def read(self) -> None:
        """Read every form; what cannot be read is noted as `broken`. Problems go to the cursor."""
        FormsReader(self.cursor, self.types, self, self.drafts, self.broken).read()

    @property
    def role_options(self) -> tuple[Option, ...]:
        """The roles of the app, for fields that choose one."""
        return tuple(Option(key, label) for key, label in self.roles.items())

    # Names.

    def shape(self, key: str) -> RecordShape | None:
        """Return the shape of a form, of people or of departments."""
        return self.drafts.get(key) or PLATFORM_SHAPES.get(key) or (UnknownShape(key) if key else None)

    @cached_property
    def _form_names(self) -> tuple[str, ...]:
        """The keys of all forms, also of those that could not be read: an expression may name them."""
        written = self.cursor.data if isinstance(self.cursor.data, dict) else {}
        return (*self.drafts, *(str(key) for key in written if key in self.broken and key not in self.drafts))

    def environment(self, form: str, *, has_old: bool = False) -> Environment:
        """Return what names mean in the expressions of a form."""
        return self._environments(form, has_old)

    @cached_property
    def _environments(self) -> Callable[[str, bool], Environment]:
        @cache
        def environment(form: str, has_old: bool) -> Environment:  # noqa: FBT001 - a key of the cache
            draft = self.drafts.get(form)
            return Environment(draft, self.shape, self._form_names, self.functions, has_old=has_old)

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

    def in_the_open(self, found: Expression | None, cursor: Cursor) -> bool:
        """Tell whether an expression reads nothing that is encrypted; report it if it does."""
        paths = found.paths if found else ()
        secret = next((path for path in paths if path.type.sealed), None)
        if secret is not None and found is not None:
            cursor.add(ENCRYPTED_OPERAND.at(found.location, name=secret.steps[-1]))
        return secret is None

    def in_database(self, found: Expression | None, cursor: Cursor) -> Expression | None:
        """Return an expression that the database can compute; None after reporting one that it cannot."""
        if not self.in_the_open(found, cursor):
            return None
        for node in walk(found.tree) if found else ():
            if isinstance(node, Apply) and node.function.postgres is None:
                cursor.add(NOT_IN_DATABASE.at(found.location if found else None, name=node.function.name))
                return None
        return found

    def follows(self, problem: Problem) -> bool:
        """Tell whether a problem only says that something is missing which has been reported already."""
        return self.is_broken(str(problem.facts.get("name", "")))

    def is_broken(self, name: str) -> bool:
        """Tell whether a form or field or what it is a part of (`orders.x`, `orders_x`) could not be read."""
        head = name.split(".")[0]
        return head in self.broken or any(head.startswith(f"{one}_") for one in self.broken)

    def report_unknown_fields(
        self, names: Iterable[str], cursor: Cursor, form: RecordShape, also: frozenset[str] = frozenset()
    ) -> None:
        """Report each of some names that is no field of the form, nor of `also`, at its place in a list."""
        fields = form.shape_fields()
        for position, name in enumerate(names):
            if name not in fields and name not in also and not self.is_broken(name):
                place = cursor.child(position) if isinstance(cursor.data, list) else cursor
                place.report(NOT_A_FIELD, form=form.label, name=name, suggestions=suggest(name, fields))

    # Forms.

    def compile(self) -> dict[str, Form]:
        """Return every form; complete only if the cursor is clean afterwards."""
        for draft in self.drafts.values():
            for one in draft.fields.values():
                _ = one.formula
        self._report_cycles()
        forms = {key: self._form(draft) for key, draft in self.drafts.items()}
        for large, size in too_large(forms) if self.cursor.is_clean else ():
            place = self.drafts[large.form].fields[large.key].cursor
            place.report_key(FORMULA_TOO_LARGE, field=large.label, size=size, most=LARGEST)
        return {
            key: dataclasses.replace(form, row_forms={one.key: forms[one.rows] for one in form.tables})
            for key, form in forms.items()
        }

    def _form(self, draft: FormDraft) -> Form:
        fields = {key: self._field(one) for key, one in draft.fields.items()}
        order = tuple(key for key in self._order if key[0] == draft.key)
        options = draft.options
        named_by = options.named_by or next(
            (key for key, one in fields.items() if one.value_type.kind is Kind.TEXT), "id"
        )
        self._check_names(draft)
        return Form(
            key=draft.key, label=draft.label, help=options.help, fields=fields, named_by=named_by,
            checks=self._checks(draft), unique=compile_repeats(self, draft, "unique"),
            similar=compile_repeats(self, draft, "similar"), sections=lay_out(draft),
            remarks=dict(self._remarks(draft)), groups=groups_of(draft), owner=draft.owner,
            columns=options.columns, sort=options.sort, was=options.was,
            formula_order=tuple(key for _, key in order if fields[key].stored and fields[key].formula),
            location=draft.cursor.document.key_location(draft.cursor.path),
            public=compile_public(self, draft, fields),
            views=self._views(draft),
        )  # fmt: skip

    def _views(self, draft: FormDraft) -> dict[str, View]:
        if not draft.options.views:
            return {}
        environment = self.environment(draft.key)
        return ViewsCompiler(
            draft.cursor.child("views"), environment,
            lambda source, at: self.in_database(self.expression(source, at, environment, BOOLEAN), at),
            lambda path, at, skip: self._check_path(path, at, draft, skip=skip),
            self._name_of, self.follows,
        ).compile(draft.options.views)  # fmt: skip

    def _name_of(self, kind: ValueType) -> str:
        """Return the field that names what a value refers to."""
        target = self.drafts.get(kind.form)
        if target is None:
            return "name"
        texts = (key for key, one in target.fields.items() if one.value_type.kind is Kind.TEXT)
        return target.options.named_by or next(texts, "id")

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

    def is_stored(self, form: str, key: str) -> bool:
        """Tell whether a field has a column of its own."""
        return (form, key) in self._stored

    def _remarks(self, draft: FormDraft) -> Iterator[tuple[str, Remark]]:
        for key, one in draft.layout.items():
            if one.kind == "remark":
                yield key, Remark(one.entry.label, self._visible(draft, key, one.entry))

    def _visible(self, draft: FormDraft, key: str, one: FieldDraft) -> Expression | None:
        """Return when a field or a remark is there: its own condition, and those of what it stands in."""
        conditions = []
        for holder in (*(part.entry for part in around(draft, key)), one):
            if holder.common.visible is not None:
                place = holder.cursor.child("visible")
                environment = self.environment(draft.key)
                found = self.expression(holder.common.visible, place, environment, BOOLEAN)
                conditions += [found] if found is not None else []
        return both(tuple(conditions))

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
        self._report_secrets(draft)
        common = draft.common
        default = None
        if common.default is not None and not isinstance(common.default, Source):
            default = self._default(draft)
        return Field(
            form=draft.form, key=draft.key, label=draft.label, type=draft.type, options=draft.options,
            value_type=draft.value_type, help=common.help, required=common.required is True,
            readonly=common.readonly is True, unique=common.unique, default=default,
            stored=(draft.form, draft.key) in self._stored, was=common.was, expressions=expressions,
            system=draft.system, short=draft.short, masked=common.masked,
            location=draft.cursor.document.key_location(draft.cursor.path),
        )  # fmt: skip

    def _report_secrets(self, draft: FieldDraft) -> None:
        """Insist that what is masked or encrypted is a stored text, and that nothing unique is encrypted."""
        common = draft.common
        for key, wanted in (("masked", common.masked), ("encrypted", common.encrypted)):
            if wanted and (draft.value_type.kind is not Kind.TEXT or draft.source is not None):
                draft.cursor.child(key).report(ONLY_TEXTS, key=key)
        if common.encrypted and common.unique:
            draft.cursor.child("unique").report(ENCRYPTED_OPERAND, name=draft.key)

    def _default(self, draft: FieldDraft) -> Any:
        try:
            return draft.type.parse(draft.common.default, draft.value_type)
        except Refusal as refusal:
            draft.cursor.child("default").add(refusal.problem)
            return None

    def _expressions(self, draft: FieldDraft) -> Iterator[tuple[str, Expression]]:
        """Yield every checked expression of a field by its key."""
        if draft.formula is not None:
            stored = (draft.form, draft.key) in self._stored
            (self.in_the_open if stored else self.in_database)(draft.formula, draft.cursor)
            yield "formula", draft.formula
        visible = self._visible(self.drafts[draft.form], draft.key, draft)
        if visible is not None:
            yield "visible", visible
        if draft.rows:
            yield "rows", parse(Source(f"COUNTIFS({draft.key}.id)"), self.environment(draft.form))
        yield from self._offers(draft)
        yield from self._option_expressions(draft)

    def _offers(self, draft: FieldDraft) -> Iterator[tuple[str, Expression]]:
        """Yield the conditions under which options are offered."""
        kind = draft.value_type.item or draft.value_type
        for one in kind.options:
            if isinstance(one, OfferedOption) and one.when is not None and "options" in draft.cursor.data:
                place = draft.cursor.child("options").child(one.key).child("when")
                found = self.expression(one.when, place, self.environment(draft.form), BOOLEAN)
                if found is not None:
                    yield WHEN + one.key, found

    def _option_expressions(self, draft: FieldDraft) -> Iterator[tuple[str, Expression]]:
        for holder in (draft.common, draft.options):
            for entry in dataclasses.fields(holder):
                source = getattr(holder, entry.name)
                if isinstance(source, Source) and source is not draft.source and entry.name != "visible":
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
            return dataclasses.replace(environment, row=draft.value_type.refers_to), BOOLEAN
        if key in ("default", "fill"):
            return environment, draft.value_type
        return environment, BOOLEAN if key == "visible" else expected_of(kind)

    def _report_nonsense(self, draft: FieldDraft) -> None:
        if draft.source is None:
            return
        for key in ("default", "fill", "required"):
            if isinstance(draft.cursor.data, dict) and key in draft.cursor.data:
                draft.cursor.child(key).report_key(COMPUTED_AND_ENTERED, field=draft.label, key=key)

    def _report_link(self, draft: FieldDraft) -> None:
        target = draft.type.value_type(draft.options).refers_to
        if target and not target.startswith("@") and target not in self.drafts and not self.is_broken(target):
            key = "to" if "to" in draft.cursor.data else "type"
            found = suggest(target, self.drafts)
            draft.cursor.child(key).report(UNKNOWN_FORM, name=target, suggestions=found)

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
        while chain := find_cycle(graph):
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
                read in stored or read[1] in _ALWAYS_STORED for read in formula.reads
            )  # fmt: skip
            draft = self.drafts[form].fields[key]
            if (formula is None and draft.source is None and not draft.rows) or own:
                stored.add((form, key))
        return stored
