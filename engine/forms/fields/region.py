"""The field type `region`."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.forms.contract import Branch, Branching, Control, Examples, FieldType
from engine.forms.offering import NOT_TO_THE_END
from engine.forms.regions import all_regions
from engine.option_kinds import OneOf
from engine.options import option
from engine.problems import ProblemCode, Refusal
from engine.texts import Language, Text
from engine.values import Format, Kind, Value, ValueType

NO_SUCH_REGION = ProblemCode(
    "no-such-region",
    Text("没有「{found}」这个地区", "There is no region '{found}'"),
    Text("写成 {example},或它的六位代码", "Write it like {example}, or its code of six digits"),
)
_LEVELS = ("province", "city", "county")
_EXAMPLES = ("上海市", "浙江省 / 杭州市", "上海市 / 浦东新区")


@dataclass(frozen=True)
class _Place(Format):
    """上海市 / 浦东新区."""

    level: int

    def write(self, value: Value, language: Language, zone: ZoneInfo) -> str:
        """Write the names from the province down."""
        text = str(value)
        return " / ".join(all_regions().words(text)) if text in all_regions().names else text

    def entry(self, value: Value) -> str | None:
        """Write the code: the selects of the page know it, and a name would be longer."""
        return str(value)


@dataclass(frozen=True, kw_only=True)
class RegionOptions:
    """What can be set on a region."""

    level: str = option(
        OneOf(_LEVELS),
        Text("选到省、市还是区县", "Whether a province, a city or a county is chosen"),
        default="county",
    )


class Region(FieldType, Branching):
    """A province, city or county of China, kept as its code of six digits (GB/T 2260)."""

    name = "region"
    label = Text("地区", "Region")
    Options = RegionOptions

    def value_type(self, options: RegionOptions) -> ValueType:
        """A text of six digits."""
        return ValueType(Kind.TEXT, format=_Place(_LEVELS.index(options.level) + 1))

    def parse(self, raw: object, kind: ValueType, zone: ZoneInfo | None = None) -> Value:
        """Read a code or a whole name."""
        value = super().parse(str(raw) if type(raw) is int and 0 < raw < 10**6 else raw, kind, zone)
        if not isinstance(value, str) or not isinstance(kind.format, _Place):
            return value
        level = kind.format.level
        code = all_regions().find(value, level) if len(value) <= 60 else None
        if code is None and value in all_regions().names and all_regions().level(value) < level:
            raise Refusal(NOT_TO_THE_END.here())
        if code is None:
            raise Refusal(NO_SUCH_REGION.here(found=value[:40], example=_EXAMPLES[level - 1]))
        return code

    def control(self, options: RegionOptions, kind: ValueType) -> Control:
        """One select a level, each of which narrows the next."""
        levels = str(_LEVELS.index(options.level) + 1)
        attributes = {"data-levels": levels, "maxlength": "60", "autocomplete": "off"}
        return Control("cascade", attributes, lookup="branches")

    def branches(self, above: str) -> tuple[Branch, ...]:
        """Return the provinces, or the places directly below one."""
        found = all_regions()
        below = found.children.get(above, ())
        return tuple(Branch(code, Text.same(found.names[code]), code in found.children) for code in below)

    def examples(self) -> Examples:
        """Codes and names; a city where a county is asked for is refused."""
        return Examples(
            good=(
                ("310115", "310115"), ("上海市 / 浦东新区", "310115"), ("上海市浦东新区", "310115"),
                ("广东省东莞市", "441900"), (330106, "330106"), ("", None),
            ),
            bad=("999999", "上海", "310000", "Atlantis", True),
            definition={"level": "county"},
        )  # fmt: skip
