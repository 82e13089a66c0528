"""The plugin contract: every hook with its signature and its promise.

A plugin is a class, offered as an entry point of the group ``tornterm`` and switched on by name in
``plugins.enabled``. It implements any of these hooks, each marked with `hookimpl`, and takes any
subset of their arguments, by name::

    class Greeter:
        def __init__(self, settings: GreeterSettings) -> None: ...

        @staticmethod
        @hookimpl
        def tornterm_register_config() -> type[BaseModel]:
            return GreeterSettings

        @hookimpl
        async def tornterm_session_started(self, session: SessionInfo) -> None: ...

A hook's docstring has five parts: when it is called, the arguments, what to return, whether it may
be async, and what happens if it raises. How results are combined is the hook's *kind*, named in
`KINDS` and carried out by `tornterm.plugins.PluginHost`:

========= ============================================== ======================================
kind      result                                         an implementation raises
========= ============================================== ======================================
REGISTER  list                                           startup stops, naming plugin and hook
DECIDE    the first that is not None                     denied or failed, logged and audited
VETO      all must agree                                 counts as a no
VOTE      one yes and no no                              counts as a no
TRANSFORM each sees the previous value                   the operation fails
NOTIFY    ignored                                        logged, counted; the others still run
COLLECT   list                                           that part is dropped, logged
========= ============================================== ======================================

REGISTER hooks are plain functions that are called on the event loop and must not block. All others
may be ``async def``, which runs on the event loop, or plain ``def``, which runs in one of the few
worker threads that each plugin has, so it may block. An implementation that takes longer than its
time, or that returns something of the wrong type, counts as having raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tornterm.hookspecs import auditing, lifecycle, people, programs, sessions
from tornterm.hookspecs.application import App
from tornterm.hookspecs.auditing import tornterm_audit, tornterm_audit_older
from tornterm.hookspecs.kinds import PROJECT, Kind, hookimpl, hookspec, kind_of
from tornterm.hookspecs.lifecycle import (
    tornterm_check,
    tornterm_register_commands,
    tornterm_register_config,
    tornterm_register_routes,
    tornterm_shutdown,
    tornterm_startup,
)
from tornterm.hookspecs.people import (
    tornterm_authenticate,
    tornterm_authorize,
    tornterm_limits,
    tornterm_login_methods,
    tornterm_revalidate,
)
from tornterm.hookspecs.programs import tornterm_prepare_spawn, tornterm_profiles, tornterm_spawn
from tornterm.hookspecs.sessions import (
    tornterm_observe_session,
    tornterm_session_attached,
    tornterm_session_control_changed,
    tornterm_session_detached,
    tornterm_session_ended,
    tornterm_session_started,
)

__all__ = [
    "KINDS",
    "PROJECT",
    "App",
    "Kind",
    "hookimpl",
    "hookspec",
    "tornterm_audit",
    "tornterm_audit_older",
    "tornterm_authenticate",
    "tornterm_authorize",
    "tornterm_check",
    "tornterm_limits",
    "tornterm_login_methods",
    "tornterm_observe_session",
    "tornterm_prepare_spawn",
    "tornterm_profiles",
    "tornterm_register_commands",
    "tornterm_register_config",
    "tornterm_register_routes",
    "tornterm_revalidate",
    "tornterm_session_attached",
    "tornterm_session_control_changed",
    "tornterm_session_detached",
    "tornterm_session_ended",
    "tornterm_session_started",
    "tornterm_shutdown",
    "tornterm_spawn",
    "tornterm_startup",
]

_SUBJECTS = (lifecycle, people, programs, sessions, auditing)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        name: kind
        for subject in _SUBJECTS
        for name, value in vars(subject).items()
        if (kind := kind_of(value)) is not None
    }
)
"""The kind of every hook, by its name."""
