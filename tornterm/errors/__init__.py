"""Every exception that tornterm raises on purpose.

::

    TorntermError
      ConfigError          a file, table or key of the configuration is wrong
      PluginError          a plugin could not be loaded or answered nonsense
      ProtocolError        4400: a client broke a rule of the wire
      AuthError            401 / 4401: nobody is logged in, or the credentials are wrong
        LoginEnded         401 / 4401: somebody was logged in, and is no longer
        AuthUnavailable    503 / 1013: it cannot be found out who it is
        Forbidden          403 / 4403: somebody is, but may not do this
      SessionError
        SessionNotFound    404 / 4404
        SessionExpired     410 / 4410
        ControlRefused     403: somebody may not have, or not hand over, the right to write
        LimitExceeded      429 / 1013
        AuditUnavailable   503 / 1013: the audit log is required and cannot be written
        Replaced           409 / 4409: a newer connection of the same client has taken over
        ConnectionGone     1001: it ended while it was being let in
        GoingAway          503 / 1001: the server is shutting down
        SpawnError         500 / 1011
          NoProfile        400 / 1011
      AuditUnreadable      503: an audit sink could not give older events
      CursorGone           410: what an audit sink kept has changed since it gave that cursor

Each class stores facts and composes its text from them. Three audiences are kept apart:
`public` is for the person at the page, ``str(error)`` is for the log, and `code` is the short,
stable label for programs and metrics.
"""

from __future__ import annotations

from tornterm.errors.auditing import AuditUnreadable, CursorGone
from tornterm.errors.configuration import ConfigError, ConfigProblem, PluginError
from tornterm.errors.connections import ConnectionGone, GoingAway, Replaced
from tornterm.errors.logins import AuthError, AuthUnavailable, Forbidden, LoginEnded
from tornterm.errors.root import TorntermError
from tornterm.errors.sessions import (
    AuditUnavailable,
    ControlRefused,
    LimitExceeded,
    NoProfile,
    SessionError,
    SessionExpired,
    SessionNotFound,
    SpawnError,
)
from tornterm.errors.wire import ProtocolError

__all__ = [
    "AuditUnavailable",
    "AuditUnreadable",
    "AuthError",
    "AuthUnavailable",
    "ConfigError",
    "ConfigProblem",
    "ConnectionGone",
    "ControlRefused",
    "CursorGone",
    "Forbidden",
    "GoingAway",
    "LimitExceeded",
    "LoginEnded",
    "NoProfile",
    "PluginError",
    "ProtocolError",
    "Replaced",
    "SessionError",
    "SessionExpired",
    "SessionNotFound",
    "SpawnError",
    "TorntermError",
]
