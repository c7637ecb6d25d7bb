"""What the publishing commands print."""

from __future__ import annotations

import click

from engine.definition.lines import show_problem
from engine.problems import DefinitionError, Problem
from runtime.cli.words import locale_language, say
from runtime.service.office import Office
from runtime.store.published import PublishedApp

_MARKS = {"safe": "+", "slow": "~", "destructive": "-"}


def print_plan(office: Office, text: bytes, file: str) -> bool:
    """Print what publishing would change; returns whether it is possible."""
    language = locale_language()
    plan = office.publisher.plan(text, file)
    print_problems(plan.problems, text)
    if plan.definition is None:
        return False
    for change in plan.changes:
        rows = (
            say(f"(涉及 {change.rows} 条记录)", f" (concerns {change.rows} records)") if change.rows else ""
        )
        click.echo(f"{_MARKS[change.risk]} {change.sentence.to(language)}{rows}")
    for sentence in plan.meaning:
        click.echo(f"~ {sentence.to(language)}")
    if not plan.changes and not plan.meaning:
        click.echo(say("没有改变", "Nothing changes"))
    if plan.destructive:
        click.echo(say("有「-」的改动要加 --yes 才能发布", "Changes marked '-' need --yes to be published"))
    return True


def print_problems(problems: tuple[Problem, ...], text: bytes) -> None:
    """Print problems with their line and a caret."""
    for problem in problems:
        click.echo(show_problem(problem, text, locale_language()))


def print_done(app: PublishedApp) -> None:
    """Print which version is in force now."""
    title = app.definition.title.to(locale_language())
    click.echo(
        say(f"「{title}」的版本 {app.number} 已生效", f"Version {app.number} of '{title}' is in force")
    )


def end_with_problems(error: DefinitionError, text: bytes) -> click.ClickException:
    """Print what stood in the way and return the exception that ends the command."""
    print_problems(error.problems, text)
    count = len(error.problems)
    return click.ClickException(say(f"没有发布:{count} 个问题", f"Not published: {count} problem(s)"))
