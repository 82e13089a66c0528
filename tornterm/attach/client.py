"""The client: keeps a session on a terminal, over any number of connections.

Source: ``docs/protocol.md``, "Connections" and "Close codes".
"""

from __future__ import annotations

import asyncio
import random
import time

from tornterm.attach.address import Address
from tornterm.attach.keys import Command, Keys
from tornterm.attach.link import Denied, Link, Unreachable, ask_for_token
from tornterm.attach.local import LocalTerminal
from tornterm.attach.visit import Visit
from tornterm.attach.words import counted, how_it_ended
from tornterm.config.units import rough_duration
from tornterm.core.lifecycle import CloseCode
from tornterm.core.protocols.v1 import Exited
from tornterm.errors import ProtocolError

__all__ = ["GIVEN_UP", "Client"]

GIVEN_UP = 255
"""The exit code where the session cannot be reached or the server ended the connection."""

_FIRST_DELAY_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 10.0

_FINAL = {
    CloseCode.ENDED,
    CloseCode.POLICY,
    CloseCode.SPAWN_FAILED,
    CloseCode.TRY_LATER,
    CloseCode.PROTOCOL,
    CloseCode.LOGIN_ENDED,
    CloseCode.FORBIDDEN,
    CloseCode.NOT_FOUND,
    CloseCode.REPLACED,
    CloseCode.EXPIRED,
}
"""Close codes after which a client does not come back by itself."""

_SHARE_MAY_HELP = {CloseCode.LOGIN_ENDED, CloseCode.FORBIDDEN, CloseCode.NOT_FOUND}
"""Close codes after which a share may open a session although the token did not."""

_HELP = (
    "at the beginning of a line: ~. leaves, ~t takes control, ~g grants it, ~r gives it up, "
    "~s sends what was held back, ~~ sends ~, ~? shows this"
)


class Client:
    """Shows a session and stays with it.

    Args:
        address: The server, and the session if there is one already.
        headers: What logs the person in.
        terminal: Where the person sits.
        token: A resume token of the session, if there is one already.
        profile: What a new session starts; empty for the usual program.
    """

    def __init__(
        self,
        address: Address,
        headers: dict[str, str],
        terminal: LocalTerminal,
        *,
        token: str | None = None,
        profile: str = "",
    ) -> None:
        self._address = address
        self._headers = headers
        if not any(name.lower() == "origin" for name in headers):
            self._headers["Origin"] = address.origin
        self._terminal = terminal
        self._keys = Keys()
        self._visit = Visit(terminal, address.session, token, address.share, profile)
        self._left: asyncio.Future[int] | None = None
        self._farewell = ""
        self._reached = False
        self._asked_for_token = False
        self._delay = _FIRST_DELAY_SECONDS
        self._hurry = False

    async def run(self) -> int:
        """Stay until the program ends, the person leaves or nothing can be done any more.

        Returns:
            The exit code.
        """
        self._left = asyncio.get_running_loop().create_future()
        work = asyncio.create_task(self._stay())
        try:
            self._terminal.enter(self._on_typed, self._visit.wish, self._on_signal)
            await asyncio.wait({work, self._left}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else self._left.result()
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            self._terminal.restore()
            if self._farewell:
                self._terminal.note(self._farewell)

    async def _stay(self) -> int:
        while True:
            try:
                code = await self._connect_and_talk()
            except Denied as problem:
                return self._give_up(f"{self._address.base}: {problem}")
            except ProtocolError as problem:
                return self._give_up(f"The server broke a rule of the protocol: {problem}.")
            except Unreachable as problem:
                if not self._reached:
                    return self._give_up(f"Cannot reach {self._address.base}: {problem}.")
                code = None
            if code is not None:
                return code
            await self._pause()

    async def _connect_and_talk(self) -> int | None:
        """Use one connection up.

        Returns:
            An exit code, or None where the client is to come back.
        """
        visit = self._visit
        if visit.session is not None and visit.token is None and self._address.share is None:
            visit.token = await ask_for_token(self._address, visit.session, self._headers)
        link = await Link.open(self._address, self._headers)
        self._reached = True
        try:
            visit.begin(link)
            while (frame := await link.receive()) is not None:
                await visit.on_frame(frame)
                if visit.live:
                    self._delay, self._asked_for_token = _FIRST_DELAY_SECONDS, False
        finally:
            visit.cut()
            await link.close()
        return self._judge(link.close_code)

    def _judge(self, close_code: int | None) -> int | None:
        visit = self._visit
        if visit.exit is not None:
            self._farewell = how_it_ended(visit.exit, time.time())
            return _exit_code(visit.exit)
        stale = _SHARE_MAY_HELP if self._address.share else {CloseCode.FORBIDDEN}
        if close_code in stale and visit.token and not self._asked_for_token:
            self._asked_for_token = self._hurry = True
            visit.token = None
            return None
        if close_code not in _FINAL:
            return None
        error = visit.error
        words = error.message if error else "The server ended the connection."
        if error and error.retry_after:
            words += f" Try again in {rough_duration(error.retry_after, up=True)}."
        return self._give_up(words)

    def _give_up(self, words: str) -> int:
        unsent = self._visit.unsent
        lost = f" {counted(unsent, 'typed byte')} not sent." if unsent else ""
        self._farewell = f"{words}{lost}"
        return GIVEN_UP

    async def _pause(self) -> None:
        """Wait before the next attempt; silently where that is too short to be noticed."""
        if self._hurry:
            self._hurry = False
            return
        # A little chance, so that many clients of one server do not come back together.
        delay = self._delay * random.uniform(0.8, 1.2)  # noqa: S311 - nothing secret
        if self._delay >= 1:
            self._visit.waits(f"reconnecting in {delay:.0f} s")
        self._delay = min(2 * self._delay, _LONGEST_DELAY_SECONDS)
        await asyncio.sleep(delay)

    # The person.

    def _on_typed(self, data: bytes) -> None:
        if not data:
            self._leave(GIVEN_UP, "")
        for part in self._keys.feed(data):
            match part:
                case bytes():
                    self._visit.type(part)
                case Command.LEAVE:
                    self._leave(0, self._how_to_come_back())
                case Command.TAKE:
                    self._visit.take_control()
                case Command.GRANT:
                    self._visit.grant_control()
                case Command.RELEASE:
                    self._visit.release_control()
                case Command.SEND:
                    self._visit.send_held()
                case Command.HELP:
                    self._terminal.note(_HELP)

    def _how_to_come_back(self) -> str:
        session = self._visit.session
        if session is None:
            return "left"
        address = self._address.of_session(session)
        return f"left; the session goes on. Come back with: tornterm attach {address}"

    def _on_signal(self, number: int) -> None:
        self._leave(128 + number, "")

    def _leave(self, code: int, words: str) -> None:
        if self._left is not None and not self._left.done():
            self._farewell = words
            self._left.set_result(code)


def _exit_code(exited: Exited) -> int:
    if exited.exit_code is not None:
        return exited.exit_code
    return 128 + exited.signal if exited.signal is not None else GIVEN_UP
