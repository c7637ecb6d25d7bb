"""Checking and compiling an app of 100 forms and 2,000 fields, against only reading its YAML."""

from __future__ import annotations

import yaml

from benchmarks.measuring import Pair
from engine.app import check_app
from engine.catalog import build_catalog
from engine.definition.document import read_document

NAME = "check"
WHAT = "an app of 100 forms and 2,000 fields read, checked and compiled, every formula parsed"
FORMS, FIELDS = 100, 20


def prepare(_: str) -> Pair:
    """Write the big app; every form has links, formulas, conditions and a row scope."""
    text = big_app()
    catalog = build_catalog(packages=False)

    def ours() -> None:
        app, problems = check_app(read_document(text, "big.yaml"), catalog)
        if app is None:
            raise ValueError(problems[0].line("en"))

    def theirs() -> None:
        list(yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))

    return Pair(ours, theirs, "libyaml parsing the same text")


def big_app() -> str:
    """Return the definition of the big app."""
    lines = ["app: big", "roles: {clerk: 员工}", "forms:"]
    for form in range(FORMS):
        lines += [f"  form_{form}:", f"    title: {{zh: 表单{form}, en: Form {form}}}", "    fields:"]
        lines += [
            "      name: {type: text, required: true, max: 80}",
            "      owner: {type: user, default: =me}",
        ]
        if form:
            lines.append(f"      parent: {{type: link, to: form_{form - 1}}}")
            lines.append("      parent_name: {type: lookup, of: parent.name}")
        count = FIELDS - (4 if form else 2)
        lines += [_field(field) for field in range(count)]
    lines.append("access:")
    lines += [
        f"  form_{form}: {{clerk: {{can: all, rows: department, owner: owner}}}}" for form in range(FORMS)
    ]
    return "\n".join(lines) + "\n"


def _field(number: int) -> str:
    """Return one line: a number, a formula over it, a date shown by it, a choice required by it, in turn."""
    before = f"n{number - number % 4}"
    options = (
        f"type: number, min: 0, title: {{zh: 数字{number}, en: Number {number}}}",
        f'type: number, formula: "{before} * 2 + IF({before} > 10, 1, 0)"',
        f"type: date, visible: {before} > 5",
        f"type: choice, options: [a, b, c], required: ={before} > 3",
    )
    return f"      {'nfdc'[number % 4]}{number}: {{{options[number % 4]}}}"
