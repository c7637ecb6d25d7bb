"""What a definition file says, and where; and what is wrong with it, in plain words."""

from __future__ import annotations

import inspect
import json
import pkgutil
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import yaml

import engine.definition
from engine.definition import document as document_module
from engine.definition.document import Document, read_document
from engine.definition.lines import show_problem
from engine.problems import DefinitionError, Location, Path, Problem, ProblemCode
from engine.texts import Text

GIFTS = """\
# 客户礼品
app: gifts
title: {zh: 客户礼品管理, en: "Customer gifts"}
forms:
  requests:
    title: '申请''单'   # 显示在菜单里
    fields:
      预计费用: {type: money, formula: quantity * unit_price}
      quantity: {type: integer, min: 1}
flows:
  approval:
    steps:
      - approve: supervisor
        by: {supervisor_of: initiator}
      - note: |
          第一行
            缩进 cost >= 500
      - hint: "单价 \\u4e2d\\t{{ unit_prise }}"
      - say: plain text
          goes on here
      - fold: >
          folded text
"""


@pytest.fixture
def gifts() -> Document:
    return read_document(GIFTS, "gifts.yaml")


def problems_of(text: str | bytes, file: str = "a.yaml") -> tuple[Problem, ...]:
    with pytest.raises(DefinitionError) as caught:
        read_document(text, file)
    return caught.value.problems


def codes_of(text: str | bytes, file: str = "a.yaml") -> list[str]:
    return [problem.code.name for problem in problems_of(text, file)]


def value_of(word: str) -> Any:
    return read_document(f"a: {word}\n", "a.yaml").data["a"]


def marked(document: Document, place: Location) -> str:
    """Return the characters that a place covers."""
    return document.source_line(place)[place.column - 1 :][: place.length]


class TestPlaces:
    @pytest.mark.parametrize(
        ("path", "key", "value"),
        [
            (("app",), (2, 1, "app"), (2, 6, "gifts")),
            (("title", "zh"), (3, 9, "zh"), (3, 13, "客户礼品管理")),
            (("title", "en"), (3, 21, "en"), (3, 25, '"Customer gifts"')),
            (("forms", "requests", "title"), (6, 5, "title"), (6, 12, "'申请''单'")),
            (("forms", "requests", "fields", "预计费用", "type"), (8, 14, "type"), (8, 20, "money")),
            (
                ("flows", "approval", "steps", 0),
                (13, 9, "approve: supervisor"),
                (13, 9, "approve: supervisor"),
            ),
            (("flows", "approval", "steps", 1, "note"), (15, 9, "note"), (15, 15, "|")),
            (("flows", "approval", "steps", 3, "say"), (19, 9, "say"), (19, 14, "plain text")),
        ],
    )
    def test_keys_and_values_have_exact_places(
        self, gifts: Document, path: Path, key: tuple[int, int, str], value: tuple[int, int, str]
    ) -> None:
        for place, wanted in ((gifts.key_location(path), key), (gifts.location(path), value)):
            assert (place.line, place.column, marked(gifts, place)) == wanted
            assert place.file == "gifts.yaml"

    @pytest.mark.parametrize(
        ("path", "words", "line", "covered"),
        [
            (("app",), "ift", 2, "ift"),
            (("forms", "requests", "title"), "'单", 6, "''单"),
            (("forms", "requests", "fields", "预计费用", "formula"), "unit_price", 8, "unit_price"),
            (("flows", "approval", "steps", 1, "note"), "cost", 17, "cost"),
            (("flows", "approval", "steps", 2, "hint"), "中", 18, "\\u4e2d"),
            (("flows", "approval", "steps", 2, "hint"), "unit_prise", 18, "unit_prise"),
            (("flows", "approval", "steps", 3, "say"), "here", 20, "here"),
            (("flows", "approval", "steps", 4, "fold"), "text", 21, ">"),
        ],
    )
    def test_a_part_of_a_text_has_its_own_place(
        self, gifts: Document, path: Path, words: str, line: int, covered: str
    ) -> None:
        node = gifts.node(path)
        assert node is not None
        start = node.value.index(words)
        place = gifts.within(path, start, start + len(words))
        assert (place.line, marked(gifts, place)) == (line, covered)

    def test_the_end_of_a_text_is_a_place_too(self, gifts: Document) -> None:
        assert gifts.within(("app",), 5, 5) == Location("gifts.yaml", 2, 11)

    def test_a_path_that_leads_nowhere_has_the_place_of_what_exists(self, gifts: Document) -> None:
        assert gifts.location(("forms", "requests", "title", "zh", 3)).line == 6
        assert gifts.location(()).line == 2

    def test_windows_line_ends_move_no_place(self) -> None:
        document = read_document(GIFTS.replace("\n", "\r\n"), "gifts.yaml")
        place = document.within(("flows", "approval", "steps", 1, "note"), 9, 13)
        assert (place.line, marked(document, place)) == (17, "cost")

    def test_an_empty_value_is_just_after_its_colon(self) -> None:
        assert read_document("a:\nb: 1\n", "f").location(("a",)) == Location("f", 1, 3)


