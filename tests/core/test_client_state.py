"""A client's bookkeeping: output by offset through snapshots, input exactly once through cuts."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornterm.core.client_state import InputQueue, OutputPosition
from tornterm.core.protocols import v1
from tornterm.errors import ProtocolError


def resumed(**changes: Any) -> v1.Resumed:
    """An answer to a resume."""
    values: dict[str, Any] = {
        "session": "s",
        "token": "t",
        "client": "c",
        "offset": 0,
        "cols": 80,
        "rows": 24,
        "role": "writer",
        "lease": 1,
        "window": 4096,
        "input_offset": 0,
        "input_limit": 65536,
        "grace": 60,
        "mode": "exact",
        "skipped": 0,
        "answered": 0,
        "refused": 0,
    }
    return v1.Resumed(**{**values, **changes})


def part(first: bool, last: bool, length: int, offset: int | None = None) -> v1.Snapshot:
    """A part of a snapshot."""
    return v1.Snapshot(first=first, last=last, bytes=length, cols=80, rows=24, offset=offset)


def test_output_is_counted_and_acknowledged() -> None:
    """All that was handed over is acknowledged once it is parsed, and only once."""
    position = OutputPosition()
    assert position.begin(resumed(offset=100)) == 100
    assert position.due() is None
    position.take(7)
    assert position.offset == 107
    assert position.due() == 107
    assert position.due() is None


def test_acknowledgements_come_by_quarters_of_the_window() -> None:
    """While the terminal is behind, an ack is due only when it got on by a quarter window."""
    position = OutputPosition()
    position.begin(resumed(window=4000))
    position.take(3000)
    assert position.due(999) is None
    assert position.due(1000) == 1000
    assert position.due(1999) is None
    assert position.due(3000) == 3000


def test_a_snapshot_sets_the_offset_when_it_is_complete() -> None:
    """From the first part until the last byte of the last there is no offset to resume with."""
    position = OutputPosition()
    assert position.begin(resumed(mode="snapshot", offset=900, skipped=3)) == 0
    assert position.offset == 0
    position.draw(part(True, False, 10))
    assert position.drawing and position.offset is None and position.due() is None
    position.take(4)
    position.take(6)
    assert position.drawing
    position.draw(part(False, True, 5, 900))
    position.take(5)
    assert not position.drawing
    assert position.due() == 900
    position.take(1)
    assert position.offset == 901


def test_an_empty_last_part_ends_a_snapshot() -> None:
    """A part without bytes is complete at once."""
    position = OutputPosition()
    position.draw(part(True, True, 0, 50))
    assert position.offset == 50


def test_a_first_part_abandons_what_was_unfinished() -> None:
    """A new drawing may begin in the middle of another, and after a cut inside one."""
    position = OutputPosition()
    position.draw(part(True, True, 10, 50))
    position.take(3)
    position.draw(part(True, True, 2, 60))
    position.take(1)
    position.begin(resumed(mode="snapshot"))
    assert position.offset is None
    position.draw(part(True, True, 4, 70))
    position.take(4)
    assert position.offset == 70


def test_a_broken_snapshot_is_noticed() -> None:
    """Parts that do not follow each other and bytes beyond a part are the server's mistake."""
    position = OutputPosition()
    with pytest.raises(ProtocolError, match="does not follow"):
        position.draw(part(False, True, 10, 5))
    position.draw(part(True, False, 10))
    with pytest.raises(ProtocolError, match="does not follow"):
        position.draw(part(False, True, 10, 5))
    with pytest.raises(ProtocolError, match="2 bytes belong to no part"):
        position.take(12)


def frames(queue: InputQueue) -> list[v1.InputLease | bytes]:
    """All that the queue wants to send now."""
    return list(queue.frames())


def test_input_follows_the_lease_up_to_the_limit() -> None:
    """The lease is said once, no frame is too long, and nothing is sent beyond the limit."""
    queue = InputQueue()
    queue.add(b"x" * 100_000)
    queue.begin(resumed(lease=7, input_limit=70_000), same_client=True)
    lease, first, second = frames(queue)
    assert lease == v1.InputLease(7)
    assert (len(first), len(second)) == (65536, 4464)
    assert frames(queue) == []
    assert queue.acknowledged(v1.InputAck(70_000, 140_000, 0)) == b""
    assert frames(queue) == [b"x" * 30_000]


def test_a_viewer_keeps_what_is_typed_until_it_writes() -> None:
    """Nothing is sent without the right to; it can be thrown away or sent later."""
    queue = InputQueue()
    queue.begin(resumed(role="viewer"), same_client=True)
    queue.add(b"abc")
    assert frames(queue) == []
    assert queue.clear() == b"abc"
    queue.add(b"d")
    queue.changed(v1.Role("writer", 2, 65536))
    assert frames(queue) == [v1.InputLease(2), b"d"]


