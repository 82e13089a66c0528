"""How much is done per megabyte, counted rather than timed: a regression fails on any machine."""

from __future__ import annotations

from collections.abc import Callable

from tests.sessions.conftest import Stage
from tornterm.core.window import START
from tornterm.pty.gathering import MOST
from tornterm.sessions.accounting import DELAY, STEP
from tornterm.sessions.attachment import MAX_FRAME
from tornterm.sessions.v1 import LARGEST_FRAME

MIB = 1024 * 1024
PIECE = b"x" * MOST
"""What is gathered of a flood before it is passed on."""


def test_a_flood_goes_out_in_few_large_frames(stage: Callable[..., Stage]) -> None:
    """However eagerly the client acknowledges, a mebibyte is hardly more than sixteen frames."""
    world = stage(capacity=2 * MIB)
    attachment, line = world.open()
    line.take()
    for _ in range(MIB // len(PIECE)):
        world.terminal.print(PIECE)
        attachment.acknowledge(attachment.cursor.offset)
    assert len(line.output()) == MIB
    assert len(line.frames) <= MIB // MAX_FRAME + 2


def test_an_acknowledgement_sends_on_what_the_window_held_back(
    stage: Callable[..., Stage],
) -> None:
    """Nothing else would: the log grows no more, and no timer runs."""
    world = stage(capacity=64 * 1024)
    attachment, line = world.open()
    world.terminal.print(b"x" * 48 * 1024)
    assert len(line.output()) == 32 * 1024
    attachment.acknowledge(32 * 1024)
    assert len(line.output()) == 48 * 1024


def test_an_answered_key_leaves_no_timer(stage: Callable[..., Stage]) -> None:
    """One frame, and nothing that would wake an idle session once it has been acknowledged."""
    world = stage()
    attachment, line = world.open()
    attachment.acknowledge(0)
    line.take()
    before = world.clock.pending
    world.terminal.print(b"a")
    assert line.output() == b"a"
    attachment.acknowledge(1)
    assert world.clock.pending <= before + 1  # the one that watches for a stall goes by itself
    world.clock.advance(61)
    assert world.clock.pending <= before


def test_keys_are_accounted_for_together(stage: Callable[..., Stage]) -> None:
    """A message for each would wake the client just before each echo; it comes along with one."""
    world = stage()
    attachment, line = world.open()
    attachment.declare_lease(world.session.lease)
    line.take()
    for key in range(10):
        attachment.accept_input(b"k")
        world.terminal.print(b"k")
        attachment.acknowledge(key + 1)
    assert line.frames == [b"k"] * 10
    line.take()
    world.clock.advance(DELAY)
    assert line.frames == []
    before = line.sends
    world.terminal.print(b"k")
    echo, account = line.frames
    assert (echo, line.sends) == (b"k", before + 1)
    assert isinstance(account, dict) and (account["type"], account["offset"]) == ("input_ack", 10)
    line.take()
    world.clock.advance(10 * DELAY)
    assert line.frames == []


def test_keys_without_an_echo_are_accounted_for_by_themselves(
    stage: Callable[..., Stage],
) -> None:
    """A password, or a program that takes its time."""
    world = stage()
    attachment, line = world.open()
    attachment.declare_lease(world.session.lease)
    line.take()
    before = world.clock.pending
    attachment.accept_input(b"secret")
    world.clock.advance(2 * DELAY)
    assert [m["offset"] for m in line.messages("input_ack")] == [6]
    assert world.clock.pending == before


def test_an_account_that_somebody_may_wait_for_is_given_at_once(
    stage: Callable[..., Stage],
) -> None:
    """A paste wants to go on, a refusal to be shown, a new lease to be used."""
    world = stage()
    attachment, line = world.open()
    attachment.accept_input(b"no lease")
    assert line.messages("input_ack")[-1]["refused"] == 8
    attachment.declare_lease(world.session.lease)
    attachment.accept_input(b"x" * STEP)
    assert line.messages("input_ack")[-1]["offset"] == 8 + STEP
    attachment.accept_input(b"y")
    line.take()
    world.resume(0, take=True)
    assert [m["offset"] for m in line.messages("input_ack")] == [9 + STEP]


def test_what_was_missed_is_sent_without_waiting_for_acknowledgements(
    stage: Callable[..., Stage],
) -> None:
    """A client that is far away waits for one round trip per window, not for one per pace."""
    world = stage(capacity=2 * MIB)
    attachment, _ = world.open()
    attachment.detach()
    world.terminal.print(b"x" * MIB)
    attachment, line = world.resume(0, client=attachment.client.id)
    assert len(line.output()) == attachment.limit == MIB > START
    sizes = [len(frame) for frame in line.frames if isinstance(frame, bytes)]
    # It begins to show as soon as the first, and what else there is to say comes with those.
    assert sizes[0] <= MAX_FRAME and max(sizes) <= LARGEST_FRAME and len(sizes) <= 7
    kinds = [frame["type"] if isinstance(frame, dict) else "output" for frame in line.frames]
    assert kinds.index("clients") <= 1 + 3
    attachment.acknowledge(MIB)
    world.terminal.print(b"y" * MIB)
    assert MIB < len(line.output()) <= MIB + attachment.allowance < 2 * MIB
