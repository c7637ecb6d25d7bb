"""The JSON Schema for editors accepts what the checker accepts, and refuses what has the wrong shape."""

import json

import pytest
from jsonschema import Draft202012Validator

from engine.app.schema import definition_schema
from engine.definition.document import read_document
from engine.definition.lines import Lines
from engine.problems import DefinitionError
from tests.apps.definitions import APPS, FaultyDefinition, catalog, faulty_definitions

SCHEMA = definition_schema(catalog())
VALIDATOR = Draft202012Validator(SCHEMA)
STRUCTURAL = [one for one in faulty_definitions() if one.is_structural]


def test_it_is_a_schema_that_json_can_say():
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("path", APPS, ids=lambda path: path.stem)
def test_it_accepts_the_apps(path):
    document = read_document(path.read_text(encoding="utf-8"), path.name)
    found = [
        f"{list(error.absolute_path)}: {error.message}" for error in VALIDATOR.iter_errors(document.data)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("faulty", STRUCTURAL, ids=[one.path.stem for one in STRUCTURAL])
def test_it_refuses_a_wrong_shape(faulty: FaultyDefinition):
    document = read_document(faulty.text, faulty.path.name)
    assert list(VALIDATOR.iter_errors(document.data))


def test_it_knows_every_type_and_option():
    types = {one["const"] for one in SCHEMA["$defs"]["field"]["properties"]["type"]["anyOf"]}
    assert types == set(catalog().fields.members)
    assert set(SCHEMA["$defs"]["action"]["properties"]) == set(catalog().actions.members) | {"each"}


def test_it_speaks_both_languages():
    for name, part in SCHEMA["$defs"]["form"]["properties"].items():
        assert " / " in part["description"], name


def test_what_cannot_be_read_is_no_matter_of_the_schema():
    unreadable = [one for one in faulty_definitions() if not _is_readable(one)]
    assert unreadable
    assert all(len(Lines(one.text, "")) > 3 for one in unreadable)
    assert not any(one.is_structural for one in unreadable)


def _is_readable(faulty: FaultyDefinition) -> bool:
    try:
        read_document(faulty.text, faulty.path.name)
    except DefinitionError:
        return False
    return True
