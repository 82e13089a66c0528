"""What ``tornterm config check`` and the start of a server have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tornterm.config.settings import Settings
from tornterm.errors import ConfigError, ConfigProblem
from tornterm.server.listen import is_exposed, tls_context
from tornterm.terminals import Terminals

__all__ = ["check"]

T = TypeVar("T")


async def check(settings: Settings) -> list[ConfigProblem]:
    """What `serve` would refuse or warn of before it listens; starts and changes nothing.

    Args:
        settings: The configuration.

    Raises:
        PluginError: A plugin cannot be made, or breaks the contract.
    """
    problems: list[ConfigProblem] = []

    def attempt(step: Callable[[], T], otherwise: T) -> T:
        try:
            return step()
        except ConfigError as error:
            problems.extend(error.problems)
            return otherwise

    attempt(lambda: tls_context(settings), None)
    exposed = attempt(lambda: is_exposed(settings), False)
    terminals = attempt(lambda: Terminals(settings), None)
    if terminals is not None:
        problems += await terminals.check(exposed=exposed)
    return problems
