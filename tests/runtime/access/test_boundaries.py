"""Values at the edge: kept exactly or refused with a problem of their field, the same on every way in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.catalog import build_catalog
from engine.forms.contract import FieldType
from tests.browser.every_field import definition
from tests.runtime.office import Reply, World, open_world

RECORDS = "apps/everything/forms/examples/records"
EDGES: tuple[object, ...] = (
    "", " ", 0, -0.0, 1e308, 2**63, "9" * 30, "\u202eabc", "😀👨‍👩‍👧", "x" * 200_000, "2026-02-31", "10000-01-01",
    True, [], [""], {"a": 1}, "a\0b", "<b>&amp;</b>", "' OR 1=1 --", "１２",
)  # fmt: skip
# Each costs a request of the largest form that there is.
ON_PAGES = ("", "-1", "9" * 30, "2026-02-31", "a\0b", "<b>&amp;</b>")
MEMBERS = [one.name for one in build_catalog(packages=False).fields if type(one).layout is FieldType.layout]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Open the form of every field type, on SQLite: what columns hold, the contract suites ask of both."""
    folder: Path = tmp_path_factory.mktemp("data")
    with open_world(f"sqlite:///{folder / 'everything.db'}", folder) as world:
        app = world.office.publisher.publish(_without_least(definition()), "everything.yaml")
        world.office.people.set_roles(app.id, world.people["rep"], ("tester",))
        yield world


def _without_least(text: str) -> str:
    """Let a sub-table have no row, so that one field at a time is what a record is about."""
    lines = text.splitlines(keepends=True)
    return "".join(
        re.sub(r'"min": 1(?:, )?', "", one) if one.lstrip().startswith("a_table:") else one for one in lines
    )


def entry(name: str, value: object) -> dict[str, Any]:
    return {"name": "edge", f"a_{name}": value}


def verdict(reply: Reply) -> set[tuple[str, str]]:
    """Return the fields that are refused, each with its code; nothing where the record was saved."""
    assert reply.status in (200, 201, 400, 422), reply.text[:500]
    return {(str(one["field"]), one["code"]) for one in reply.data.get("errors", ())}


@pytest.mark.parametrize("name", MEMBERS)
def test_an_edge_is_kept_exactly_or_refused_by_its_field(everything: World, name: str) -> None:
    rep = everything.as_("rep")
    for edge in EDGES:
        reply = rep.post(RECORDS, {"fields": entry(name, edge)})
        found = verdict(reply)
        batch = rep.post(f"{RECORDS}:batch", {"create": [{"fields": entry(name, edge)}]})
        assert verdict(batch) == found, (name, str(edge)[:60])
        if reply.status != 201:
            fields = {field for field, _ in found}
            assert reply.status == 400 or fields == {f"a_{name}"}, (name, str(edge)[:60], reply.text[:300])
            continue
        stored = reply.fields[f"a_{name}"]
        again = rep.get(f"{RECORDS}/{reply.data['id']}").fields[f"a_{name}"]
        assert again == stored
        assert_same_again(everything, name, stored)
        if isinstance(edge, str) and isinstance(stored, str) and name in ("text", "long_text"):
            assert stored == edge.strip(), (name, edge[:60])


def assert_same_again(world: World, name: str, stored: object) -> None:
    """What was given back can be entered again, and is then the same."""
    if stored is None or isinstance(stored, list) and any(isinstance(one, dict) for one in stored):
        return
    reply = world.as_("rep").post(RECORDS, {"fields": entry(name, stored)})
    if reply.status == 201:
        assert reply.fields[f"a_{name}"] == stored, (name, str(stored)[:60])


@pytest.mark.parametrize("name", MEMBERS)
def test_a_page_says_what_the_api_says(everything: World, name: str) -> None:
    rep = everything.as_("rep")
    for edge in ON_PAGES:
        by_api = rep.post(RECORDS, {"fields": entry(name, edge)})
        by_page = rep.ask("POST", "/a/everything/f/examples/new", data=entry(name, edge))
        assert (by_api.status == 201) == (by_page.status == 303), (name, edge, by_api.text[:300])
