"""A change to a definition changes what it says and leaves every other byte alone."""

from __future__ import annotations

import difflib
import inspect
from decimal import Decimal
from typing import Any

import pytest

from engine.definition import edit as edit_module
from engine.definition.document import read_document
from engine.definition.edit import Change, EditError, Insert, Move, Remove, RenameKey, SetValue, edit
from engine.problems import ProblemCode

GIFTS = """\
# 客户礼品
app: gifts

# ---- forms ----

forms:
  # what people ask for
  requests:
    title: {zh: 礼品申领单, en: Gift request}   # shown in the menu
    fields:
      number:     {type: serial, format: "GF-{yyyy}-{0000}"}
      # how many
      quantity:   {type: integer, min: 1, required}
      cost:       {type: money}
  gifts:
    title: '礼品'
    help: |  # several lines
      第一行
      第二行
    hint: >-
      folded
      text
flows:
  approval:
    steps:
      # boss first
      - approve: supervisor   # direct one
        by: {supervisor_of: initiator}

      # then money
      - choose:
          - when: cost >= 500
            steps: []
      - cc: filing
rules:
tests:
- a: 1
- b: 2
"""
STEPS = ("flows", "approval", "steps")
FIELDS = ("forms", "requests", "fields")


def changes_of(*changes: Change, text: str = GIFTS, file: str = "gifts.yaml") -> list[str]:
    """Return the lines that the changes take away (-) and bring (+)."""
    changed = edit(read_document(text, file), changes).text
    old, new = text.splitlines(), changed.splitlines()
    lines: list[str] = []
    for kind, i, j, k, n in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            lines += [f"-{line}" for line in old[i:j]] + [f"+{line}" for line in new[k:n]]
    return lines


def value_line(value: Any, old: str = "old") -> str:
    """Return what `a: old` becomes when it is set to a value."""
    return edit(read_document(f"a: {old}\n", "a.yaml"), [SetValue(("a",), value)]).text


class TestSet:
    def test_one_label_changed_is_one_line_changed(self) -> None:
        assert changes_of(SetValue(("forms", "requests", "title", "zh"), "申领")) == [
            "-    title: {zh: 礼品申领单, en: Gift request}   # shown in the menu",
            "+    title: {zh: 申领, en: Gift request}   # shown in the menu",
        ]

    def test_quotes_stay_as_they_are(self) -> None:
        assert value_line("it's", "'x'") == "a: 'it''s'\n"
        assert value_line("new", '"x"') == 'a: "new"\n'
        assert value_line('say "hi"', '"x"') == 'a: "say \\"hi\\""\n'
        assert value_line("one\ntwo", "'x'") == 'a: "one\\ntwo"\n'
        assert value_line(5, '"x"') == "a: 5\n"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "yes",
            "No",
            "on",
            "010",
            "+86",
            "1e3",
            "0x1F",
            "12",
            "true",
            "null",
            "~",
            "a: b",
            "a #b",
            "- a",
            "{{ x }}",
            "@x",
            "*",
            "&a",
            "!x",
            "%",
            "`",
            "|",
            ">",
            " a",
            "a ",
            "a:",
            "#",
            "<<",
            "---",
            "[a]",
            "'a'",
            "?",
        ],
    )
    def test_a_text_that_would_be_taken_for_something_else_gets_quotes(self, text: str) -> None:
        assert value_line(text) == f'a: "{text}"\n'

    @pytest.mark.parametrize(
        "text", ["=me", "cost >= 500", "客户:礼品", "12:30", "2024-01-31", "50%", "a, b", "http://x/?a=1"]
    )
    def test_a_text_that_needs_no_quotes_gets_none(self, text: str) -> None:
        assert value_line(text) == f"a: {text}\n"

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (1, "1"),
            (True, "true"),
            (None, "null"),
            (Decimal("1.50"), "1.50"),
            (Decimal("1E+3"), "1000"),
            (0.1, "0.1"),
            ([], "[]"),
            ({}, "{}"),
            ("a\tb", '"a\\tb"'),
            ("\x07", '"\\u0007"'),
            ('"a"', "'\"a\"'"),
        ],
    )
    def test_values_are_written_as_they_are_read(self, value: object, written: str) -> None:
        assert value_line(value) == f"a: {written}\n"

    def test_a_comment_behind_the_value_stays_behind_it(self) -> None:
        assert (
            value_line(["x", {"b": 1, "c": [2]}], "old  # why")
            == "a:  # why\n  - x\n  - b: 1\n    c:\n      - 2\n"
        )
        assert value_line("one\ntwo\n", "old  # why") == "a: |  # why\n  one\n  two\n"

    def test_block_texts_keep_their_style_and_indentation(self) -> None:
        assert changes_of(SetValue(("forms", "gifts", "help"), "甲\n乙\n")) == [
            "-      第一行",
            "-      第二行",
            "+      甲",
            "+      乙",
        ]
        assert changes_of(SetValue(("forms", "gifts", "help"), "")) == [
            "-    help: |  # several lines",
            "-      第一行",
            "-      第二行",
            '+    help: ""  # several lines',
        ]

    def test_an_empty_value_is_filled_in(self) -> None:
        assert changes_of(SetValue(("rules",), 5)) == ["-rules:", "+rules: 5"]
        assert changes_of(SetValue((*FIELDS, "quantity", "required"), True)) == [
            "-      quantity:   {type: integer, min: 1, required}",
            "+      quantity:   {type: integer, min: 1, required: true}",
        ]

    def test_the_same_value_changes_nothing(self) -> None:
        assert changes_of(SetValue(("app",), "gifts"), SetValue(FIELDS, read_fields())) == []

    def test_a_map_gives_way_to_a_value_and_the_other_way_round(self) -> None:
        assert changes_of(SetValue(("flows", "approval"), "none")) == [
            f"-{line}" for line in GIFTS.splitlines()[23:34]
        ] + ["+  approval: none"]
        assert changes_of(SetValue(("app",), {"name": "gifts"})) == ["-app: gifts", "+app:", "+  name: gifts"]