class TestWords:
    @pytest.mark.parametrize(
        "word",
        [
            "yes",
            "no",
            "on",
            "off",
            "Yes",
            "y",
            "010",
            "-007",
            "+8613800138000",
            "0x1F",
            "0o7",
            "0b1",
            "1_000",
            "12:30",
            "12:30:45",
            "2024-01-31",
            "2024-01-31T10:00:00Z",
            "5.",
            "1.2.3",
            "1,000",
            "=a + 1",
            "NaN",
            "是",
        ],
    )
    def test_ids_clocks_and_words_stay_text(self, word: str) -> None:
        assert value_of(word) == word

    @pytest.mark.parametrize(
        ("word", "value"),
        [
            ("0", 0),
            ("-12", -12),
            ("9" * 30, int("9" * 30)),
            ("0.10", Decimal("0.10")),
            (".5", Decimal("0.5")),
            ("1e3", Decimal(1000)),
            ("-2.5E-2", Decimal("-0.025")),
            ("true", True),
            ("FALSE", False),
            ("~", None),
            ("null", None),
            ("", None),
            ('"12"', "12"),
            ("'true'", "true"),
        ],
    )
    def test_numbers_are_exact_and_only_true_and_false_are_booleans(self, word: str, value: object) -> None:
        assert value_of(word) == value
        assert type(value_of(word)) is type(value)
        assert str(value_of(word)) == str(value)

    def test_an_unquoted_yes_is_remembered(self) -> None:
        document = read_document('a: yes\nb: "yes"\nc: [Off, true, maybe]\n', "f.yaml")
        assert document.looks_like_boolean(("a",))
        assert document.looks_like_boolean(("c", 0))
        for path in [("b",), ("c", 1), ("c", 2), ("c",), ("x",)]:
            assert not document.looks_like_boolean(path)

    def test_on_is_a_key_like_any_other(self) -> None:
        assert read_document("on: {changed: gifts}\n", "f.yaml").data == {"on": {"changed": "gifts"}}

    def test_a_byte_order_mark_is_dropped(self) -> None:
        document = read_document(b"\xef\xbb\xbfapp: x\n", "f.yaml")
        assert document.text == "app: x\n"
        assert document.key_location(("app",)).column == 1

    def test_json_is_read_with_places(self) -> None:
        data = {
            "app": "gifts",
            "emoji": "😀 中",
            "list": [1, 2.5, True, None, {"a": "b/c"}],
            "pair": "\\ud83d",
        }
        for text in (
            json.dumps(data),
            json.dumps(data, indent="\t"),
            json.dumps(data, ensure_ascii=False, indent=2),
        ):
            document = read_document(text, "app.json")
            assert document.data == {**data, "list": [1, Decimal("2.5"), True, None, {"a": "b/c"}]}
            assert marked(document, document.key_location(("list", 4, "a"))) == '"a"'

    def test_without_the_c_library_the_same_is_read(
        self, monkeypatch: pytest.MonkeyPatch, gifts: Document
    ) -> None:
        monkeypatch.setattr(document_module, "_LOADER", yaml.SafeLoader)
        slow = read_document(GIFTS, "gifts.yaml")
        assert slow.data == gifts.data
        assert slow.location(("flows", "approval", "steps", 3)) == gifts.location(
            ("flows", "approval", "steps", 3)
        )


