"""Stars: the field type `score` and the function `STARS`."""

from dataclasses import dataclass
from decimal import Decimal

from engine.expression.function import NUMBERS, Example, Function, Parameter
from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import Whole
from engine.options import option
from engine.problems import ProblemCode
from engine.texts import Text
from engine.values import TEXT, Kind, ValueType

NOT_STARS = ProblemCode(
    "not-stars",
    Text("没有 {found} 颗星,只有 0 到 {most} 颗", "There are 0 to {most} stars, not {found}"),
    Text("点一下星星", "Click on a star"),
)


class Rating(FieldType):
    """Stars, from none to as many as you say."""

    name = "score"
    label = Text("评分", "Rating")

    @dataclass(frozen=True, kw_only=True)
    class Options:
        max: int = option(Whole(1, 10), Text("最多几颗星", "How many stars at most"), default=5)

    def value_type(self, options):
        return ValueType(Kind.NUMBER, scale=0)

    def check(self, value, options, zone=None):
        if not 0 <= value <= options.max:
            yield NOT_STARS.here(found=value, most=options.max)

    def control(self, options, kind):
        return Control("number", {"min": "0", "max": str(options.max)})

    def examples(self):
        return Examples(good=((3, Decimal(3)), ("", None)), bad=(11, -1, "many"), definition={"max": 5})


STARS = Function(
    name="STARS",
    doc=Text("写成几颗星", "Write a number as stars"),
    category="text",
    parameters=(Parameter("number", NUMBERS),),
    result=TEXT,
    python=lambda number: "★" * int(number) if 0 < number <= 10 else None,
    examples=(Example("STARS(3)", "★★★"), Example("STARS(0)", None)),
)
