"""The catalog: found by scanning, checked, and frozen."""

from pathlib import Path

import pytest

from engine.catalog import build_catalog
from engine.forms.contract import Examples, FieldType
from engine.problems import Problem
from engine.registry import Origin, RegistryError
from engine.texts import Text
from engine.values import TEXT, ValueType

PLUGIN = '''
from engine.forms.contract import Examples, FieldType
from engine.texts import Text
from engine.values import TEXT


class Base(FieldType):
    """Not a type by itself."""


class Code(Base):
    """A code."""

    name = "{name}"
    label = Text("代码", "Code")

    def value_type(self, options):
        return TEXT

    def examples(self):
        return Examples(good=())
'''


class Late(FieldType):
    """A type that nobody announced."""

    name = "late"
    label = Text("迟到", "Late")

    def value_type(self, options: object) -> ValueType:
        return TEXT

    def examples(self) -> Examples:
        return Examples(good=())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "code.py").write_text(PLUGIN.replace("{name}", "code"), encoding="utf-8")
    return tmp_path


def test_every_file_of_the_folder_is_a_type():
    from engine.forms import fields

    files = {path.stem for path in Path(fields.__path__[0]).glob("*.py")} - {"__init__"}
    catalog = build_catalog(packages=False)
    assert set(catalog.fields.members) == files
    assert {catalog.fields.origin(name).source for name in files} == {"built-in"}


def test_a_plugin_joins_and_abstract_classes_do_not(folder: Path):
    catalog = build_catalog(folder, packages=False)
    assert "code" in catalog.fields
    assert catalog.fields.origin("code").source == str(folder / "code.py")
    assert len(catalog.fields) == len(build_catalog(packages=False).fields) + 1


def test_two_catalogs_do_not_share_anything(folder: Path):
    build_catalog(folder, packages=False)
    assert "code" not in build_catalog(packages=False).fields


def test_a_name_is_given_once(folder: Path):
    (folder / "twice.py").write_text(PLUGIN.replace("{name}", "code"), encoding="utf-8")
    with pytest.raises(
        RegistryError, match=r"The field type 'code' .* exists already in .*Rename one of the two"
    ):
        build_catalog(folder, packages=False)


def test_a_built_in_name_cannot_be_taken(folder: Path):
    (folder / "code.py").write_text(PLUGIN.replace("{name}", "money"), encoding="utf-8")
    with pytest.raises(RegistryError, match="'money'"):
        build_catalog(folder, packages=False)


def test_a_broken_plugin_names_its_file(folder: Path):
    (folder / "broken.py").write_text("1 / 0", encoding="utf-8")
    with pytest.raises(RegistryError, match=r"broken\.py cannot be run: division by zero\. Repair or remove"):
        build_catalog(folder, packages=False)


def test_nothing_joins_later():
    catalog = build_catalog(packages=False)
    with pytest.raises(RegistryError, match="comes too late"):
        catalog.fields.add("late", Late(), Origin("test", "late"))
    assert "late" not in catalog.fields


def test_a_wrong_name_gets_the_right_one():
    found = build_catalog(packages=False).fields.find("moneyy")
    assert isinstance(found, Problem)
    assert found.sentence.en == "There is no field type 'moneyy'. Did you mean 'money'?"
