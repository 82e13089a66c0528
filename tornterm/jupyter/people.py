"""Jupyter's users and its authorizer, as tornterm's."""

from __future__ import annotations

from typing import Any, ClassVar

from jupyter_core.utils import ensure_async
from jupyter_server import CallContext
from jupyter_server.auth import IdentityProvider, PasswordIdentityProvider
from jupyter_server.auth.identity import LegacyIdentityProvider
from terminado.management import MaxTerminalsReached

from tornterm.errors import LimitExceeded
from tornterm.hookspecs import hookimpl
from tornterm.types import Action, SessionInfo, User

__all__ = ["JupyterAuthorizer", "LimitReached", "current_handler", "user_of"]

_NAMELESS = frozenset({IdentityProvider, PasswordIdentityProvider, LegacyIdentityProvider})
"""Who lets everybody in by one token or password, and invents a name for each browser."""


class LimitReached(MaxTerminalsReached):
    """terminado's word for it that there may not be another terminal now.

    Args:
        error: Which limit it was.
    """

    def __init__(self, error: LimitExceeded) -> None:
        super().__init__(error.limit)
        self.error = error

    def __str__(self) -> str:
        return self.error.public


def current_handler() -> Any | None:
    """The handler of Jupyter's whose request this code serves; None outside of requests."""
    return CallContext.get(CallContext.JUPYTER_HANDLER)


def user_of(handler: Any | None, owner: str) -> User:
    """Whom Jupyter says that a request is from.

    Args:
        handler: The request's handler; None for the server's own code.
        owner: The name of the one user where Jupyter knows nobody by name.
    """
    person = getattr(handler, "current_user", None)
    provider = getattr(handler, "identity_provider", None)
    if person is None or type(provider) in _NAMELESS:
        return User(owner, backend=JupyterAuthorizer.name)
    return User(person.username, backend=JupyterAuthorizer.name, display_name=person.display_name)


class JupyterAuthorizer:
    """Asks the server's authorizer, as Jupyter's own handlers do."""

    name = "jupyter"

    RESOURCE: ClassVar = "terminals"
    ACTIONS: ClassVar[dict[Action, str]] = {
        "create": "write",
        "attach": "execute",
        "watch": "read",
        "control": "execute",
        "kill": "write",
        "admin": "write",
    }

    @hookimpl
    async def tornterm_authorize(
        self, user: User, action: Action, session: SessionInfo | None
    ) -> bool | None:
        """What the authorizer says; nothing about what the server's own code does."""
        handler = current_handler()
        if handler is None or handler.authorizer is None:
            return None
        allowed = handler.authorizer.is_authorized(
            handler, handler.current_user, self.ACTIONS[action], self.RESOURCE
        )
        return bool(await ensure_async(allowed))
