"""What can be wrong with the value of an option."""

from __future__ import annotations

from engine.problems import ProblemCode
from engine.texts import Text

WRONG_KIND = ProblemCode(
    "wrong-kind",
    Text("这里要{expected},写的却是{found}", "{expected} is expected here, but this is {found}"),
    Text("改成{expected}", "Write {expected}"),
)
WRITE_BOOLEAN = ProblemCode(
    "write-true-or-false",
    Text("「{found}」在这里是文字,不是是或否", "'{found}' is a text here, not a yes or no"),
    Text("写 true 或 false", "Write true or false"),
)
OUT_OF_RANGE = ProblemCode(
    "out-of-range",
    Text("{found} 不在 {least} 到 {most} 之间", "{found} is not between {least} and {most}"),
    Text("改成范围内的数", "Use a number within the range"),
)
NOT_ONE_OF = ProblemCode(
    "not-one-of",
    Text(
        "这里不能写「{found}」,可写的有:{choices}", "'{found}' is not possible here; write one of: {choices}"
    ),
    Text("改成其中一个", "Use one of them"),
)
BAD_NAME = ProblemCode(
    "bad-name",
    Text("「{name}」不能当名称:{why}", "'{name}' cannot be a name: {why}"),
    Text(
        "用字母、汉字、数字和下划线,以字母或汉字开头",
        "Use letters, digits and underscores, beginning with a letter",
    ),
)
EMPTY = ProblemCode(
    "empty-value",
    Text("这里不能是空的", "This must not be empty"),
    Text("填上内容,或删掉这一行", "Fill it in, or remove the line"),
)
