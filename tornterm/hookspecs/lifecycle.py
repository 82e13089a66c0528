"""What a plugin brings, and how it begins and ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tornterm.hookspecs.kinds import Kind, hook

if TYPE_CHECKING:
    import click
    from pydantic import BaseModel

    from tornterm.errors import ConfigProblem
    from tornterm.hookspecs.application import App
    from tornterm.types import Route

__all__ = [
    "tornterm_check",
    "tornterm_register_commands",
    "tornterm_register_config",
    "tornterm_register_routes",
    "tornterm_shutdown",
    "tornterm_startup",
]


@hook(Kind.REGISTER)
def tornterm_register_config() -> type[BaseModel] | None:
    """Name the pydantic model of the table ``[plugins.<name>]``.

    Called: when plugins are loaded, before the plugin is made, so on its class: write it as a
    static or class method. The plugin is then made with the checked table as its only argument.

    Args:
        None.

    Returns:
        The model; every key needs a default unless the plugin cannot do without it. A plugin
        without this hook is made without arguments and has no table.

    Async: no.

    If it raises: the start stops with an error that names plugin and hook.
    """


@hook(Kind.REGISTER)
def tornterm_register_commands() -> Sequence[click.Command] | click.Command | None:
    """Add commands to the command line.

    Called: once per run of ``tornterm``, without a server and without an event loop.

    Args:
        None.

    Returns:
        click commands or groups; None for none. A name that is taken already is an error.

    Async: no; a command may start an event loop of its own.

    If it raises: the command line stops with an error that names plugin and hook.
    """


@hook(Kind.REGISTER)
def tornterm_register_routes(app: App) -> Sequence[Route] | Route | None:
    """Add routes below ``{base}-/<plugin>/``.

    Called: once, when the application is put together, which may be before or after
    `tornterm_startup`.

    Args:
        app: The application, to be kept for later.

    Returns:
        Routes; None for none. A route needs a login unless it says ``access="public"``.

    Async: no; the handlers themselves may be.

    If it raises: the start stops with an error that names plugin and hook.
    """


@hook(Kind.COLLECT)
def tornterm_check(app: App, exposed: bool) -> Sequence[ConfigProblem] | ConfigProblem | None:
    """Say what is wrong with a table that its values do not show: files, accounts, programs.

    Called: by ``tornterm config check``, and before `tornterm_startup` when a server starts. It
    must change nothing, for it may be called where nothing is started.

    Args:
        app: The application, which has not been started.
        exposed: Whether other people can reach the server, rather than only those on its machine.

    Returns:
        What is wrong, each with its key; None for nothing. `source` and `table` may be empty: the
        file and the plugin's table are added. What is only a `warning` is said and stops nothing,
        anything else stops the start.

    Async: yes; looking at files belongs in a plain function, which must not call `app`.

    If it raises: logged and counted, as if the plugin had found nothing.
    """


@hook(Kind.NOTIFY)
def tornterm_startup(app: App) -> None:
    """Open pools, start tasks, take hold of what the outside world must provide.

    Called: once, before the server listens; one plugin after the other in the order of
    ``plugins.enabled``.

    Args:
        app: The application, to be kept for later.

    Returns:
        Ignored.

    Async: yes, and on the event loop on which everything else will run; a plain function runs
    in a worker thread and must not call `app`.

    If it raises: the start stops with an error that names the plugin, and plugins that had
    started are shut down.
    """


@hook(Kind.NOTIFY)
def tornterm_shutdown(app: App) -> None:
    """Let go of what `tornterm_startup` took hold of.

    Called: once, after the last session and the last audit event, in reverse order, for the
    plugins that had started.

    Args:
        app: The application.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; the other plugins are still shut down.
    """