def test_a_new_lease_waits_until_the_old_one_is_settled() -> None:
    """What was sent under the old lease is accounted for before more goes out."""
    queue = InputQueue()
    queue.begin(resumed(lease=1), same_client=True)
    queue.add(b"abcd")
    assert frames(queue) == [v1.InputLease(1), b"abcd"]
    queue.changed(v1.Role("viewer", 2, 65536))
    queue.changed(v1.Role("writer", 3, 65536))
    queue.add(b"e")
    assert frames(queue) == []
    assert queue.acknowledged(v1.InputAck(3, 65539, 1)) == b"c"
    assert frames(queue) == []
    assert queue.acknowledged(v1.InputAck(4, 65539, 2)) == b"d"
    assert frames(queue) == [v1.InputLease(3), b"e"]


def test_a_forgotten_client_sends_nothing_again() -> None:
    """If the server does not know the client any more, the queue is handed back to the person."""
    queue = InputQueue()
    queue.begin(resumed(), same_client=True)
    queue.add(b"rm -rf build\r")
    frames(queue)
    answer = resumed(client="other", lease=9)
    assert queue.begin(answer, same_client=False) == b"rm -rf build\r"
    queue.add(b"x")
    assert frames(queue) == [v1.InputLease(9), b"x"]
    assert (queue.accounted, queue.sent) == (0, 1)


class Server:
    """The server's side of input, as the protocol has it."""

    def __init__(self) -> None:
        self.typed = bytearray()
        self.refused_bytes = bytearray()
        self.received = 0
        self.lease = 1
        self.role: Literal["writer", "viewer"] = "writer"
        self.declared: int | None = None
        self.limit = 16

    def take(self, frame: v1.InputLease | bytes) -> None:
        """A frame of input arrives."""
        if isinstance(frame, v1.InputLease):
            self.declared = frame.lease
            return
        assert self.received + len(frame) <= self.limit, "the client went beyond the limit"
        self.received += len(frame)
        good = self.role == "writer" and self.declared == self.lease
        (self.typed if good else self.refused_bytes).extend(frame)
        self.limit = self.received + 16

    def hand_over(self) -> None:
        """Another client takes control, or gives it back."""
        self.role = "viewer" if self.role == "writer" else "writer"
        self.lease += 1


STEPS = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=9),
        st.sampled_from(["deliver", "answer", "cut", "hand over", "role arrives"]),
    ),
    max_size=60,
)


@given(STEPS, st.data())
@settings(max_examples=400, deadline=None)
def test_input_is_typed_once_or_reported(steps: list[bytes | str], data: st.DataObject) -> None:
    """Through cuts and changes of the writer, each byte is typed once, or refused and reported."""
    server, queue = Server(), InputQueue()
    on_the_way: list[v1.InputLease | bytes] = []
    typed, reported = bytearray(), bytearray()

    def answer() -> v1.Resumed:
        server.declared = None
        return resumed(
            role=server.role,
            lease=server.lease,
            input_offset=server.received,
            input_limit=server.limit,
            refused=len(server.refused_bytes),
        )

    def settle() -> None:
        reported.extend(
            queue.acknowledged(
                v1.InputAck(server.received, server.limit, len(server.refused_bytes))
            )
        )

    queue.begin(answer(), same_client=True)
    for step in [*steps, "cut", "role arrives"]:
        match step:
            case bytes():
                queue.add(step)
                typed += step
            case "deliver":
                count = data.draw(st.integers(0, len(on_the_way)))
                for frame in on_the_way[:count]:
                    server.take(frame)
                del on_the_way[:count]
            case "answer":
                settle()
            case "hand over":
                server.hand_over()
            case "role arrives":
                queue.changed(v1.Role(server.role, server.lease, server.limit))
            case "cut":
                on_the_way.clear()
                reported += queue.begin(answer(), same_client=True)
        on_the_way += queue.frames()
    if server.role == "viewer":
        server.hand_over()
        queue.changed(v1.Role(server.role, server.lease, server.limit))
    while queue:
        on_the_way += queue.frames()
        for frame in on_the_way:
            server.take(frame)
        on_the_way.clear()
        settle()
    assert reported == server.refused_bytes
    rest = iter(typed)
    assert len(server.typed) + len(reported) == len(typed)
    assert all(byte in rest for byte in server.typed)


def test_the_oldest_that_waits_tells_how_old_the_input_is() -> None:
    """Accounted for, thrown away or typed in one breath: what is left says since when it waits."""
    queue = InputQueue()
    assert queue.since is None
    queue.begin(resumed(), same_client=True)
    queue.add(b"abc", 10.0)
    queue.add(b"def", 10.5)
    queue.add(b"ghi", 20.0)
    assert queue.since == 10.0
    assert list(queue.frames()) == [v1.InputLease(1), b"abcdefghi"]
    queue.acknowledged(v1.InputAck(5, 100, 0))
    assert queue.since == 10.0
    queue.acknowledged(v1.InputAck(6, 100, 0))
    assert queue.since == 20.0
    queue.begin(resumed(input_offset=7), same_client=True)
    queue.add(b"j", 30.0)
    assert queue.clear() == b"hij"
    assert queue.since is None
    queue.add(b"k", 40.0)
    assert queue.since == 40.0
