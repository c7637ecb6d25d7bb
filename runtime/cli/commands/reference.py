"""`quartet reference`: write the reference pages from what the types say about themselves."""

from __future__ import annotations

from pathlib import Path

import click

from engine.texts import Text
from runtime.cli.words import say

HELP = Text("重新生成参考手册", "Write the reference pages anew")
_OUTPUT = Text("写到哪个目录", "The folder to write to")


@click.command(help=say(f"{HELP.zh}。", f"{HELP.en}."))
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path("docs/reference"),
    show_default=True, help=say(_OUTPUT.zh, _OUTPUT.en),
)  # fmt: skip
def command(output: Path) -> None:
    """Write every page; what was there before under the same name is replaced."""
    from runtime.cli.loading import load_catalog
    from runtime.cli.pages import all_pages

    output.mkdir(parents=True, exist_ok=True)
    for name, text in all_pages(load_catalog()).items():
        (output / name).write_text(text, encoding="utf-8")
    click.echo(say(f"已写到 {output}", f"Wrote {output}"))
