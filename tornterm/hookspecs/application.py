"""What plugins are given of the application that runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tornterm.errors import AuthError
    from tornterm.types import User

__all__ = ["App"]


class App(Protocol):
    """What a plugin may ask of the application that runs it, on the event loop only."""

    @property
    def auth_backends(self) -> tuple[str, ...]:
        """The names of the enabled plugins that authenticate, in the order asked."""

    def offer_login_link(self, user: User) -> None:
        """Let the operator log in as `user` through a link that is good once."""

    def recheck_logins(self) -> None:
        """Ask `tornterm_revalidate` for all logins now, because some may have ended."""

    def address(self, handler: Any) -> str:
        """Where the person whose request `handler` answers finds this server: ends with a slash."""

    def login_failed(self, handler: Any, error: AuthError) -> None:
        """Count and audit that somebody could not log in on one of the plugin's routes.

        Args:
            handler: The handler of the route; raise `error` afterwards, to answer with it.
            error: Why; without the credential.
        """

    def login(self, handler: Any, user: User) -> None:
        """Log in the person whose request `handler`, of one of the plugin's routes, answers.

        The cookie goes out with the answer. It is SameSite=Strict: to a person who comes from
        another site, answer with a redirect to ``{base}login?next=...``.

        Args:
            handler: The handler itself, before it has answered.
            user: Who it is; `User.backend` becomes the plugin's name.
        """

    def record(self, handler: Any, name: str, **facts: Any) -> None:
        """Audit what somebody did on one of the plugin's routes.

        Args:
            handler: The handler that answers their request.
            name: What was done, one word; the event's name has the plugin's before it.
            **facts: Further values that JSON can carry.
        """
