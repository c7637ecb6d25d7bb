"""The small app that the cases work on: orders with links, a formula, a lookup and a row scope."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Table, create_engine, func, insert, select

from engine.catalog import build_catalog
from runtime.config import Settings
from runtime.service.apps import Publisher, Shelf
from runtime.service.office import Office
from runtime.service.people import People
from runtime.service.sign_in import SignIn
from runtime.store.database import Database
from runtime.store.migrations import migrate
from runtime.store.people import Actor
from runtime.store.published import PublishedApp

DEFINITION = """
app: store
roles: {seller: 销售}
forms:
  products:
    fields:
      name: {type: text, required: true}
      price: {type: money, required: true}
      stock: {type: integer}
  customers:
    fields:
      name: {type: text, required: true}
      level: {type: choice, options: [A, B, C]}
  orders:
    fields:
      seller: {type: user, default: =me}
      customer: {type: link, to: customers, required: true}
      product: {type: link, to: products, required: true}
      unit_price: {type: money, fill: product.price}
      quantity: {type: integer, min: 1, required: true}
      cost: {type: money, formula: quantity * unit_price}
      level: {type: lookup, of: customer.level}
      note: {type: text}
    columns: [customer, product, quantity, cost, customer.level, product.price, seller]
access:
  products: {seller: {can: read}}
  customers: {seller: {can: read}}
  orders: {seller: {can: all, rows: department, owner: seller}}
"""
PEOPLE = 20
_PATTERN = 1_800  # people, customers, products and quantities come round after so many orders


def open_office(url: str, definition: str = DEFINITION) -> Office:
    """Open a fresh office with the store published and a few people; `url` '' takes a new SQLite file."""
    folder = Path(tempfile.mkdtemp(prefix="quartet-bench-"))
    settings = Settings(data=folder, database_url=url or f"sqlite:///{folder}/bench.db")
    catalog = build_catalog(packages=False)
    database = Database.open(settings.database_url, catalog.function_map)
    migrate(database)
    shelf = Shelf(catalog)
    people = People(database, clock)
    office = Office(
        settings=settings, catalog=catalog, database=database, shelf=shelf,
        publisher=Publisher(database, catalog, shelf, clock), people=people,
        sign_in=SignIn(database, settings, clock), clock=clock,
    )  # fmt: skip
    office.publisher.publish(definition, "store.yaml")
    departments = [people.create_department({"key": f"d{n}", "name": f"Department {n}"}) for n in range(4)]
    for n in range(PEOPLE):
        people.create_person(
            {"username": f"p{n}", "name": f"Person {n}", "department_id": departments[n % 4]}
        )
    return office


def clock() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def seller(office: Office, person: int = 1) -> Actor:
    """Return a person with the seller's role."""
    found = office.people.actor(person)
    if found is None:
        raise LookupError(person)
    return replace(found, roles={"store": frozenset({"seller"})})


def fill(office: Office, orders: int) -> None:
    """Write customers, products and orders straight into their tables."""
    with office.database.reading() as connection:
        app = office.shelf.get(connection, "store")
    if app is None:
        raise LookupError("store")
    with office.database.writing() as connection:
        _insert(
            connection,
            app,
            "customers",
            [{"name": f"Customer {n}", "level": "ABC"[n % 3]} for n in range(200)],
        )
        _insert(
            connection,
            app,
            "products",
            [{"name": f"P {n}", "price": n + 1, "stock": 1000} for n in range(50)],
        )
        _insert(connection, app, "orders", [_order(n) for n in range(min(orders, _PATTERN))])
    with office.database.changing_schema() as connection:
        repeat_rows(connection, app.tables.tables["orders"], orders)
    _settle(office.database)


def repeat_rows(connection: Connection, table: Table, wanted: int) -> None:
    """Copy the rows of a table inside the database, twice as many each time, until there are enough."""
    have = connection.execute(select(func.count()).select_from(table)).scalar_one()
    names = [column.name for column in table.columns if column.name != "id"]
    while 0 < have < wanted:
        rows = select(*(table.c[name] for name in names)).order_by(table.c.id).limit(wanted - have)
        connection.execute(insert(table).from_select(names, rows))
        have = min(have * 2, wanted)


def _settle(database: Database) -> None:
    """Let the planner take notes, as a database in use does by itself."""
    if database.dialect == "sqlite":
        with database.writing() as connection:
            connection.exec_driver_sql("ANALYZE")
        return
    engine = create_engine(database.engines[0].url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def _order(n: int) -> dict[str, object]:
    quantity, price = n % 9 + 1, n % 50 + 1
    links: dict[str, object] = {"seller": n % PEOPLE + 1, "customer": n % 200 + 1, "product": n % 50 + 1}
    return links | {"unit_price": price, "quantity": quantity, "cost": quantity * price}


def _insert(connection: Connection, app: PublishedApp, form: str, rows: list[dict[str, object]]) -> None:
    stamp = {"version": 1, "created_at": clock(), "updated_at": clock(), "created_by": 1, "updated_by": 1}
    named = [stamp | {app.tables.column(form, key): value for key, value in row.items()} for row in rows]
    if named:
        connection.execute(insert(app.tables.tables[form]), named)
