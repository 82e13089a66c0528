"""A plugin that misbehaves in one hook, and only where it is about one person or about nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from tornterm.hookspecs import hookimpl

__all__ = ["FAULTS", "HOOKS", "VICTIM", "make"]

VICTIM = "victim-token-0123456789"
"""The API token of the one person."""

ARGUMENTS = {
    "authenticate": "request",
    "login_methods": "",
    "revalidate": "user",
    "authorize": "user",
    "limits": "user",
    "spawn": "user",
    "prepare_spawn": "user",
    "observe_session": "session",
    "session_started": "session",
    "session_attached": "session",
    "session_detached": "session",
    "session_ended": "session",
    "audit": "event",
}
"""The hooks that are called while a server serves, and the argument that says whom it is about."""

HOOKS = tuple(ARGUMENTS)
FAULTS = ("hangs", "blocks", "raises", "answers nonsense")


def make(hook: str, fault: str) -> object:
    """The plugin.

    Args:
        hook: One of `HOOKS`, without ``tornterm_``.
        fault: One of `FAULTS`; an empty one for a plugin that is asked and behaves.
    """
    # pluggy hands over what the function says it takes.
    function = _takes(ARGUMENTS[hook], lambda value: _misbehave(fault, value))
    return type("Bad", (), {"name": "bad", f"tornterm_{hook}": staticmethod(hookimpl(function))})()


def _takes(argument: str, act: Callable[[Any], Any]) -> Callable[..., Any]:
    def of_user(user: Any) -> Any:
        return act(user)

    def of_session(session: Any) -> Any:
        return act(session)

    def of_request(request: Any) -> Any:
        return act(request)

    def of_event(event: Any) -> Any:
        return act(event)

    def of_nobody() -> Any:
        return act(None)

    known = {"user": of_user, "session": of_session, "request": of_request, "event": of_event}
    return known.get(argument, of_nobody)


def _misbehave(fault: str, value: Any) -> Any:
    if value is not None and not _is_about_the_victim(value):
        return None
    if fault == "hangs":
        return asyncio.Event().wait()
    if fault == "blocks":
        threading.Event().wait()
    if fault == "raises":
        raise RuntimeError("on purpose")
    return object() if fault == "answers nonsense" else None


def _is_about_the_victim(value: Any) -> bool:
    if hasattr(value, "fields"):
        return bool(value.fields.get("token") == VICTIM)
    return "victim" in (getattr(value, "user", ""), getattr(value, "name", ""))
