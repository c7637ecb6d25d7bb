"""Forms that anybody with the link may fill in: what a definition says of them, and what they may not hold.

A stranger may enter only the fields that are named, and only such as need nothing of the inside to be
filled in: no records, people or departments to choose from, no files, no rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.definition.cursor import Cursor
from engine.expression.parse import Source
from engine.forms.model import Field, PublicForm
from engine.option_kinds import Formula, Label, ListOf, Name
from engine.options import option
from engine.problems import ProblemCode
from engine.texts import Text
from engine.values import BOOLEAN, Kind, ValueType

if TYPE_CHECKING:
    from engine.forms.compile import FormsCompiler
    from engine.forms.drafts import FormDraft

PUBLIC_BLANK = ProblemCode(
    "public-no-fields",
    Text("公开填写至少要有一个字段", "A public form needs a field"),
    Text("在 fields 里写要填的字段", "Name the fields to fill in below fields"),
)
PUBLIC_INSIDE = ProblemCode(
    "public-field-inside",
    Text(
        "「{field}」要从内部数据里选,或者要上传文件,不能公开填写",
        "'{field}' is chosen from what is inside, or takes files, so strangers cannot fill it in",
    ),
    Text("换成文本、数字、日期或选项字段", "Use a field of text, numbers, dates or choices"),
)
PUBLIC_NOT_ENTERED = ProblemCode(
    "public-not-entered",
    Text("「{field}」不由人填,不能公开填写", "Nobody enters '{field}', so strangers cannot either"),
    Text("去掉它", "Leave it out"),
)
PUBLIC_MISSING = ProblemCode(
    "public-required-left-out",
    Text(
        "「{field}」必填又没有默认值,不在公开的字段里就没人能提交",
        "'{field}' is required and has no default; without it nobody could submit the public form",
    ),
    Text("把它加进 fields,或给它默认值", "Add it to fields, or give it a default"),
)


@dataclass(frozen=True, kw_only=True)
class PublicOptions:
    """What strangers may fill in."""

    fields: tuple[str, ...] = option(ListOf(Name()), Text("可以填的字段", "The fields to fill in"))
    title: Text | None = option(
        Label(),
        Text("公开页面的标题;不写就用表单名称", "The heading of the public page; the form's own if left out"),
        default=None,
    )
    say: Text | None = option(
        Label(),
        Text("写给填写人的话", "What to tell those who fill it in"),
        default=None,
    )
    closed: Source | None = option(
        Formula(),
        Text(
            "什么时候不再收,例如 today > DATE(2026, 12, 31)",
            "When nothing is taken any more, for example today > DATE(2026, 12, 31)",
        ),
        default=None,
    )


def compile_public(
    compiler: FormsCompiler, draft: FormDraft, fields: Mapping[str, Field]
) -> PublicForm | None:
    """Return how strangers fill a form in, None where they do not; what they could not is reported."""
    options = draft.options.public
    if options is None:
        return None
    place = draft.cursor.child("public")
    compiler.report_unknown_fields(options.fields, place.child("fields"), draft)
    _report_fields(options, place, fields)
    closed = None
    if options.closed is not None:
        outside = dataclasses.replace(compiler.environment(draft.key), record=None, people=())
        closed = compiler.expression(options.closed, place.child("closed"), outside, BOOLEAN)
    return PublicForm(tuple(dict.fromkeys(options.fields)), options.title, options.say, closed)


def _report_fields(options: PublicOptions, place: Cursor, fields: Mapping[str, Field]) -> None:
    """Report the fields that strangers could not fill in, and those that they would have to."""
    if not options.fields:
        place.report(PUBLIC_BLANK)
    names = place.child("fields")
    for position, key in enumerate(options.fields):
        at = names.child(position) if isinstance(names.data, list) else names
        found = fields.get(key)
        if found is not None and (not found.is_entered or found.readonly):
            at.report(PUBLIC_NOT_ENTERED, field=found.label)
        elif found is not None and _is_inside(found.value_type):
            at.report(PUBLIC_INSIDE, field=found.label)
    for found in fields.values():
        given = found.default is not None or found.expressions.keys() & {"default", "fill", "visible"}
        if found.required and found.is_entered and found.key not in options.fields and not given:
            names.report(PUBLIC_MISSING, field=found.label)


def _is_inside(kind: ValueType) -> bool:
    """Tell whether a value is chosen from what is inside, or needs a place of its own."""
    held = kind.item or kind
    return bool(held.form or held.points_to) or held.kind is Kind.FILE
