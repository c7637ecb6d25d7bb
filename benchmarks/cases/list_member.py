"""A member's list page, with a row scope, against an administrator's."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.cases.list import COLUMNS, ORDERS
from benchmarks.measuring import Pair
from benchmarks.store import fill, open_office, seller
from runtime.service.listing import ListRequest, list_records
from runtime.store.database import count_statements
from runtime.store.people import Actor

NAME = "list_member"
WHAT = "a member's page of 50 out of many records, against an administrator's"
_COUNT = 5


def prepare(url: str) -> Pair:
    """Fill the store; both sides ask for the same page."""
    office = open_office(url)
    fill(office, ORDERS)
    member = seller(office)
    admin = replace(member, is_admin=True)

    def page(actor: Actor) -> None:
        for _ in range(_COUNT):
            with office.reading("store", actor, "zh") as visit:
                list_records(visit, "orders", ListRequest(columns=COLUMNS, totals=False))

    page(member)
    with count_statements(office.database) as sent:
        page(member)
    return Pair(
        lambda: page(member), lambda: page(admin), "an administrator's page", _COUNT,
        office.database.close, len(sent) // _COUNT,
    )  # fmt: skip
