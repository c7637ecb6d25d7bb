"""`quartet check`: every problem of some definitions, as compilers print them."""

from __future__ import annotations

import click

from engine.texts import LANGUAGES, Text
from runtime.cli.words import ASKED, chosen, say

HELP = Text("检查应用定义,一次报出所有问题", "Check app definitions and report every problem at once")
_FILES = Text(
    "FILE 是定义文件,是目录就检查里面的每一份,是 - 就读标准输入。有错误时退出码是 1。",
    "FILE is a definition; of a folder every one in it is checked, and - is the standard input. "
    "The exit code is 1 if there are errors.",
)
_FIX = Text("改好拼错的键,其余一个字节也不动", "Correct misspelt keys and leave every other byte alone")


@click.command(help=say(f"{HELP.zh}。\n\n{_FILES.zh}", f"{HELP.en}.\n\n{_FILES.en}"))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--lang", type=click.Choice(LANGUAGES), help=say(ASKED.zh, ASKED.en))
@click.option("--json", "as_json", is_flag=True, help=say("输出 JSON", "Print JSON"))
@click.option("--fix", is_flag=True, help=say(_FIX.zh, _FIX.en))
@click.pass_context
def command(
    ctx: click.Context, files: tuple[str, ...], lang: str | None, *, as_json: bool, fix: bool
) -> None:
    """Check definitions, print what is wrong, and exit with 1 if anything stands in the way."""
    from runtime.cli.checking import as_document, check_file, summary
    from runtime.cli.loading import definition_files, load_catalog

    catalog = load_catalog()
    reports = [check_file(name, catalog, fix=fix) for name in definition_files(files)]
    language = chosen(lang)
    if as_json:
        click.echo(as_document(reports))
    else:
        for report in reports:
            click.echo(report.written(language), nl=False)
        click.echo(summary(reports, language))
    ctx.exit(0 if reports and all(report.is_clean for report in reports) else 1)
