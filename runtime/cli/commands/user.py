"""`quartet user`: add people, give roles and passwords, make tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine.texts import Text
from runtime.cli.words import locale_language, say

if TYPE_CHECKING:
    from runtime.service.office import Office

HELP = Text("成员:添加、密码、角色、令牌", "People: add, password, roles, tokens")
_ADMIN = Text("平台管理员", "An administrator of the platform")


@click.group(help=say(HELP.zh, HELP.en))
def command() -> None:
    """Manage people."""


def _office() -> Office:
    from runtime.cli.loading import load_settings
    from runtime.serve import open_or_explain

    return open_or_explain(load_settings()).office


def _explained(work: Any) -> Any:
    """Run `work`; what it refuses ends the command with its sentences."""
    from runtime.service.people import PeopleError
    from runtime.service.sign_in import SignInRefused

    try:
        return work()
    except PeopleError as error:
        raise click.ClickException(
            "\n".join(p.sentence.to(locale_language()) for p in error.problems)
        ) from error
    except SignInRefused as error:
        raise click.ClickException(error.problem.sentence.to(locale_language())) from error


def _person(office: Office, username: str) -> int:
    from runtime.store.people import find_username

    with office.database.reading() as connection:
        found = find_username(connection, username)
    if found is None:
        raise click.ClickException(say(f"没有「{username}」这个人", f"There is nobody called '{username}'"))
    return found.id


@command.command(help=say("添加一个成员", "Add a person"))
@click.argument("username")
@click.option("--name", required=True, help=say("姓名", "The name"))
@click.option("--admin", is_flag=True, help=say(_ADMIN.zh, _ADMIN.en))
@click.password_option()
def add(username: str, name: str, password: str, *, admin: bool) -> None:
    """Add a person with a password."""
    office = _office()
    fields: Any = {"username": username, "name": name, "is_admin": admin}

    def work() -> None:
        person = office.people.create_person(fields)
        office.sign_in.set_password(person, password)

    _explained(work)
    click.echo(say(f"已添加 {name}", f"Added {name}"))


@command.command(help=say("设密码", "Set a password"))
@click.argument("username")
@click.password_option()
def password(username: str, password: str) -> None:
    """Set a person's password; every session of theirs ends."""
    office = _office()
    person = _person(office, username)
    _explained(lambda: office.sign_in.set_password(person, password))
    click.echo(say("密码已设", "The password was set"))


@command.command(help=say("设某人在一个应用里的角色", "Set a person's roles in an app"))
@click.argument("username")
@click.argument("app")
@click.argument("role", nargs=-1)
def roles(username: str, app: str, role: tuple[str, ...]) -> None:
    """Set the roles of a person in an app; none take all away."""
    office = _office()
    person = _person(office, username)
    with office.database.reading() as connection:
        found = office.shelf.get(connection, app)
    if found is None:
        raise click.ClickException(say(f"没有「{app}」这个应用", f"There is no app '{app}'"))
    unknown = [one for one in role if one not in found.definition.roles]
    if unknown:
        known = ", ".join(found.definition.roles)
        raise click.ClickException(
            say(
                f"没有角色 {unknown[0]},可用的有:{known}",
                f"There is no role {unknown[0]}; use one of: {known}",
            )
        )
    office.people.set_roles(found.id, person, role)
    click.echo(say("角色已设", "The roles were set"))


@command.command(help=say("给程序用的令牌,只显示这一次", "Make a token for a program; it is shown this once"))
@click.argument("username")
@click.option("--name", default="cli", help=say("用途", "What it is for"))
def token(username: str, name: str) -> None:
    """Make an API token."""
    office = _office()
    _, made = office.sign_in.create_token(_person(office, username), name)
    click.echo(made)
