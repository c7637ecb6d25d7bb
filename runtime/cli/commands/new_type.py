"""`quartet new-type`: write the one file of a new field type, action type or function."""

from __future__ import annotations

import re
from pathlib import Path

import click

from engine.texts import Text
from runtime.cli.words import say

HELP = Text(
    "写出一个新类型的完整文件:字段、动作或函数", "Write the one file of a new field type, action or function"
)
_FOLDER = Text("写到哪个目录;不写就是插件目录", "The folder; the plugins folder if left out")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@click.command(help=say(f"{HELP.zh}。", f"{HELP.en}."))
@click.argument("kind", type=click.Choice(("field", "action", "function")), metavar="field|action|function")
@click.argument("name")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help=say(_FOLDER.zh, _FOLDER.en))
def command(kind: str, name: str, folder: Path | None) -> None:
    """Write a working type, and say how it is tested and used."""
    from runtime.cli.loading import load_settings
    from runtime.cli.templates import TEMPLATES

    module = name.casefold().replace("-", "_")
    _refuse_bad_name(kind, module)
    target = (folder or load_settings().plugins) / f"{module}.py"
    if target.exists():
        raise click.ClickException(say(f"{target} 已经存在", f"{target} exists already"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(TEMPLATES[kind].write(module), encoding="utf-8")
    click.echo(
        say(
            f"已写好 {target},它是完整可用的,改成你要的样子就行。",
            f"Wrote {target}: it works as it is; change it into what you want.",
        )
    )
    test = target.parent / "tests" / f"test_{module}.py"
    words = Text(
        f"\n用随附的测试套件试它:另存为 {test}", f"\nTo try it with the shipped suite, save this as {test}"
    )
    click.echo(say(words.zh, words.en) + ":\n")
    click.echo(_indented(TEMPLATES[kind].write_test(module, module)))
    click.echo(
        say("然后运行", "and run") + f"\n\n    pytest -o pythonpath={target.parent.absolute()} {test}\n"
    )
    click.echo(say("quartet doctor 会列出它。", "quartet doctor lists it."))


def _refuse_bad_name(kind: str, module: str) -> None:
    """End the command if the name cannot be one, or is taken."""
    from runtime.cli.loading import load_catalog

    if not _NAME.fullmatch(module):
        words = Text(
            f"「{module}」不能当名字:用小写字母、数字和下划线",
            f"'{module}' is no name: use a-z, digits and _",
        )
        raise click.ClickException(say(words.zh, words.en))
    registry = next(one for one in load_catalog().registries if one.kind.startswith(kind))
    taken = module.upper() if kind == "function" else module
    if taken in registry:
        raise click.ClickException(say(f"已经有 {taken} 了", f"There is a {taken} already"))


def _indented(text: str) -> str:
    return "".join(f"    {line}" if line.strip() else line for line in text.splitlines(keepends=True))
