"""`quartet serve`: whatever stands in the way is one sentence with a way out; a good start serves and stops."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.services.postgres import free_port

QUARTET = [sys.executable, "-c", "from runtime.cli import main; main()"]
ROOT = Path(__file__).parents[3]
APP = """
app: tiny
title: {zh: 小应用, en: Tiny}
roles: {clerk: {zh: 文员, en: Clerk}}
forms: {things: {fields: {name: {type: text, required: true}}}}
access: {things: {clerk: {can: all}}}
demo:
  people: {ann: {name: Ann, roles: [clerk]}, bob: {name: Bob}}
  records: {things: {one: {name: First}}}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "tiny.yaml").write_text(APP, encoding="utf-8")
    return tmp_path


def environment(place: Path, **settings: str) -> dict[str, str]:
    own = {k: v for k, v in os.environ.items() if not k.startswith(("QUARTET_", "LC_", "LANG"))}
    chosen = {"QUARTET_DATA": str(place / "data"), "QUARTET_PORT": str(free_port()), "QUARTET_LANGUAGE": "en"}
    return own | chosen | settings | {"PYTHONPATH": str(ROOT)}


def run(place: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*QUARTET, *words],
        env=environment(place, **settings),
        cwd=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def no_server(place: Path) -> dict[str, str]:
    return {"QUARTET_DATABASE_URL": f"postgresql://quartet@127.0.0.1:{free_port()}/quartet"}


def mysql(place: Path) -> dict[str, str]:
    return {"QUARTET_DATABASE_URL": "mysql://quartet@127.0.0.1/quartet"}


def nonsense(place: Path) -> dict[str, str]:
    return {"QUARTET_DATABASE_URL": "oracle://x"}


def data_is_a_file(place: Path) -> dict[str, str]:
    (place / "data").write_text("")
    return {}


def secret_cannot_be_kept(place: Path) -> dict[str, str]:
    (place / "data").mkdir()
    (place / "data" / "secret.key").mkdir()
    return {}


def weak_kept_secret(place: Path) -> dict[str, str]:
    (place / "data").mkdir()
    (place / "data" / "secret.key").write_text("short")
    return {}


def damaged_file(place: Path) -> dict[str, str]:
    (place / "data").mkdir()
    (place / "data" / "quartet.db").write_text("this is no database " * 100)
    return {}


def typo(place: Path) -> dict[str, str]:
    return {"QUARTET_PORTT": "8000"}


def bad_value(place: Path) -> dict[str, str]:
    return {"QUARTET_PORT": "eighty"}


def weak_secret(place: Path) -> dict[str, str]:
    return {"QUARTET_SECRET_KEY": "change-me-change-me-change-me-change-me"}


def broken_plugin(place: Path) -> dict[str, str]:
    (place / "plugins" / "fields").mkdir(parents=True)
    (place / "plugins" / "fields" / "bad.py").write_text("import nothing_of_this_name\n")
    (place / "plugins" / "bad.py").write_text("import nothing_of_this_name\n")
    return {}


def wrong_definition(place: Path) -> dict[str, str]:
    (place / "apps" / "tiny.yaml").write_text(APP.replace("type: text", "type: txt"), encoding="utf-8")
    return {}


def no_text(place: Path) -> dict[str, str]:
    (place / "apps" / "tiny.yaml").write_bytes(b"app: \xff\xfe")
    return {}


def no_apps(place: Path) -> dict[str, str]:
    (place / "apps" / "tiny.yaml").unlink()
    return {}


CASES: list[tuple[Callable[[Path], dict[str, str]], str, str]] = [
    (no_server, "No PostgreSQL answers at", "没有 PostgreSQL 应答"),
    (mysql, "MariaDB and MySQL are not supported", "不支持 MariaDB 和 MySQL"),
    (nonsense, "'oracle' is not supported", "不支持「oracle」"),
    (data_is_a_file, "cannot be written", "不能写"),
    (secret_cannot_be_kept, "cannot be read or written", "不能读写"),
    (weak_kept_secret, "too weak", "太弱"),
    (damaged_file, "not a sound SQLite database", "不是完好的"),
    (typo, "QUARTET_PORTT", "QUARTET_PORTT"),
    (bad_value, "'QUARTET_PORT' cannot be 'eighty'", "「QUARTET_PORT」不能是「eighty」"),
    (weak_secret, "too weak", "太弱"),
    (broken_plugin, "nothing_of_this_name", "nothing_of_this_name"),
    (wrong_definition, "tiny.yaml:5:", "tiny.yaml:5:"),
    (no_text, "tiny.yaml", "tiny.yaml"),
    (no_apps, "There is no .yaml file", "没有 .yaml 文件"),
]


@pytest.mark.parametrize(("arrange", "en", "zh"), CASES, ids=[case[0].__name__ for case in CASES])
def test_what_stands_in_the_way_is_said_in_a_sentence(
    place: Path, arrange: Callable[[Path], dict[str, str]], en: str, zh: str
) -> None:
    settings = arrange(place)
    for language, words in (("en", en), ("zh", zh)):
        done = run(place, "serve", "--demo", **{"QUARTET_LANGUAGE": language} | settings)
        said = done.stdout + done.stderr
        assert done.returncode == 1, said
        assert words in said
        assert "Traceback" not in said
        assert len(said.strip().splitlines()) <= 20


