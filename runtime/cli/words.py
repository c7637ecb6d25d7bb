"""In which language the command line speaks: that of the locale, or the one that was asked for."""

from __future__ import annotations

import os
from functools import cache

from engine.texts import LANGUAGES, Language, Text

ASKED = Text(
    "输出用什么语言;不写就看系统的语言", "The language of the output; that of the locale if left out"
)


@cache
def locale_language() -> Language:
    """Return the language that the environment asks for: Chinese where it says so, else English."""
    for variable in ("QUARTET_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        wanted = os.environ.get(variable, "")
        if wanted:
            return "zh" if wanted.casefold().startswith("zh") else "en"
    return "en"


def say(zh: str, en: str, language: Language | None = None) -> str:
    """Return the words in the person's language."""
    return Text(zh, en).to(language or locale_language())


def chosen(lang: str | None) -> Language:
    """Return the language that an option `--lang` names, or that of the locale."""
    return next((known for known in LANGUAGES if known == lang), locale_language())
