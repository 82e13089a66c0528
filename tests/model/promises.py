"""What the protocol promises: at every moment, and when nothing is on its way any more."""

from __future__ import annotations

from collections.abc import Sequence

from tests.model.client import KEYS, Client
from tests.model.world import World, must


def holds_always(world: World) -> None:
    """After each step: one session, and a program that waits for nobody but its writer.

    Args:
        world: The server.
    """
    must(len(world.manager.made) <= 1, "one wish has made two sessions")
    session = world.session
    if session is None or not session.alive:
        return
    writer = session.writer
    follows = writer is not None and not writer.cursor.lost and not writer.painter.busy
    world.followed = session.lease if follows else -1
    if session.terminal.may_read() == 0:
        must(writer is not None, "the program waits for nobody")
        assert writer is not None
        must(writer.position < session.log.end, "the program waits for who has everything")


def holds_at_the_end(world: World, clients: Sequence[Client], there: Sequence[Client]) -> None:
    """When nothing is on its way any more.

    Args:
        world: The server.
        clients: All clients.
        there: Those that have not stayed away.
    """
    session, terminal = world.session, world.terminal
    assert session is not None
    for client in there:
        if client.session is not None and client.final is None:
            _has_everything(world, client)
    owners = [one for one in clients if one.live and not one.guest]
    writers = [one for one in clients if one.live and one.input.writer]
    must(len(writers) <= 1, "two clients take themselves for the writer")
    if session.alive and owners and session.writer is None:
        must(session.given_up, "nobody writes, and nobody gave it up")
    if session.alive and writers:
        must(session.log.size == writers[0].wish, "the size is not the writer's")
    for client in clients:
        got = bytes(key for key in terminal.typed if key // KEYS == client.number)
        if client.settled:
            expected = client.expected
            # What reached a program that had ended was received and is of no more use.
            right = got == expected if session.alive else expected.startswith(got)
            must(right, "input was lost, doubled or typed in another order")


def _has_everything(world: World, client: Client) -> None:
    session = world.session
    assert session is not None
    must(client.live, "a client did not come back")
    must(client.shared, "somebody watches by a share that has ended")
    must(client.position.offset == session.log.end, "a client did not get everything")
    must(client.size == session.log.size, "a client draws at another size")
    must(client.settled or not client.input.writer, "the writer's input was not taken")
