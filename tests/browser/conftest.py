"""A real site for the browser tests: the demo of the gifts app behind the real server, in a process of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from runtime.app import open_installation, prepare_demo
from runtime.config import Settings
from tests.browser.walking import ADMIN, PASSWORD, Site, Visitor
from tests.services.browser import Browser

ROOT = Path(__file__).resolve().parents[2]
APPS = [ROOT / "apps" / "gifts.yaml", Path(__file__).with_name("notes.yaml"), Path(__file__).with_name("hostile.yaml")]
PATIENCE = 30


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set up an installation with demo people and records, and give the folder of its data."""
    folder = tmp_path_factory.mktemp("installation")
    settings = Settings(data=folder, database_url=f"sqlite:///{folder / 'quartet.db'}")
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # what the engine's own tests forbid is not this folder's business
        office = prepare_demo(open_installation(settings), APPS, PASSWORD).office
        admin = office.people.create_person({"username": ADMIN, "name": "林管理", "is_admin": True})
        office.sign_in.set_password(admin, PASSWORD)
        office.database.close()
    (folder / "demo.password").write_text(PASSWORD, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def site(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start the real server once for the whole run."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    variables = {
        "QUARTET_DATA": str(folder),
        "QUARTET_DATABASE_URL": f"sqlite:///{folder / 'quartet.db'}",
        "QUARTET_HOST": "127.0.0.1",
        "QUARTET_PORT": str(port),
        "QUARTET_BASE_URL": base,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUARTET_")}
    start = "from runtime.config import Settings; from runtime.serve import run; import os; run(Settings.read(os.environ), demo=True)"
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen([sys.executable, "-c", start], cwd=ROOT, env=kept | variables, stdout=out, stderr=out)
        try:
            wait_for(f"{base}/sign-in", server, log)
            yield Site(base, log)
        finally:
            server.terminate()
            server.wait(20)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; show its log where it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(log.read_text(encoding="utf-8", errors="replace") or "the server did not start")


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """Keep the sessions of people who have signed in, so that not every test waits for a password to be checked."""
    return {}


@pytest.fixture
def visit(browser: Browser, site: Site, sessions: dict[str, Any]) -> Visitor:
    """Give a way to come to the site as a person, at a desk or on a phone."""
    return Visitor(browser, site, sessions)
