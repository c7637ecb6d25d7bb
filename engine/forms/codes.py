"""What can be wrong with the forms of a definition."""

from __future__ import annotations

from engine.problems import ProblemCode
from engine.texts import Text

NO_FIELDS = ProblemCode(
    "no-fields",
    Text("表单「{form}」还没有字段", "The form '{form}' has no fields"),
    Text("在 fields 下面写「字段名: {type: text}」", "Write 'field: {type: text}' below fields"),
)
NO_FORMS = ProblemCode(
    "no-forms",
    Text("应用还没有表单", "The app has no forms"),
    Text("在 forms 下面写「表单名: {fields: …}」", "Write 'form: {fields: …}' below forms"),
)
NO_TYPE = ProblemCode(
    "no-type",
    Text("字段「{field}」没写类型", "The field '{field}' has no type"),
    Text("写 type: text 之类", "Write type: text or another"),
)
UNKNOWN_FORM = ProblemCode(
    "unknown-form",
    Text("没有「{name}」这张表单", "There is no form '{name}'"),
    Text("写一张存在的表单", "Use a form that exists"),
)
NOT_A_FIELD = ProblemCode(
    "not-a-field",
    Text("表单「{form}」没有字段「{name}」", "The form '{form}' has no field '{name}'"),
    Text("写一个存在的字段", "Use a field that exists"),
)
COMPUTED_AND_ENTERED = ProblemCode(
    "computed-and-entered",
    Text("「{field}」由公式得出,不能再写 {key}", "'{field}' is computed, so {key} makes no sense with it"),
    Text("去掉 {key} 或 formula", "Remove {key} or the formula"),
)
RESERVED_FIELD = ProblemCode(
    "reserved-field",
    Text("「{name}」是系统字段的名字", "'{name}' is the name of a system field"),
    Text("换一个名字", "Use another name"),
)
NOTHING_HERE = ProblemCode(
    "holds-nothing",
    Text(
        "「{field}」只是页面的一部分,不保存值,{key} 没有意义",
        "'{field}' is only a part of the page, so {key} makes no sense",
    ),
    Text("去掉 {key}", "Remove {key}"),
)
SAME_NAME = ProblemCode(
    "same-name",
    Text("它会占用名字「{name}」,而这个名字已经用了", "It takes the name '{name}', which is in use already"),
    Text("给其中一个换个名字", "Rename one of the two"),
)
ROWS_IN_ROWS = ProblemCode(
    "rows-in-rows",
    Text("子表里不能再有子表「{field}」", "A sub-table cannot hold another sub-table, '{field}'"),
    Text("把它做成一张表单,用关联字段连起来", "Make it a form of its own, and link it"),
)
ENCRYPTED_OPERAND = ProblemCode(
    "encrypted-operand",
    Text(
        "「{name}」是加密保存的,不能用来计算、筛选或排序",
        "'{name}' is stored encrypted: nothing is computed from it",
    ),
    Text("去掉 encrypted,或不用这个字段", "Remove encrypted, or leave the field out here"),
)
ONLY_TEXTS = ProblemCode(
    "only-texts",
    Text("只有保存文字的字段可以写 {key}", "Only fields that store a text can be {key}"),
    Text("去掉 {key}", "Remove {key}"),
)
