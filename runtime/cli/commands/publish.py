"""`quartet publish`: put a definition in force."""

from __future__ import annotations

from pathlib import Path

import click

from engine.texts import Text
from runtime.cli.words import say

HELP = Text("发布一份定义,立即生效", "Publish a definition; it is in force at once")
_YES = Text("同意停用已有的数据", "Agree to changes that put existing data out of use")
_NOTE = Text("这次改了什么", "What has changed")


@click.command(help=say(HELP.zh, HELP.en))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help=say(_YES.zh, _YES.en))
@click.option("--note", default="", help=say(_NOTE.zh, _NOTE.en))
def command(file: Path, *, yes: bool, note: str) -> None:
    """Publish, or print every problem and change nothing."""
    from engine.problems import DefinitionError
    from runtime.cli.loading import load_settings
    from runtime.cli.publishing import end_with_problems, print_done
    from runtime.serve import open_or_explain
    from runtime.service.apps import Terms

    office = open_or_explain(load_settings()).office
    text = file.read_bytes()
    try:
        print_done(office.publisher.publish(text, file.name, note=note, terms=Terms(confirmed=yes)))
    except DefinitionError as error:
        raise end_with_problems(error, text) from error
