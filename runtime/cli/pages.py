"""The pages of the reference: those of the engine, and the settings of the runtime."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog import Catalog
from engine.reference import reference_pages
from engine.texts import Text
from runtime.config import settings_reference

PACKAGES = ("engine", "runtime")
_TITLE = Text("设置", "Settings")


def all_pages(catalog: Catalog) -> dict[str, str]:
    """Return the text of each page by file name."""
    pages = reference_pages(catalog, PACKAGES)
    link = f"- [{_TITLE.zh} / {_TITLE.en}](settings.md)\n"
    return {**pages, "README.md": pages["README.md"] + link, "settings.md": "\n".join(_settings()) + "\n"}


def _settings() -> Iterator[str]:
    yield f"# {_TITLE.zh} / {_TITLE.en}\n"
    yield "<!-- quartet reference: made from the code; changes here are lost -->\n"
    yield "| 变量 / Variable | 写什么 / Value | 默认 / Default | 说明 / Meaning |"
    yield "|---|---|---|---|"
    for one in settings_reference():
        default = f"`{one.default}`" if one.default else ""
        expected, words = f"{one.expected.zh} / {one.expected.en}", f"{one.help.zh} / {one.help.en}"
        yield f"| `{one.variable}` | {expected} | {default} | {words} |"
