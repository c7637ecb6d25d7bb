"""Sentences and labels in the two languages of the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or a label in Chinese and in English.

    >>> Text("客户", "Customer").to("en")
    'Customer'
    """

    zh: str
    en: str

    @classmethod
    def same(cls, words: str) -> Text:
        """Make a text that reads the same in both languages, such as a name that a person typed."""
        return cls(words, words)

    def to(self, language: Language) -> str:
        """Return the words in `language`."""
        return self.zh if language == "zh" else self.en

    def fill(self, facts: Mapping[str, object]) -> Text:
        """Put `facts` into the `{names}` of both sentences; a fact may itself be a `Text`.

        >>> Text("「{label}」必填", "{label} is required").fill({"label": Text("数量", "Quantity")}).zh
        '「数量」必填'
        """
        return Text(_fill(self.zh, facts, "zh"), _fill(self.en, facts, "en"))

    def to_json(self) -> dict[str, str]:
        """Return `{"zh": …, "en": …}`."""
        return {"zh": self.zh, "en": self.en}


def _fill(template: str, facts: Mapping[str, object], language: Language) -> str:
    """Replace each `{name}`; a name without a fact stays as it is, and facts are never parsed again."""
    words = template
    parts: list[str] = []
    while words:
        before, brace, rest = words.partition("{")
        parts.append(before)
        if not brace:
            break
        name, closing, after = rest.partition("}")
        if closing and name in facts:
            fact = facts[name]
            parts.append(fact.to(language) if isinstance(fact, Text) else str(fact))
            words = after
        else:
            parts.append("{")
            words = rest
    return "".join(parts)
