"""What all commands share: which configuration file, and reading it with the plugins' tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import click
from pydantic import BaseModel

from tornterm.config.load import Override, load_settings
from tornterm.config.settings import Settings
from tornterm.plugins import BUILTINS, PluginHost, plugin_models

__all__ = ["config_option", "known_models", "plugin_host", "read"]

Command = TypeVar("Command", bound=Callable[..., object])


def config_option(command: Command) -> Command:
    """Give a command the option ``--config``."""
    return click.option(
        "--config",
        "-c",
        metavar="FILE",
        envvar="TORNTERM_CONFIG",
        type=click.Path(path_type=Path),
        help="The configuration file; defaults without one. [env: TORNTERM_CONFIG]",
    )(command)


def read(config: Path | None, overrides: Iterable[Override] = ()) -> Settings:
    """The whole configuration, checked together with the plugins' tables.

    Args:
        config: The file, or None for defaults.
        overrides: What the command line sets.

    Raises:
        ConfigError: Something is wrong; holds everything that is.
    """
    return load_settings(config, overrides=overrides, plugin_models=plugin_models)


def plugin_host(settings: Settings) -> PluginHost:
    """The plugins that a server would have; they are made, not started.

    Args:
        settings: The configuration.

    Raises:
        ConfigError: A plugin does not agree with its table.
        PluginError: A plugin cannot be made, or breaks the contract.
    """
    source = settings.source.file
    return PluginHost(
        settings.plugins.enabled,
        settings.plugins.tables,
        disabled=settings.plugins.disabled,
        source=str(source) if source else "",
    )


def known_models(settings: Settings) -> dict[str, type[BaseModel]]:
    """The models of the tables of all built-in plugins and of those that are enabled.

    Args:
        settings: The configuration.
    """
    names = list(dict.fromkeys((*BUILTINS, *settings.plugins.enabled)))
    return plugin_models(names, settings.source)[0]
