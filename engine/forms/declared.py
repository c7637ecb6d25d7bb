"""What may be written in a form of a definition: the options of a form and those that all fields share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.expression.parse import Source
from engine.forms.public import PublicOptions
from engine.forms.repeats import RepeatOptions
from engine.forms.views import ViewOptions
from engine.option_kinds import Flag, Formula, Label, ListOf, MapOf, Name, Nested, Plain, Raw, ValueOr, Words
from engine.options import option
from engine.texts import Text


@dataclass(frozen=True, kw_only=True)
class FieldOptions:
    """What every field may say beside the options of its type."""

    type: str = option(Words(), Text("字段类型", "The type of the field"))
    title: Text | None = option(
        Label(),
        Text("显示的名称;不写就用字段名", "The name that people see; the key if left out"),
        default=None,
    )
    help: Text | None = option(Label(), Text("填写说明", "A hint for those who fill it in"), default=None)
    required: bool | Source = option(
        ValueOr(Flag()), Text("必填", "Whether it must be filled in"), default=False
    )
    visible: Source | None = option(
        Formula(),
        Text(
            "什么条件下显示;隐藏时不必填,也不保存",
            "When it is shown; while hidden it is neither required nor kept",
        ),
        default=None,
    )
    readonly: bool | Source = option(
        ValueOr(Flag()), Text("只读", "Whether people may only read it"), default=False
    )
    default: Any = option(ValueOr(Plain()), Text("新建时的值", "The value of a new record"), default=None)
    fill: Source | None = option(
        Formula(),
        Text(
            "选了关联后带出的值,例如 product.price",
            "The value that is copied when a link is chosen, for example product.price",
        ),
        default=None,
    )
    formula: Source | None = option(
        Formula(), Text("由表达式算出的值", "The expression that gives the value"), default=None
    )
    unique: bool = option(
        Flag(), Text("不能重复", "Whether no two records may have the same value"), default=False
    )
    masked: bool = option(
        Flag(),
        Text(
            "只露出开头和结尾,如 138****5678;权限里的 reveal 给出能看全的人",
            "Shown by its beginning and end only, like 138****5678; `reveal` in a grant shows all of it",
        ),
        default=False,
    )
    encrypted: bool = option(
        Flag(),
        Text(
            "加密保存;不能用来筛选、排序和计算",
            "Stored encrypted; it can be no part of a filter, an order or a formula",
        ),
        default=False,
    )
    was: str = option(
        Name(),
        Text(
            "以前的字段名;改名时写,数据会跟过来",
            "The key that it had before; write it when renaming, and the data follows",
        ),
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """A condition over several fields."""

    must: Source = option(Formula(), Text("必须成立的条件", "What must hold"))
    say: Text = option(Label(), Text("不成立时说的话", "What to say when it does not"))


@dataclass(frozen=True, kw_only=True)
class ButtonOptions:
    """A button on the record page."""

    title: Text = option(Label(), Text("按钮上的字", "The words on the button"))
    when: Source | None = option(Formula(), Text("什么条件下出现", "When it is there"), default=None)
    roles: tuple[str, ...] = option(
        ListOf(Name()),
        Text(
            "哪些角色能按;不写就是能看到记录的人",
            "Which roles may press it; whoever sees the record if left out",
        ),
        default=(),
    )
    do: Any = option(
        Raw({"type": "array", "items": {"type": "object"}}, Text("动作列表", "a list of actions")),
        Text("依次做的动作", "What it does, in order"),
    )


@dataclass(frozen=True, kw_only=True)
class SectionOptions:
    """A part of the form's page."""

    title: Text = option(Label(), Text("小节标题", "The heading"))
    fields: tuple[str, ...] = option(ListOf(Name()), Text("里面的字段", "The fields in it"))


@dataclass(frozen=True, kw_only=True)
class FormOptions:
    """What a form may say."""

    title: Text | None = option(Label(), Text("表单名称", "The name of the form"), default=None)
    help: Text | None = option(Label(), Text("这张表单是做什么的", "What the form is for"), default=None)
    fields: Any = option(
        Raw({"type": "object"}, Text("「字段名: 选项」", "lines of 'field: options'")),
        Text("字段", "The fields"),
    )
    named_by: str = option(
        Name(), Text("用哪个字段称呼一条记录", "The field that names a record"), default=""
    )
    checks: tuple[CheckOptions, ...] = option(
        ListOf(Nested(CheckOptions)), Text("跨字段的校验", "What must hold across fields"), default=()
    )
    unique: tuple[RepeatOptions, ...] = option(
        ListOf(Nested(RepeatOptions)),
        Text("合起来不能重复的字段", "Fields that together no two records may share"),
        default=(),
    )
    similar: tuple[RepeatOptions, ...] = option(
        ListOf(Nested(RepeatOptions)),
        Text("相同时提醒可能重复的字段", "Fields that, when alike, make the page warn of a duplicate"),
        default=(),
    )
    buttons: dict[str, ButtonOptions] = option(
        MapOf(Nested(ButtonOptions)), Text("记录页上的按钮", "The buttons on the record page"), default={}
    )
    sections: tuple[SectionOptions, ...] = option(
        ListOf(Nested(SectionOptions)), Text("页面上的分节", "The parts of the page"), default=()
    )
    columns: tuple[str, ...] = option(
        ListOf(Words()),
        Text("列表显示的列,可写 customer.level", "The columns of the list; customer.level is possible"),
        default=(),
    )
    sort: tuple[str, ...] = option(
        ListOf(Words()),
        Text("列表的顺序,字段名前加 - 为倒序", "The order of the list; - before a field turns it round"),
        default=(),
    )
    views: dict[str, ViewOptions] = option(
        MapOf(Nested(ViewOptions)),
        Text("列表的视图,按标签列在上方", "Views of the list, shown as tabs above it"),
        default={},
    )
    public: PublicOptions | None = option(
        Nested(PublicOptions),
        Text("不登录也能填的部分", "What strangers may fill in without signing in"),
        default=None,
    )
    was: str = option(
        Name(),
        Text("以前的表单名;改名时写", "The key that the form had before; write it when renaming"),
        default="",
    )
