"""The command `quartet`. Each subcommand is one file in `commands/`, found by a look into the folder.

A file there has the name of its command (`new_type.py` is `quartet new-type`), a constant `HELP` with the
one sentence of the overview, and a click command called `command`. The overview reads `HELP` without running
the file, so `quartet --help` stays fast whatever the commands need.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import click

from engine.texts import Text
from runtime.cli.words import locale_language, say

_FOLDER = Path(__file__).parent / "commands"
_EPILOG = Text("quartet COMMAND --help 说明一个命令。", "quartet COMMAND --help explains one command.")


class CommandFolder(click.Group):
    """The commands of the folder; one is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(path.stem.replace("_", "-") for path in command_files())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        name = cmd_name.replace("-", "_")
        if name not in {path.stem for path in command_files()}:
            return None
        found = importlib.import_module(f"runtime.cli.commands.{name}").command
        if not isinstance(found, click.Command):
            raise TypeError(f"runtime/cli/commands/{name}.py must define a click command called 'command'")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview, without importing the commands."""
        rows = [(path.stem.replace("_", "-"), _help_of(path)) for path in command_files()]
        with formatter.section(say("命令", "Commands")):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; a misspelt one gets the word that was probably meant."""
        if args and self.get_command(ctx, args[0]) is None:
            from engine.problems import suggest

            near = suggest(args[0], self.list_commands(ctx))
            hint = "".join(say(f"是不是 {name}?", f" Did you mean {name}?") for name in near[:1])
            ctx.fail(say(f"没有 {args[0]} 这个命令。", f"There is no command {args[0]}.") + hint)
        return super().resolve_command(ctx, args)


def command_files() -> Iterator[Path]:
    """Yield the file of each command, in the order of their names."""
    return (path for path in sorted(_FOLDER.glob("*.py")) if not path.stem.startswith("_"))


def _help_of(path: Path) -> str:
    """Return the sentence of a command in the person's language, read from its file."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="HELP")], value=ast.Call(args=[zh, en])):
                return Text(*(str(ast.literal_eval(words)) for words in (zh, en))).to(locale_language())
    return ""


@click.command(cls=CommandFolder, epilog=_EPILOG.to(locale_language()))
@click.version_option(package_name="quartet", prog_name="quartet")
def main() -> None:
    """Quartet: no-code apps from one YAML file."""
