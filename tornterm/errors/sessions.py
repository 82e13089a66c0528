"""Something is wrong with one session."""

from __future__ import annotations

from tornterm.errors.root import TorntermError, sentence

__all__ = [
    "AuditUnavailable",
    "ControlRefused",
    "LimitExceeded",
    "NoProfile",
    "SessionError",
    "SessionExpired",
    "SessionNotFound",
    "SpawnError",
]


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
        return sentence(f"The program could not be started: {self.why}")


class NoProfile(SpawnError):
    """Nobody starts the profile that was wished for.

    Args:
        why: The name, and one that may have been meant.
    """

    http_status = 400


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
