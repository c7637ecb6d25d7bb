"""What is asked of a list: filters, order, words and page as they stand in an address, and their bounds."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from engine.filters import split_values
from engine.problems import ProblemCode, Refusal
from engine.texts import Text

MOST_ROWS = 200
MOST_COUNTED = 10_000
MOST_FILTERS, MOST_VALUES, MOST_SORTS, MOST_JOINS, MOST_WORDS, MOST_LEVELS = 20, 200, 5, 30, 200, 2

TOO_MUCH_ASKED = ProblemCode(
    "too-much-asked",
    Text("条件、排序或关联字段太多了", "There are too many filters, sort fields or fields behind links"),
    Text("去掉一些", "Leave some out"),
)
BAD_WORDS = ProblemCode(
    "bad-search",
    Text(
        "搜索的文字最多 {most} 个字,不能有控制字符",
        "A search has at most {most} characters, and no control characters",
    ),
    Text("换一些文字", "Use other words"),
)
PAGE_TOO_FAR = ProblemCode(
    "page-too-far",
    Text("页码只到前 {most} 条", "Page numbers reach only the first {most} records"),
    Text("用「下一页」往后翻,或用筛选缩小范围", "Go on with 'next', or narrow the list down by a filter"),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition as an address writes it: field, operator, value."""

    field: str
    operator: str
    value: str = ""

    @classmethod
    def read(cls, text: str) -> Filter:
        """Read `field:operator:value`.

        >>> Filter.read("cost:gte:500")
        Filter(field='cost', operator='gte', value='500')
        """
        name, _, rest = text.partition(":")
        operator, _, value = rest.partition(":")
        return cls(name, operator or "is", value)

    @property
    def text(self) -> str:
        """Return the condition as an address writes it."""
        return ":".join((self.field, self.operator, self.value)).rstrip(":")


@dataclass(frozen=True, kw_only=True)
class ListRequest:
    """What is asked of a list: all of it stands in the address.

    any: whether one of the filters is enough.
    view: the key of a view in the definition whose condition holds as well.
    group: up to two fields by whose values the records stand together.
    after, before: the cursor behind which a page begins, or before which it ends; then `page` only counts.
    totals: whether sums are wanted; all_totals: even over more records than are counted exactly.
    """

    columns: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    any: bool = False
    view: str = ""
    sort: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    words: str = ""
    page: int = 1
    size: int = 50
    after: str = ""
    before: str = ""
    deleted: bool = False
    totals: bool = True
    all_totals: bool = False

    @property
    def limit(self) -> int:
        """How many records a page has, within bounds."""
        return min(max(self.size, 1), MOST_ROWS)

    @property
    def is_keyed(self) -> bool:
        """Tell whether a cursor says where the page is."""
        return bool(self.after or self.before)


def check_bounds(request: ListRequest) -> None:
    """Raise `Refusal` for what no page asks for, and what a database could only answer with an error."""
    names = (
        *request.columns,
        *request.group,
        *(one.field for one in request.filters),
        *(name.lstrip("-") for name in request.sort),
    )
    steps = [tuple(name.split(".")) for name in names]
    joins = {path[:depth] for path in steps for depth in range(1, len(path))}
    too_many = (
        len(request.filters) > MOST_FILTERS
        or len(request.sort) > MOST_SORTS
        or len(joins) > MOST_JOINS
        or len(request.group) > MOST_LEVELS
    )
    if too_many or any(len(split_values(one.value)) > MOST_VALUES for one in request.filters):
        raise Refusal(TOO_MUCH_ASKED.here())
    if len(request.words) > MOST_WORDS or any(
        unicodedata.category(char) in ("Cc", "Cs") for char in request.words
    ):
        raise Refusal(BAD_WORDS.here(most=MOST_WORDS))
    if not request.is_keyed and (max(request.page, 1) - 1) * request.limit >= MOST_COUNTED:
        raise Refusal(PAGE_TOO_FAR.here(most=f"{MOST_COUNTED:,}"))
