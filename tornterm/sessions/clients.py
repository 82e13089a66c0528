"""What a session remembers of each client across its connections.

Input is counted per client in absolute offsets, so a client that reconnects resends exactly what
was not accounted for. Source: ``docs/protocol.md``, "Writing" and "Connections and tokens".
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from tornterm.core.tokens import new_id

__all__ = ["INPUT_AHEAD", "MAX_DETACHED", "Client", "ClientTable"]

INPUT_AHEAD = 64 * 1024
"""Bytes of input that a client may be ahead of what the program has taken."""

MAX_DETACHED = 64
"""Clients without a connection that a session remembers; the longest absent goes first."""


@dataclass(slots=True)
class Client:
    """One document or program that attaches to a session, over all its connections.

    Args:
        user: The user it belongs to; nobody else can go on as this client.
        id: The public id by which it says that it is back.
        received: Bytes of input received in all, accepted or refused.
        refused: Bytes of input that were not accepted.
        limit: The offset up to which it may send; never falls.
        attempt: The highest connection attempt seen.
        asked: Seconds on the session's clock at which it asked for the right to write; None while
            it does not wait for it.
        connections: How many of its connections are attached, 0 or 1 but for a moment.
    """

    user: str
    id: str = field(default_factory=new_id)
    received: int = 0
    refused: int = 0
    limit: int = 0
    attempt: int = 0
    asked: float | None = None
    connections: int = 0

    def raise_limit(self, queued: int) -> bool:
        """Let the client go on as far as the program has taken what came before.

        Args:
            queued: Bytes of input that the program has not taken yet.

        Returns:
            Whether the limit rose.
        """
        limit = self.received + max(0, INPUT_AHEAD - queued)
        if limit <= self.limit:
            return False
        self.limit = limit
        return True


class ClientTable:
    """The clients of one session; bounded, whatever connects."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, Client] = OrderedDict()

    def __len__(self) -> int:
        return len(self._clients)

    def take_up(self, client_id: str | None, user: str) -> Client:
        """The client of that id if it is this user's, else a new one.

        Args:
            client_id: The id the client says it was given, or None.
            user: The user who is connecting.
        """
        client = self._clients.get(client_id) if client_id else None
        if client is None or client.user != user:
            client = Client(user)
        self._clients[client.id] = client
        self._clients.move_to_end(client.id)
        self._forget_the_longest_absent()
        return client

    def _forget_the_longest_absent(self) -> None:
        detached = [client for client in self._clients.values() if not client.connections]
        for client in detached[: max(0, len(detached) - MAX_DETACHED)]:
            del self._clients[client.id]
