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
        LimitExceeded      429 / 1013
        AuditUnavailable   503 / 1013: the audit log is required and cannot be written
        Replaced           409 / 4409: a newer connection of the same client has taken over
        ConnectionGone     1001: it ended while it was being let in
        GoingAway          503 / 1001: the server is shutting down
        SpawnError         500 / 1011
      AuditUnreadable      503: an audit sink could not give older events
      CursorGone           410: what an audit sink kept has changed since it gave that cursor

Each class stores facts and composes its text from them. Three audiences are kept apart:
`public` is for the person at the page, ``str(error)`` is for the log, and `code` is the short,
stable label for programs and metrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "AuditUnavailable",
    "AuditUnreadable",
    "AuthError",
    "AuthUnavailable",
    "ConfigError",
    "ConfigProblem",
    "ConnectionGone",
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


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


class TorntermError(Exception):
    """The root of all errors that tornterm raises on purpose."""

    code: str = "error"
    http_status: int = 500
    close_code: int = 1011

    @property
    def public(self) -> str:
        """The sentence that may be shown to the person at the page."""
        return _sentence(str(self))


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing that is wrong with the configuration.

    Args:
        source: The file, environment variable or option it came from. A plugin leaves it empty,
            and the file is added.
        table: The TOML table, for example ``sessions``; empty for the top level. Where a plugin
            leaves it and the source empty it becomes the plugin's own, ``plugins.<name>``.
        key: The key in that table; empty where the table itself is wrong.
        why: What is wrong and what would be right.
        warning: Whether it is only odd, and no reason not to start.
    """

    source: str
    table: str
    key: str
    why: str
    warning: bool = False

    def __str__(self) -> str:
        where = f"[{self.table}] {self.key}".strip() if self.table else self.key
        return ": ".join(part for part in (self.source, where, self.why) if part)


class ConfigError(TorntermError):
    """The configuration is wrong; holds every problem that was found, not only the first.

    Args:
        problems: All problems of all sources, in the order in which they were found.
    """

    code = "config"

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PluginError(TorntermError):
    """A plugin cannot be loaded, breaks the contract or failed where failing is fatal.

    Args:
        plugin: The plugin's name as written in ``plugins.enabled``.
        hook: The hook concerned, or an empty string where it is the plugin as a whole.
        why: What is wrong.
    """

    code = "plugin"

    def __init__(self, plugin: str, hook: str, why: str) -> None:
        self.plugin = plugin
        self.hook = hook
        self.why = why
        super().__init__(f"plugin {plugin!r}{f', hook {hook}' if hook else ''}: {why}")

    @property
    def public(self) -> str:
        """Plugins are the operator's business: a person learns only that something failed."""
        return "The server could not complete this request."


class ProtocolError(TorntermError):
    """A client broke a rule of the wire; its connection is closed with 4400.

    Args:
        why: What was wrong with what the client sent and what would be right.
    """

    code = "protocol"
    http_status = 400
    close_code = 4400

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)

    @property
    def public(self) -> str:
        """The rule, for a person who sees it because a program was wrong."""
        return _sentence(f"The server did not understand: {self.why}")


class AuthError(TorntermError):
    """Nobody is logged in, or the credentials are wrong.

    Args:
        why: For the log; never contains the credential.
        public: For the person; the default does not say which part was wrong.
    """

    code = "unauthenticated"
    http_status = 401
    close_code = 4401

    def __init__(self, why: str = "not logged in", public: str = "Please log in.") -> None:
        self.why = why
        self._public = public
        super().__init__(why)

    @property
    def public(self) -> str:
        """A sentence that does not say which part of the credential was wrong."""
        return self._public


class LoginEnded(AuthError):
    """Somebody was logged in, but the login is over: logged out, revoked or expired."""

    code = "auth_ended"

    def __init__(self) -> None:
        super().__init__("the login has ended", "Your login has ended. Please log in again.")


class AuthUnavailable(AuthError):
    """Who somebody is cannot be found out now, because what has to say it fails.

    It lets nobody in, as every `AuthError`, but says nothing against the credentials.

    Args:
        why: What failed, for the log; never contains the credential.
    """

    code = "auth_unavailable"
    http_status = 503
    close_code = 1013

    def __init__(self, why: str) -> None:
        super().__init__(
            why, "Logging in is not possible at the moment. Please try again in a moment."
        )


class Forbidden(AuthError):
    """Somebody is logged in but may not do this."""

    code = "forbidden"
    http_status = 403
    close_code = 4403

    def __init__(
        self, why: str = "not allowed", public: str = "You are not allowed to do this."
    ) -> None:
        super().__init__(why, public)


class SessionError(TorntermError):
    """Something is wrong with one session; no other session is concerned."""


