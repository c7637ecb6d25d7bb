"""One mistake is one problem: what refers to a broken field is not reported as well."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.definition.document import read_document
from tests.apps.definitions import APPS, problems_of
from tests.apps.mutations import small


def definition(path: Path) -> Any:
    return small(read_document(path.read_text(encoding="utf-8"), path.name).data)


def codes(data: Any) -> list[str]:
    text = json.dumps(data, ensure_ascii=False, indent=1, default=float)
    return [problem.code.name for problem in problems_of(text, "test.json")]


@pytest.mark.parametrize("path", APPS, ids=lambda path: path.stem)
def test_a_field_of_an_unknown_type_is_one_problem(path: Path):
    whole = definition(path)
    for key, form in whole["forms"].items():
        for name, field in form["fields"].items():
            right, field["type"] = field["type"], "nothing"
            assert codes(whole) == ["unknown-type"], f"{key}.{name}"
            field["type"] = right
    assert codes(whole) == []


@pytest.mark.parametrize("path", APPS, ids=lambda path: path.stem)
def test_a_form_with_a_misspelt_option_is_one_problem(path: Path):
    whole = definition(path)
    for key, form in whole["forms"].items():
        form["titel"] = "x"
        assert codes(whole) == ["unknown-key"], key
        del form["titel"]


@pytest.mark.parametrize("path", APPS, ids=lambda path: path.stem)
def test_a_form_without_fields_is_one_problem(path: Path):
    whole = definition(path)
    for form in whole["forms"].values():
        fields = form.pop("fields")
        assert codes(whole) == ["missing-key"]
        form["fields"] = fields
