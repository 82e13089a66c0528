"""Values and small plugins for the tests of the plugin contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tornterm.hookspecs import hookimpl
from tornterm.types import AuthRequest, SessionInfo, Size, SpawnPlan, SpawnRequest, User

ALICE = User("alice")
SESSION = SessionInfo("s1", "alice", "", "", "running", 0.0, Size(), 0, 0)
REQUEST = AuthRequest("bearer", {"token": "canary-secret"})
PLAN = SpawnPlan(("/bin/sh",), {}, "/")
SPAWN = SpawnRequest("s1", Size())


def plugin(name: str, **hooks: Callable[..., Any]) -> object:
    """A plugin of that name; the hooks are given without their common prefix."""
    members = {f"tornterm_{hook}": staticmethod(hookimpl(f)) for hook, f in hooks.items()}
    return type(name, (), {"name": name, **members})()


def answers(value: Any) -> Callable[[], Any]:
    """An implementation that returns a value, or raises it where it is an exception."""

    async def implementation() -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return implementation
