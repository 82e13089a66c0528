"""Whom programs run as: a warning where that is root because a plan did not say otherwise."""

from __future__ import annotations

import logging
import os
from contextvars import ContextVar

from tornterm.types import SpawnPlan

__all__ = ["RootWatch"]

logger = logging.getLogger("tornterm.plugins")

# Plans of several sessions are made at the same time, each in a task of its own.
_planner: ContextVar[str] = ContextVar("tornterm_planner", default="")


class RootWatch:
    """Warns, once per plugin, of plans that leave it to the server whom a program runs as.

    Args:
        quiet: The plugins that say it themselves, at each start.
    """

    def __init__(self, *quiet: str) -> None:
        self._said = {*quiet}

    def planned(self, plugin: str) -> None:
        """Remember who made the plan that is under way.

        Args:
            plugin: The plugin's name.
        """
        _planner.set(plugin)

    def look(self, plan: SpawnPlan) -> None:
        """Warn where a finished plan means root without saying so.

        Args:
            plan: The plan after the last plugin has changed it.
        """
        plugin = _planner.get()
        if plan.uid is not None or os.geteuid() != 0 or not plugin or plugin in self._said:
            return
        self._said.add(plugin)
        logger.warning(
            "the server is root, and plans of plugin %r name no uid: what they start is root",
            plugin,
        )
