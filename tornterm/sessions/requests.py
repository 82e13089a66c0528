"""Sessions that clients ask for under an id of their own, so that asking again makes no second."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tornterm.core.protocols import v1
from tornterm.sessions.guest import Guest
from tornterm.sessions.manager import SessionManager, Wishes
from tornterm.sessions.session import Session
from tornterm.types import Size

__all__ = ["Request", "Requests"]


@dataclass(slots=True)
class Request:
    """A session that a client asked for.

    Args:
        task: Makes it.
        client_id: The client, as the session has named it; None before.
        attempt: The latest that has been seen.
    """

    task: asyncio.Task[Session]
    client_id: str | None = None
    attempt: int = 0


class Requests:
    """What has been asked for, until the session that came of it is over.

    Args:
        manager: Where sessions are made.
    """

    def __init__(self, manager: SessionManager) -> None:
        self._manager = manager
        self._known: dict[tuple[str, str], Request] = {}

    def take(self, guest: Guest, message: v1.Open, size: Size) -> Request:
        """The request that a message repeats, or a new one.

        Args:
            guest: Whose it is.
            message: The message.
            size: The size that it names.
        """
        key = (guest.person.name, message.request or "")
        request = self._known.get(key) if message.request else None
        if request is None:
            wishes = Wishes(profile=message.profile or "", title=message.title or "")
            creation = self._manager.create(
                guest.person, size, remote=guest.transport.remote, wishes=wishes
            )
            request = Request(asyncio.get_running_loop().create_task(creation))
            if message.request:
                self._known[key] = request
                request.task.add_done_callback(lambda task: self._keep_or_drop(key, task))
        request.attempt = max(request.attempt, message.attempt)
        return request

    def _keep_or_drop(self, key: tuple[str, str], task: asyncio.Task[Session]) -> None:
        """One that failed may be made again; one that came true is kept with its session."""
        if task.cancelled() or task.exception() is not None:
            del self._known[key]
        else:
            task.result().on_close.append(lambda: self._forget(key))

    def _forget(self, key: tuple[str, str]) -> None:
        self._known.pop(key, None)