def read_fields() -> Any:
    return read_document(GIFTS, "gifts.yaml").data["forms"]["requests"]["fields"]


class TestInsert:
    def test_a_new_field_is_written_like_its_neighbours(self) -> None:
        note = {"type": "text", "label": {"zh": "备注"}}
        assert changes_of(Insert(FIELDS, note, "cost", "note")) == [
            "+      note: {type: text, label: {zh: 备注}}"
        ]

    def test_nested_values_are_written_as_blocks_with_the_indentation_around(self) -> None:
        assert changes_of(
            Insert(("forms",), {"title": "x", "fields": {"a": {"type": "text"}}}, key="new")
        ) == [
            "+  new:",
            "+    title: x",
            "+    fields:",
            "+      a:",
            "+        type: text",
        ]
        assert changes_of(Insert(("tests",), {"c": [1]}, 0)) == ["+- c:", "+  - 1"]
        assert changes_of(Insert((*STEPS, 1, "choose", 0, "steps"), {"approve": "vp"})) == [
            "-            steps: []",
            "+            steps:",
            "+              - approve: vp",
        ]

    def test_a_new_item_comes_above_the_comment_of_the_next(self) -> None:
        lines = edit(read_document(GIFTS, "g"), [Insert(STEPS, {"handle": "issue"}, 1)]).text.splitlines()
        assert lines[lines.index("      - handle: issue") + 1] == "      # then money"

    def test_the_first_key_behind_a_dash_can_be_preceded(self) -> None:
        assert changes_of(Insert((*STEPS, 0), "x", 0, "title")) == [
            "-      - approve: supervisor   # direct one",
            "+      - title: x",
            "+        approve: supervisor   # direct one",
        ]

    def test_a_blank_place_becomes_a_map_or_a_list(self) -> None:
        assert changes_of(Insert(("rules",), {"on": "saved"}, key="low")) == ["+  low:", "+    on: saved"]
        assert changes_of(Insert(("rules",), 1)) == ["+- 1"]

    def test_braces_on_one_line_take_entries_at_any_position(self) -> None:
        text = "a: {b: 1, c: [x, y]}\n"
        assert (
            changes_of(Insert(("a",), "u, v", "c", "d"), text=text)[1] == '+a: {b: 1, d: "u, v", c: [x, y]}'
        )
        assert changes_of(Insert(("a", "c"), {"z": None}), text=text)[1] == "+a: {b: 1, c: [x, y, {z: null}]}"

    def test_top_level_parts_keep_their_blank_lines(self) -> None:
        text = "a: 1\n\nb: 2\n"
        assert edit(read_document(text, "a"), [Insert((), 3, key="c")]).text == "a: 1\n\nb: 2\n\nc: 3\n"


