"""What can be wrong with the meaning of an expression."""

from __future__ import annotations

from engine.problems import ProblemCode
from engine.texts import Text

UNKNOWN_NAME = ProblemCode(
    "unknown-name",
    Text("{form}里没有「{name}」", "{form} has no '{name}'"),
    Text("写一个存在的字段;文字要加引号", "Use a field that exists; put text in quotes"),
)
UNKNOWN_FIELD = ProblemCode(
    "unknown-field",
    Text("{form}里没有字段「{name}」", "{form} has no field '{name}'"),
    Text("写一个存在的字段", "Use a field that exists"),
)
NO_FURTHER = ProblemCode(
    "path-ends",
    Text("「{name}」是{kind},后面不能再接「.{step}」", "{name} is a {kind}, so '.{step}' cannot follow it"),
    Text("只有关联、成员和部门后面可以接点号", "Only links, people and departments have fields of their own"),
)
UNKNOWN_FUNCTION = ProblemCode(
    "unknown-function",
    Text("没有「{name}」这个函数", "There is no function '{name}'"),
    Text("函数表在参考手册里", "The reference lists the functions"),
)
WRONG_ARGUMENTS = ProblemCode(
    "wrong-arguments",
    Text("这个函数要这样写:{signature}", "The function is written {signature}"),
    Text("检查参数的个数和类型", "Check the number and the kinds of the arguments"),
)
OPERANDS = ProblemCode(
    "wrong-operands",
    Text("{kinds}之间不能用「{operator}」", "'{operator}' does not work between {kinds}"),
    Text("两边要是同类的值", "Use values of one kind on both sides"),
)
NOT_A_CONDITION = ProblemCode(
    "not-a-condition",
    Text("这里要一个条件,写的却是{kind}", "A condition is expected here, but this is a {kind}"),
    Text("例如 quantity > 0", "For example quantity > 0"),
)
AMBIGUOUS_TYPE = ProblemCode(
    "two-types",
    Text("两个结果一个是{first},一个是{second}", "One result is a {first}, the other a {second}"),
    Text("让两个结果是同类的值", "Give both results the same kind"),
)
NOT_AN_OPTION = ProblemCode(
    "not-an-option",
    Text("没有「{value}」这个选项,可用的有:{options}", "'{value}' is not one of: {options}"),
    Text("改成已有的选项", "Use an option that exists"),
)
NOT_A_DATE = ProblemCode(
    "not-a-date",
    Text("「{value}」不是日期", "'{value}' is not a date"),
    Text("写成 2026-11-22 或 2026-11-22 18:30", "Write 2026-11-22 or 2026-11-22 18:30"),
)
CURRENCIES = ProblemCode(
    "two-currencies",
    Text(
        "{first} 和 {second} 是两种货币,不能直接计算或比较",
        "{first} and {second} are two currencies; they cannot be mixed",
    ),
    Text("先换算成同一种货币", "Convert one of them first"),
)
WRONG_ARGUMENT = ProblemCode(
    "wrong-argument",
    Text(
        "{function} 的「{parameter}」要的是{expected},写的却是{found}",
        "{function} expects a {expected} for '{parameter}', but this is a {found}",
    ),
    Text("这个函数要这样写:{signature}", "The function is written {signature}"),
)
NOT_FIXED = ProblemCode(
    "not-fixed",
    Text("「{parameter}」要直接写在引号里", "'{parameter}' must be written right here, in quotes"),
    Text("可用的有:{options}", "Use one of: {options}"),
)
WRONG_TYPE = ProblemCode(
    "wrong-type",
    Text(
        "这里要的是{expected},表达式给的是{found}",
        "A {expected} is expected here, but the expression gives a {found}",
    ),
    Text("换一个结果类型合适的表达式", "Use an expression that gives the expected kind"),
)
NOT_IN_DATABASE = ProblemCode(
    "not-in-database",
    Text(
        "函数 {name} 不能在数据库里算,所以不能用在筛选、行范围和随读计算的字段里",
        "The function {name} cannot run in the database, so it cannot be used in filters, row scopes "
        "and fields computed at read",
    ),
    Text(
        "换一个函数,或改成保存时计算的公式",
        "Use another function, or a formula that is computed when the record is saved",
    ),
)
