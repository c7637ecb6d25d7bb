"""Definitions as people write them, at random: comments, blank lines, all kinds of quotes and styles."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.definition.document import Document, read_document
from engine.problems import Path

WORDS = (
    "app",
    "title",
    "字段",
    "fields",
    "steps",
    "when",
    "cost",
    "客户 等级",
    "x-1",
    "gift",
    "说明",
    "unit_price",
)
SCALARS = (
    "gifts",
    "客户礼品",
    "12",
    "-0.50",
    "true",
    "~",
    "null",
    "yes",
    "010",
    "2024-01-31",
    "12:30",
    "=stock < threshold",
    "a b c",
    '"quoted: yes"',
    "'it''s'",
    '"补货:{{ name }}"',
    '"tab\\t\\u4e2d"',
    "http://x.cn/a?b=1",
    "50%",
    "",
)
COMMENTS = ("# note", "#", "# 注意: {不要} 'change", "#- old: item")


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a definition whose top is a map."""
    step = draw(st.sampled_from([2, 2, 4]))
    dash = draw(st.sampled_from([0, 2]))
    lines = _map(draw, 0, 0, step, dash)
    newline = draw(st.sampled_from(["\n", "\n", "\n", "\r\n"]))
    # a block scalar that ends without a line break is a text that ends without one: nothing can follow it
    ending = (
        ""
        if lines[-1].strip() and lines[-1].lstrip()[:3] not in {"two", "只剩一"} and draw(st.booleans())
        else newline
    )
    text = newline.join(lines) + ending
    return read_document(text, "app.yaml")


def paths(document: Document) -> list[Path]:
    """Return the paths of all values below the top."""
    found: list[Path] = []

    def walk(value: object, path: Path) -> None:
        entries = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, inner in entries:
            found.append((*path, key))
            walk(inner, (*path, key))

    walk(document.data, ())
    return found


def values() -> st.SearchStrategy[object]:
    """Draw values such as a designer puts into a definition."""
    texts = st.sampled_from(
        [
            "",
            "yes",
            "010",
            "plain",
            "a: b",
            "a # b",
            "=x",
            "{{ x }}",
            "- a",
            "客户",
            'say "hi"',
            "it's",
            "\\d",
            "<<",
            "12:30",
            "one\ntwo\n",
            "one\n\n  two",
            " lead",
            "end ",
            "@me",
            "?",
            "null",
            "1e5",
            "+86",
            "a\tb",
            "\x07",
            "😀",
            "x:",
            ":",
            "[a]",
        ]
    )
    scalar = st.one_of(texts, st.integers(-5, 99999), st.booleans(), st.none(), st.decimals(-9, 9, places=2))
    return st.recursive(
        scalar,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
        ),
        max_leaves=5,
    )


def _gap(draw: st.DrawFn, column: int) -> list[str]:
    """Draw what stands above an entry."""
    kind = draw(st.integers(0, 9))
    note = " " * column + draw(st.sampled_from(COMMENTS))
    return {0: [note], 1: [""], 2: ["", note], 3: [note, "", note], 4: [note, note]}.get(kind, [])


def _tail(draw: st.DrawFn) -> str:
    return "  # " + draw(st.sampled_from(WORDS)) if draw(st.integers(0, 5)) == 0 else ""


def _map(draw: st.DrawFn, column: int, depth: int, step: int, dash: int) -> list[str]:
    keys = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
    lines: list[str] = []
    for key in keys:
        quote = draw(st.sampled_from(["", "", "", '"', "'"]))
        lines += _gap(draw, column) + _value(
            draw, f"{' ' * column}{quote}{key}{quote}:", column, depth, step, dash
        )
    return lines


def _list(draw: st.DrawFn, column: int, depth: int, step: int, dash: int) -> list[str]:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        lines += _gap(draw, column)
        if depth < 3 and draw(st.integers(0, 2)) == 0:
            inner = _map(draw, column + 2, depth + 1, step, dash)
            while not inner[0].strip() or inner[0].lstrip().startswith("#"):
                inner.pop(0)
            lines += [" " * column + "- " + inner[0].lstrip(), *inner[1:]]
        else:
            lines += _value(draw, " " * column + "-", column, depth, step, dash)
    return lines


def _value(draw: st.DrawFn, head: str, column: int, depth: int, step: int, dash: int) -> list[str]:
    kind = draw(st.integers(0, 9))
    if depth < 3 and kind == 0 and not head.endswith("-"):
        return [head + _tail(draw), *_map(draw, column + step, depth + 1, step, dash)]
    if depth < 3 and kind == 1 and not head.endswith("-"):
        return [head + _tail(draw), *_list(draw, column + dash, depth + 1, step, dash)]
    if kind == 2:
        body = draw(st.sampled_from([["one", "", "  two # no comment"], ["只剩一行"]]))
        mark = draw(st.sampled_from(["|", "|-", ">", ">-", "|  # block"]))
        return [f"{head} {mark}", *(" " * (column + step) + line if line else "" for line in body)]
    if kind in {3, 4}:
        return [f"{head} {_flow(draw, 0)}{_tail(draw)}"]
    scalar = draw(st.sampled_from(SCALARS))
    return [(f"{head} {scalar}" if scalar else head) + _tail(draw)]


def _flow(draw: st.DrawFn, depth: int) -> str:
    if depth > 1 or draw(st.integers(0, 1)):
        return draw(st.sampled_from([scalar for scalar in SCALARS if scalar]))
    if draw(st.booleans()):
        return "[" + ", ".join(_flow(draw, depth + 1) for _ in range(draw(st.integers(0, 3)))) + "]"
    keys = draw(st.lists(st.sampled_from(WORDS), max_size=3, unique=True))
    return "{" + ", ".join(f"{key}: {_flow(draw, depth + 1)}" for key in keys) + "}"
