"""The commands for people who write plugins."""

from __future__ import annotations

from pathlib import Path

import click

from tornterm import scaffold
from tornterm.plugins.reference import reference as render

__all__ = ["plugin"]


@click.group()
def plugin() -> None:
    """Write a plugin of your own."""


@plugin.command()
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(tuple(scaffold.KINDS)),
    required=True,
    help="auth: who may log in; spawn: what a session runs; audit: where events are kept.",
)
def new(name: str, kind: str) -> None:
    """Write a distribution with a plugin that works, its tests and a README.

    It goes into the current folder if that is empty, and else into a new one.

    \b
    With --kind auth, NAME tornterm-auth-badge-reader (or auth-badge-reader) gives
      distribution tornterm-auth-badge-reader    module tornterm_auth_badge_reader
      plugin       badge_reader                  class  BadgeReader
    and NAME badge-reader the same plugin and class in tornterm-badge-reader.
    """  # noqa: D301
    try:
        names = scaffold.names_of(name, kind)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from None
    here = Path.cwd()
    folder = scaffold.folder_for(names["distribution"], here)
    try:
        files = scaffold.write(names, kind, folder)
    except OSError as error:
        raise click.ClickException(str(error)) from None
    for file in files:
        click.echo(folder.relative_to(here) / file)
    click.echo("\nNow run:")
    if folder != here:
        click.echo(f"  cd {folder.relative_to(here)}")
    click.echo('  pip install -e ".[test]" && pytest')


@plugin.command()
def reference() -> None:
    """Print the reference of all hooks, values and exceptions, in Markdown."""
    click.echo(render(), nl=False)
