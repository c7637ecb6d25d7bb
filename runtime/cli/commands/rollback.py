"""`quartet rollback`: put an earlier version in force again."""

from __future__ import annotations

import click

from engine.texts import Text
from runtime.cli.words import say

HELP = Text("回到应用的某个版本", "Put an earlier version of an app in force again")
_YES = Text("同意停用已有的数据", "Agree to changes that put existing data out of use")


@click.command(help=say(HELP.zh, HELP.en))
@click.argument("app")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--yes", is_flag=True, help=say(_YES.zh, _YES.en))
def command(app: str, version: int, *, yes: bool) -> None:
    """Publish the text of an earlier version as a new one."""
    from engine.problems import DefinitionError
    from runtime.cli.loading import load_settings
    from runtime.cli.publishing import end_with_problems, print_done
    from runtime.serve import open_or_explain

    office = open_or_explain(load_settings()).office
    try:
        print_done(office.publisher.roll_back(app, version, confirmed=yes))
    except DefinitionError as error:
        raise end_with_problems(error, b"") from error
