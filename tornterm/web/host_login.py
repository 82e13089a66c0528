"""The login of the application around the terminals, where it has one."""

from __future__ import annotations

import asyncio
import copy
import inspect
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from tornado.web import RequestHandler

from tornterm.errors import AuthError, AuthUnavailable
from tornterm.types import User

__all__ = ["BACKEND", "Authenticate", "HostLogin", "Still", "TornadoLogin", "asking", "user_from"]

logger = logging.getLogger("tornterm.web")

BACKEND = "host"
"""The backend of users for whom the application around us vouches."""

TIMEOUT = 10.0
"""Seconds that the application may take to say who somebody is."""

Authenticate: TypeAlias = Callable[[RequestHandler], User | Awaitable[User | None] | None]
"""Says who sent the request of a handler in the host's application; None for nobody."""


Still: TypeAlias = Callable[[], bool | Awaitable[bool]]
"""Says whether somebody whom the host's application has let in may stay."""


def asking(still: Still, timeout: float = TIMEOUT) -> Callable[[], Awaitable[bool]]:
    """Ask the application; whatever goes wrong there denies, and is logged.

    Args:
        still: What the application gave.
        timeout: Seconds that it may take.
    """

    async def ask() -> bool:
        try:
            answer = still()
            if inspect.isawaitable(answer):
                answer = await asyncio.wait_for(answer, timeout)
        except Exception as error:
            _log_failure("still", error)
            return False
        return answer is True

    return ask


class HostLogin:
    """Asks the application around us who somebody is; whatever goes wrong there denies.

    Args:
        authenticate: What the application gave.
        timeout: Seconds that it may take.
    """

    def __init__(self, authenticate: Authenticate, timeout: float = TIMEOUT) -> None:
        self._authenticate = authenticate
        self._timeout = timeout

    async def user_of(self, handler: RequestHandler) -> User | None:
        """Who sent the request that `handler` answers; None for nobody.

        Args:
            handler: A handler in the host's application.

        Raises:
            AuthError: The application denies it.
            AuthUnavailable: It failed, which is logged.
        """
        try:
            answer = self._authenticate(handler)
            if inspect.isawaitable(answer):
                answer = await asyncio.wait_for(answer, self._timeout)
            return _checked(answer)
        except AuthError:
            raise
        except Exception as error:
            _log_failure("authenticate", error)
            raise AuthUnavailable("the application's authenticate failed") from None

    async def still(self, handler: RequestHandler, user: User) -> bool:
        """Whether the application still says the same of whom a live connection belongs to.

        Args:
            handler: The connection's handler.
            user: Who it was.
        """
        try:
            now = await self.user_of(handler)
        except AuthError:
            return False
        return now is not None and (now.name, now.groups, now.admin) == (
            user.name,
            user.groups,
            user.admin,
        )


class TornadoLogin:
    """Who is logged in to a Tornado application, as its own handlers see it.

    It makes a handler of the application's for the request and asks that one's
    ``get_current_user``; give it as ``Terminals(authenticate=...)``.

    Args:
        handler: The class of the application's handlers. Its ``prepare`` does not run; where that
            finds the user, write an ``authenticate`` of your own.
        user: Makes a `User`, or None, of what ``get_current_user`` returned; `user_from` where
            left out.
        arguments: What the routes give to the handler's ``initialize``.
    """

    def __init__(
        self,
        handler: type[RequestHandler],
        user: Callable[[Any], User | None] | None = None,
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        self._handler = handler
        self._user = user or user_from
        self._arguments = dict(arguments or {})

    async def __call__(self, handler: RequestHandler) -> User | None:
        """Who sent the request of `handler`, one of tornterm's; None for nobody."""
        request = copy.copy(handler.request)
        # A handler takes over its connection's news; that one's real handler still needs them.
        request.connection = _Aside(handler.request.connection)  # type: ignore[assignment]
        theirs: Any = self._handler(handler.application, request, **self._arguments)
        found = theirs.get_current_user()
        if inspect.isawaitable(found):
            found = await found
        return None if found is None else self._user(found)


def user_from(found: Any) -> User | None:
    """A user of what ``get_current_user`` usually returns.

    Args:
        found: A user; a name, as text or as the bytes of a signed cookie; or a mapping with
            ``name`` (or ``username``) and, where they apply, ``groups``, ``admin`` and
            ``display_name``. Nothing, or something empty, is nobody.

    Raises:
        TypeError: It is something else; give `TornadoLogin` a ``user`` that understands it.
    """
    if not found:
        return None
    if isinstance(found, User):
        return found
    if isinstance(found, bytes):
        return User(found.decode("utf-8"))
    if isinstance(found, str):
        return User(found)
    if not isinstance(found, Mapping):
        raise TypeError(f"no user can be made of {type(found).__name__}")
    name = found.get("name") or found.get("username")
    groups = found.get("groups") or ()
    if not isinstance(name, str) or isinstance(groups, str):
        raise TypeError("a user's mapping needs a name, and its groups are a list")
    # Only a real True makes an admin, never a text such as "false".
    admin = found.get("admin") is True
    shown = str(found.get("display_name") or "")
    return User(name, tuple(map(str, groups)), admin, display_name=shown)


class _Aside:
    """A connection for a handler that only looks at the request and answers nothing."""

    def __init__(self, connection: Any) -> None:
        self.context = getattr(connection, "context", None)
        self.stream = getattr(connection, "stream", None)

    def set_close_callback(self, callback: Callable[[], None] | None) -> None:
        """Nothing: the connection is not this handler's."""


def _log_failure(what: str, error: Exception) -> None:
    """Say what failed, without its text: it may have credentials in its hands."""
    frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    logger.error("the application's %s failed: %s\n%s", what, type(error).__name__, frames)


def _checked(answer: Any) -> User | None:
    if answer is None:
        return None
    if not isinstance(answer, User):
        raise TypeError(f"authenticate must return User or None, not {type(answer).__name__}")
    if not isinstance(answer.name, str) or not answer.name:
        raise ValueError("authenticate must return a user with a name")
    return replace(answer, backend=BACKEND)
