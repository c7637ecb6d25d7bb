"""`quartet plan`: what publishing a definition would change."""

from __future__ import annotations

from pathlib import Path

import click

from engine.texts import Text
from runtime.cli.words import say

HELP = Text("说明发布一份定义会改变什么", "Say what publishing a definition would change")


@click.command(help=say(HELP.zh, HELP.en))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def command(ctx: click.Context, file: Path) -> None:
    """Print the plan; exit with 1 where problems stand in the way."""
    from runtime.cli.loading import load_settings
    from runtime.cli.publishing import print_plan
    from runtime.serve import open_or_explain

    office = open_or_explain(load_settings()).office
    ctx.exit(0 if print_plan(office, file.read_bytes(), file.name) else 1)
