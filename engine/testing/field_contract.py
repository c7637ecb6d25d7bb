"""The contract suite of field types: what every one of them must do, shown with its own examples."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from jsonschema import Draft202012Validator

from engine.forms.contract import Control, FieldType
from engine.forms.declared import FieldOptions
from engine.forms.model import Field
from engine.options import options_schema, rows_of
from engine.problems import Problem, Refusal
from engine.testing.apps import EXAMPLE_LINE, compile_forms, little_app
from engine.testing.boundaries import BOUNDARY_VALUES
from engine.testing.columns import SQLITE, read_back
from engine.testing.findings import expect, expect_sentences, expect_words, told
from engine.testing.members import Contract
from engine.texts import LANGUAGES
from engine.values import Value, display, to_json

_ZONE = ZoneInfo("Asia/Shanghai")


class FieldTypeContract(Contract):
    """Subclass it in your tests, and name your types; or none, and all of this installation are looked at.

    database_url: a PostgreSQL database in which values are stored as well.
    """

    kind = "field type"
    database_url: ClassVar[str] = ""

    def test_is_described(self, member: FieldType) -> None:
        """It has a name of its own, a docstring, and words in both languages for itself and each option."""
        name = member.name
        expect(name.isidentifier() and name.islower(), f"'{name}' is not a lower-case identifier")
        expect(inspect.getdoc(type(member)), f"{name} has no docstring")
        expect(type(member).__doc__, f"{name} inherits its docstring")
        expect_words(member.label, f"the label of {name}")
        common = {row.key for row in rows_of(FieldOptions)}
        for row in rows_of(member.Options):
            expect_words(row.help, f"the help of {name}.{row.key}")
            expect_words(row.kind.describe(), f"what may be written for {name}.{row.key}")
            expect(
                row.key not in common, f"every field has '{row.key}' already, so {name} cannot have its own"
            )

    def test_name_is_its_own(self, member: FieldType) -> None:
        """No other type has the name."""
        found = self.registry(self.catalog()).members.get(member.name)
        expect(found is not None, f"{member.name} is not in the catalog")
        expect(type(found) is type(member), f"{member.name} is the name of {type(found)} already")

    def test_schema(self, member: FieldType) -> None:
        """The schema of its options is valid JSON Schema and accepts its example."""
        schema = options_schema(member.Options)
        Draft202012Validator.check_schema(schema)
        errors = list(Draft202012Validator(schema).iter_errors(dict(member.examples().definition)))
        expect(not errors, f"the schema of {member.name} refuses its own example: {errors}")

    def test_example_compiles(self, member: FieldType) -> None:
        """Its example stands in a definition without a problem."""
        own = [field for field in self._fields(member) if field.key == "example"]
        found = all(field.type is member or type(field.type) is type(member) for field in own)
        expect(found, "another type was found")

    def test_options_are_right_together(self, member: FieldType) -> None:
        """It finds nothing wrong with the options of its own example."""
        for field in self._fields(member):
            found = list(field.type.review(field.options))
            expect(not found, told(found))

    def test_unknown_option(self, member: FieldType) -> None:
        """A misspelt option is reported at its line, with the right spelling."""
        definition = member.examples().definition
        right = next(iter(definition), "title")
        wrong = f"{right}x"
        text = little_app(member.name, {**definition, wrong: definition.get(right, "x")})
        problems = [
            one for one in compile_forms(text, catalog=self.catalog())[1] if one.code.name == "unknown-key"
        ]
        expect(len(problems) == 1, f"'{wrong}' was not reported as an unknown option")
        line = problems[0].location.line if problems[0].location else 0
        expect(line == EXAMPLE_LINE + 1 + len(definition), f"'{wrong}' was reported at line {line}")
        expect(right in problems[0].suggestions, f"'{right}' was not suggested for '{wrong}'")

    def test_good_examples(self, member: FieldType) -> None:
        """Each good example is read as the value that it says, and is within the limits."""
        for field in self._fields(member):
            for raw, expected in member.examples().good:
                value = member.parse(raw, field.value_type, _ZONE if _is_plain(expected) else None)
                expect(_same(value, expected), f"{raw!r} was read as {value!r}, not as {expected!r}")
                found = self._found(field, value)
                expect(not found, f"{raw!r} is refused: {told(found)}")

    def test_bad_examples(self, member: FieldType) -> None:
        """Each bad example is refused with a sentence that people understand."""
        for field in self._fields(member):
            for raw in member.examples().bad:
                problems = self._refused(field, raw)
                expect(problems, f"{raw!r} is not refused")
                for problem in problems:
                    expect_sentences(problem, f"{member.name}, {raw!r}")

    def test_crossings(self, member: FieldType) -> None:
        """A value survives JSON, a second reading and a real column, and can be shown."""
        for field in self._fields(member):
            self._crossings(field, [value for _, value in member.examples().good])

    def test_boundaries(self, member: FieldType) -> None:
        """The worst that can be sent is stored exactly or refused with a sentence; nothing else happens."""
        for field in self._fields(member):
            if field.stored or field.formula:
                self._crossings(field, list(self._kept(field)))

    def test_control(self, member: FieldType) -> None:
        """Its control has a name, and attributes that HTML can hold."""
        for field in self._fields(member):
            control: Control = field.type.control(field.options, field.value_type)
            expect(control.kind.isidentifier(), f"'{control.kind}' cannot be the name of a control")
            plain = all(isinstance(part, str) for pair in control.attributes.items() for part in pair)
            expect(plain, f"attributes are texts, not {dict(control.attributes)}")

    # What the tests share.

    def _fields(self, member: FieldType) -> list[Field]:
        """Return the field of the example; its parts where it has some, nothing for what holds nothing."""
        text = little_app(member.name, member.examples().definition)
        forms, problems = compile_forms(text, catalog=self.catalog())
        expect(not problems, f"the example of {member.name} has problems:\n{told(problems)}")
        found = forms["examples"].fields
        return [field for key, field in found.items() if key == "example" or key.startswith("example_")]

    def _kept(self, field: Field) -> Iterator[Value]:
        """Yield what the field takes of the worst that can be sent; what it refuses must be told."""
        for name, raw in BOUNDARY_VALUES:
            try:
                value = field.type.parse(raw, field.value_type)
            except Refusal as refusal:
                expect_sentences(refusal.problem, f"{field.type.name}, {name}")
                continue
            for problem in self._found(field, value):
                expect_sentences(problem, f"{field.type.name}, {name}")
            yield value

    def _found(self, field: Field, value: Value) -> list[Problem]:
        return [] if value is None else list(field.type.check(value, field.options, _ZONE))

    def _refused(self, field: Field, raw: object) -> list[Problem]:
        try:
            return self._found(field, field.type.parse(raw, field.value_type))
        except Refusal as refusal:
            return [refusal.problem]

    def _crossings(self, field: Field, values: list[Value]) -> None:
        for value in values:
            for form in (value, to_json(value)):
                again = field.type.parse(form, field.value_type)
                expect(_same(again, value), f"{value!r} became {again!r} on the way through {form!r}")
            for language in LANGUAGES:
                shown: Any = display(value, field.value_type, language, _ZONE)
                expect(isinstance(shown, str), f"{value!r} is shown as {shown!r}")
            self._entered_again(field, value)
        for url in (SQLITE, self.database_url):
            if url:
                self._stored(field, values, url)

    def _entered_again(self, field: Field, value: Value) -> None:
        """See that what stands in the input, posted as it is, gives the value back."""
        format = field.value_type.format
        entry = format.entry(value) if format is not None and value is not None else None
        if entry is not None:
            again = field.type.parse(entry, field.value_type)
            expect(_same(again, value), f"{value!r} stands in its input as {entry!r}, which is {again!r}")

    def _stored(self, field: Field, values: list[Value], url: str) -> None:
        for value, found in zip(values, read_back(field.value_type, values, url), strict=True):
            expect(_same(found, value), f"{value!r} came back as {found!r} from its column")


def _is_plain(value: Value) -> bool:
    """Tell whether a value does not depend on the time zone: all but a moment."""
    return not hasattr(value, "tzinfo")


def _same(left: Value, right: Value) -> bool:
    """Tell whether two values are the same and of one type: true is not 1."""
    return type(left) is type(right) and left == right
