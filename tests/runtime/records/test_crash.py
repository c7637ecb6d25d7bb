"""A process that is killed at any point leaves the state before or the state after; the same request then counts once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.testing.apps import whole_catalog
from runtime.store.database import Database
from runtime.store.migrations import migrate
from runtime.web.site import create_site
from tests.runtime.crash_child import BEFORE, ask, open_office, state


def prepare(url: str, folder: Path) -> str:
    """Make the tables, the app and its first records; returns a token."""
    database = Database.open(url, whole_catalog().function_map)
    migrate(database)
    database.close()
    office = open_office(url, folder)
    office.publisher.publish(BEFORE, "crash.yaml")
    person = office.people.create_person({"username": "admin", "name": "Admin", "is_admin": True})
    _, token = office.sign_in.create_token(person, "test")
    client_headers = {"Authorization": f"Bearer {token}"}
    client = create_site(office).test_client()
    for form, fields in (("goods", {"name": "tea", "stock": 10}), ("orders", {"good": 1, "n": 3})):
        path = f"/api/apps/crash/forms/{form}/records"
        assert client.post(path, json={"fields": fields}, headers=client_headers).status_code == 201
    office.database.close()
    return token


# The points of the request, by the number of the statement before which the process dies; the last ones are past
# its end. What is written is compared after each death.
@pytest.mark.parametrize("what", ["save", "press", "publish"])
def test_killed_anywhere_it_is_before_or_after(fresh_database_url: str, what: str, tmp_path: Path) -> None:
    url = fresh_database_url
    token = prepare(url, tmp_path)
    points = range(2, 300, 5 if what == "publish" else 1)
    command = [
        sys.executable,
        "-m",
        "tests.runtime.crash_child",
        url,
        what,
        str(tmp_path),
        token,
        *map(str, points),
    ]
    child = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert child.returncode == 0, child.stderr
    ends = child.stdout.splitlines()
    assert len(ends) > 6
    assert set(ends[:-1]) == {"killed before"}
    assert ends[-1] in ("killed after", "0 after")
    # Whatever happened so far: the same request, sent once or twice more, has happened exactly once.
    office = open_office(url, tmp_path)
    statuses = {ask(office, what, token) for _ in range(2)}
    office.database.close()
    assert statuses <= {200, 201}
    assert len(statuses) == 1
    after = state(url)
    orders, goods = after["r_crash_orders"], after["r_crash_goods"]
    stock = next(row._mapping["f_stock"] for row in goods)
    assert len(orders) == (2 if what == "save" else 1)
    assert stock == (7 if what == "press" else 10)
    assert len(after["versions"]) == (2 if what == "publish" else 1)
    assert [row._mapping["value"] for row in after["counters"]] == [len(orders)]
