"""`quartet schema`: the JSON Schema of the definition language, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from engine.texts import Text
from runtime.cli.words import say

HELP = Text(
    "输出定义语言的 JSON Schema,给编辑器用", "Write the JSON Schema of the definition language, for editors"
)
_OUTPUT = Text("写到这个文件;不写就打印出来", "The file to write; printed if left out")


@click.command(help=say(f"{HELP.zh}。", f"{HELP.en}."))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help=say(_OUTPUT.zh, _OUTPUT.en)
)
def command(output: Path | None) -> None:
    """Write the schema that follows from the installed types."""
    import json

    from engine.app.schema import definition_schema
    from runtime.cli.loading import load_catalog

    text = json.dumps(definition_schema(load_catalog()), ensure_ascii=False, indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(say(f"已写到 {output}", f"Wrote {output}"))
