"""A shop with customers and orders for the tests of lists, and what people see of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from runtime.service.listing import Filter, ListPage, ListRequest, list_records
from runtime.service.visit import Visit
from runtime.store.people import Actor
from tests.runtime.workshop import ADMIN, Workpiece, Workshop

FORMS = """
customers:
  fields:
    name: {type: text, required: true}
    level: {type: choice, options: [a, b, c]}
    secret: {type: text}
orders:
  title: {zh: 订单, en: Orders}
  named_by: title
  fields:
    title: {type: text}
    customer: {type: link, to: customers}
    owner: {type: user}
    amount: {type: money}
    weight: {type: number, decimals: 3}
    due: {type: date}
    at: {type: datetime}
    urgent: {type: boolean}
    state: {type: choice, options: [open, sent, done]}
    double: {type: money, formula: amount * 2}
    margin: {type: money}
  columns: [title, customer, amount, state]
"""
ACCESS = """{customers: {clerk: {can: read, hide: [secret]}},
  orders: {clerk: {can: read, rows: '=state != "done"', hide: [margin]}}}"""


def open_shop(workshop: Workshop, *, more: str = "", access: str = ACCESS) -> Workpiece:
    """Publish the shop under a name of its own; `more` is added to the form of orders."""
    return workshop.app(FORMS + more, roles="{clerk: Clerk, boss: Boss}", access=access)


def clerk(shop: Workpiece) -> Workpiece:
    """Return the shop as somebody sees it who may see what is not done, without margins."""
    return replace(shop, actor=with_roles(shop, "clerk"))


def with_roles(shop: Workpiece, *roles: str, number: int = 1) -> Actor:
    """Return a person with roles in the shop who is no administrator."""
    return replace(ADMIN, id=number, is_admin=False, roles={shop.key: frozenset(roles)})


def read(shop: Workpiece, form: str = "orders", **asked: Any) -> ListPage:
    """Return a page of a list; filters are written as in an address."""
    asked["filters"] = tuple(Filter.read(text) for text in asked.get("filters", ()))
    asked = {name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()}

    def work(visit: Visit) -> ListPage:
        return list_records(visit, form, ListRequest(**asked))

    return shop.do(work)


def titles(page: ListPage) -> list[str]:
    """Return what the records of a page are called."""
    return [line.cells["title"].text for line in page.lines]
