"""An installation with demo people and records behind the real server, in a process of its own."""

import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from runtime.app import open_installation, prepare_demo
from runtime.config import Settings
from tests.browser.walking import ADMIN, PASSWORD, Site

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
START = (
    "import os; from runtime.config import Settings; from runtime.serve import run; "
    "run(Settings.read(os.environ), demo=True)"
)


def prepare(folder: Path, apps: list[Path]) -> None:
    """Set up an installation with the demo of some apps and an administrator."""
    settings = Settings(data=folder, database_url=f"sqlite:///{folder / 'quartet.db'}")
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # what the engine's own tests forbid is not this folder's business
        office = prepare_demo(open_installation(settings), apps, PASSWORD).office
        admin = office.people.create_person({"username": ADMIN, "name": "林管理", "is_admin": True})
        office.sign_in.set_password(admin, PASSWORD)
        office.database.close()
    (folder / "demo.password").write_text(PASSWORD, encoding="utf-8")


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serve an installation at a free port until the block ends."""
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
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", START], cwd=ROOT, env=kept | variables, stdout=out, stderr=out
        )
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
            with urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(log.read_text(encoding="utf-8", errors="replace") or "the server did not start")