BROKEN: list[tuple[str, str | bytes, int, int]] = [
    ("file-too-large", b"a" * 1_048_577, 1, 1),
    ("not-utf8", "a: 1\nb: 客户".encode("gbk"), 2, 4),
    ("utf-16", "a: 1".encode("utf-16"), 1, 1),
    ("forbidden-character", "a: x\0y\n", 1, 5),
    ("empty-definition", "# nothing yet\n", 1, 1),
    ("too-deep", "[" * 41, 1, 41),
    ("too-many-values", "- a\n" * 50_001, 50_000, 3),
    ("duplicate-key", "a: 1\nb: 2\na: 3\n", 3, 1),
    ("key-not-text", "a:\n  12: x\n", 2, 3),
    ("key-is-collection", "[a, b]: c\n", 1, 1),
    ("merge-key", "a:\n  <<: {b: 1}\n", 2, 3),
    ("yaml-anchor", "a: &x 1\n", 1, 4),
    ("yaml-alias", "a: *x\n", 1, 4),
    ("yaml-tag", "a: !!python/name:os.system\n", 1, 4),
    ("several-documents", "a: 1\n---\nb: 2\n", 2, 1),
    ("not-a-number", "a: .inf\n", 1, 4),
    ("number-too-long", "a: " + "1" * 31 + "\n", 1, 4),
    ("zero-character", 'a: "\\0"\n', 1, 4),
    ("needs-quotes", "a: 1\nb: {{ name }}\n", 2, 4),
    ("missing-space", "a:\n  type:text\n  b: 1\n", 2, 3),
    ("full-width-colon", "标题\uff1a礼品\nb: 1\n", 1, 1),
    ("tab-indentation", "a:\n\tb: 1\n", 2, 1),
    ("unclosed-quote", 'a: "open\nb: 1\n', 1, 4),
    ("text-after-quote", 'when: "a" == b\n', 1, 11),
    ("unclosed-bracket", "a: [1, 2\nb: 3\n", 1, 4),
    ("extra-bracket", "a: [1]]\n", 1, 7),
    ("missing-comma", "a: {b: 1 c: 2}\n", 1, 11),
    ("wrong-indentation", "a:\n    b: 1\n  c: 2\n", 3, 3),
    ("missing-colon", "a: 1\nnothing\n", 2, 1),
    ("colon-in-text", "a: 补货: 只剩\n", 1, 4),
    ("bad-escape", 'a: "\\d"\n', 1, 5),
    ("lone-surrogate", 'a: "\\ud800"\n', 1, 5),
    ("not-yaml", "a: 1\n...\nfoo\n", 3, 1),
]


class TestProblems:
    @pytest.mark.parametrize(("code", "text", "line", "column"), BROKEN, ids=[row[0] for row in BROKEN])
    def test_each_kind_of_problem_is_found_at_its_place(
        self, code: str, text: str | bytes, line: int, column: int
    ) -> None:
        (problem,) = problems_of(text)
        assert problem.location is not None
        assert (problem.code.name, problem.location.line, problem.location.column) == (code, line, column)
        for words in (problem.sentence, problem.fix):
            assert "{" not in words.en.replace("{{", "").replace('"{', "") or code == "needs-quotes"
            assert words.zh != words.en

    def test_every_code_that_reading_declares_is_in_the_list_above(self) -> None:
        names = ("characters", "scalars", "nodes", "syntax", "document")
        modules = [import_module(f"engine.definition.{name}") for name in names]
        declared = {
            value.name
            for module in modules
            for _, value in inspect.getmembers(module)
            if isinstance(value, ProblemCode)
        }
        assert declared == {row[0] for row in BROKEN}
        assert set(names) <= {module.name for module in pkgutil.iter_modules(engine.definition.__path__)}

    @pytest.mark.parametrize(
        "start", ["@x", "%x", "`x`", "* x", "& x", "{{ x }} y", "> 500", "|x", "[a] + b"]
    )
    def test_a_text_that_begins_with_a_sign_of_yaml_wants_quotes(self, start: str) -> None:
        (problem,) = problems_of(f"a:\n  b: {start}\n  c: 1\n")
        assert problem.code.name == "needs-quotes"
        assert problem.location == Location("a.yaml", 2, 6, len(start))
        assert f'"{start}"' in problem.fix.en

    def test_all_problems_come_at_once_even_behind_broken_syntax(self) -> None:
        text = 'a: @x\nb: "\\d"\nc: *y\nc: 1\n3: z\ntitle: one: two\nd: &q 1\n'
        assert codes_of(text) == [
            "needs-quotes",
            "bad-escape",
            "yaml-alias",
            "duplicate-key",
            "key-not-text",
            "colon-in-text",
            "yaml-anchor",
        ]

    def test_a_duplicate_key_names_both_lines(self) -> None:
        (problem,) = problems_of("a: 1\n\nb: {c: 1, c: 2}\n")
        assert problem.line("en") == "a.yaml:3:11: duplicate-key 'c' is given twice, first on line 3"
        assert problem.line("zh") == "a.yaml:3:11: duplicate-key 「c」写了两次,第一次在第 3 行"

    @pytest.mark.parametrize("key", ["12", "010", "-3", "1.5", "true", "null", "~", "0x1F"])
    def test_a_key_that_is_not_text_wants_quotes(self, key: str) -> None:
        assert codes_of(f"a:\n  {key}: 1\n") == ["key-not-text"]
        assert read_document(f'a:\n  "{key}": 1\n', "f").data == {"a": {key: 1}}

    def test_each_line_that_is_indented_with_tabs_is_named(self) -> None:
        problems = problems_of("a:\n\tb: 1\n\tc:\n\t\td: 1\n")
        assert [problem.location.line for problem in problems if problem.location] == [2, 3, 4]

    def test_json_may_not_hold_what_json_has_no_word_for(self) -> None:
        assert codes_of('{"a": NaN, "b": -Infinity}') == ["not-a-number", "not-a-number"]
        assert codes_of("a: [NaN]", "a.json") == ["not-a-number"]
        assert codes_of('{"a": 1, "a": 2}') == ["duplicate-key"]
        assert codes_of('{"a": "\\udc00"}') == ["lone-surrogate"]

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
    def test_other_encodings_are_named(self, encoding: str) -> None:
        assert codes_of("app: gifts\n".encode(encoding)) == ["utf-16"]

    def test_no_more_than_a_hundred_problems_are_told(self) -> None:
        assert len(problems_of("a: 1\n" * 5000)) == 100


