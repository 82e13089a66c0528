"""What there is to say about a plugin that is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel

from tornterm.plugins.find import Found

__all__ = ["PluginInfo"]


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A loaded plugin, as ``tornterm plugins`` shows it.

    Args:
        name: The name it is switched on by.
        distribution: Where it came from; empty for an object that an embedder handed over.
        version: The distribution's version.
        hooks: The hooks it implements, sorted.
        order: When it is asked: 1 is first.
        settings: What it was made with; None for a plugin without settings.
        path: The import path that it was named by; empty for one that was not.
    """

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]
    order: int
    settings: BaseModel | None = None
    path: str = ""

    @classmethod
    def of(cls, plugin: Found, hooks: tuple[str, ...], order: int) -> Self:
        """Describe a plugin.

        Args:
            plugin: The plugin, made.
            hooks: The hooks it implements.
            order: When it is asked.
        """
        return cls(
            plugin.name,
            plugin.distribution,
            plugin.version,
            hooks,
            order,
            plugin.settings,
            plugin.path,
        )
