"""The reference of the definition language, written from what the types and options say about themselves.

`reference_pages` gives every page as Markdown, Chinese first and English second. Nothing in it is kept by
hand: options come from their classes, examples from the types, problems from a search for `ProblemCode`s.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.app.definition import AppOptions
from engine.app.demo import DemoOptions, DepartmentOptions, PersonOptions
from engine.app.grants import GrantOptions
from engine.catalog import Catalog
from engine.definition.writing import Manner, write_flow, write_scalar
from engine.expression.function import Function
from engine.filters import OPERATORS
from engine.forms.declared import ButtonOptions, CheckOptions, FieldOptions, FormOptions, SectionOptions
from engine.options import rows_of
from engine.parsing import CURRENCIES
from engine.problems import ProblemCode
from engine.texts import Text
from engine.values import Kind, to_json

_NOTE = "<!-- quartet reference: made from the code; changes here are lost -->"
_PARTS: tuple[tuple[str, Text, type], ...] = (
    ("app", Text("应用", "App"), AppOptions),
    ("form", Text("表单", "Form"), FormOptions),
    ("field", Text("每个字段都有的选项", "Options that every field has"), FieldOptions),
    ("check", Text("跨字段校验", "Check"), CheckOptions),
    ("button", Text("按钮", "Button"), ButtonOptions),
    ("section", Text("分节", "Section"), SectionOptions),
    ("access", Text("权限", "Grant"), GrantOptions),
    ("demo", Text("示例数据", "Demo data"), DemoOptions),
    ("department", Text("示例部门", "Demo department"), DepartmentOptions),
    ("person", Text("示例人员", "Demo person"), PersonOptions),
)


def reference_pages(catalog: Catalog, packages: Iterable[str] = ("engine",)) -> dict[str, str]:
    """Return the text of each page by file name.

    packages: where kinds of problems are looked for; the engine knows its own, the runtime has more.
    """
    pages = {
        "definition.md": (Text("定义语言", "Definition language"), _definition()),
        "fields.md": (Text("字段类型", "Field types"), _fields(catalog)),
        "functions.md": (Text("函数", "Functions"), _functions(catalog)),
        "actions.md": (Text("动作", "Actions"), _actions(catalog)),
        "values.md": (Text("值的类型与筛选", "Value types and filters"), _values()),
        "problems.md": (Text("问题代码", "Problems"), _problems(packages)),
    }
    written = {name: _page(title, lines) for name, (title, lines) in pages.items()}
    links = [f"- [{title.zh} / {title.en}]({name})" for name, (title, _) in pages.items()]
    return {"README.md": _page(Text("参考手册", "Reference"), links), **written}


def _page(title: Text, lines: Iterable[str]) -> str:
    return "\n".join([f"# {_both(title)}", "", _NOTE, "", *lines]).rstrip() + "\n"


def _both(words: Text) -> str:
    return words.zh if words.zh == words.en else f"{words.zh} / {words.en}"


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


def _table(head: tuple[Text, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    found = list(rows)
    if found:
        yield "| " + " | ".join(_both(title) for title in head) + " |"
        yield "|" + "---|" * len(head)
        yield from ("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in found)
        yield ""


# Options.


def _options(options: type) -> Iterator[str]:
    head = (Text("选项", "Option"), Text("写什么", "Value"), Text("默认", "Default"), Text("说明", "Meaning"))
    rows = (
        (
            f"`{row.key}`",
            _both(row.kind.describe()),
            _default(row.default, required=row.required),
            _both(row.help),
        )
        for row in rows_of(options)
    )
    yield from _table(head, rows)


def _default(value: Any, *, required: bool) -> str:
    if required:
        return "**必填 / required**"
    if value is None or value in ("", (), {}) or isinstance(value, Text):
        return _both(value) if isinstance(value, Text) and value.zh else ""
    return f"`{'true' if value is True else 'false' if value is False else value}`"


def _definition() -> Iterator[str]:
    for key, title, options in _PARTS:
        yield f"## {_both(title)} `{key}`"
        yield ""
        yield from _options(options)


# Types.


def _sentences(member: object) -> Iterator[str]:
    yield inspect.cleandoc(type(member).__doc__ or "")
    yield ""


def _yaml(*lines: str) -> Iterator[str]:
    yield "```yaml"
    yield from lines
    yield "```"
    yield ""


def _flow(value: object) -> str:
    return write_flow(value, Manner())


def _fields(catalog: Catalog) -> Iterator[str]:
    for member in sorted(catalog.fields, key=lambda one: one.name):
        yield f"## `{member.name}` {_both(member.label)}"
        yield ""
        yield from _sentences(member)
        yield from _options(member.Options)
        examples = member.examples()
        yield from _yaml(f"example: {_flow({'type': member.name, **examples.definition})}")
        yield from _values_accepted(examples.good, examples.bad)


def _values_accepted(good: Iterable[tuple[object, Any]], bad: Iterable[object]) -> Iterator[str]:
    pairs = [f"`{_shown(raw)}` → `{_shown(to_json(value))}`" for raw, value in good if value is not None]
    if pairs:
        yield f"接受 / Accepts: {'; '.join(pairs)}"
        yield ""
    refused = [f"`{_shown(raw)}`" for raw in bad]
    if refused:
        yield f"拒绝 / Refuses: {'; '.join(refused)}"
        yield ""


def _shown(value: object) -> str:
    """Write a value as YAML would, cut where it is long."""
    written = str(value) if isinstance(value, float) else _flow(value)
    return written if len(written) <= 40 else f"{written[:37]}…"


def _functions(catalog: Catalog) -> Iterator[str]:
    groups: dict[str, list[Function]] = {}
    for member in sorted(catalog.functions, key=lambda one: one.name):
        groups.setdefault(member.category or "other", []).append(member)
    for category, members in sorted(groups.items()):
        yield f"## {category}"
        yield ""
        for member in members:
            yield from _function(member)


def _function(member: Function) -> Iterator[str]:
    yield f"### `{member.signature}`"
    yield ""
    yield _both(member.doc)
    yield ""
    for example in member.examples:
        result = (
            "…" if member.aggregate or member.contextual else write_scalar(_plain(example.result), flow=True)
        )
        yield f"- `{example.source}` → `{result}`"
    if member.examples:
        yield ""


def _plain(value: Any) -> Any:
    found = to_json(value)
    return found if isinstance(found, str | bool | int | None) else str(found)


def _actions(catalog: Catalog) -> Iterator[str]:
    for member in sorted(catalog.actions, key=lambda one: one.name):
        yield f"## `{member.name}` {_both(member.label)}"
        yield ""
        yield from _sentences(member)
        yield from _options(member.Options)
        yield from _yaml(*(f"- {_flow(dict(example))}" for example in member.examples()))


# What is closed.


def _values() -> Iterator[str]:
    head = (Text("类型", "Type"), Text("名称", "Name"), Text("可用的筛选", "Filters"))
    rows = (
        (f"`{kind}`", _both(kind.label), ", ".join(f"`{one.name}`" for one in OPERATORS if kind in one.kinds))
        for kind in Kind
        if kind is not Kind.BLANK
    )
    yield from _table(head, rows)
    yield f"## {_both(Text('筛选', 'Filters'))}"
    yield ""
    counts = {
        0: Text("不用填值", "no value"),
        1: Text("一个值", "one value"),
        2: Text("两个值,中间用逗号", "two values with a comma"),
        -1: Text("逗号隔开的几个值", "values with commas"),
    }
    head = (Text("运算", "Operator"), Text("意思", "Meaning"), Text("值", "Value"))
    yield from _table(
        head, ((f"`{one.name}`", _both(one.label), _both(counts[one.values])) for one in OPERATORS)
    )
    yield f"## {_both(Text('币种', 'Currencies'))}"
    yield ""
    yield ", ".join(f"`{code}` {currency.sign}" for code, currency in CURRENCIES.items())


# Problems.


def problem_codes(packages: Iterable[str]) -> Mapping[str, tuple[ProblemCode, ...]]:
    """Return every kind of problem that the modules of some packages declare, by its name."""
    found: dict[str, dict[int, ProblemCode]] = {}
    for name in packages:
        for module in (name, *(one.name for one in pkgutil.walk_packages([_folder(name)], f"{name}."))):
            for code in vars(importlib.import_module(module)).values():
                if isinstance(code, ProblemCode):
                    found.setdefault(code.name, {})[id(code)] = code
    return {name: tuple(codes.values()) for name, codes in sorted(found.items())}


def _folder(package: str) -> str:
    return str(importlib.import_module(package).__path__[0])


def _problems(packages: Iterable[str]) -> Iterator[str]:
    for name, codes in problem_codes(packages).items():
        yield f"## `{name}`"
        yield ""
        for code in sorted(codes, key=lambda one: one.sentence.en):
            yield f"- {_both(code.sentence)}"
            yield f"  - {_both(code.fix)}"
        yield ""
