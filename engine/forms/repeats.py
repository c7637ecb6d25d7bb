"""Fields that, taken together, no two records may share, or that hint at the same thing entered twice."""

from __future__ import annotations

from dataclasses import dataclass

from engine.option_kinds import Label, ListOf, Name
from engine.options import option
from engine.problems import ProblemCode
from engine.texts import Text

REPEATS_NOTHING = ProblemCode(
    "repeats-nothing",
    Text(
        "「{field}」没有保存,不能用来判断重复", "'{field}' is not stored, so records cannot be compared by it"
    ),
    Text("写这张表单里保存的字段", "Name fields of this form that are stored"),
)


@dataclass(frozen=True, kw_only=True)
class RepeatOptions:
    """Some fields that are compared together; a record in which one of them is blank is not compared."""

    fields: tuple[str, ...] = option(ListOf(Name()), Text("一起比较的字段", "The fields that are compared"))
    say: Text | None = option(
        Label(), Text("重复时说的话", "What to say when there is another"), default=None
    )


@dataclass(frozen=True, slots=True)
class Repeat:
    """The checked rule: fields that are compared together, and the sentence for another record like it."""

    fields: tuple[str, ...]
    say: Text


ALREADY_THERE = Text("已经有「{fields}」都相同的记录", "There is a record with the same {fields}")
