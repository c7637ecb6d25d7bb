"""Views of a list that come with the definition: a title, a filter, columns, an order, groups, a board."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.definition.cursor import Cursor
from engine.expression.check import Environment
from engine.expression.parse import Source
from engine.expression.tree import Expression
from engine.filters import build_filter
from engine.option_kinds import Label, ListOf, Name, ValueOr, Words
from engine.options import option
from engine.problems import Problem, ProblemCode, Refusal
from engine.texts import Text
from engine.values import ValueType

MOST_LEVELS = 2

TOO_MANY_LEVELS = ProblemCode(
    "too-many-group-levels",
    Text("最多按 {most} 个字段分组", "A list is grouped by at most {most} fields"),
    Text("去掉后面的字段", "Leave the others out"),
)


@dataclass(frozen=True, kw_only=True)
class ViewOptions:
    """One view of a form's list."""

    title: Text = option(Label(), Text("视图的名称", "What the view is called"))
    filter: tuple[str, ...] | Source = option(
        ValueOr(ListOf(Words())),
        Text(
            "只列哪些记录:「字段:算子:值」的列表,或 = 条件",
            "Which records it lists: 'field:operator:value' items, or = and a condition",
        ),
        default=(),
    )
    columns: tuple[str, ...] = option(
        ListOf(Words()), Text("显示的列;不写就用表单的", "Its columns; the form's if left out"), default=()
    )
    sort: tuple[str, ...] = option(
        ListOf(Words()), Text("顺序,- 为倒序", "Its order; - turns it round"), default=()
    )
    group: tuple[str, ...] = option(
        ListOf(Words()), Text("按哪些字段分组,最多两个", "What it is grouped by, two at most"), default=()
    )
    shown_as: str = option(
        Name(), Text("用哪种看板,例如 kanban", "The board that it is shown as, such as kanban"),
        default="", key="as",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class View:
    """A view as pages read it.

    filters: conditions as an address writes them; condition: one that is written as an expression.
    """

    key: str
    title: Text
    filters: tuple[str, ...] = ()
    condition: Expression | None = None
    columns: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    shown_as: str = ""


@dataclass(frozen=True)
class ViewsCompiler:
    """Checks the views of one form.

    expression: checks a condition and reports its problem; path: checks a column or a sort at its place,
        with so many characters in front of it; naming: the field that names what a value refers to.
    follows: tells whether a problem only says what has been reported already.
    """

    cursor: Cursor
    environment: Environment
    expression: Callable[[Source, Cursor], Expression | None]
    path: Callable[[str, Cursor, int], None]
    naming: Callable[[ValueType], str]
    follows: Callable[[Problem], bool]

    def compile(self, declared: Mapping[str, ViewOptions]) -> dict[str, View]:
        """Return the views by key; problems go to the cursor."""
        return {key: self._view(key, options) for key, options in declared.items()}

    def _view(self, key: str, options: ViewOptions) -> View:
        place = self.cursor.child(key)
        for name in ("columns", "sort", "group"):
            for position, path in enumerate(getattr(options, name)):
                skip = int(name == "sort" and path.startswith("-"))
                self.path(path, _item(place.child(name), position), skip)
        if len(options.group) > MOST_LEVELS:
            place.child("group").report(TOO_MANY_LEVELS, most=MOST_LEVELS)
        condition = None
        filters = () if isinstance(options.filter, Source) else options.filter
        if isinstance(options.filter, Source):
            condition = self.expression(options.filter, place.child("filter"))
        for position, text in enumerate(filters):
            self._filter(text, _item(place.child("filter"), position))
        return View(
            key=key, title=options.title, filters=filters, condition=condition, columns=options.columns,
            sort=options.sort, group=options.group, shown_as=options.shown_as,
        )  # fmt: skip

    def _filter(self, text: str, place: Cursor) -> None:
        name, _, rest = text.partition(":")
        operator, _, value = rest.partition(":")
        before = len(place.problems)
        self.path(name, place, 0)
        if len(place.problems) > before:
            return
        try:
            build_filter(name, operator or "is", value, self.environment, ZoneInfo("UTC"), self.naming)
        except Refusal as refusal:
            if not self.follows(refusal.problem):
                place.add(refusal.problem)


def _item(place: Cursor, position: int) -> Cursor:
    return place.child(position) if isinstance(place.data, list) else place
