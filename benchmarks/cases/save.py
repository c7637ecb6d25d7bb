"""A save through the service, with gate, formula, filled price, history and trace, against a bare insert."""

from __future__ import annotations

from sqlalchemy import insert

from benchmarks.measuring import Pair
from benchmarks.store import fill, open_office, seller
from runtime.service.records import create_records

NAME = "save"
WHAT = "one record saved: rights, defaults, a filled price, a formula, history, trace and commit"
ORDER = {"customer": 7, "product": 3, "quantity": 2}
VALUES = {"seller": 1, "customer": 7, "product": 3, "unit_price": 3, "quantity": 2, "cost": 6}
_COUNT = 100


def prepare(url: str) -> Pair:
    """Open the store; both sides write the same columns of the same table."""
    office = open_office(url)
    fill(office, 0)
    actor = seller(office)
    with office.database.reading() as connection:
        app = office.shelf.get(connection, "store")
    if app is None:
        raise LookupError("store")
    table, column = app.tables.tables["orders"], app.tables.column

    def ours() -> None:
        for _ in range(_COUNT):
            office.writing("store", actor, "zh", lambda visit: create_records(visit, "orders", [ORDER]))

    def theirs() -> None:
        for _ in range(_COUNT):
            now = office.clock()
            with office.database.writing() as connection:
                connection.execute(insert(table), {
                    "version": 1, "created_at": now, "created_by": 1, "updated_at": now, "updated_by": 1,
                    **{column("orders", key): value for key, value in VALUES.items()},
                })  # fmt: skip

    return Pair(ours, theirs, "a SQLAlchemy insert and commit", _COUNT, office.database.close)
