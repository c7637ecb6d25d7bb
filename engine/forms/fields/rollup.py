"""The field type `rollup`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from engine.definition.cursor import Cursor
from engine.expression.gate import GateError, read_syntax
from engine.expression.parse import Place, Source
from engine.forms.contract import Control, Examples, FieldType
from engine.option_kinds import Formula, Name, OneOf, Whole
from engine.options import INVALID, option
from engine.problems import Location, Problem, ProblemCode
from engine.texts import Text
from engine.values import BLANK, ValueType

ROLLUP_OF_NOTHING = ProblemCode(
    "rollup-of-nothing",
    Text("汇总缺少「{key}」", "The rollup lacks '{key}'"),
    Text(
        "写 from、link、field 和 how,或者用 of 写一个表达式",
        "Write from, link, field and how, or an expression with of",
    ),
)
ROLLUP_TWICE = ProblemCode(
    "rollup-twice",
    Text("已经写了 of,不能再写「{key}」", "There is an expression in of already, so '{key}' makes no sense"),
    Text("去掉 of 或「{key}」", "Remove of or '{key}'"),
)

_FUNCTIONS = {"sum": "SUMIFS", "count": "COUNTIFS", "average": "AVERAGEIFS", "min": "MINIFS", "max": "MAXIFS"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the expression, with its own place if somebody wrote it.

    Not a `Source`: it means nothing by itself.
    """

    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A name, or a condition, that becomes a piece of a longer expression."""

    kind: Name | Formula

    def read(self, cursor: Cursor) -> Any:
        """Return the text with its place."""
        found = self.kind.read(cursor)
        if found is INVALID:
            return INVALID
        if isinstance(found, Source):
            return _checked(found, cursor)
        return _Part(found, lambda start, end: cursor.document.within(cursor.path, start, end))

    def schema(self) -> dict[str, Any]:
        """The schema of the name or the condition."""
        return self.kind.schema()

    def describe(self) -> Text:
        """Say what may be written."""
        return self.kind.describe()


@dataclass(frozen=True, kw_only=True)
class RollupOptions:
    """What can be set on a rollup."""

    of: _Part | None = option(
        _Placed(Formula()),
        Text(
            "汇总的表达式,可代替下面几项:SUMIFS(lines.cost, lines.request == this)",
            "The aggregate as an expression, instead of the rest: SUMIFS(lines.cost, lines.request == this)",
        ),
        default=None,
    )
    source: _Part | None = option(
        _Placed(Name()),
        Text("汇总哪张表单的记录", "The form whose records are aggregated"),
        default=None,
        key="from",
    )
    link: _Part | None = option(
        _Placed(Name()),
        Text("那张表单里关联到这里的字段", "The field of that form that links to here"),
        default=None,
    )
    field: _Part | None = option(
        _Placed(Name()),
        Text("汇总哪个字段;只数条数时不必写", "The field that is aggregated; not needed to count"),
        default=None,
    )
    how: str = option(
        OneOf(tuple(_FUNCTIONS)),
        Text("合计、条数、平均、最小或最大", "The sum, the count, the average, the least or the most"),
        default="sum",
    )
    when: _Part | None = option(
        _Placed(Formula()),
        Text(
            "只算符合条件的记录,字段前写表单名,例如 lines.cost > 0",
            "Only records that meet a condition; their fields carry the form's name: lines.cost > 0",
        ),
        default=None,
    )
    decimals: int | None = option(
        Whole(0, 10), Text("结果保留几位小数", "The digits after the point that are kept"), default=None
    )


class Rollup(FieldType):
    """A sum, a count or another aggregate over the records of a form that link to this one."""

    name = "rollup"
    label = Text("汇总", "Rollup")
    Options = RollupOptions

    def value_type(self, options: RollupOptions) -> ValueType:
        """Whatever the aggregate gives."""
        return BLANK

    def review(self, options: RollupOptions) -> Iterable[Problem]:
        """Insist on one of the two ways of writing it, and on that one being whole."""
        parts = {"from": options.source, "link": options.link, "field": options.field, "when": options.when}
        if options.of is not None:
            for key, part in parts.items():
                if part is not None:
                    yield ROLLUP_TWICE.here(key=key).within((key,))
            return
        for key in ("from", "link") if options.how == "count" else ("from", "link", "field"):
            if parts[key] is None:
                yield ROLLUP_OF_NOTHING.here(key=key)

    def formula(self, options: RollupOptions) -> Source | None:
        """The aggregate, every part of it at the place where it was written; None while a part is missing."""
        pieces = [options.of] if options.of is not None else list(_pieces(options))
        if not pieces:
            return None
        if options.decimals is not None:
            pieces = [_Part("ROUND("), *pieces, _Part(f", {options.decimals})")]
        return _joined(pieces)

    def control(self, options: RollupOptions, kind: ValueType) -> Control:
        """Shown, not entered."""
        return Control("readonly", options=kind.options)

    def examples(self) -> Examples:
        """The cost of the records that link here."""
        definition = {
            "from": "lines", "link": "example", "field": "cost", "how": "sum",
            "when": "lines.cost > 0 and lines.quantity > 1", "decimals": 2,
        }  # fmt: skip
        return Examples(good=(), definition=definition)


def _checked(source: Source, cursor: Cursor) -> Any:
    """Return a part that is an expression by itself: a bracket left open must not reach into what follows."""
    try:
        read_syntax(source.text)
    except GateError as error:
        cursor.add(replace(error.problem, location=source.place(error.start, error.end)))
        return INVALID
    return _Part(source.text, source.place)


def _pieces(options: RollupOptions) -> Iterator[_Part]:
    """Yield the pieces of the call; nothing while an option is missing, which `review` reports."""
    source, link, field = options.source, options.link, options.field
    if field is None and options.how == "count":
        field = _Part("id")
    if source is None or link is None or field is None:
        return
    yield from (_Part(f"{_FUNCTIONS[options.how]}("), source, _Part("."), field)
    yield from (_Part(", "), source, _Part("."), link, _Part(" == this"))
    if options.when is not None:
        yield from (_Part(", ("), options.when, _Part(")"))
    yield _Part(")")


def _joined(pieces: list[_Part]) -> Source:
    """Return one source; a complaint about it is placed in the last written piece that it covers."""
    ends = list(accumulate(len(piece.text) for piece in pieces))
    starts = [end - len(piece.text) for piece, end in zip(pieces, ends, strict=True)]
    spans = zip(starts, ends, pieces, strict=True)
    written = [(start, end, piece.place) for start, end, piece in spans if piece.place is not None]

    def place(start: int, end: int) -> Location | None:
        covered = [one for one in written if one[0] < end and start < one[1]]
        if not written:
            return None
        # What covers everything is about the form, or about the whole expression.
        whole = len(covered) in (0, len(written))
        first, last, found = written[0] if whole else covered[-1]
        return found(max(start - first, 0), min(max(end, first + 1), last) - first)

    return Source("".join(piece.text for piece in pieces), place)
