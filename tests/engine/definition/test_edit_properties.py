"""For any definition and any change: the change is made, and every other byte stays."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.definition.document import Document
from engine.definition.edit import Insert, Move, Remove, RenameKey, SetValue, edit
from engine.problems import Path
from tests.engine.definition.generated import documents, paths, values

generously = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def comments(document: Document) -> Counter[str]:
    """Count the lines that are only comment."""
    return Counter(line.strip() for line in document.text.splitlines() if line.strip().startswith("#"))


def is_collection(document: Document, path: Path) -> bool:
    node = document.node(path)
    return node is not None and isinstance(node.value, (dict, list))


def is_subsequence(some: list[str], all_of: list[str]) -> bool:
    rest = iter(all_of)
    return all(line in rest for line in some)


@given(st.data(), documents(), values())
@generously
def test_a_value_is_set_and_what_is_before_and_behind_it_stays(
    data: st.DataObject, document: Document, value: object
) -> None:
    path = data.draw(st.sampled_from(paths(document)))
    node = document.node(path)
    assert node is not None
    changed = edit(document, [SetValue(path, value)])
    lines_above = document.text.splitlines()[: document.key_location(path).line - 1]
    assert changed.text.splitlines()[: len(lines_above)] == lines_above
    if isinstance(value, (dict, list)) or isinstance(node.value, (dict, list)):
        return
    assert changed.text.startswith(document.text[: node.start])
    assert comments(changed) == comments(document)
    if node.style not in {"|", ">"} and "\n" not in str(value):
        assert changed.text.endswith(document.text[node.end :])


@given(st.data(), documents(), values())
@generously
def test_an_entry_is_inserted_and_all_lines_stay(
    data: st.DataObject, document: Document, value: object
) -> None:
    holders = [(), *(path for path in paths(document) if is_collection(document, path))]
    path = data.draw(st.sampled_from(holders))
    node = document.node(path)
    assert node is not None
    before = data.draw(st.one_of(st.none(), st.integers(0, len(node.children))))
    key = "new key" if isinstance(node.value, dict) else None
    changed = edit(document, [Insert(path, value, before, key)])
    if node.style == "block":
        inline = document.lines.line(document.lines.number(node.start))
        old = [line.strip().removeprefix("- ") for line in document.text.splitlines() if line != inline]
        assert is_subsequence(old, [line.strip().removeprefix("- ") for line in changed.text.splitlines()])
    assert comments(changed) >= comments(document)


@given(st.data(), documents())
@generously
def test_an_entry_is_removed_and_the_other_lines_stay(data: st.DataObject, document: Document) -> None:
    path = data.draw(st.sampled_from(paths(document)))
    changed = edit(document, [Remove(path)])
    parent = document.node(path[:-1])
    assert parent is not None
    if parent.style == "block" and len(parent.children) > 1:
        old = [line.strip().removeprefix("- ").removeprefix("- ") for line in document.text.splitlines()]
        new = [line.strip().removeprefix("- ").removeprefix("- ") for line in changed.text.splitlines()]
        assert is_subsequence([line for line in new if line and line != "-"], old)


@given(st.data(), documents())
@generously
def test_a_key_is_renamed_and_one_line_changes(data: st.DataObject, document: Document) -> None:
    keyed = [path for path in paths(document) if isinstance(path[-1], str)]
    path = data.draw(st.sampled_from(keyed))
    name = data.draw(
        st.sampled_from(["renamed", "新名称", "yes", "010", "a: b", "it's", "on", "<<", "", "x,y", "- a"])
    )
    changed = edit(document, [RenameKey(path, name)])
    pairs = zip(document.text.split("\n"), changed.text.split("\n"), strict=True)
    assert sum(old != new for old, new in pairs) == 1


@given(st.data(), documents())
@generously
def test_an_entry_is_moved_and_no_line_is_lost(data: st.DataObject, document: Document) -> None:
    path = data.draw(st.sampled_from(paths(document)))
    parent = document.node(path[:-1])
    assert parent is not None
    position = data.draw(st.integers(0, len(parent.children) - 1))
    changed = edit(document, [Move(path, position)])
    assert sorted(changed.text.rstrip()) == sorted(document.text.rstrip())  # a last line break may be added


@given(documents(), values())
@generously
def test_what_is_inserted_and_removed_again_leaves_no_trace(document: Document, value: object) -> None:
    changed = edit(document, [Insert((), value, key="new key"), Remove(("new key",))])
    assert changed.text.rstrip() == document.text.rstrip()  # a last line break may be added