def test_a_taken_port_and_a_locked_file(place: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = run(place, "serve", QUARTET_PORT=str(port))
        assert (done.returncode, f"127.0.0.1:{port} is used by another program" in done.stderr) == (1, True)
        assert "QUARTET_PORT" in done.stderr
    assert run(place, "publish", "apps/tiny.yaml").returncode == 0
    with closing(sqlite3.connect(place / "data" / "quartet.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = run(place, "serve")
        assert done.returncode == 1
        assert "Another program holds the database file" in done.stderr
        assert "Close that program" in done.stderr


def test_a_wrong_password_is_named_as_one(place: Path) -> None:
    from sqlalchemy.exc import OperationalError

    from runtime.store.starting import StartError, explain_postgresql, read_url

    url = read_url("postgresql://ann:x@db/quartet")
    failed = OperationalError(
        "", {}, Exception('connection failed: FATAL:  password authentication failed for user "ann"')
    )
    with pytest.raises(StartError, match="does not let the user 'ann' in"), explain_postgresql(url):
        raise failed


@contextmanager
def serving(place: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], list[str], str]]:
    """Serve the demo; gives the process, what it printed, and its address."""
    chosen = environment(place, **settings)
    process = subprocess.Popen(
        [*QUARTET, "serve", "--demo"],
        env=chosen,
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            if "→" in line:
                break
        yield process, lines, f"http://127.0.0.1:{chosen['QUARTET_PORT']}"
    finally:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.wait(10)


def fetch(address: str) -> str:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            signal.sigtimedwait([], 0.1)
    raise AssertionError(f"{address} does not answer")


def test_a_good_start_serves_stops_and_starts_again(place: Path, fresh_database_url: str) -> None:
    passwords = set()
    for _ in range(2):
        with serving(place, QUARTET_DATABASE_URL=fresh_database_url) as (process, lines, address):
            assert any(re.search(r"ann\s+Ann", line) for line in lines), lines
            passwords.update(line.rpartition(" ")[2] for line in lines if "password" in line)
            assert "Ann" in fetch(f"{address}/sign-in")
            process.send_signal(signal.SIGTERM)
            assert process.stdout is not None
            rest = process.stdout.read()
            assert process.wait(20) == 0, rest
            assert "Traceback" not in rest
    assert len(passwords) == 1
    done = run(place, "plan", "apps/tiny.yaml", QUARTET_DATABASE_URL=fresh_database_url)
    assert "Nothing changes" in done.stdout


def test_publishing_from_the_command_line(place: Path) -> None:
    file = place / "apps" / "tiny.yaml"
    planned = run(place, "plan", str(file))
    assert (planned.returncode, planned.stdout) == (0, "+ A new form 'things' with 1 fields\n")
    assert "Version 1 of 'Tiny' is in force" in run(place, "publish", str(file)).stdout
    file.write_text(
        APP.replace("name: {type: text, required: true}", "label: {type: text}").replace(
            "name: First", "label: First"
        )
    )
    planned = run(place, "plan", str(file))
    assert "- 'things' loses the field 'name'; its values stay in the database" in planned.stdout
    assert "--yes" in planned.stdout
    refused = run(place, "publish", str(file))
    assert (refused.returncode, "Not published" in refused.stderr) == (1, True)
    assert "Version 2" in run(place, "publish", str(file), "--yes", "--note", "less").stdout
    back = run(place, "rollback", "tiny", "1")
    assert back.returncode == 1
    assert "Version 3" in run(place, "rollback", "tiny", "1", "--yes").stdout
    assert run(place, "rollback", "tiny", "9").returncode == 1
    assert run(place, "rollback", "nowhere", "1").returncode == 1
    file.write_text(APP.replace("type: text", "type: txt"))
    broken = run(place, "publish", str(file))
    assert (broken.returncode, "tiny.yaml:5:" in broken.stdout, "Traceback" in broken.stderr) == (
        1,
        True,
        False,
    )


def test_people_from_the_command_line(place: Path) -> None:
    assert run(place, "publish", "apps/tiny.yaml").returncode == 0
    assert (
        run(
            place, "user", "add", "eve", "--name", "Eve", "--admin", "--password", "a good long one"
        ).returncode
        == 0
    )
    again = run(place, "user", "add", "eve", "--name", "Eve", "--password", "a good long one")
    assert (again.returncode, "Traceback" in again.stderr, again.stderr.strip() != "") == (1, False, True)
    assert run(place, "user", "roles", "eve", "tiny", "clerk").returncode == 0
    assert "There is no role boss" in run(place, "user", "roles", "eve", "tiny", "boss").stderr
    assert "nobody called 'sue'" in run(place, "user", "token", "sue").stderr
    token = run(place, "user", "token", "eve").stdout.strip()
    assert len(token) > 30
