"""Plain functions of an embedding application, as the plugins that they stand for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from tornterm.hookspecs import hookimpl
from tornterm.types import AuditEvent, Limits, SpawnPlan, SpawnRequest, User

__all__ = ["Audit", "HostAudit", "HostLimits", "HostSpawn", "Spawn", "UserLimits", "host_plugins"]

Spawn: TypeAlias = Callable[[User, SpawnRequest], SpawnPlan | Awaitable[SpawnPlan | None] | None]
"""As the hook `tornterm_spawn`."""

UserLimits: TypeAlias = Callable[[User, Limits], Limits | Awaitable[Limits | None] | None]
"""As the hook `tornterm_limits`."""

Audit: TypeAlias = Callable[[AuditEvent], Awaitable[None] | None]
"""As the hook `tornterm_audit`."""

# The hooks are plain functions, so a function that blocks does so in a worker thread; what it
# returns is awaited on the event loop where it can be.


class HostSpawn:
    """Asks a function which program a session runs.

    Args:
        function: The application's.
    """

    name = "host_spawn"

    def __init__(self, function: Spawn) -> None:
        self._function = function

    @hookimpl
    def tornterm_spawn(
        self, user: User, request: SpawnRequest
    ) -> SpawnPlan | Awaitable[SpawnPlan | None] | None:
        """What the function says."""
        return self._function(user, request)


class HostLimits:
    """Asks a function for a user's limits.

    Args:
        function: The application's.
    """

    name = "host_limits"

    def __init__(self, function: UserLimits) -> None:
        self._function = function

    @hookimpl
    def tornterm_limits(
        self, user: User, limits: Limits
    ) -> Limits | Awaitable[Limits | None] | None:
        """What the function says."""
        return self._function(user, limits)


class HostAudit:
    """Hands audit events to a function.

    Args:
        function: The application's.
    """

    name = "host_audit"

    def __init__(self, function: Audit) -> None:
        self._function = function

    @hookimpl
    def tornterm_audit(self, event: AuditEvent) -> Awaitable[None] | None:
        """Hand it over."""
        return self._function(event)


def host_plugins(
    spawn: Spawn | None = None, limits: UserLimits | None = None, audit: Audit | None = None
) -> list[object]:
    """A plugin for each function that is given.

    Args:
        spawn: As the hook `tornterm_spawn`.
        limits: As the hook `tornterm_limits`.
        audit: As the hook `tornterm_audit`.
    """
    return [
        *([HostSpawn(spawn)] if spawn else []),
        *([HostLimits(limits)] if limits else []),
        *([HostAudit(audit)] if audit else []),
    ]
