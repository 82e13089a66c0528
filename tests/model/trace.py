"""Traces: a random sequence of what may happen, then a quiet network, and what must hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

from tests.model.client import Client
from tests.model.network import Connection
from tests.model.promises import holds_always, holds_at_the_end
from tests.model.world import CAPACITY, World, must
from tornterm.core.protocols import v1
from tornterm.sessions.members import Right
from tornterm.types import Size

QUIET = (0.1, 0.5, 1, 1, 1, 5, 11, 61, 0.1, 1, 1)
"""How time passes while the network is quiet at the end: past every timeout of the protocol."""

WAVES = 400
"""Rounds of deliveries after which something goes in circles."""


class Trace:
    """One life of one session.

    Args:
        seed: Decides everything.
        steps: How much happens before the network is quiet.
    """

    def __init__(self, seed: int, steps: int | None = None) -> None:
        self.rng = Random(seed)
        self.world = World()
        self.steps = self.rng.randint(20, 160) if steps is None else steps
        self.log: list[str] = []
        self.connections: list[Connection] = []
        guest = self.rng.random() < 0.4
        owners = self.rng.randint(1, 3)
        self.clients = [Client(self.world, n, self.rng) for n in range(owners)]
        if guest:
            self.clients.append(Client(self.world, owners, self.rng, guest=True))
        self.share = ""
        actions: list[tuple[Callable[[], None], int]] = [
            (self._deliver, 40),
            (self._print, 12),
            (self._type, 10),
            (self._parse, 10),
            (self._connect, 6),
            (self._cut, 5),
            (self._notice, 5),
            (self._read, 4),
            (self._time, 4),
            (self._hand_over, 6),
            (self._swap, 4),
            (self._drain, 4),
            (self._resize, 2),
            (self._slow, 3),
            (self._let_through, 3),
            (self._rare, 1),
        ]
        self._actions = [action for action, _ in actions]
        self._weights = [weight for _, weight in actions]
        self._come(self.clients[0])

    async def run(self) -> None:
        """Live through it.

        Raises:
            Violation: Something happened that must not.
        """
        for action in self.rng.choices(self._actions, self._weights, k=self.steps):
            action()
            holds_always(self.world)
            await self._spin()
        await self._settle()

    async def _spin(self) -> None:
        """Let the reception go on as far as it can."""
        for _ in range(6):
            if not any(connection.task is not None for connection in self.connections):
                break
            await asyncio.sleep(0)
        for error in self.world.errors:
            raise error

    # What may happen.

    def _anybody(self) -> Client:
        return self.rng.choice(self.clients)

    def _deliver(self) -> None:
        if not self.connections:
            return
        connection = self.rng.choice(self.connections)
        for _ in range(self.rng.randint(1, 6)):
            if self.rng.random() < 0.5:
                connection.deliver_up(1)
            else:
                connection.deliver_down(1)

    def _print(self) -> None:
        if self._alive:
            self.world.terminal.print(self.rng.choice([1, 3, 30, 300, 3000]))

    def _type(self) -> None:
        self._anybody().type(self.rng.choice([1, 1, 2, 5, 40]))

    def _parse(self) -> None:
        self._anybody().parse()

    def _connect(self) -> None:
        client = self._anybody()
        self._come(client, take=self.rng.random() < 0.3)

    def _come(self, client: Client, *, take: bool = False) -> None:
        """Let a client connect, if it has none or the person does not wait for it any longer."""
        if client.final is not None or (client.connection is not None and not take):
            return
        if client.session is None and not self._introduce(client):
            return
        if client.connection is not None:
            client.connection.cut_at_client()
        self.connections = [one for one in self.connections if not one.over]
        self.connections.append(client.connect(take=take))

    def _introduce(self, client: Client) -> bool:
        """Let a client know of the session; the first one makes it."""
        session = self.world.session
        if client is self.clients[0]:
            return True
        if session is None or not self._alive:
            return False
        if not client.guest:
            client.join(session.id, session.tokens.issue())
            return True
        if not self.share:
            self.share, _ = session.shares.issue(Right.ASK, 1e6)
        client.session, client.share = session.id, self.share
        client.position.offset = None
        return True

    def _cut(self) -> None:
        if self.connections:
            connection = self.rng.choice(self.connections)
            if self.rng.random() < 0.6:
                connection.cut_at_client()
            else:
                connection.cut_at_server()

    def _notice(self) -> None:
        if self.connections:
            self.rng.choice(self.connections).notice()

    def _read(self) -> None:
        if self._alive:
            self.world.terminal.read()

    def _time(self) -> None:
        self.world.clock.advance(self.rng.choice([0.01, 0.1, 1.0, 5.0, 11.0, 61.0]))

    def _hand_over(self) -> None:
        client, other = self._anybody(), self._anybody()
        kind = self.rng.random()
        if kind < 0.5:
            client.say(v1.RequestControl())
        elif kind < 0.9:
            client.say(v1.GrantControl(other.id if self.rng.random() < 0.8 else None))
        elif not client.guest:
            client.say(v1.ReleaseControl())

    def _swap(self) -> None:
        """Control goes to another client and comes back, while keys are on their way."""
        one, other = self._anybody(), self._anybody()
        if one is other or not (one.live and other.live) or one.guest or other.guest:
            return
        here, there = one.connection, other.connection
        assert here is not None
        assert there is not None
        for step in (
            lambda: one.type(2),
            lambda: other.say(v1.RequestControl()),
            lambda: there.deliver_up(99),
            lambda: other.say(v1.GrantControl(one.id)),
            lambda: there.deliver_up(99),
            lambda: here.deliver_down(99),
            lambda: one.type(2),
            lambda: setattr(here, "slow", True),
            lambda: self.world.terminal.print(300),
            lambda: here.deliver_up(99),
        ):
            if self.rng.random() < 0.9:
                step()

    def _drain(self) -> None:
        if self.connections:
            self.rng.choice(self.connections).drain(self.rng.randint(1, 8))

    def _resize(self) -> None:
        self._anybody().resize(Size(self.rng.randint(20, 90), self.rng.randint(5, 30)))

    def _slow(self) -> None:
        if self.connections:
            connection = self.rng.choice(self.connections)
            connection.slow = not connection.slow
        self.world.manager.slow = self.rng.random() < 0.3

    def _let_through(self) -> None:
        self.world.manager.let_through()

    def _rare(self) -> None:
        """The end of the program or of a share, or a client that says what is not so."""
        session = self.world.session
        self._anybody().say(v1.Ack(self.rng.choice([0, 1 << 40])))
        if session is None or not self._alive:
            return
        if self.share and self.rng.random() < 0.4:
            session.shares.close()
        elif self.rng.random() < 0.1:
            self.world.terminal.exit()

    @property
    def _alive(self) -> bool:
        return self.world.session is not None and self.world.session.alive

    # The end.

    async def _settle(self) -> None:
        """The network is quiet: everybody comes back, and everything comes through."""
        self.world.manager.slow = False
        there = [client for client in self.clients if self.rng.random() < 0.8]
        for client in self.clients:
            if client not in there and client.connection is not None:
                client.connection.cut_at_client()
        attempts = [client.attempts for client in self.clients]
        for connection in self.connections:
            connection.slow = False
        lease = 0
        for at, seconds in enumerate(QUIET):
            await self._wave()
            for client in there:
                if client.connection is None:
                    self._come(client)
            self.world.clock.advance(seconds)
            if at == len(QUIET) - 3 and self.world.session is not None:
                lease = self.world.session.lease
        await self._wave()
        if self.world.session is None:
            return
        for client, before in zip(self.clients, attempts, strict=True):
            # One that had not been noticed to be dead, and the one that replaces it.
            must(client.attempts - before <= 2, "a reconnect war")
        must(self.world.session.lease == lease, "the right to write goes back and forth")
        holds_at_the_end(self.world, self.clients, there)
        if self._alive:
            await self._still_works(there)

    async def _wave(self) -> None:
        """Deliver everything that is on its way, and whatever that brings about."""
        for _ in range(WAVES):
            self.world.manager.let_through()
            await self._spin()
            if self._alive:
                self.world.terminal.read()
            for client in self.clients:
                client.parse()
            busy = [one for one in self.connections if one.busy]
            waiting = [one for one in self.connections if one.client_open != one.server_open]
            if not busy and not waiting:
                return
            for connection in busy:
                connection.drain(100)
                connection.deliver_up(100)
                connection.deliver_down(100)
            for connection in waiting:
                connection.notice()
        must(False, "it goes on for ever")

    async def _still_works(self, there: list[Client]) -> None:
        """The program can print, and the writer can type, as if nothing had happened."""
        terminal = self.world.terminal
        before = terminal.log.end
        for _ in range(4):
            terminal.print(3000)
            await self._wave()
        must(terminal.log.end - before > CAPACITY, "the program waits for ever")
        for client in there:
            client.type(20)
        for _ in range(3):
            await self._wave()
            self.world.clock.advance(1)
        await self._wave()
        holds_at_the_end(self.world, self.clients, there)
