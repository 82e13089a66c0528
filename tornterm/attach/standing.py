"""Where a client stands among those who share a session: what it may do, and who asks for what."""

from __future__ import annotations

from collections.abc import Callable

from tornterm.core.lifecycle import ErrorCode
from tornterm.core.protocols import v1

__all__ = ["Standing"]


class Standing:
    """What one client knows of the right to type, besides whether it has it.

    Args:
        guest: Whether the client came with a share, so that others decide.
        send: Sends a message.
        note: Tells the person something.
    """

    def __init__(
        self,
        guest: bool,
        send: Callable[[v1.ClientMessage], None],
        note: Callable[[str], None],
    ) -> None:
        self.claims = False
        """Whether control has been taken and is about to come."""
        self._guest = guest
        self._send = send
        self._note = note
        self._may_control = True
        self._asked = False
        self._asking: dict[str, str] = {}

    def begin(self, features: tuple[str, ...]) -> None:
        """Take note of the answer on a new connection."""
        self._may_control = v1.CONTROL in features
        self._asked = self.claims = False

    def won(self) -> None:
        """The client is the writer."""
        self._asked = self.claims = False

    def request(self) -> None:
        """Take control, or ask for it where that is for somebody else to decide."""
        if not self._may_control:
            self._note("you may only watch this session")
            return
        self._asked, self.claims = True, not self._guest
        self._send(v1.RequestControl())
        if self._guest:
            self._note("asked for control; the owner of the session decides")

    def grant(self) -> None:
        """Let whoever has been asking for longest type."""
        self._asked = True
        self._send(v1.GrantControl())

    def watching(self, dropped: str) -> str:
        """What to say to a person who types and only watches.

        Args:
            dropped: What became of the keys; begins with a comma, or is empty.
        """
        if self._may_control and not self._guest:
            return f"another client has control{dropped}; ~t takes it"
        return f"you are watching{dropped}{'; ~t asks for control' if self._may_control else ''}"

    def on_clients(self, message: v1.Clients) -> None:
        """Say who has begun to ask for control, to those who decide."""
        asking = {one.client: one.user for one in message.clients if one.asks}
        if not self._guest:
            for client in asking.keys() - self._asking.keys():
                self._note(f"{asking[client]} asks for control; ~g lets them type")
        self._asking = asking

    def on_error(self, message: v1.ErrorMessage) -> None:
        """Say why something that was asked for is refused."""
        if self._asked and message.code in (ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND):
            # It may just as well be why the connection ends; then it is said once more.
            self._asked = self.claims = False
            self._note(message.message)
