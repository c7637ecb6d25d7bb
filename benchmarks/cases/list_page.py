"""A list page of 50 out of 100,000 with lookup columns and a row scope, against the same SQL by hand."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from benchmarks.measuring import Pair
from benchmarks.store import fill, open_office, seller
from runtime.service.listing import ListRequest, list_records
from runtime.store import schema

NAME = "list_page"
WHAT = "a page of 50 out of 100,000 records: row scope, five columns through links, sorted, counted"
ORDERS = 100_000
_COUNT = 5


def prepare(url: str) -> Pair:
    """Fill the store; the statement by hand asks for the same rows, columns and count."""
    office = open_office(url)
    fill(office, ORDERS)
    actor = seller(office)
    with office.database.reading() as connection:
        app = office.shelf.get(connection, "store")
    if app is None:
        raise LookupError("store")
    tables, column = app.tables.tables, app.tables.column
    o, c, p = (tables[name].alias() for name in ("orders", "customers", "products"))
    u, mine = schema.users.alias(), schema.users.alias()

    def ours() -> None:
        for _ in range(_COUNT):
            with office.reading("store", actor, "zh") as visit:
                list_records(visit, "orders", ListRequest(totals=False))

    def at(alias: object, form: str, key: str) -> object:
        return alias.c[column(form, key)]  # type: ignore[attr-defined]

    department = select(mine.c.department_id).where(mine.c.id == actor.id).scalar_subquery()
    joined = (
        o.outerjoin(c, c.c.id == at(o, "orders", "customer"))
        .outerjoin(p, p.c.id == at(o, "orders", "product"))
        .outerjoin(u, u.c.id == at(o, "orders", "seller"))
    )
    scope = or_(at(o, "orders", "seller") == actor.id, u.c.department_id == department)
    page = (
        select(o.c.id, o.c.version, at(o, "orders", "quantity"), at(o, "orders", "cost"), u.c.name,
               at(c, "customers", "name"), at(c, "customers", "level"), at(p, "products", "name"),
               at(p, "products", "price"))
        .select_from(joined).where(o.c.deleted_at.is_(None), scope).order_by(o.c.id.desc()).limit(50)
    )  # fmt: skip
    count = (
        select(func.count())
        .select_from(o.outerjoin(u, u.c.id == at(o, "orders", "seller")))
        .where(o.c.deleted_at.is_(None), scope)
    )

    def theirs() -> None:
        for _ in range(_COUNT):
            with office.database.reading() as connection:
                connection.execute(page).all()
                connection.execute(count).scalar_one()

    return Pair(ours, theirs, "the same two statements by hand", _COUNT, office.database.close)
