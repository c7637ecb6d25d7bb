"""A site of its own for boards and batch edits, because these tests move and change what others would see."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.app import open_installation
from runtime.config import Settings
from runtime.service.records import change_record
from runtime.service.visit import Visit
from runtime.store.people import Actor
from tests.browser.serving import prepare, serving
from tests.browser.walking import Site

HERE = Path(__file__).parent
# What stands below what; demo records cannot refer to others of their own form.
PARENTS = {"展位设计与搭建": "秋季招商大会", "展板文案": "展位设计与搭建", "重点客户邀约": "秋季招商大会"}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start a real server with the app of this folder."""
    folder = tmp_path_factory.mktemp("boards")
    prepare(folder, [HERE / "activities.yaml"])
    plant(folder)
    with serving(folder) as started:
        yield started


def plant(folder: Path) -> None:
    """Put some activities below others."""
    settings = Settings(data=folder, database_url=f"sqlite:///{folder / 'quartet.db'}")
    office = open_installation(settings).office
    actor = Actor(1, "Admin", "admin", None, is_admin=True, language="zh", theme="system")

    def put(visit: Visit) -> None:
        table = visit.app.tables.tables["activities"]
        name = table.c[visit.app.tables.column("activities", "name")]
        ids = {
            row[1]: row[0]
            for row in visit.connection.execute(table.select().with_only_columns(table.c.id, name))
        }
        for child, parent in PARENTS.items():
            change_record(visit, "activities", ids[child], {"parent": ids[parent]}, None)

    office.writing("activities", replace(actor), "zh", put)
    office.database.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """Keep the sessions of people who have signed in at this site."""
    return {}
