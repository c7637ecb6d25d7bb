"""The contract suite of action types."""

from __future__ import annotations

import inspect
import json

from jsonschema import Draft202012Validator

from engine.actions.contract import ActionType
from engine.app.definition import check_app
from engine.definition.document import read_document
from engine.options import options_schema, rows_of
from engine.testing.apps import little_app
from engine.testing.findings import expect, expect_sentences, expect_words, told
from engine.testing.members import Contract

_BUTTON = "    buttons:\n      go:\n        title: Go\n        do:\n"


class ActionTypeContract(Contract):
    """Subclass it in your tests, and name your types; or none, and all of this installation are looked at."""

    kind = "action type"

    def test_is_described(self, member: ActionType) -> None:
        """It has a name of its own, a docstring, and words in both languages for itself and each option."""
        name = member.name
        expect(name.isidentifier(), f"'{name}' is not an identifier")
        expect(type(member).__doc__ and inspect.getdoc(type(member)), f"{name} has no docstring")
        expect_words(member.label, f"the label of {name}")
        for row in rows_of(member.Options):
            expect_words(row.help, f"the help of {name}.{row.key}")
            expect_words(row.kind.describe(), f"what may be written for {name}.{row.key}")
        found = self.registry(self.catalog()).members.get(name)
        expect(type(found) is type(member), f"{name} is the name of {type(found)} already")

    def test_schema(self, member: ActionType) -> None:
        """The schema of its options is valid JSON Schema."""
        Draft202012Validator.check_schema(options_schema(member.Options))

    def test_examples_compile(self, member: ActionType) -> None:
        """Each example stands on a button of a little app without a problem."""
        examples = member.examples()
        expect(examples, f"{member.name} has no examples")
        for example in examples:
            expect(
                list(example) == [member.name], f"an example is written {{{member.name}: …}}, not {example}"
            )
            app, problems = check_app(read_document(_with_button(example), "test.yaml"), self.catalog())
            expect(app is not None, f"{example} has problems:\n{told(problems)}")
            button = app.forms["examples"].buttons["go"] if app else None
            expect(button and len(button.actions) == 1, f"{example} did not become an action")

    def test_wrong_options_are_refused(self, member: ActionType) -> None:
        """A list where options are expected is a problem with a place, never an exception."""
        text = _with_button({member.name: [[1]]})
        app, problems = check_app(read_document(text, "test.yaml"), self.catalog())
        expect(app is None, f"{member.name} takes anything")
        for problem in problems:
            expect(problem.location, f"{problem.code.name} has no place")
            expect_sentences(problem, member.name)


def _with_button(action: object) -> str:
    """Write the little app with a button that does one action."""
    text = little_app("text", {})
    place = text.index("  lines:\n")
    done = f"          - {json.dumps(action, ensure_ascii=False, default=str)}\n"
    return text[:place] + _BUTTON + done + text[place:]