class TestRemove:
    def test_its_own_comment_goes_and_the_others_stay(self) -> None:
        assert changes_of(Remove((*FIELDS, "quantity"))) == [
            "-      # how many",
            "-      quantity:   {type: integer, min: 1, required}",
        ]
        assert changes_of(Remove((*STEPS, 0))) == [f"-{line}" for line in GIFTS.splitlines()[25:29]]

    def test_the_only_entry_leaves_empty_braces(self) -> None:
        assert changes_of(Remove((*STEPS, 2, "cc"))) == ["-      - cc: filing", "+      - {}"]
        assert changes_of(Remove((*STEPS, 1, "choose", 0)))[-1] == "+      - choose: []"

    def test_braces_on_one_line_lose_an_entry_and_a_comma(self) -> None:
        for key, left in (("a", "{b: 2, c: 3}"), ("b", "{a: 1, c: 3}"), ("c", "{a: 1, b: 2}")):
            changed = edit(read_document("x: {a: 1, b: 2, c: 3}  # n\n", "a"), [Remove(("x", key))])
            assert changed.text == f"x: {left}  # n\n"
        assert edit(read_document("x: [ a ]\n", "a"), [Remove(("x", 0))]).text == "x: []\n"


class TestRenameAndMove:
    def test_a_key_is_renamed_in_its_quotes(self) -> None:
        assert edit(read_document("'a': 1\n", "a"), [RenameKey(("a",), "it's")]).text == "'it''s': 1\n"
        assert edit(read_document("{a: 1}\n", "a"), [RenameKey(("a",), "b, c")]).text == '{"b, c": 1}\n'
        assert edit(read_document("a: 1\n", "a"), [RenameKey(("a",), "on")]).text == "on: 1\n"
        assert edit(read_document("a: 1\n", "a"), [RenameKey(("a",), "12")]).text == '"12": 1\n'

    def test_an_item_moves_with_its_comments(self) -> None:
        text = "- a: 1  # one\n# the note on b\n- b: 2\n  # deeper\n- c: 3\n"
        moved = edit(read_document(text, "a"), [Move((1,), 0)]).text
        assert moved == "# the note on b\n- b: 2\n  # deeper\n- a: 1  # one\n- c: 3\n"

    def test_an_entry_behind_a_dash_moves_too(self) -> None:
        moved = edit(read_document("- a: 1\n  # on b\n  b: 2\n", "a"), [Move((0, "b"), 0)])
        assert moved.text == "- # on b\n  b: 2\n  a: 1\n"

    def test_entries_in_braces_move(self) -> None:
        assert (
            edit(read_document("x: {a: 1, b: 2}\n", "a"), [Move(("x", "b"), 0)]).text == "x: {b: 2, a: 1}\n"
        )


class TestJson:
    TEXT = '{\n  "app": "gifts",\n  "fields": {\n    "a": {"type": "text"},\n    "b": 2\n  }\n}\n'

    def test_json_stays_json(self) -> None:
        import json

        document = read_document(self.TEXT, "gifts.json")
        changed = edit(
            document,
            [
                Insert(("fields",), {"on": "yes", "n": None}, key="c"),
                SetValue(("fields", "b"), "中"),
                RenameKey(("app",), "name"),
                Remove(("fields", "a")),
                Move(("fields",), 0),
            ],
        )
        assert json.loads(changed.text) == {
            "fields": {"b": "中", "c": {"on": "yes", "n": None}},
            "name": "gifts",
        }

    def test_lines_stay_lines(self) -> None:
        assert changes_of(Insert(("fields",), 3, key="c"), text=self.TEXT) == [
            '-    "b": 2',
            '+    "b": 2,',
            '+    "c": 3',
        ]
        assert changes_of(Remove(("fields", "a")), text=self.TEXT) == ['-    "a": {"type": "text"},']