class SessionNotFound(SessionError):
    """There is no such session, or none that this user may know of."""

    code = "not_found"
    http_status = 404
    close_code = 4404

    def __init__(self, session_id: str = "") -> None:
        self.session_id = session_id
        super().__init__(f"no session {session_id!r}" if session_id else "no such session")

    @property
    def public(self) -> str:
        """The same sentence for "does not exist" and "is not yours"."""
        return "This session does not exist (any more)."


class SessionExpired(SessionError):
    """The session ended because nobody came back, or its lifetime was over."""

    code = "expired"
    http_status = 410
    close_code = 4410

    def __init__(self, session_id: str = "", why: str = "This session has expired.") -> None:
        self.session_id = session_id
        self.why = why
        super().__init__(why)


class ControlRefused(SessionError):
    """A client may not have, or not hand over, the right to write; its connection goes on.

    Args:
        code: ``forbidden`` or ``not_found``.
        public: A sentence for the person.
    """

    http_status = 403
    close_code = 4403

    def __init__(self, code: str, public: str) -> None:
        self.code = code
        self._public = public
        super().__init__(public)

    @property
    def public(self) -> str:
        """What would have to be different."""
        return self._public


class LimitExceeded(SessionError):
    """A limit does not allow another session, or another of what it counts, now.

    Args:
        code: ``server_full``, ``user_limit``, ``group_limit``, ``user_rate``, ``login_rate``,
            ``ip_rate``, ``viewer_limit``, ``share_limit``, ``transfer_limit``, ``page_limit`` or
            ``busy``.
        limit: The limit's value.
        current: How much of it is used.
        retry_after: Seconds until a retry can succeed, or None where that cannot be known.
        detail: A sentence for the person.
    """

    http_status = 429
    close_code = 1013

    def __init__(
        self, code: str, limit: int, current: int, retry_after: int | None, detail: str
    ) -> None:
        self.code = code
        self.limit = limit
        self.current = current
        self.retry_after = retry_after
        self.detail = detail
        super().__init__(f"{code}: {current} of {limit} used; {detail}")

    @property
    def public(self) -> str:
        """The reason, without internal labels."""
        return self.detail


class AuditUnavailable(SessionError):
    """``audit.required`` is on and events cannot be kept, so nothing new may begin."""

    code = "audit_unavailable"
    http_status = 503
    close_code = 1013

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"audit unavailable: {why}")

    @property
    def public(self) -> str:
        """A person cannot mend this and need not know which sink failed."""
        return "New sessions are not possible at the moment. Please try again later."


class SpawnError(SessionError):
    """The program could not be started.

    Args:
        why: What failed, with the path or the value concerned, and what would be right.
    """

    code = "spawn_failed"
    http_status = 500
    close_code = 1011

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)

    @property
    def public(self) -> str:
        """The reason as it is: it names a program or a directory, never a secret."""
        return _sentence(f"The program could not be started: {self.why}")


class NoProfile(SpawnError):
    """Nobody starts the profile that was wished for.

    Args:
        why: The name, and one that may have been meant.
    """

    http_status = 400


class Replaced(SessionError):
    """A newer connection of the same client is there, so this one is not needed any more."""

    code = "replaced"
    http_status = 409
    close_code = 4409

    def __init__(self) -> None:
        super().__init__("a newer connection of the same client has taken over")


class ConnectionGone(SessionError):
    """A connection ended while it was being let in, so nothing is done for it any more."""

    code = "gone"
    http_status = 400
    close_code = 1001

    def __init__(self) -> None:
        super().__init__("the connection has ended before it was let in")


class GoingAway(SessionError):
    """The server is shutting down and begins nothing new."""

    code = "going_away"
    http_status = 503
    close_code = 1001

    def __init__(self) -> None:
        super().__init__("The server is shutting down. Please come back in a moment.")


class AuditUnreadable(TorntermError):
    """An audit sink was asked for older events and failed; only that request is concerned.

    Args:
        plugin: The sink.
        why: What failed, for the log.
    """

    code = "audit_unreadable"
    http_status = 503

    def __init__(self, plugin: str, why: str) -> None:
        self.plugin = plugin
        self.why = why
        super().__init__(f"plugin {plugin!r} gave no older events: {why}")

    @property
    def public(self) -> str:
        """Which sink it was; an administrator finds the rest in the log."""
        return f"Older events cannot be read at the moment ({self.plugin})."


class CursorGone(TorntermError):
    """A cursor leads nowhere: what it pointed into was replaced or cut since, or it is none.

    Args:
        why: What is different, for the log.
    """

    code = "cursor_gone"
    http_status = 410

    def __init__(self, why: str = "what was kept has changed") -> None:
        self.why = why
        super().__init__(why)

    @property
    def public(self) -> str:
        """What to do instead."""
        return "What was kept has been replaced since. Try again to see what is there now."
