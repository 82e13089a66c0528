"""``tornterm user``: the commands that change the file of `local_users`."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from getpass import GetPassWarning
from pathlib import Path
from typing import Any, TypeVar

import click

from tornterm.builtin.names import checked_name
from tornterm.builtin.users_edit import add_user, remove_user
from tornterm.builtin.users_file import hash_password, list_users
from tornterm.errors import ConfigError

__all__ = ["user_commands"]

T = TypeVar("T")


class Mistake(click.ClickException):
    """Something that the person at the command line can put right."""

    exit_code = 2


def user_commands(path: Path) -> click.Group:
    """The group of commands for one file.

    Args:
        path: The file of users.
    """

    @click.group("user", help=f"Add, list and remove the users in {path}.")
    def user() -> None: ...

    @user.command("add")
    @click.argument("name")
    @click.option("--group", "groups", multiple=True, help="A group of the user; repeatable.")
    @click.option("--admin", is_flag=True, help="May see and end the sessions of others.")
    @click.option("--replace", is_flag=True, help="Take the place of a user of that name.")
    @click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
    def add(
        name: str, groups: tuple[str, ...], admin: bool, replace: bool, password_stdin: bool
    ) -> None:
        """Add a user, or change one with --replace. A running server notices by itself."""
        _told(checked_name, name)
        password = _password(password_stdin)
        hashed = _told(hash_password, password)
        _told(add_user, path, name, hashed, groups, admin, replace=replace)
        click.echo(f"{name} can log in now")

    @user.command("list")
    def show() -> None:
        """List the users."""
        for name, entry in _told(list_users, path):
            notes = ["admin"] * entry.admin + [f"groups: {', '.join(entry.groups)}"] * bool(
                entry.groups
            )
            click.echo("  ".join((name, *notes)))

    @user.command("remove")
    @click.argument("name")
    def remove(name: str) -> None:
        """Remove a user, whose logins end within seconds; the programs go on for a while."""
        _told(remove_user, path, name)
        click.echo(f"{name} is removed")

    return user


def _told(function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    try:
        return function(*arguments, **options)
    except (ValueError, ConfigError) as error:
        raise Mistake(str(error)) from error


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    with warnings.catch_warnings():
        # What getpass does where it would show what is typed, because there is no terminal.
        warnings.simplefilter("error", GetPassWarning)
        try:
            entered: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        except GetPassWarning:
            why = "there is no terminal to type the password on; use --password-stdin"
            raise Mistake(why) from None
    return entered
