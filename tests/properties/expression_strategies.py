"""Random typed expressions over an order of the test world."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from engine.expression.function import DATES, DURATIONS, NUMBERS, TEXTS, Function
from engine.values import Kind, ValueType
from tests.engine.expression.world import FUNCTIONS
from tests.properties.company_strategies import DATES_FAR, DATES_SEEN, WORDS

Draw = Callable[[st.SearchStrategy[Any]], Any]

GROUPS: dict[str, frozenset[Kind]] = {
    "number": NUMBERS,
    "text": TEXTS,
    "boolean": frozenset({Kind.BOOLEAN}),
    "date": frozenset({Kind.DATE}),
    "datetime": frozenset({Kind.DATETIME}),
    "duration": DURATIONS,
    "user": frozenset({Kind.USER}),
    "department": frozenset({Kind.DEPARTMENT}),
    "customer": frozenset({Kind.RECORD}),
    "list": frozenset({Kind.LIST}),
}
PATHS: dict[str, list[str]] = {
    "number": [
        "quantity",
        "rate",
        "price",
        "paid",
        "预计费用",
        "amount",
        "credit_left",
        "customer.credit",
        "customer.score",
        "customer.bought",
        "customer.orders_count",
        "customer.parent.credit",
    ],
    "text": [
        "title",
        "note",
        "level",
        "customer.name",
        "customer.level",
        "customer.parent.name",
        "me.name",
        "owner.name",
        "unit.name",
        "owner.supervisor.name",
    ],
    "boolean": ["flag", "customer.active", "customer.parent.active"],
    "date": ["day", "due", "customer.born", "today"],
    "datetime": ["moment", "later", "customer.seen", "now"],
    "duration": ["span"],
    "user": ["owner", "me", "customer.owner", "owner.supervisor", "unit.head", "me.supervisor"],
    "department": ["unit", "owner.department", "me.department", "unit.parent"],
    "customer": ["customer", "customer.parent"],
    "list": ["tags"],
}
ROW_PATHS: dict[str, list[str]] = {
    "number": [
        "orders.price",
        "orders.quantity",
        "orders.amount",
        "orders.customer.credit",
        "customers.credit",
        "customers.score",
        "customers.bought",
    ],
    "text": ["orders.title", "orders.level", "customers.name", "orders.customer.name"],
    "boolean": ["orders.flag", "customers.active"],
    "date": ["orders.day", "customers.born"],
    "datetime": ["orders.moment", "customers.seen"],
    "user": ["orders.owner", "customers.owner"],
    "customer": ["orders.customer", "customers.parent", "customers.id"],
}
UNITS = ["day", "week", "month", "quarter", "year", "hour", "minute", "second"]
FORMATS = {
    "number": ["0", "0.00", "#,##0", "#,##0.00", "0000", "0%", "0.0%", "#,##0.000%", "abc"],
    "date": ["yyyy-MM-dd", "yy年M月d日", "dd/MM", "HH:mm"],
    "datetime": ["yyyy-MM-dd HH:mm:ss", "M月d日 H:m:s", "yy"],
}
ORDERED = ("number", "text", "date", "datetime", "duration")
COMPARED = (*ORDERED, "boolean", "user", "department", "customer")


def quoted(text: str) -> str:
    """Write a text constant."""
    return f'"{text}"' if "'" in text else f"'{text}'"


CONSTANTS: dict[str, st.SearchStrategy[str]] = {
    "number": st.one_of(
        st.sampled_from(
            [
                "0",
                "1",
                "2",
                "3",
                "10",
                "100",
                "0.5",
                "2.5",
                "0.0000000001",
                "99999999999999999999",
                "500",
                "7",
            ]
        ),
        st.integers(0, 1000).map(str),
        st.decimals(0, 100, places=3).map(lambda number: format(number, "f")),
    ),
    "text": st.sampled_from(
        [word for word in WORDS if word.isprintable() and len(word) < 20 and '"' not in word]
    ).map(quoted),
    "boolean": st.sampled_from(["true", "false"]),
    "date": st.one_of(
        st.sampled_from(DATES_SEEN + DATES_FAR).map(
            lambda day: f"DATE({int(day[:4])}, {int(day[5:7])}, {int(day[8:])})"
        ),
        st.just("DATE(2026, 2, 28)"),
    ),
    "datetime": st.sampled_from(
        ["NOW()", "DATEADD(DATE(2026, 11, 1), 90, 'minute')", "DATEADD(DATE(2026, 3, 8), 150, 'minute')"]
    ),
    "duration": st.sampled_from(["DAYS(1)", "HOURS(30)", "MINUTES(0)", "DAYS(-2.5)"]),
}


class Grower:
    """Grows one expression, drawing every choice from Hypothesis.

    row: the form whose rows an aggregate looks at while its conditions are grown.
    """

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.row = ""

    def pick(self, options: Any) -> Any:
        """Draw one of some options."""
        return self.draw(st.sampled_from(list(options)))

    def grow(self, group: str, depth: int) -> str:
        """Return an expression of a group of kinds."""
        if depth <= 0 or self.draw(st.integers(0, 4)) == 0:
            return self.leaf(group)
        return str(self.pick(MAKERS[group])(self, group, depth - 1))

    def leaf(self, group: str) -> str:
        """Return a field, a constant or a blank."""
        paths = [path for path in ROW_PATHS.get(group, []) if self.row and path.startswith(f"{self.row}.")]
        options = [st.sampled_from(paths)] * 3 if paths else []
        options += [st.sampled_from(PATHS[group])] * 3
        if group in CONSTANTS:
            options += [CONSTANTS[group]] * 2
        if group not in ("list",) and self.draw(st.integers(0, 11)) == 0:
            return "blank"
        return str(self.draw(st.one_of(options)))


def arithmetic(grower: Grower, _: str, depth: int) -> str:
    """Combine two numbers."""
    left, right = grower.grow("number", depth), grower.grow("number", depth)
    return f"({left} {grower.pick('+-*/%')} {right})"


def negated(grower: Grower, group: str, depth: int) -> str:
    """Change a sign."""
    return f"(-{grower.grow(group, depth)})"


def joined(grower: Grower, _: str, depth: int) -> str:
    """Join two texts."""
    return f"({grower.grow('text', depth)} + {grower.grow('text', depth)})"


def shifted(grower: Grower, group: str, depth: int) -> str:
    """Move a date by a duration."""
    return f"({grower.grow(group, depth)} {grower.pick('+-')} {grower.grow('duration', depth)})"


def durations(grower: Grower, _: str, depth: int) -> str:
    """Make a duration."""
    kind = grower.pick(["date", "datetime", "duration", "scaled"])
    if kind == "scaled":
        return f"({grower.grow('duration', depth)} {grower.pick('*/')} {grower.grow('number', depth)})"
    sign = grower.pick("+-") if kind == "duration" else "-"
    return f"({grower.grow(kind, depth)} {sign} {grower.grow(kind, depth)})"


def ratio(grower: Grower, _: str, depth: int) -> str:
    """Divide two durations."""
    return f"({grower.grow('duration', depth)} / {grower.grow('duration', depth)})"


def chosen(grower: Grower, group: str, depth: int) -> str:
    """Choose between two values."""
    condition, then, otherwise = (
        grower.grow("boolean", depth),
        grower.grow(group, depth),
        grower.grow(group, depth),
    )
    more = grower.grow("boolean", depth)
    forms = (
        f"IF({condition}, {then}, {otherwise})",
        f"({then} if {condition} else {otherwise})",
        f"IFS({condition}, {then}, {more}, {otherwise})",
        f"WHENEMPTY({then}, {otherwise})",
        f"IF({condition}, {then})",
    )
    return str(grower.pick(forms))


def switched(grower: Grower, group: str, depth: int) -> str:
    """Choose by a value."""
    subject = grower.pick(["number", "text", "date"])
    parts = [
        grower.grow(subject, depth),
        grower.grow(subject, depth),
        grower.grow(group, depth),
        grower.grow(group, depth),
    ]
    return f"SWITCH({', '.join(parts)})"


def comparison(grower: Grower, _: str, depth: int) -> str:
    """Compare two values of one kind, or a moment with a day."""
    group = grower.pick(COMPARED)
    sign = grower.pick(["==", "!=", "<", "<=", ">", ">="] if group in ORDERED else ["==", "!="])
    other = grower.pick(["date", "datetime"]) if group in ("date", "datetime") else group
    return f"({grower.grow(group, depth)} {sign} {grower.grow(other, depth)})"


def simple_comparison(grower: Grower, _: str, __: int) -> str:
    """Compare a field with a constant, as filters do."""
    group = grower.pick([group for group in ORDERED if group in CONSTANTS])
    sign = grower.pick(["==", "!=", "<", "<=", ">", ">="])
    other = "date" if group == "datetime" and grower.draw(st.booleans()) else group
    constant = grower.draw(CONSTANTS[other])
    if group in ("date", "datetime") and grower.draw(st.booleans()):
        constant = quoted(
            grower.pick(DATES_SEEN + ([f"{day} 00:30" for day in DATES_SEEN] if group == "datetime" else []))
        )
    sides = [grower.pick(PATHS[group]), constant]
    return (
        f"({' '.join(sides[:1] + [sign] + sides[1:])})"
        if grower.draw(st.booleans())
        else f"({sides[1]} {sign} {sides[0]})"
    )


def membership(grower: Grower, _: str, depth: int) -> str:
    """Look a value up in a list."""
    group = grower.pick(["number", "text", "date", "datetime", "user", "customer"])
    item = grower.grow(group, depth)
    maker = grower.leaf if group in ("user", "customer") else lambda one: grower.draw(CONSTANTS[one])
    choices = [
        grower.grow(group, 0) if grower.draw(st.booleans()) else maker(group)
        for _ in range(grower.pick([1, 2, 3]))
    ]
    return f"({item} {grower.pick(['in', 'not in'])} ({', '.join(choices)},))"


def logic(grower: Grower, _: str, depth: int) -> str:
    """Combine conditions."""
    left, right = grower.grow("boolean", depth), grower.grow("boolean", depth)
    forms = (
        f"({left} and {right})",
        f"({left} or {right})",
        f"(not {left})",
        f"AND({left}, {right})",
        f"OR({left}, {right})",
        f"NOT({left})",
    )
    return str(grower.pick(forms))


def blankness(grower: Grower, _: str, depth: int) -> str:
    """Ask whether a value is blank."""
    value = grower.grow(grower.pick([*COMPARED, "list"]), depth)
    return str(grower.pick((f"ISBLANK({value})", f"({value} == blank)", f"({value} != blank)")))


def aggregate(grower: Grower, group: str, depth: int) -> str:
    """Aggregate over another form; never inside another aggregate."""
    if grower.row:
        return grower.leaf(group)
    names = {"number": ["SUMIFS", "COUNTIFS", "AVERAGEIFS", "MINIFS", "MAXIFS", "FIRST"]}.get(
        group, ["FIRST"]
    )
    if group in ("text", "date", "datetime"):
        names = ["MINIFS", "MAXIFS", "FIRST"]
    name, path = grower.pick(names), grower.pick(ROW_PATHS[group])
    grower.row = path.partition(".")[0]
    conditions = [grower.grow("boolean", min(depth, 1)) for _ in range(grower.pick([0, 1, 2]))]
    grower.row = ""
    return f"{name}({', '.join([path, *conditions])})"


def call(function: Function) -> Callable[[Grower, str, int], str]:
    """Return what grows a call of a function."""

    def grow_call(grower: Grower, group: str, depth: int) -> str:
        count = grower.draw(st.integers(0, 3))
        slots = [p for p in function.parameters if not p.optional or count > 0]
        if slots and slots[-1].repeated:
            slots += [slots[-1]] * count
        same = group if function.alike and not isinstance(function.result, ValueType) else ""
        parts: list[str] = []
        for slot in slots:
            fitting = [one for one, kinds in GROUPS.items() if kinds & slot.kinds]
            kind = same if same in fitting else grower.pick(fitting)
            parts.append(argument(grower, slot.name, kind, parts, depth))
        return f"{grower.pick((function.name, function.name.lower()))}({', '.join(parts)})"

    return grow_call


def argument(grower: Grower, name: str, kind: str, before: list[str], depth: int) -> str:
    """Return an argument; units and formats are constants."""
    if name == "unit":
        return quoted(grower.pick(UNITS))
    if name == "format":
        return quoted(grower.pick([text for texts in FORMATS.values() for text in texts]))
    if (
        name in ("count", "place", "start", "digits", "days", "months")
        and kind == "number"
        and grower.draw(st.booleans())
    ):
        return str(grower.pick(["0", "1", "2", "3", "12", "-1", "2.7", "9999", "1000000000000"]))
    return grower.grow(kind, depth)


def result_groups(function: Function) -> list[str]:
    """Return the groups that a function's results belong to."""
    if isinstance(function.result, ValueType):
        return [group for group, kinds in GROUPS.items() if function.result.kind in kinds]
    taken = function.parameters[0].kinds
    return [group for group in ORDERED if GROUPS[group] & taken and not GROUPS[group] & DATES - taken]


