"""The world of `world.py` in a database: tables, records and the compiled expressions."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    event,
    select,
    text,
)

from engine.columns import IDENTIFIER, Moment, column_type
from engine.expression import postgres, sqlite
from engine.expression.sql import Facts, Frame, SqlCompiler
from engine.expression.tree import Expression
from engine.values import Value
from tests.engine.expression.world import FUNCTIONS, SHAPES, World


def build_tables(metadata: MetaData) -> dict[str, Table]:
    """Return the tables of every shape, and the two of the organisation."""
    tables = {}
    for key, shape in SHAPES.items():
        columns = [
            Column(f"c_{name}", column_type(one.value_type))
            for name, one in shape.fields.items()
            if name != "id" and one.computed is None
        ]
        name = "t_" + key.strip("@")
        tables[key] = Table(
            name,
            metadata,
            Column("id", IDENTIFIER, primary_key=True),
            Column("deleted_at", Moment()),
            *columns,
        )
    for key, first, second in (("@supervision", "person", "manager"), ("@within", "department", "ancestor")):
        pair = (Column(first, BigInteger, primary_key=True), Column(second, BigInteger, primary_key=True))
        tables[key] = Table("c_" + key.strip("@"), metadata, *pair)
    return tables


class Database:
    """The records of a world in SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self.metadata = MetaData()
        self.tables = build_tables(self.metadata)
        with self.engine.begin() as connection:
            if self.dialect == "postgresql":
                for statement in postgres.KERNEL:
                    connection.execute(text(statement))
            self.metadata.create_all(connection)

    @property
    def dialect(self) -> Any:
        """Return "sqlite" or "postgresql"."""
        return self.engine.dialect.name

    def table(self, form: str) -> Table:
        """Return the table of a form."""
        return self.tables[form]

    def column(self, form: str, name: str) -> str:
        """Return the name of a field's column."""
        return name if name in ("id", "deleted_at") else f"c_{name}"

    def load(self, connection: Connection, world: World) -> None:
        """Replace all records by those of a world."""
        for table in self.tables.values():
            connection.execute(table.delete())
        for form, rows in world.rows.items():
            stored = [self._columns(form, key, row) for key, row in rows.items()]
            if stored:
                connection.execute(self.tables[form].insert(), stored)
        for key, names, pairs in (
            ("@supervision", ("person", "manager"), world.supervision()),
            ("@within", ("department", "ancestor"), world.within()),
        ):
            if pairs:
                rows = [dict(zip(names, pair, strict=True)) for pair in pairs]
                connection.execute(self.tables[key].insert(), rows)

    def _columns(self, form: str, key: int, row: dict[str, Value]) -> dict[str, Any]:
        names = [one.name for one in self.tables[form].columns if one.name.startswith("c_")]
        return {"id": key, **{name: row.get(name[2:]) for name in names}}

    def compiler(self, world: World, **more: Any) -> SqlCompiler:
        """Return a compiler for one statement."""
        return SqlCompiler(
            self.dialect, self, SHAPES.get, Facts(world.now, world.zone, world.me, world.me), **more
        )

    def values(
        self, connection: Connection, expression: Expression, world: World, form: str = "orders"
    ) -> list[Value]:
        """Return the value of an expression for each record, by id."""
        compiler = self.compiler(world)
        source = compiler.source(form)
        element = compiler.output(expression.tree, Frame(source)).label("value")
        query = select(element).select_from(source.from_clause()).order_by(source.table.c.id)
        return list(connection.execute(query).scalars())

    def matching(
        self, connection: Connection, expression: Expression, world: World, form: str = "orders"
    ) -> list[int]:
        """Return the ids of the records for which a condition holds."""
        compiler = self.compiler(world)
        source = compiler.source(form)
        condition = compiler.condition(expression.tree, Frame(source))
        query = select(source.table.c.id).select_from(source.from_clause()).where(condition)
        return list(connection.execute(query.order_by(source.table.c.id)).scalars())


def open_engine(url: str) -> Engine:
    """Open a database as the runtime does."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        connect = sqlite.connector(FUNCTIONS)
        event.listen(engine, "connect", lambda raw, _: connect(raw))
    else:
        event.listen(engine, "connect", lambda raw, _: raw.execute("SET TIME ZONE 'UTC'"))
    return engine


def close(databases: Iterable[Database]) -> None:
    """Close every connection."""
    for database in databases:
        database.engine.dispose()
