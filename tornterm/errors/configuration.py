"""The operator has something to mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tornterm.errors.root import TorntermError

__all__ = ["ConfigError", "ConfigProblem", "PluginError"]


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing that is wrong with the configuration.

    Args:
        source: The file, environment variable or option it came from. A plugin leaves it empty,
            and the file is added.
        table: The TOML table, for example ``sessions``; empty for the top level. Where a plugin
            leaves it and the source empty it becomes the plugin's own, ``plugins.<name>``.
        key: The key in that table; empty where the table itself is wrong.
        why: What is wrong and what would be right.
        warning: Whether it is only odd, and no reason not to start.
    """

    source: str
    table: str
    key: str
    why: str
    warning: bool = False

    def __str__(self) -> str:
        where = f"[{self.table}] {self.key}".strip() if self.table else self.key
        return ": ".join(part for part in (self.source, where, self.why) if part)


class ConfigError(TorntermError):
    """The configuration is wrong; holds every problem that was found, not only the first.

    Args:
        problems: All problems of all sources, in the order in which they were found.
    """

    code = "config"

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PluginError(TorntermError):
    """A plugin cannot be loaded, breaks the contract or failed where failing is fatal.

    Args:
        plugin: The plugin's name as written in ``plugins.enabled``.
        hook: The hook concerned, or an empty string where it is the plugin as a whole.
        why: What is wrong.
    """

    code = "plugin"

    def __init__(self, plugin: str, hook: str, why: str) -> None:
        self.plugin = plugin
        self.hook = hook
        self.why = why
        super().__init__(f"plugin {plugin!r}{f', hook {hook}' if hook else ''}: {why}")

    @property
    def public(self) -> str:
        """Plugins are the operator's business: a person learns only that something failed."""
        return "The server could not complete this request."