SPECIAL = {"IF", "IFS", "SWITCH", "AND", "OR", "NOT", "WHENEMPTY", "ISBLANK"}
MAKERS: dict[str, list[Callable[[Grower, str, int], str]]] = {
    "number": [*[arithmetic] * 8, negated, ratio, aggregate, aggregate, chosen, chosen, switched],
    "text": [joined, joined, chosen, chosen, switched, aggregate],
    "boolean": [
        *[comparison] * 8,
        *[simple_comparison] * 6,
        *[membership] * 4,
        *[logic] * 6,
        blankness,
        chosen,
        aggregate,
    ],
    "date": [shifted, shifted, chosen, switched, aggregate],
    "datetime": [shifted, shifted, chosen, aggregate],
    "duration": [durations, durations, durations, negated, chosen],
    "user": [chosen, aggregate],
    "department": [chosen],
    "customer": [chosen, aggregate],
    "list": [lambda grower, _, __: "tags"],
}
for _function in FUNCTIONS.values():
    if _function.name not in SPECIAL and not _function.aggregate and (_function.postgres or _function.build):
        for _group in result_groups(_function):
            MAKERS[_group].append(call(_function))


@st.composite
def expressions(draw: Any, groups: tuple[str, ...] = tuple(GROUPS)) -> str:
    """Return the text of an expression over an order."""
    group = draw(st.sampled_from([group for group in groups if group != "list"]))
    return Grower(draw).grow(group, draw(st.integers(1, 3)))
