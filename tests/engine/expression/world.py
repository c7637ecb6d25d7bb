"""A small world for tests of expressions: forms, people, departments, and their records in memory.

`MemoryScope` computes values in Python; `database.py` beside this holds the same records in a database.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.expression.check import Environment
from engine.expression.evaluate import evaluate, to_program
from engine.expression.operators import add, divide
from engine.expression.parse import parse
from engine.expression.tree import Aggregate, Expression, FieldShape, Node, Path, RecordShape
from engine.texts import Text
from engine.values import (
    BOOLEAN,
    DATE,
    DATETIME,
    DEPARTMENT,
    DURATION,
    TEXT,
    USER,
    Kind,
    Option,
    Value,
    ValueType,
    round_number,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)

LEVELS = (Option("VIP", Text("贵宾", "VIP")), Option("normal", Text("普通", "Normal")))
LEVEL = ValueType(Kind.CHOICE, options=LEVELS)
WHOLE = ValueType(Kind.NUMBER, scale=0)
RATE = ValueType(Kind.NUMBER, scale=4)
CASH = ValueType(Kind.MONEY, scale=2, currency="CNY")
DOLLARS = ValueType(Kind.MONEY, scale=2, currency="USD")
TAGS = ValueType(Kind.LIST, item=LEVEL)

Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class WorldField:
    """A field of a form of the world."""

    key: str
    label: Text
    value_type: ValueType
    computed: Expression | None = None
    rows: str = ""


@dataclass(frozen=True)
class WorldShape:
    """A form of the world."""

    key: str
    label: Text
    fields: Mapping[str, WorldField]

    def shape_fields(self) -> Mapping[str, FieldShape]:
        """Return the fields by key."""
        return self.fields


def record_of(form: str) -> ValueType:
    """Return the type of a link to a form."""
    return ValueType(Kind.RECORD, form=form)


def _shape(key: str, label: Text, *fields: tuple[str, str, ValueType]) -> WorldShape:
    made = {name: WorldField(name, Text(zh, name), kind) for name, zh, kind in fields}
    if not key.startswith("@"):
        made["id"] = WorldField("id", Text("编号", "id"), record_of(key))
    return WorldShape(key, label, made)


ORDERS = _shape(
    "orders",
    Text("订单", "Orders"),
    ("quantity", "数量", WHOLE),
    ("rate", "比率", RATE),
    ("price", "单价", CASH),
    ("paid", "已付", CASH),
    ("fee", "外币费用", DOLLARS),
    ("title", "标题", TEXT),
    ("note", "备注", TEXT),
    ("level", "级别", LEVEL),
    ("tags", "标签", TAGS),
    ("day", "日期", DATE),
    ("due", "到期日", DATE),
    ("moment", "时间", DATETIME),
    ("later", "之后", DATETIME),
    ("span", "时长", DURATION),
    ("flag", "加急", BOOLEAN),
    ("customer", "客户", record_of("customers")),
    ("owner", "负责人", USER),
    ("unit", "部门", DEPARTMENT),
    ("预计费用", "预计费用", CASH),
)
CUSTOMERS = _shape(
    "customers",
    Text("客户", "Customers"),
    ("name", "名称", TEXT),
    ("level", "级别", LEVEL),
    ("credit", "额度", CASH),
    ("score", "评分", RATE),
    ("born", "生日", DATE),
    ("seen", "上次来访", DATETIME),
    ("active", "有效", BOOLEAN),
    ("parent", "上级客户", record_of("customers")),
    ("owner", "负责人", USER),
)
PEOPLE = _shape(
    "@user",
    Text("成员", "People"),
    ("name", "姓名", TEXT),
    ("department", "部门", DEPARTMENT),
    ("supervisor", "直属上级", USER),
)
DEPARTMENTS = _shape(
    "@department",
    Text("部门", "Departments"),
    ("name", "名称", TEXT),
    ("parent", "上级部门", DEPARTMENT),
    ("head", "负责人", USER),
)
# Fields that are computed at each read: over the record itself, through a link, over another form.
COMPUTED = {
    "orders": (
        ("amount", "金额", CASH, "quantity * price"),
        ("credit_left", "剩余额度", CASH, "customer.credit - amount"),
    ),
    "customers": (
        ("bought", "购买额", CASH, "SUMIFS(orders.price, orders.customer == this)"),
        ("orders_count", "订单数", WHOLE, "COUNTIFS(orders.id, orders.customer == this)"),
    ),
}


def functions() -> Mapping[str, Any]:
    """Return all built-in functions by name."""
    import importlib
    import pkgutil

    import engine.expression.functions as package
    from engine.expression.function import Function

    found: dict[str, Function] = {}
    for module in pkgutil.iter_modules(package.__path__):
        members = vars(importlib.import_module(f"{package.__name__}.{module.name}")).values()
        found.update({one.name: one for one in members if isinstance(one, Function)})
    return found


FUNCTIONS = functions()


def build_shapes() -> dict[str, WorldShape]:
    """Return the shapes by key, with their computed fields."""
    shapes = {shape.key: shape for shape in (ORDERS, CUSTOMERS, PEOPLE, DEPARTMENTS)}
    for form, computed in COMPUTED.items():
        for key, zh, kind, source in computed:
            environment = environment_of(form, shapes)
            made = WorldField(key, Text(zh, key), kind, parse(source, environment))
            shapes[form] = replace(shapes[form], fields={**shapes[form].fields, key: made})
    return shapes


def environment_of(form: str, shapes: Mapping[str, RecordShape], **more: Any) -> Environment:
    """Return what names mean in an expression over a record of a form."""
    forms = tuple(key for key in shapes if not key.startswith("@"))
    return Environment(shapes[form], shapes.get, forms, FUNCTIONS, **more)


SHAPES = build_shapes()


@dataclass
class World:
    """The records of every form, people and departments, by id."""

    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    now: datetime = NOW
    zone: ZoneInfo = SHANGHAI
    me: int | None = None

    def value(self, form: str, record: int, field: str) -> Value:
        """Return one field of a record, computed where it is not stored."""
        row = self.rows.get(form, {}).get(record)
        if row is None:
            return None
        return MemoryScope(self, form, row).field(field)

    def aggregate(self, node: Aggregate, scope: Any) -> Value:
        """Compute an aggregate in the plainest way."""
        values = list(self._values(node, scope))
        return fold(node.function.aggregate, values)

    def _values(self, node: Aggregate, scope: "MemoryScope") -> Iterator[Value]:
        for _, row in sorted(self.rows.get(node.form, {}).items()):
            inner = replace(scope, row=MemoryScope(self, node.form, row))
            if node.condition is None or run(node.condition, inner) is True:
                yield row["id"] if node.value is None else run(node.value, inner)

    def reports_to(self, person: int, manager: int) -> bool:
        """Tell whether `manager` is above `person`."""
        return (person, manager) in self.supervision()

    def is_within(self, department: int, ancestor: int) -> bool:
        """Tell whether `department` is `ancestor` or lies below it."""
        return (department, ancestor) in self.within()

    def supervision(self) -> set[tuple[int, int]]:
        """Return every pair of a person and somebody above."""
        return self._closure("@user", "supervisor")

    def within(self) -> set[tuple[int, int]]:
        """Return every pair of a department and itself or one above."""
        return self._closure("@department", "parent") | {(key, key) for key in self.rows["@department"]}

    def _closure(self, form: str, link: str) -> set[tuple[int, int]]:
        pairs = set()
        for start in self.rows[form]:
            above, seen = self.rows[form][start][link], {start}
            while isinstance(above, int) and above not in seen:
                pairs.add((start, above))
                seen.add(above)
                above = self.rows[form][above][link]
        return pairs


def fold(kind: str, values: list[Value]) -> Value:
    """Aggregate values; blanks are skipped."""
    filled: list[Any] = [value for value in values if value is not None]
    total: Any = Decimal(0)
    for value in filled if kind in ("sum", "average") else ():
        total = add(total, value)
    match kind:
        case "first":
            return values[0] if values else None
        case "count":
            return Decimal(len(filled))
        case "sum":
            return total
        case "average":
            return divide(total, Decimal(len(filled))) if filled else None
        case "min":
            return min(filled, default=None)
        case _:
            return max(filled, default=None)


@dataclass
class MemoryScope:
    """The scope of one record in memory."""

    world: World
    form: str
    record: Row
    row: "MemoryScope | None" = None
    old: Row | None = None

    @property
    def now(self) -> datetime:
        """The time of the turn."""
        return self.world.now

    @property
    def zone(self) -> ZoneInfo:
        """The app's zone."""
        return self.world.zone

    @property
    def reader(self) -> World:
        """The records."""
        return self.world

    def field(self, name: str) -> Value:
        """Return one field of the record."""
        shape = SHAPES[self.form].fields.get(name)
        if shape is not None and shape.computed is not None:
            plain = replace(self, row=None)
            return stored(evaluate(shape.computed, plain), shape.value_type)
        return self.record.get(name)

    def resolve(self, path: Path) -> Value:
        """Return the value of a path."""
        steps = path.steps
        if path.root in ("me", "initiator"):
            return self._follow(self.world.me, path.form, steps)
        scope = {"record": self, "row": self.row, "old": replace(self, record=self.old or {})}[path.root]
        assert scope is not None
        value = scope.field(steps[0])
        return self._follow(value, SHAPES[scope.form].fields[steps[0]].value_type.points_to, steps[1:])

    def own_rows(self, key: str) -> None:
        """There are no sub-tables in this world."""

    def _follow(self, value: Value, form: str, steps: tuple[str, ...]) -> Value:
        for step in steps:
            if not isinstance(value, int):
                return None
            value = self.world.value(form, value, step)
            form = SHAPES[form].fields[step].value_type.points_to
        return value


