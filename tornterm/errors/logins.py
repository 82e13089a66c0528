"""Who somebody is, and what they may do."""

from __future__ import annotations

from tornterm.errors.root import TorntermError

__all__ = ["AuthError", "AuthUnavailable", "Forbidden", "LoginEnded"]


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
