"""The commands, each a thin layer over what does the work, and how they end.

A person's mistake is one clear line on stderr and exit status 2; anything else is a bug, with a
traceback and exit status 1.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
import traceback
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from tornterm.cli.configuration import config_option, known_models, plugin_host, read
from tornterm.cli.group import Commands
from tornterm.cli.headers import headers_of
from tornterm.cli.plugin import plugin
from tornterm.cli.remote import target_of
from tornterm.config.load import Override
from tornterm.config.render import example, json_schema, reference
from tornterm.config.settings import Settings
from tornterm.config.toml import in_force, toml_key
from tornterm.config.units import rough_duration
from tornterm.control import ControlClient, find_server
from tornterm.errors import ConfigError, PluginError, TorntermError

__all__ = ["cli", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The words after ``tornterm``; None for those of the process.

    Returns:
        The exit status.
    """
    args = None if arguments is None else list(arguments)
    try:
        result = cli.main(args, prog_name="tornterm", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f" (try {context.command_path} --help)" if context else ""
        return _mistake(f"tornterm: {error.format_message()}{hint}")
    except TorntermError as error:
        if isinstance(error, PluginError) and error.__cause__ is not None:
            return _bug()
        return _mistake(str(error))
    except Exception:
        return _bug()
    return result if isinstance(result, int) else 0


def _mistake(text: str) -> int:
    click.echo(text, err=True)
    return 2


def _bug() -> int:
    click.echo(traceback.format_exc(), err=True, nl=False)
    return 1


def _version() -> str:
    try:
        return version("tornterm")
    except PackageNotFoundError:
        return "unknown"


@click.group(cls=Commands, context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(_version(), prog_name="tornterm")
def cli() -> None:
    """Web terminals that survive a disconnect. Without a command: serve."""


cli.add_command(plugin)


@cli.command()
@config_option
@click.option("--host", metavar="ADDRESS", help="Listen here instead of server.host.")
@click.option("--port", type=int, help="Listen here instead of server.port; 0 for any.")
@click.option("--open", "browser", is_flag=True, help="Open the page in the browser.")
def serve(config: Path | None, host: str | None, port: int | None, browser: bool) -> None:
    """Serve terminals until interrupted."""
    from tornterm.server import serve as run  # a server is much to import for the other commands

    overrides: list[Override] = []
    for key, value in (("host", host), ("port", port)):
        if value is not None:
            overrides.append((("server", key), value, f"--{key}"))
            overrides.append((("server", "unix_socket"), None, f"--{key}"))

    def reread() -> Settings:
        return read(config, overrides)

    run(reread(), reread=reread, browser=browser)


@cli.group(name="config")
def config_group() -> None:
    """Check a configuration, or print what one may hold."""


@config_group.command()
@config_option
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(config: Path | None, file: Path | None) -> None:
    """Say everything that is wrong with a configuration.

    That is what serve would refuse or warn of, but for a port that is taken. Run it as the user
    that the server runs as.
    """
    from tornterm.server import check as look

    settings = read(file or config)
    problems = asyncio.run(look(settings))
    for problem in problems:
        if problem.warning:
            click.echo(f"warning: {problem}", err=True)
    if wrong := [problem for problem in problems if not problem.warning]:
        raise ConfigError(wrong)
    click.echo(f"{settings.source.file or 'the default configuration'} is fine")


@config_group.command(name="example")
@config_option
def example_command(config: Path | None) -> None:
    """Print a TOML file with every key, its default and what it does."""
    click.echo(example(known_models(read(config))), nl=False)


@config_group.command(name="reference")
@config_option
def reference_command(config: Path | None) -> None:
    """Print the reference page, in Markdown."""
    click.echo(reference(known_models(read(config))), nl=False)


@config_group.command()
@config_option
def schema(config: Path | None) -> None:
    """Print the JSON schema, for editors."""
    click.echo(json.dumps(json_schema(known_models(read(config))), indent=2))


@cli.command()
@config_option
def plugins(config: Path | None) -> None:
    """List the enabled plugins in the order in which they are asked, and their settings."""
    rows = [("", "NAME", "FROM", "HOOKS")]
    loaded = plugin_host(read(config)).describe()
    for each in loaded:
        path = f"path {each.path}" if each.path else ""
        origin = f"{each.distribution} {each.version}".strip() or path
        hooks = ", ".join(hook.removeprefix("tornterm_") for hook in each.hooks)
        rows.append((str(each.order), each.name, origin, hooks))
    _print_table(rows)
    for each in loaded:
        if each.settings is not None:
            click.echo(f"\n[plugins.{toml_key(each.name)}]")
            click.echo("\n".join(map(_safe, in_force(each.settings))))


def _server(command: Any) -> Any:
    """Give a command the options that choose one of several running servers."""
    command = click.option("--port", type=int, help="The server that listens there.")(command)
    return config_option(command)


def _chosen(config: Path | None, port: int | None) -> ControlClient:
    return find_server(port, config)


@cli.command()
@_server
def login_link(config: Path | None, port: int | None) -> None:
    """Print a link that logs you in at your running server, once."""
    click.echo(_chosen(config, port).login_link())


@cli.command()
@_server
def reload(config: Path | None, port: int | None) -> None:
    """Let your running server read its configuration again."""
    for key in _chosen(config, port).reload():
        click.echo(f"{key} takes effect at the next start", err=True)


@cli.group()
def sessions() -> None:
    """Look at the sessions of your running server, or end them."""


@sessions.command(name="list")
@_server
@click.option("--json", "as_json", is_flag=True, help="As JSON, with everything there is to know.")
def list_sessions(config: Path | None, port: int | None, as_json: bool) -> None:
    """List the sessions."""
    found = _chosen(config, port).sessions()
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    rows = [("ID", "USER", "STATE", "ATTACHED", "AGE", "TITLE")]
    for each in found:
        age = rough_duration(time.time() - each["created"])
        attached = str(each["attached"])
        rows.append((each["id"], each["user"], each["state"], attached, age, each["title"]))
    _print_table(rows)


@sessions.command()
@_server
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def kill(config: Path | None, port: int | None, ids: tuple[str, ...]) -> None:
    """End sessions, each by its id or the beginning of it."""
    server = _chosen(config, port)
    known = [str(session["id"]) for session in server.sessions()]
    for wanted in [_one_of(known, given) for given in ids]:
        server.kill(wanted)
        click.echo(f"{wanted} has ended")


def _one_of(known: Sequence[str], given: str) -> str:
    matching = [each for each in known if each == given] or [
        each for each in known if each.startswith(given)
    ]
    if len(matching) != 1:
        what = "several sessions begin" if matching else "no session begins"
        raise click.UsageError(f"{what} with {given!r}")
    return matching[0]


@cli.command()
@_server
@click.argument("url", required=False)
@click.option("--session", metavar="ID", help="Take up this session instead of a new one.")
@click.option("--profile", metavar="NAME", help="What a new session starts, of what is offered.")
@click.option(
    "--token-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file with an API token; without it, TORNTERM_TOKEN.",
)
@click.option(
    "--header",
    "headers",
    metavar="'NAME: VALUE'",
    multiple=True,
    help="A header that the server wants; others here can see it in the list of processes.",
)
@click.option(
    "--header-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A file with one such header in each line, for secrets.",
)
def attach(
    config: Path | None,
    port: int | None,
    url: str | None,
    session: str | None,
    profile: str | None,
    token_file: Path | None,
    headers: tuple[str, ...],
    header_file: Path | None,
) -> int:
    """Use a terminal from this terminal. Type ~. at the beginning of a line to leave.

    Without URL, at your running server.

    It needs a terminal to type on, not a pipe: what comes from a pipe ends, and the session would
    wait for more. A script opens the WebSocket itself, in ten lines: "The legacy dialect" in
    docs/protocol.md.

    The exit code is that of the program in the terminal, 128 and the signal's number where a
    signal ended it, 0 after ~., and 255 where the session cannot be reached or has expired.
    """
    if not os.isatty(0):
        raise click.UsageError(
            "standard input is not a terminal (for scripts: docs/protocol.md, The legacy dialect)"
        )
    if url is not None and port is not None:
        raise click.UsageError("give a URL or --port, not both")
    base = url or str(_chosen(config, port).info["base"])
    target = target_of(base, session, token_file, headers_of(headers, header_file))
    if profile and target.session is not None:
        raise click.UsageError("a session that there is already takes no --profile")
    # Why a connection failed is said in one line of ours.
    logging.getLogger("tornado").setLevel(logging.CRITICAL)
    from tornterm.attach import attach as run

    return asyncio.run(
        run(
            target.url,
            headers=target.headers,
            session=target.session,
            share=target.share,
            profile=profile or "",
        )
    )


def _safe(text: str) -> str:
    """What came from other people cannot move the cursor."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print columns."""
    safe = [[_safe(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in safe) for column in range(len(safe[0]))]
    for row in safe:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
