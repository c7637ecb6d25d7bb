"""Serving: the checks before the start, what is printed, and the server with the relay beside it."""

from __future__ import annotations

import atexit
import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.problems import DefinitionError, Problem, ProblemCode
from engine.registry import RegistryError
from engine.texts import Text
from runtime.app import Installation, open_installation, prepare_demo
from runtime.config import ConfigError, Settings
from runtime.service.demo import demo_people
from runtime.service.people import PeopleError
from runtime.store.starting import StartError

if TYPE_CHECKING:
    from flask import Flask

PORT_TAKEN = ProblemCode(
    "port-taken",
    Text("{host}:{port} 已经被别的程序占用", "{host}:{port} is used by another program"),
    Text("停掉它,或设 QUARTET_PORT 换一个端口", "Stop it, or choose another port with QUARTET_PORT"),
)
BAD_HOST = ProblemCode(
    "bad-host",
    Text("不能在 {host} 上监听:{reason}", "It is not possible to listen on {host}: {reason}"),
    Text("检查 QUARTET_HOST", "Check QUARTET_HOST"),
)
_SHOWN = 8
_STOP_SECONDS = 10.0


def prepare(settings: Settings, definitions: list[Path]) -> None:
    """Check what serving needs, set up the database and the demo, and print how to get in.

    Ends the command with a sentence where something stands in the way.
    """
    check_address(settings)
    installation = open_or_explain(settings)
    try:
        if definitions:
            installation = prepare_demo(installation, definitions, demo_password(settings))
            _print_demo(installation)
        click.echo(f"→ {settings.base_url}")
    except (DefinitionError, PeopleError) as error:
        raise _explained(error.problems, settings) from error
    finally:
        installation.office.database.close()


def open_or_explain(settings: Settings) -> Installation:
    """Open the installation; what stops it ends the command with its sentence and a way out."""
    try:
        return open_installation(settings)
    except ConfigError as error:
        raise _explained(error.problems, settings) from error
    except StartError as error:
        raise _explained([error.problem], settings) from error
    except RegistryError as error:
        raise click.ClickException(str(error)) from error


def _explained(problems: Iterable[Problem], settings: Settings) -> click.ClickException:
    """Return what ends the command: each problem in a sentence with its way out, a few of many."""
    found = list(problems)
    language = settings.language
    lines = [f"{problem.line(language)}\n  {problem.fix.to(language)}" for problem in found[:_SHOWN]]
    return click.ClickException("\n".join([*lines, *([f"… {len(found)}"] if len(found) > _SHOWN else [])]))


def check_address(settings: Settings) -> None:
    """End the command with a sentence when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            taken = error.errno in (98, 48, 10048)
            code = PORT_TAKEN if taken else BAD_HOST
            problem = code.here(host=settings.host, port=settings.port, reason=error.strerror or str(error))
            raise _explained([problem], settings) from error


def demo_password(settings: Settings) -> str:
    """Return the password of the demo people, drawn once and kept in the data folder."""
    path = settings.data / "demo.password"
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(9)
    path.touch(mode=0o600)
    path.write_text(password, encoding="utf-8")
    return password


def _print_demo(installation: Installation) -> None:
    office = installation.office
    people = demo_people(office)
    for person in people[:_SHOWN]:
        click.echo(f"  {person.username:<14} {person.name}  {person.text.to(office.settings.language)}")
    if len(people) > _SHOWN:
        click.echo(f"  … {len(people)}")
    click.echo(
        Text("  密码都是 {password}", "  password of all: {password}")
        .fill({"password": office.demo_password})
        .to(office.settings.language)
    )


def run(settings: Settings, *, demo: bool) -> None:
    """Serve until stopped."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ["QUARTET_SERVE_DEMO"] = "1" if demo else ""
    static = Path(__file__).parent / "web" / "static"
    server = Granian(
        "runtime.serve:build_site", factory=True, address=settings.host, port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers, blocking_threads=settings.threads, static_path_route=["/static"],
        static_path_mount=[static], log_access=False, log_level=LogLevels.warning,
    )  # fmt: skip
    server.serve()


def build_site() -> Flask:
    """Return the web application of a server process, with its relay running."""
    settings = Settings.read({k: v for k, v in os.environ.items() if k != "QUARTET_SERVE_DEMO"})
    installation = open_installation(settings)
    if os.environ.get("QUARTET_SERVE_DEMO"):
        office = replace(installation.office, demo_password=demo_password(settings))
        installation = Installation(office, installation.relay)
    installation.relay.start()
    atexit.register(_stop, installation)
    return installation.site


def _stop(installation: Installation) -> None:
    """Finish the message in hand, give the others back and close the database."""
    installation.relay.stop(_STOP_SECONDS)
    installation.office.database.close()
