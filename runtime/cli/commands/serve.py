"""`quartet serve`: the web server with the relay beside it."""

from __future__ import annotations

from pathlib import Path

import click

from engine.texts import Text
from runtime.cli.words import say

HELP = Text("启动服务:页面、接口和后台投递", "Serve pages, the API and the messages that wait")
_DEMO = Text(
    "发布 apps 目录里的应用,装上示例人员和记录",
    "Publish the apps of the folder with their demo people and records",
)
_APPS = Text("示例应用所在的目录", "The folder of the apps")


@click.command(help=say(HELP.zh, HELP.en))
@click.option("--demo", is_flag=True, help=say(_DEMO.zh, _DEMO.en))
@click.option(
    "--apps",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("apps"),
    help=say(_APPS.zh, _APPS.en),
)
def command(*, demo: bool, apps: Path) -> None:
    """Serve until stopped."""
    from runtime.cli.loading import load_settings
    from runtime.serve import prepare, run

    settings = load_settings()
    definitions = sorted(apps.glob("*.yaml")) if demo else []
    if demo and not definitions:
        raise click.ClickException(
            say(f"目录 {apps} 里没有 .yaml 文件", f"There is no .yaml file in the folder {apps}")
        )
    prepare(settings, definitions)
    run(settings, demo=demo)
