"""The live feedback of a large form, as the page asks for it after a key: the whole request.

The other side knows nothing of definitions: it reads all prices with one statement, works the same figures
out over dictionaries, and writes as many states as JSON.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks.measuring import Pair
from benchmarks.store import DEFINITION, fill, open_office
from runtime.service.office import Office
from runtime.web.site import create_site

NAME = "feedback"
WHAT = "live feedback of a form with 60 fields and a sub-table of 50 rows, the whole request (budget: 100 ms)"
_PLAIN, _SHOWN, _SUMS, _ROWS, _COUNT = 40, 10, 8, 50, 2
_PASSWORD = "bench-pass-1"  # noqa: S105 - of a database that lives as long as the case
_STATE = {"visible": True, "required": False, "readonly": False, "problems": [], "options": None, "note": ""}


def prepare(url: str) -> Pair:
    """Publish the large form beside the store; both sides answer for the same record."""
    office = open_office(url)
    fill(office, 0)
    office.publisher.publish(DEFINITION.replace("access:", f"{_large_form()}access:"), "store.yaml")
    client, token = _sign_in(office)
    record = _record()
    body = json.dumps({"record": record, "edited": list(record), "touched": list(record)})
    headers = {"Content-Type": "application/json", "X-CSRF-Token": token}

    def ours() -> None:
        for _ in range(_COUNT):
            answer = client.post("/a/store/f/large/preview", data=body, headers=headers)
            if answer.get_json()["fields"]["total"]["display"] != "2,550.00":
                raise ValueError(answer.get_data(as_text=True)[:500])

    def theirs() -> None:
        for _ in range(_COUNT):
            _by_hand(office, record)

    return Pair(ours, theirs, "the same figures in plain Python", _COUNT, office.database.close)


def _large_form() -> str:
    """Write the form: plain fields, conditional ones, sums, a link with a filled price, and the rows."""
    plain = [f"      n{n}: {{type: number, decimals: 2, min: 0}}" for n in range(_PLAIN)]
    shown = [f"      c{n}: {{type: text, visible: n{n} > 5}}" for n in range(_SHOWN)]
    sums = [f"      s{n}: {{type: number, decimals: 2, formula: n{n} + n{n + 1} * 2}}" for n in range(_SUMS)]
    return "\n".join([
        "  large:", "    fields:", *plain, *shown, *sums,
        "      total: {type: money, formula: SUM(lines.cost)}",
        "      lines:", "        type: table", "        fields:",
        "          product: {type: link, to: products, required: true}",
        "          price: {type: money, fill: product.price}",
        "          quantity: {type: integer, min: 1, max: =product.stock}",
        "          cost: {type: money, formula: price * quantity}",
        "          note: {type: text, visible: quantity > 5}",
        "          urgent: {type: boolean}", "",
    ])  # fmt: skip


def _record() -> dict[str, object]:
    """Return what the page sends."""
    flat: dict[str, object] = {f"n{n}": str(n) for n in range(_PLAIN)}
    flat |= {f"c{n}": "words" for n in range(_SHOWN)} | {"lines.rows": ""}
    for row in range(_ROWS):
        flat |= {f"lines.k{row}.product": str(row + 1), f"lines.k{row}.quantity": "2"}
        flat |= {f"lines.k{row}.urgent": False, f"lines.k{row}.note": ""}
    return flat


def _sign_in(office: Office) -> tuple[FlaskClient, str]:
    """Return a browser of an administrator, and the token that its requests carry."""
    admin = office.people.create_person({"username": "admin", "name": "Admin", "is_admin": True})
    office.sign_in.set_password(admin, _PASSWORD)
    client = create_site(office).test_client()
    token = _token(client.get("/sign-in").get_data(as_text=True))
    client.post("/sign-in", data={"login": "admin", "password": _PASSWORD, "csrf_token": token})
    return client, _token(client.get("/a/store/f/large/new").get_data(as_text=True))


def _token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]*)"', page)
    if found is None:
        raise LookupError("csrf-token")
    return found[1]


def _by_hand(office: Office, record: dict[str, object]) -> str:
    with office.database.reading() as connection:
        app = office.shelf.get(connection, "store")
        if app is None:
            raise LookupError("store")
        table = app.tables.tables["products"]
        names = [app.tables.column("products", key) for key in ("price", "stock")]
        rows = connection.execute(select(table.c.id, *(table.c[name] for name in names))).all()
    prices = {str(row[0]): row[1] for row in rows}
    fields: dict[str, object] = {}
    numbers = [Decimal(str(record[f"n{n}"])) for n in range(_PLAIN)]
    for n in range(_PLAIN):
        fields[f"n{n}"] = {**_STATE, "value": str(numbers[n])}
    for n in range(_SHOWN):
        fields[f"c{n}"] = {**_STATE, "visible": numbers[n] > 5, "value": "words"}
    for n in range(_SUMS):
        fields[f"s{n}"] = {**_STATE, "value": str(numbers[n] + numbers[n + 1] * 2)}
    total = Decimal(0)
    for row in range(_ROWS):
        price = prices[str(record[f"lines.k{row}.product"])]
        quantity = Decimal(str(record[f"lines.k{row}.quantity"]))
        total += price * quantity
        for key, value in (("price", price), ("quantity", quantity), ("cost", price * quantity)):
            fields[f"lines.k{row}.{key}"] = {**_STATE, "value": str(value), "display": f"{value:,}"}
    fields["total"] = {**_STATE, "value": str(total), "display": f"{total:,.2f}"}
    return json.dumps({"fields": fields, "problems": []})
