"""The plain values that cross tornterm's borders: what plugins and embedders see.

Everything here is immutable and free of behaviour beyond checking itself, so a plugin can keep,
compare and log it. Secrets never show in a ``repr``.
"""

from __future__ import annotations

from tornterm.types.events import AuditEvent, EventFilter, OlderEvents
from tornterm.types.limits import Limits, Usage
from tornterm.types.observers import EchoObserver, PacingObserver, SessionObserver
from tornterm.types.people import AuthRequest, LoginField, LoginMethod, User
from tornterm.types.programs import FileAccess, Profile, SpawnPlan, SpawnRequest
from tornterm.types.routes import Route
from tornterm.types.sessions import Action, ExitStatus, SessionInfo, Size

__all__ = [
    "Action",
    "AuditEvent",
    "AuthRequest",
    "EchoObserver",
    "EventFilter",
    "ExitStatus",
    "FileAccess",
    "Limits",
    "LoginField",
    "LoginMethod",
    "OlderEvents",
    "PacingObserver",
    "Profile",
    "Route",
    "SessionInfo",
    "SessionObserver",
    "Size",
    "SpawnPlan",
    "SpawnRequest",
    "Usage",
    "User",
]