class TestThePicture:
    def test_the_caret_stands_below_wide_characters(self, gifts: Document) -> None:
        code = ProblemCode(
            "unknown-name",
            Text("没有「{name}」", "There is no '{name}'"),
            Text("检查拼写", "Check the spelling"),
        )
        path = ("forms", "requests", "fields", "预计费用", "formula")
        problem = code.at(gifts.within(path, 11, 21), name="unit_price", suggestions=["price"])
        assert gifts.show(problem, "zh") == (
            "gifts.yaml:8:47: unknown-name 没有「unit_price」。是不是「price」?\n"
            "          预计费用: {type: money, formula: quantity * unit_price}\n"
            "                                                      ^^^^^^^^^^\n"
            "    检查拼写"
        )
        title = code.at(gifts.within(("title", "zh"), 2, 4), name="x")
        assert gifts.show(title, "en") == (
            "gifts.yaml:3:15: unknown-name There is no 'x'\n"
            '    title: {zh: 客户礼品管理, en: "Customer gifts"}\n'
            "                    ^^^^\n"
            "    Check the spelling"
        )

    def test_a_text_that_cannot_be_read_is_pictured_too(self) -> None:
        text = "标题: 礼品\n说明: {{ name }}\n"
        (problem,) = problems_of(text, "gifts.yaml")
        assert show_problem(problem, text.encode(), "en") == (
            "gifts.yaml:2:5: needs-quotes A text that begins with {{ is not in quotes\n"
            "    说明: {{ name }}\n"
            "          ^^^^^^^^^^\n"
            '    Put all of it in quotes, as in "{{ name }}"'
        )

    def test_tabs_and_long_lines_do_not_move_the_caret(self) -> None:
        document = read_document('{"a":\t"b"}', "a.json")
        code = ProblemCode("x-y", Text("甲", "a"), Text("乙", "b"))
        assert document.show(code.at(document.location(("a",))), "en").splitlines()[1:3] == [
            '    {"a":\t"b"}',
            "         \t^^^",
        ]
        document = read_document("a: " + "word " * 100 + "\nb: 1\n", "a.yaml")
        source, caret = document.show(code.at(document.within(("a",), 250, 254)), "en").splitlines()[1:3]
        assert source[caret.index("^") :][: caret.count("^")] == "word"
        assert len(source) < 180

    def test_a_problem_of_another_file_is_shown_without_a_line(self, gifts: Document) -> None:
        code = ProblemCode("x-y", Text("甲", "a"), Text("乙", "b"))
        assert gifts.show(code.at(Location("other.yaml", 1, 1)), "en") == "other.yaml:1:1: x-y a\n    b"
        assert gifts.show(code.here(), "zh") == "x-y 甲\n    乙"
