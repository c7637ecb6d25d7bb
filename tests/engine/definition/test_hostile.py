"""Texts made to hurt: refused within a second and a hundred megabytes, and never with a traceback."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.definition.document import Document, read_document
from engine.definition.lines import show_problem
from engine.problems import DefinitionError
from tests.engine.definition.generated import documents

HOSTILE: dict[str, str | bytes] = {
    "20,000 brackets": "[" * 20_000,
    "a million brackets": "[" * 1_000_000,
    "a million braces": "{" * 1_000_000,
    "nested lists": "- " * 500_000,
    "nested maps": "".join(" " * depth + "a:\n" for depth in range(1400)),
    "brackets with items": "[a, " * 250_000,
    "question marks": "? " * 500_000,
    "50 MB": b"a" * 50_000_000,
    "50 MB of text": "a" * 50_000_000,
    "alias bomb": "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 300)),
    "alias of itself": "&a [*a]",
    "half a million items": "a: [" + "1," * 500_000 + "]",
    "many keys": "".join(f"k{number}: 1\n" for number in range(24_900)),
    "the same key": "a: 1\n" * 200_000,
    "python tags": "- !!python/object/apply:os.system ['true']\n" * 20_000,
    "quotes": "'" * 1_000_000,
    "colons": ": " * 500_000,
    "line breaks": "\r" * 1_000_000,
    "tabs": "\t" * 1_000_000,
    "zeros": "\0" * 1_000_000,
    "blank lines below a bar": "a: |\n" + " \n" * 500_000,
    "folded quotes": 'a: "' + " \n" * 300_000 + '"',
    "pairs of escapes": 'a: "' + "\\ud83d\\ude00" * 80_000 + '"',
    "a long number": "a: " + "9" * 1_000_000,
    "a long exponent": "a: 1e" + "9" * 100_000,
    "broken lines": "a: @x\n" * 150_000,
    "missing spaces": "a:b\n" * 200_000 + "c: d",
    "documents": "---\n" * 250_000,
    "directives": "%YAML 1.1\n" * 100_000,
    "json depth": '{"a":' * 100_000,
    "a number of 900,000 digits in json": '{"a": ' + "4" * 900_000 + "}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_takes_no_time(name: str) -> None:
    began = time.process_time()
    try:
        read_document(HOSTILE[name], "hostile.yaml")
    except DefinitionError as error:
        assert len(error.problems) <= 120
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_takes_no_memory(name: str) -> None:
    tracemalloc.start()
    try:
        read_document(HOSTILE[name], "hostile.yaml")
    except DefinitionError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 100_000_000


PIECES = (
    "\t",
    "\n",
    "  ",
    ": ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "&a ",
    "*a ",
    "!!x ",
    "|",
    ">",
    "%",
    "@",
    "`",
    "#",
    "<<: ",
    "---\n",
    "...\n",
    "? ",
    "\\",
    "\\ud800",
    "\\ud83d\\ude00",
    "\0",
    "\ufeff",
    "\r",
    "\u2028",
    "😀",
    "010",
    ".inf",
    "1e999",
    "{{ x }}",
    "\uff1a",
    ",",
    "\x85",
    "\ud800",
    "|+\n",
    ">2\n",
    "a:",
    "客户",
)
unhurried = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def read_and_show(text: str | bytes) -> Document | None:
    """Read, and show what is wrong in both languages: nothing but `DefinitionError` may come."""
    try:
        return read_document(text, "any.yaml")
    except DefinitionError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.location is not None
            assert show_problem(problem, text, "zh")
            assert show_problem(problem, text, "en")
        return None


@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)))
@unhurried
def test_any_bytes_give_a_document_or_problems(text: str | bytes) -> None:
    read_and_show(text)


@given(
    documents(),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 3), st.sampled_from(PIECES)), max_size=5),
)
@unhurried
def test_any_damage_to_a_definition_gives_a_document_or_problems(
    document: Document, damage: list[tuple[int, int, str]]
) -> None:
    text = document.text
    for place, cut, piece in damage:
        at = place % (len(text) + 1)
        text = text[:at] + piece + text[at + cut :]
    damaged = read_and_show(text)
    if damaged is not None:
        every_character_has_its_place(damaged)


@given(documents())
@unhurried
def test_every_character_of_every_text_has_its_place(document: Document) -> None:
    every_character_has_its_place(document)


def every_character_has_its_place(document: Document) -> None:
    todo = [((), document.root)]
    while todo:
        path, node = todo.pop()
        names = list(node.value) if isinstance(node.value, dict) else range(len(node.children))
        todo += [((*path, name), child) for name, child in zip(names, node.children, strict=True)]
        if not isinstance(node.value, str) or node.style == ">":
            continue
        for index, character in enumerate(node.value):
            place = document.within(path, index, index + 1)
            line = document.source_line(place)
            if character not in " \n" and "\\" not in line:
                assert line[place.column - 1] == character
