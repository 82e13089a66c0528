"""How the plugins are doing: how often each was asked, failed, and held up everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tornterm.errors import PluginError
from tornterm.plugins import PluginInfo

__all__ = ["PluginHealth"]


@dataclass(slots=True)
class _Hook:
    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
    longest: float = 0.0
    blocked: float = 0.0


@dataclass(slots=True)
class _Plugin:
    hooks: dict[str, _Hook] = field(default_factory=dict)
    trouble: dict[str, Any] | None = None


class PluginHealth:
    """Counts the calls of plugins; its methods are for `PluginHost`'s listeners.

    Args:
        wall: Seconds since the epoch.
    """

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._plugins: dict[str, _Plugin] = {}

    def called(self, plugin: str, hook: str, seconds: float, error: Exception | None) -> None:
        """Count one call."""
        counted = self._hook(plugin, hook)
        counted.calls += 1
        counted.seconds += seconds
        counted.longest = max(counted.longest, seconds)
        if error is not None:
            counted.errors += 1
            # The text of an error may hold a credential that the plugin was given.
            self._note(plugin, hook, type(error).__name__)

    def held_the_loop(self, plugin: str, hook: str, seconds: float) -> None:
        """Count the time for which nobody else was served."""
        self._hook(plugin, hook).blocked += seconds

    def failed(self, error: PluginError) -> None:
        """Keep what is said about a failure; it has been made safe to show."""
        self._note(error.plugin, error.hook, error.why)

    def describe(self, plugins: Iterable[PluginInfo]) -> list[dict[str, Any]]:
        """The plugins as the API shows them, without their settings.

        Args:
            plugins: Those that are loaded.
        """
        return [self._described(info) for info in plugins]

    def _described(self, info: PluginInfo) -> dict[str, Any]:
        kept = self._plugins.get(info.name, _Plugin())
        called = kept.hooks.values()
        return {
            "name": info.name,
            "distribution": info.distribution,
            "version": info.version,
            "order": info.order,
            "calls": sum(hook.calls for hook in called),
            "errors": sum(hook.errors for hook in called),
            "seconds": sum(hook.seconds for hook in called),
            "blocked": sum(hook.blocked for hook in called),
            "trouble": kept.trouble,
            "hooks": [_row(name, kept.hooks.get(name, _Hook())) for name in info.hooks],
        }

    def _hook(self, plugin: str, hook: str) -> _Hook:
        hooks = self._of(plugin).hooks
        return hooks.get(hook) or hooks.setdefault(hook, _Hook())

    def _of(self, plugin: str) -> _Plugin:
        return self._plugins.get(plugin) or self._plugins.setdefault(plugin, _Plugin())

    def _note(self, plugin: str, hook: str, why: str) -> None:
        self._of(plugin).trouble = {"time": self._wall(), "hook": hook, "why": why}


def _row(name: str, hook: _Hook) -> dict[str, Any]:
    return {
        "hook": name,
        "calls": hook.calls,
        "errors": hook.errors,
        "seconds": hook.seconds,
        "longest": hook.longest,
        "blocked": hook.blocked,
    }
