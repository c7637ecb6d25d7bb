"""A list page of 50: ten columns through links, a row scope; against the same SQL by hand."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import Select, func, literal, or_, select

from benchmarks.measuring import Pair
from benchmarks.store import fill, open_office, seller
from runtime.service.listing import MOST_COUNTED, ListRequest, list_records
from runtime.store import schema
from runtime.store.database import count_statements
from runtime.store.people import Actor
from runtime.store.published import PublishedApp

NAME = "list"
WHAT = "a page of 50 out of many records: row scope, ten columns through links, counted to 10,000"
ORDERS = int(os.environ.get("QUARTET_BENCH_RECORDS", "100000"))
COLUMNS = (
    "customer", "customer.level", "customer.created_at", "product", "product.price", "product.stock",
    "product.created_at", "seller", "seller.department", "seller.supervisor", "quantity", "cost",
)  # fmt: skip
_COUNT = 5


def prepare(url: str) -> Pair:
    """Fill the store; the statements by hand ask for the same rows, columns and count."""
    office = open_office(url)
    fill(office, ORDERS)
    actor = seller(office)
    with office.database.reading() as connection:
        app = office.shelf.get(connection, "store")
    if app is None:
        raise LookupError("store")
    page, count = by_hand(app, actor, hinted=office.database.dialect == "sqlite")

    def read() -> None:
        with office.reading("store", actor, "zh") as visit:
            list_records(visit, "orders", ListRequest(columns=COLUMNS, totals=False))

    def ours() -> None:
        for _ in range(_COUNT):
            read()

    def theirs() -> None:
        for _ in range(_COUNT):
            with office.database.reading() as connection:
                connection.execute(page).all()
                connection.execute(count).scalar_one()

    with count_statements(office.database) as sent:
        read()
    return Pair(ours, theirs, "the same two statements by hand", _COUNT, office.database.close, len(sent))


def by_hand(app: PublishedApp, actor: Actor, *, hinted: bool) -> tuple[Select[Any], Select[Any]]:
    """Return the page and its count as somebody would write them who knows the tables."""
    o, c, p = (app.tables.tables[name].alias() for name in ("orders", "customers", "products"))
    u, boss, mine, mate = (schema.users.alias() for _ in range(4))
    d = schema.departments.alias()

    def at(alias: Any, form: str, key: str) -> Any:
        return alias.c[app.tables.column(form, key)]

    department = select(mine.c.department_id).where(mine.c.id == actor.id).scalar_subquery()
    joined = (
        o.outerjoin(u, u.c.id == at(o, "orders", "seller"))
        .outerjoin(c, c.c.id == at(o, "orders", "customer"))
        .outerjoin(p, p.c.id == at(o, "orders", "product"))
        .outerjoin(d, d.c.id == u.c.department_id)
        .outerjoin(boss, boss.c.id == u.c.supervisor_id)
    )
    mates = select(mate.c.id).where(or_(mate.c.id == actor.id, mate.c.department_id == department))
    live, seen = o.c.deleted_at.is_(None), at(o, "orders", "seller").in_(mates)
    page = (
        select(o.c.id, o.c.version, at(o, "orders", "quantity"), at(o, "orders", "cost"), u.c.name, d.c.name,
               boss.c.name, at(c, "customers", "name"), at(c, "customers", "level"), c.c.created_at,
               at(p, "products", "name"), at(p, "products", "price"), at(p, "products", "stock"),
               p.c.created_at)
        .select_from(joined).where(live, seen).order_by(o.c.id.desc()).limit(51)
    )  # fmt: skip
    few = func.unlikely(seen) if hinted else seen
    some = select(literal(1)).select_from(o).where(live, few).limit(MOST_COUNTED + 1)
    return page, select(func.count()).select_from(some.subquery())