REFUSED: list[tuple[str, Change]] = [
    ("edit-no-such-place", SetValue(("forms", "nope"), 1)),
    ("edit-no-such-place", Insert(("tests",), 1, 9)),
    ("edit-no-such-place", Insert(("forms",), 1, "nope", "x")),
    ("edit-no-such-place", Move(("tests", 0), 2)),
    ("edit-no-such-place", Remove(("tests", 5))),
    ("edit-name-taken", Insert(("forms",), 1, None, "gifts")),
    ("edit-name-taken", RenameKey(("app",), "forms")),
    ("edit-wrong-kind", Insert(("app",), 1)),
    ("edit-wrong-kind", Insert(("forms",), 1)),
    ("edit-wrong-kind", Insert(("tests",), 1, None, "x")),
    ("edit-wrong-kind", RenameKey(("tests", 0), "x")),
    ("edit-wrong-kind", Remove(())),
    ("edit-bad-value", SetValue(("app",), object())),
    ("edit-bad-value", SetValue(("app",), {1: 2})),
    ("edit-bad-value", SetValue(("app",), float("nan"))),
    ("edit-unsafe", SetValue(("app",), 10**40)),
    ("edit-unsafe", SetValue(("app",), "\ud800")),
    ("edit-unsafe", SetValue(("app",), "\0")),
]


@pytest.mark.parametrize(("code", "change"), REFUSED)
def test_what_cannot_be_done_is_a_problem_with_a_place(code: str, change: Change) -> None:
    with pytest.raises(EditError) as caught:
        edit(read_document(GIFTS, "gifts.yaml"), [change])
    assert caught.value.problem.code.name == code
    assert caught.value.problem.location is not None
    assert caught.value.problem.path == change.path
    assert "{place}" not in caught.value.problem.sentence.zh


def test_every_code_that_editing_declares_is_in_the_list_above() -> None:
    declared = {code.name for _, code in inspect.getmembers(edit_module) if isinstance(code, ProblemCode)}
    assert declared == {code for code, _ in REFUSED}


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(EditError, match="edit-bad-value"):
        edit(read_document("a: 1\n", "a"), [SetValue(("a",), loop)])


def test_an_unusual_writing_is_left_alone_rather_than_broken() -> None:
    with pytest.raises(EditError, match="edit-unsafe"):
        edit(read_document("a: [b: 1]\n", "a"), [Insert(("a", 0), 2, key="c")])


def test_windows_line_ends_stay() -> None:
    document = read_document("a: 1\r\nb:\r\n  c: 2\r\n", "a")
    assert (
        edit(document, [Insert(("b",), {"d": [1]}, key="e")]).text
        == "a: 1\r\nb:\r\n  c: 2\r\n  e:\r\n    d:\r\n      - 1\r\n"
    )


def test_a_file_without_a_last_line_break_is_edited_too() -> None:
    document = read_document("a: 1\nb: 2", "a")
    assert edit(document, [Insert((), 3, key="c")]).text == "a: 1\nb: 2\nc: 3"
    assert edit(document, [Remove(("b",))]).text == "a: 1"
    assert edit(document, [Insert((), "x\ny\n", key="c")]).text == "a: 1\nb: 2\nc: |\n  x\n  y\n"


def test_several_changes_are_made_one_after_the_other() -> None:
    changes: list[Change] = [RenameKey(("app",), "name"), SetValue(("name",), "新"), Remove(("forms",))]
    changed = edit(read_document(GIFTS, "gifts.yaml"), changes)
    assert list(changed.data) == ["name", "flows", "rules", "tests"]
    assert changed.text.startswith("# 客户礼品\nname: 新\n\n# ---- forms ----\n\nflows:\n")
