"""`quartet doctor`: what this installation knows, where it comes from, and what is amiss."""

from __future__ import annotations

import click

from engine.texts import LANGUAGES, Text
from runtime.cli.words import ASKED, chosen, say

HELP = Text(
    "看看装了哪些类型、从哪里来、缺什么", "Show which types there are, where they come from, what is amiss"
)


@click.command(help=say(f"{HELP.zh}。", f"{HELP.en}."))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(ASKED.zh, ASKED.en))
@click.pass_context
def command(ctx: click.Context, lang: str | None) -> None:
    """Print every finding, and exit with 1 if something is amiss."""
    from runtime.cli.findings import examine

    language = chosen(lang)
    amiss = False
    for section in examine():
        click.echo(section.title.to(language))
        for finding in section.findings:
            amiss = amiss or finding.is_amiss
            click.echo(f"  {'!' if finding.is_amiss else ' '} {finding.words.to(language)}")
        click.echo()
    words = (
        Text("有要处理的地方,见带 ! 的行", "Look at the lines with !")
        if amiss
        else Text("一切正常", "All is well")
    )
    click.echo(words.to(language))
    ctx.exit(1 if amiss else 0)
