"""The group of all commands: ``serve`` where none is named, and those that plugins bring."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Any

import click

from tornterm.cli.configuration import plugin_host, read
from tornterm.errors import TorntermError

__all__ = ["Commands"]

_CONFIG = re.compile("-c$|--config$|--config=")
_BROUGHT_BY = {"user": "local_users", "recording": "recorder"}
_OF_THE_GROUP = {"--help", "-h", "--version"}


class Commands(click.Group):
    """``tornterm`` alone means ``tornterm serve``; unknown commands are looked for in plugins."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command before options that are not the group's own.

        ``--config`` may also stand before a command.
        """
        end = 0
        while args[end : end + 1] and _CONFIG.match(args[end]):
            end += 1 if "=" in args[end] else 2
        leading, args = args[:end], args[end:]
        if args and (args[0] in _OF_THE_GROUP or not args[0].startswith("-")):
            ctx.meta["config"] = _without_config(leading)[1]
            args += [] if args[0] in _OF_THE_GROUP else leading
        else:
            args = ["serve", *leading, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Our commands, then those of the plugins; a wrong configuration does not hide ours."""
        names = super().list_commands(ctx)
        with contextlib.suppress(TorntermError):
            names += [n for n in _plugin_commands(ctx.meta.get("config")) if n not in names]
        return names

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """A command of ours, or one that a plugin brings."""
        return super().get_command(ctx, name) or _plugin_commands(ctx.meta.get("config")).get(name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take ``--config`` out of the arguments of a plugin's command: we need it to find that."""
        if args and args[0] not in self.commands:
            args, ctx.meta["config"] = _without_config(args)
            if self.get_command(ctx, args[0]) is None:
                ctx.fail(self._missing(args[0]))
        return super().resolve_command(ctx, args)

    def _missing(self, name: str) -> str:
        if plugin := _BROUGHT_BY.get(name):
            return (
                f"{name} comes with the plugin {plugin}, so name a file whose plugins.enabled has "
                f"that one, also for its help: tornterm {name} --help --config FILE"
            )
        known = ", ".join(sorted(self.commands))
        return (
            f"there is no command {name!r}; there are {known}, and what the plugins in "
            "plugins.enabled of the file named by --config bring, such as user of local_users"
        )


def _without_config(args: list[str]) -> tuple[list[str], Path | None]:
    rest: list[str] = []
    config: Path | None = None
    words = iter(args)
    for word in words:
        if word in ("--config", "-c"):
            config = Path(next(words, ""))
        elif word.startswith("--config="):
            config = Path(word.removeprefix("--config="))
        else:
            rest.append(word)
    return rest, config


def _plugin_commands(config: Any) -> dict[str, click.Command]:
    file = config or os.environ.get("TORNTERM_CONFIG")
    host = plugin_host(read(Path(file) if file else None))
    return {
        command.name: _showing_config(command) for _, command in host.commands() if command.name
    }


def _showing_config(command: click.Command) -> click.Command:
    """Let the help of a plugin's command, and of those in it, name the option that we take out."""
    if not any(parameter.name == "config" for parameter in command.params):
        text = "The configuration file that enables the plugin. [env: TORNTERM_CONFIG]"
        option = click.Option(
            ["--config", "-c"], metavar="FILE", expose_value=False, help=text, is_eager=True
        )
        command.params.append(option)
    for inner in getattr(command, "commands", {}).values():
        _showing_config(inner)
    return command
