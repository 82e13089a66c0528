"""From Jupyter's traits to tornterm's settings."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from traitlets import Dict, Integer, List, TraitError, Unicode
from traitlets.config import LoggingConfigurable

from tornterm.config.load import Override, load_settings
from tornterm.config.settings import Settings

__all__ = ["Configuration", "passed_names"]

PASSED = (
    "LANG",
    "LANGUAGE",
    "LC_*",
    "PATH",
    "TZ",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "CONDA_*",
    "MAMBA_*",
    "*_proxy",
    "*_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
"""What a terminal needs to have the same tools as a notebook: none of it is one of Jupyter's
secrets."""

_TABLES = 2
"""Levels of a configuration: tables and keys. Below [plugins] there is one more."""


class Configuration(LoggingConfigurable):
    """The traits of the terminal manager that are tornterm's settings."""

    config_file = Unicode(
        "",
        help="""A tornterm configuration (TOML): limits, spawn and audit plugins and so on. How to
        listen and how to log in is Jupyter's affair, so those tables have no effect.""",
    ).tag(config=True)

    settings = Dict(
        help="""Tables of a tornterm configuration, over those of config_file, for example
        {"sessions": {"scrollback": "4 MiB"}}.""",
    ).tag(config=True)

    max_terminals = Integer(
        None,
        allow_none=True,
        min=0,
        help="The most terminals at the same time; 0 for no limit. [sessions] max in tornterm.",
    ).tag(config=True)

    max_per_user = Integer(
        None,
        allow_none=True,
        min=0,
        help="The most terminals of one user at the same time; 0 for no limit.",
    ).tag(config=True)

    max_per_hour = Integer(
        None,
        allow_none=True,
        min=0,
        help="The most terminals that one user may make in an hour; 0 for no limit.",
    ).tag(config=True)

    scrollback = Unicode(
        "", help='How much output of a terminal is kept, for example "4 MiB".'
    ).tag(config=True)

    pass_env = List(
        Unicode(),
        default_value=list(PASSED),
        help="""Names of the server's environment variables that terminals get; * and ? stand for
        other characters. ["*"] passes on everything, tokens and passwords included.""",
    ).tag(config=True)

    owner = Unicode(
        "owner",
        help="""The user whose terminals they are where Jupyter knows nobody by name, because
        everybody logs in with the same token or password.""",
    ).tag(config=True)

    def overrides(self) -> Iterator[Override]:
        """What the traits say, as what the command line would say of a configuration file."""
        yield from _flat(self.settings)
        for name, key in (
            ("max_terminals", "max"),
            ("max_per_user", "max_per_user"),
            ("max_per_hour", "max_per_hour"),
            ("scrollback", "scrollback"),
        ):
            value = getattr(self, name)
            if value not in (None, ""):
                yield ("sessions", key), value, f"c.TerminalManager.{name}"
        timeout = getattr(self, "cull_inactive_timeout", 0)
        if timeout > 0:
            yield ("sessions", "idle_timeout"), timeout, "c.TerminalManager.cull_inactive_timeout"

    def load(self, command: Sequence[str]) -> Settings:
        """The whole configuration.

        Args:
            command: The program that Jupyter was told to run.

        Raises:
            ConfigError: Something in it is wrong.
        """
        file = Path(self.config_file).expanduser() if self.config_file else None
        given = list(self.overrides())
        written = load_settings(file, overrides=given)
        return load_settings(file, overrides=[*self._defaults(written, command), *given])

    def _defaults(self, written: Settings, command: Sequence[str]) -> Iterator[Override]:
        """What is otherwise under Jupyter where nothing is said about it."""
        plugins = written.plugins
        if "enabled" not in plugins.model_fields_set:
            yield ("plugins", "enabled"), ["shell"], "the default under Jupyter"
        elif "shell" not in plugins.enabled:
            return
        said = plugins.tables.get("shell", {})
        defaults = {
            "command": list(command),
            "cwd": os.getcwd(),
            "pass_env": passed_names(self.pass_env, os.environ),
        }
        for key, value in defaults.items():
            if not isinstance(said, Mapping) or key not in said:
                yield ("plugins", "shell", key), value, "the default under Jupyter"


def passed_names(patterns: Collection[str], names: Collection[str]) -> list[str]:
    """Those names that one of the patterns fits.

    Args:
        patterns: Names, in which ``*`` and ``?`` stand for other characters.
        names: The names that there are.
    """
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _flat(tables: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[Override]:
    """Nested tables as single keys, so that they replace only what they name."""
    depth = _TABLES + (above[:1] == ("plugins",))
    for name, value in tables.items():
        where = (*above, name)
        if not isinstance(name, str):
            raise TraitError(f"TerminalManager.settings has a key that is no text: {name!r:.40}")
        if isinstance(value, Mapping) and len(where) < depth:
            yield from _flat(value, where)
        else:
            yield where, value, "c.TerminalManager.settings"
