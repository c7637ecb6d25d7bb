"""Every kind of problem of the engine is produced: by a faulty definition, or by the table below."""

import importlib
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo

import pytest

import engine
from engine.definition.document import read_document
from engine.definition.edit import EditError, Insert, RenameKey, SetValue, edit
from engine.parsing import parse_value
from engine.problems import Problem, ProblemCode, Refusal
from engine.values import DATETIME, DURATION, RECORD, TEXT, Kind, ValueType
from tests.apps.definitions import faulty_definitions, problems_of

# Modules whose problems arise while records are saved or shown, not while a definition is checked.
# The tests of those modules produce them.
ELSEWHERE = {
    "engine.actions.counting": ("no-record", "bad-amount"),
    "engine.actions.types.send_mail": ("nobody-to-mail",),
    "engine.expression.template": ("template-statement", "template-too-long", "template-unclosed"),
    "engine.forms.fields.signature": ("not-a-file",),
    "engine.forms.fields.table": ("too-few-rows", "too-many-rows"),
    "engine.forms.row_entry": ("not-rows", "too-many-rows-sent"),
    "engine.forms.submission": (
        "unknown-field", "not-writable", "missing-value", "check-failed", "result-out-of-range", "not-offered",
    ),
    "engine.turn": ("loop", "button-not-now"),
}  # fmt: skip
DOUBLED = re.compile(r"\{\{\w")
FORM = "app: a\nforms:\n  b:\n    fields:\n"


def codes() -> dict[str, ProblemCode]:
    """Return every code of the engine by module and name."""
    found: dict[str, ProblemCode] = {}
    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        for code in vars(importlib.import_module(module.name)).values():
            if isinstance(code, ProblemCode) and code not in found.values():
                found[f"{module.name} {code.name}"] = code
    return found


def of_text(text: str | bytes) -> list[Problem]:
    return list(problems_of(text, "test.yaml"))


def of_edit(*changes: SetValue | Insert | RenameKey) -> list[Problem]:
    document = read_document(FORM + "      c: {type: text}\n      d: {type: text}\n", "test.yaml")
    try:
        edit(document, list(changes))
    except EditError as error:
        return [error.problem]
    return []


def of_value(raw: object, kind: ValueType, zone: str = "UTC") -> list[Problem]:
    try:
        parse_value(raw, kind, ZoneInfo(zone))
    except Refusal as refusal:
        return [refusal.problem]
    return []


ROUTES: dict[str, Callable[[], list[Problem]]] = {
    "file-too-large": lambda: of_text("a" * 1_100_000),
    "not-utf8": lambda: of_text("app: 订单".encode("gbk")),
    "utf-16": lambda: of_text("app: a".encode("utf-16")),
    "empty-definition": lambda: of_text("# nothing\n"),
    "too-deep": lambda: of_text("a: " + "[" * 60 + "]" * 60),
    "too-many-values": lambda: of_text("a: [" + "1," * 60_000 + "1]"),
    "not-yaml": lambda: of_text("app: a\n%TAG ! x\n"),
    "missing-comma": lambda: of_text(FORM + "      c: {min: 1 max: 5}\n"),
    "too-many-options": lambda: of_text(FORM + f"      c: {{type: choice, options: {list(range(501))}}}\n"),
    "edit-no-such-place": lambda: of_edit(SetValue(("nowhere",), 1)),
    "edit-name-taken": lambda: of_edit(RenameKey(("forms", "b", "fields", "c"), "d")),
    "edit-wrong-kind": lambda: of_edit(Insert(("app",), 1)),
    "edit-bad-value": lambda: of_edit(SetValue(("app",), object())),
    "edit-unsafe": lambda: of_edit(SetValue(("app",), 10**40)),
    "date-and-time-too-far": lambda: of_value("9999-12-31 23:59", DATETIME, "America/New_York"),
    "no-such-time": lambda: of_value("2026-03-29 02:30", DATETIME, "Europe/Berlin"),
    "not-a-duration": lambda: of_value("long", DURATION),
    "not-a-reference": lambda: of_value("first", RECORD),
    "too-many-items": lambda: of_value(["x"] * 5_000, ValueType(Kind.LIST, item=TEXT)),
}


@cache
def produced() -> frozenset[str]:
    """Return the modules and names of all codes that the corpus and the table produce."""
    problems = [p for faulty in faulty_definitions() for p in problems_of(faulty.text, faulty.path.name)]
    problems += [problem for route in ROUTES.values() for problem in route()]
    made = {id(problem.code) for problem in problems}
    return frozenset(name for name, code in codes().items() if id(code) in made)


@pytest.mark.parametrize("name", ROUTES)
def test_each_route_leads_to_its_problem(name: str):
    assert name in {problem.code.name for problem in ROUTES[name]()}


def test_every_code_is_produced():
    excused = {f"{module} {name}" for module, found in ELSEWHERE.items() for name in found}
    missing = set(codes()) - produced() - excused
    assert not missing, f"no faulty definition has these: {sorted(missing)}"


def test_nothing_is_excused_for_nothing():
    excused = {f"{module} {name}" for module, found in ELSEWHERE.items() for name in found}
    assert not excused & produced()
    assert excused <= set(codes())


def test_sentences_say_something_in_both_languages():
    for name, code in codes().items():
        for text in (code.sentence, code.fix):
            assert text.zh.strip(), name
            assert text.en.strip(), name
            assert not DOUBLED.search(text.zh + text.en), f"{name}: a brace is written once"
