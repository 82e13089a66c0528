"""One connection of the model, with what is on its way in both directions."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from tests.model.world import INSIDE, OWNER, TABLE, World, must
from tornterm.core.protocols import v1
from tornterm.sessions.reception import Guest
from tornterm.web.v1_socket import V1Conversation

if TYPE_CHECKING:
    from tests.model.client import Client

Frame = str | bytes


class Connection:
    """A WebSocket that may break at any byte, unnoticed by either side for as long as it takes.

    A frame of which a part is missing is none, so what arrives before a cut is a number of whole
    frames: which, the trace decides.

    Args:
        world: The server.
        client: Who connects.
        rng: Decides what a cut leaves.
    """

    remote = "model"

    def __init__(self, world: World, client: Client, rng: Random) -> None:
        self.up: deque[Frame] = deque()
        self.down: deque[Frame | int] = deque()
        self.on_writable: Callable[[], None] | None = None
        self.client_open = True
        self.server_open = True
        self.slow = False
        self.declared: int | None = None
        self._world = world
        self._client = client
        self._rng = rng
        self._drawn = False
        self._unsent: deque[Frame | int] = deque()
        self.task: asyncio.Future[None] | None = None
        guest = Guest(None if client.guest else OWNER, self)
        self.conversation = V1Conversation(world.reception, guest, world.attempt)

    @property
    def over(self) -> bool:
        """Whether nothing can happen on it any more."""
        return not self.client_open and not self.server_open and self.task is None

    @property
    def busy(self) -> bool:
        """Whether anything is on its way."""
        return bool(self.up or self.down or self._unsent)

    # The server's side: `tornterm.sessions.transport.Transport`.

    @property
    def gone(self) -> bool:
        return not self.server_open

    @property
    def unsent(self) -> int:
        return sum(len(frame) for frame in self._unsent if not isinstance(frame, int))

    def send_bytes(self, data: bytes | memoryview) -> None:
        attachment = self.conversation.attachment
        drawn, self._drawn = self._drawn, False
        if attachment is not None and attachment.open and not drawn:
            end = attachment.cursor.offset
            resized = any(at == end for at, _ in self._world.terminal.sizes)
            whole = end == attachment.host.log.end or resized or not INSIDE[end % len(TABLE)]
            must(whole, "a frame ends inside a character")
        self._send(bytes(data))

    def send_text(self, text: str) -> None:
        self._drawn = text.startswith('{"type":"snapshot"')
        attachment, session = self.conversation.attachment, self._world.session
        if self._drawn and session is not None and attachment is session.writer:
            must(self._world.followed != session.lease, "the writer's ring was overrun")
        self._send(text)

    def hold(self) -> None:
        """Each frame is on its way by itself here."""

    def release(self) -> None:
        """Nothing is kept here."""

    def close(self, code: int, reason: str) -> None:
        self._send(code)

    def _send(self, frame: Frame | int) -> None:
        if not self.server_open:
            return  # as with a socket, whoever sends learns later that it is gone
        if self.slow or self._unsent:
            self._unsent.append(frame)
        else:
            self._to_wire(frame)

    def _to_wire(self, frame: Frame | int) -> None:
        self.down.append(frame)
        if isinstance(frame, int):
            self._server_ends()

    def drain(self, count: int) -> None:
        """The socket takes so many frames."""
        taken = 0
        while self._unsent and taken < count and self.server_open:
            self._to_wire(self._unsent.popleft())
            taken += 1
        if taken and self.server_open and self.on_writable is not None:
            self.on_writable()

    # On the way.

    def send_up(self, message: v1.ClientMessage | bytes) -> None:
        """The client sends a frame."""
        if self.client_open:
            self.up.append(message if isinstance(message, bytes) else v1.encode(message))

    def deliver_up(self, most: int) -> None:
        """Frames reach the server, unless it is still busy with the first one."""
        for _ in range(min(most, len(self.up))):
            if self.task is not None or not self.up:
                return
            frame = self.up.popleft()
            if self.server_open:
                self._to_server(frame)

    def _to_server(self, frame: Frame) -> None:
        if isinstance(frame, str) and frame.startswith('{"type":"input"'):
            self.declared = json.loads(frame)["lease"]
        work = self.conversation.on_frame(frame)
        if work is not None:
            self.task = asyncio.ensure_future(work)
            self.task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Future[None]) -> None:
        self.task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            self._world.errors.append(error)

    def deliver_down(self, most: int) -> None:
        """Frames reach the client."""
        for _ in range(min(most, len(self.down))):
            if not self.down:
                return
            frame = self.down.popleft()
            if not self.client_open:
                continue
            if isinstance(frame, int):
                self._client_ends(frame)
            else:
                self._client.on_frame(self, frame)

    # Breaking.

    def cut_at_client(self) -> None:
        """The client's side breaks; the server does not know, and some frames still reach it."""
        for _ in range(self._rng.randint(0, len(self.up)) if self._rng.random() < 0.7 else 0):
            self.up.pop()
        self._client_ends(1006)

    def cut_at_server(self) -> None:
        """The server's side breaks; the client does not know, and some frames still reach it."""
        for _ in range(self._rng.randint(0, len(self.down)) if self._rng.random() < 0.7 else 0):
            self.down.pop()
        self._server_ends()

    def notice(self) -> None:
        """Whoever does not know yet that the other side has gone learns of it."""
        if not self.client_open and self.server_open and not self.up:
            self._server_ends()
        if not self.server_open and self.client_open and not self.down:
            self._client_ends(1006)

    def _client_ends(self, code: int) -> None:
        if self.client_open:
            self.client_open = False
            self._client.on_close(self, code)

    def _server_ends(self) -> None:
        if self.server_open:
            self.server_open = False
            self.up.clear()
            self._unsent.clear()
            self.conversation.detach()
