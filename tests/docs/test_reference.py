"""The reference pages are those that the code gives now."""

from engine.catalog import build_catalog
from runtime.cli.pages import all_pages
from tests.apps.definitions import ROOT

FOLDER = ROOT / "docs" / "reference"


def test_the_pages_on_disk_are_the_pages_of_the_code():
    pages = all_pages(build_catalog(packages=False))
    assert {path.name for path in FOLDER.glob("*.md")} == set(pages)
    stale = [name for name, text in pages.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert not stale, f"run 'quartet reference': {stale} have changed"


def test_every_type_has_its_place():
    pages = all_pages(build_catalog(packages=False))
    catalog = build_catalog(packages=False)
    for page, members in (
        ("fields.md", catalog.fields),
        ("functions.md", catalog.functions),
        ("actions.md", catalog.actions),
    ):
        for member in members:
            assert f"`{member.name}" in pages[page]