def stored(value: Value, kind: ValueType) -> Value:
    """Round a computed number to the digits of its field."""
    if isinstance(value, Decimal) and kind.scale is not None:
        return round_number(value, kind.scale)
    return value


def run(node: Node, scope: Any) -> Value:
    """Return the value of a part of a tree."""
    return evaluate(Expression("", None, node, to_program(node), frozenset()), scope)


def in_orders(**more: Any) -> Environment:
    """Return the environment of an order."""
    return environment_of("orders", SHAPES, **more)


def order(**values: Value) -> MemoryScope:
    """Return the scope of one order in a small company."""
    world = company()
    return MemoryScope(world, "orders", {"id": 1, **values})


def company() -> World:
    """Return a world with three people, two departments and two customers."""
    people: dict[int, Row] = {
        1: {"name": "王总", "department": 1, "supervisor": None},
        2: {"name": "Li", "department": 2, "supervisor": 1},
        3: {"name": "赵", "department": 2, "supervisor": 2},
    }
    departments: dict[int, Row] = {
        1: {"name": "总部", "parent": None, "head": 1},
        2: {"name": "销售部", "parent": 1, "head": 2},
    }
    customers: dict[int, Row] = {
        1: {
            "id": 1,
            "name": "甲公司",
            "level": "VIP",
            "credit": Decimal("1000.50"),
            "parent": None,
            "owner": 2,
        },
        2: {"id": 2, "name": "乙公司", "level": "normal", "credit": None, "parent": 1, "owner": 3},
    }
    return World({"@user": people, "@department": departments, "customers": customers, "orders": {}}, me=2)


def calculate(source: str, scope: MemoryScope | None = None, **more: Any) -> Value:
    """Return the value of an expression over an order."""
    return evaluate(parse(source, in_orders(**more)), scope or order())


def span(**parts: int) -> timedelta:
    """Return a duration."""
    return timedelta(**parts)


Maker = Callable[[], World]
