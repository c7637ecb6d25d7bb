"""Processes that kill themselves in the middle of a request, each before another statement of it.

`python -m tests.runtime.crash_child URL WHAT FOLDER TOKEN POINT…` forks one for each point, until one lives or
leaves something behind, and prints a line for each: how it ended, and whether the database is as it was.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from engine.testing.apps import whole_catalog
from runtime.config import Settings
from runtime.service.apps import Publisher, Shelf
from runtime.service.office import Office
from runtime.service.people import People
from runtime.service.sign_in import SignIn
from runtime.store.database import Database
from runtime.web.site import create_site
from tests.runtime.clocks import Clock

BEFORE = """
app: crash
forms:
  goods: {fields: {name: {type: text}, stock: {type: integer}, double: {type: integer, formula: stock * 2}}}
  orders:
    fields: {number: {type: serial, format: "{0000}"}, good: {type: link, to: goods}, n: {type: integer}, state: {type: text}}
    buttons: {issue: {title: Issue, do: [take: {record: good, field: stock, amount: n}, set: {state: done}]}}
"""
AFTER = BEFORE.replace("stock * 2", "stock * 3").replace(
    "state: {type: text}", "state: {type: text, unique: true}, more: {type: date}"
)
PRESS = "/api/apps/crash/forms/orders/records/1/actions/issue"
SAVE = "/api/apps/crash/forms/orders/records"


def open_office(url: str, folder: Path) -> Office:
    """Open the services over a database that has its tables."""
    clock, catalog = Clock(), whole_catalog()
    database = Database.open(url, catalog.function_map)
    settings, shelf = Settings(secret_key="k" * 40, data=folder), Shelf(catalog)
    return Office(
        settings=settings, catalog=catalog, database=database, shelf=shelf,
        publisher=Publisher(database, catalog, shelf, clock), people=People(database, clock, "en"),
        sign_in=SignIn(database, settings, clock), clock=clock,
    )  # fmt: skip


def ask(office: Office, what: str, token: str) -> int:
    """Send the request of a kind, always the same one; returns the status."""
    client = create_site(office).test_client()
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": f"the-{what}",
        "Content-Type": "application/json",
    }
    if what == "publish":
        headers["Content-Type"] = "text/yaml"
        return client.put(
            "/api/apps/crash/definition?confirm=true", data=AFTER.encode(), headers=headers
        ).status_code
    path, body = (PRESS, b"{}") if what == "press" else (SAVE, b'{"fields": {"good": 1, "n": 1}}')
    return client.post(path, data=body, headers=headers).status_code


def state(url: str) -> dict[str, Any]:
    """Return all that a request could have changed."""
    database = Database.open(url, whole_catalog().function_map)
    try:
        with database.reading() as connection:
            query = "SELECT table_name FROM form_tables ORDER BY table_name"
            names = [row[0] for row in connection.exec_driver_sql(query)]
            names += ["versions", "form_columns", "history", "traces", "counters", "idempotency"]
            return {
                name: connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1").fetchall()
                for name in names
            }
    finally:
        database.close()


def die_at(point: int, url: str, what: str, folder: Path, token: str) -> None:
    """Send the request, and die before its statement with this number; a commit counts as one."""
    office = open_office(url, folder)
    sent = 0

    def look(*_: Any) -> None:
        nonlocal sent
        sent += 1
        if sent == point:
            os.kill(os.getpid(), signal.SIGKILL)

    for engine in office.database.engines:
        event.listen(engine, "before_cursor_execute", look)
        event.listen(engine, "commit", look)
    ask(office, what, token)
    os._exit(0)


def main(url: str, what: str, folder: str, token: str, *points: str) -> None:
    """Fork a process a point."""
    before = state(url)
    for point in points:
        child = os.fork()
        if child == 0:
            die_at(int(point), url, what, Path(folder), token)
        _, status = os.waitpid(child, 0)
        is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        changed = state(url) != before
        sys.stdout.write(f"{'killed' if is_killed else status} {'after' if changed else 'before'}\n")
        if not is_killed or changed:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
