"""Controls are an open set of templates: every field type of the catalog names one that is there."""

from pathlib import Path

import pytest

import runtime.web
from engine.catalog import build_catalog
from engine.forms.contract import FieldType
from engine.testing import compile_forms, little_app

WEB = Path(runtime.web.__file__).parent
TEMPLATES = WEB / "templates" / "components" / "controls"
SCRIPTS = WEB / "static" / "js" / "controls"


@pytest.mark.parametrize("member", build_catalog(packages=False).fields, ids=lambda member: member.name)
def test_the_control_of_a_field_type_has_a_template(member: FieldType) -> None:
    forms, _ = compile_forms(little_app(member.name, member.examples().definition))
    for field in forms["examples"].fields.values():
        control = field.type.control(field.options, field.value_type)
        assert (TEMPLATES / f"{control.kind}.html").is_file(), control.kind


def test_a_script_and_a_sheet_of_a_control_belong_to_a_template() -> None:
    drawn = {path.stem for path in TEMPLATES.glob("[!_]*.html")}
    assert {path.stem for path in SCRIPTS.glob("*.js")} <= drawn


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("[!_]*.html")), ids=lambda path: path.stem)
def test_a_template_says_what_it_draws(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("{#")
    assert "{% macro control(control)" in text
