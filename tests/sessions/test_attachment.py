"""Attachments: what a client gets, when the program waits, and who may type."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornterm.errors import ProtocolError
from tornterm.sessions.accounting import DELAY
from tornterm.sessions.clients import INPUT_AHEAD
from tornterm.types import Size, User

from .conftest import Stage

Stages = Callable[..., Stage]


def test_output_reaches_the_client_as_it_is(stage: Stages) -> None:
    """What is printed comes as binary frames, after the greeting."""
    s = stage()
    _, line = s.open()
    s.terminal.print(b"hello")
    assert line.messages("session")[0]["offset"] == 0
    assert line.output() == b"hello"


def test_never_more_than_a_window_is_on_its_way(stage: Stages) -> None:
    """Without an acknowledgement the server stops at the allowance, and goes on with one."""
    s = stage(capacity=64 * 1024, window=8192)
    attachment, line = s.open()
    s.terminal.print(b"x" * 20000)
    assert len(line.output()) == 8192
    attachment.acknowledge(5000)
    assert len(line.output()) == 13192


def test_the_program_waits_for_the_writer_alone(stage: Stages) -> None:
    """A window behind, the writer stops the reading; a viewer at offset 0 never does."""
    s = stage(capacity=64 * 1024, window=8192)
    writer, _ = s.open()
    viewer, _ = s.resume(None)
    assert not s.session.is_writer(viewer)
    s.terminal.print(b"x" * 8192)
    assert not s.terminal.may_read()
    writer.acknowledge(8192)
    assert s.terminal.may_read()
    writer.detach()
    s.terminal.print(b"x" * 60000)
    assert s.terminal.may_read()


def test_one_large_read_leaves_the_writer_what_it_has_not_got(stage: Stages) -> None:
    """Just below the allowance, a read may bring only as much as the log can take in."""
    s = stage(capacity=8192, window=8192)
    writer, line = s.open()
    s.terminal.print(b"x" * 4095)
    assert s.terminal.may_read() == 8192 - 4095
    s.terminal.print(b"y" * s.terminal.may_read())
    assert not writer.cursor.lost
    assert s.terminal.may_read() == 0
    writer.acknowledge(4095)
    assert line.output() == b"x" * 4095 + b"y" * 4096


def test_an_acknowledgement_of_what_was_not_sent_is_ignored(stage: Stages) -> None:
    """A client cannot open its window with numbers that it makes up."""
    s = stage(capacity=64 * 1024, window=8192)
    attachment, line = s.open()
    s.terminal.print(b"x" * 20000)
    attachment.acknowledge(10**9)
    assert len(line.output()) == 8192


def test_a_resume_within_the_ring_is_exact(stage: Stages) -> None:
    """The bytes from the offset on, nothing skipped, nothing repeated."""
    s = stage()
    attachment, _ = s.open()
    s.terminal.print(b"0123456789")
    attachment.detach()
    s.terminal.print(b"abc")
    _, line = s.resume(7, client=attachment.client.id)
    resumed = line.messages("resumed")[0]
    assert (resumed["mode"], resumed["skipped"], resumed["offset"]) == ("exact", 0, 7)
    assert line.output() == b"789abc"


def test_a_resume_out_of_the_ring_is_a_snapshot_that_says_what_is_gone(stage: Stages) -> None:
    """The ring from a safe place, on a reset terminal, and the number of bytes never sent."""
    s = stage(capacity=8192)
    attachment, _ = s.open()
    attachment.detach()
    s.terminal.print(b"a" * 10000)
    _, line = s.resume(100)
    resumed, snapshot = line.messages("resumed")[0], line.messages("snapshot")[0]
    assert resumed["mode"] == "snapshot"
    assert resumed["skipped"] == 10000 - len(line.output()) - 100
    assert resumed["answered"] == 10000
    assert (snapshot["first"], snapshot["last"], snapshot["offset"]) == (True, True, 10000)
    assert snapshot["bytes"] == len(line.output())


@pytest.mark.parametrize("offset", [None, 50_000])
def test_a_fresh_screen_and_an_impossible_offset_get_a_snapshot(
    stage: Stages, offset: int | None
) -> None:
    """null and beyond the end: nothing that was promised is skipped."""
    s = stage()
    s.terminal.print(b"text")
    _, line = s.resume(offset)
    assert line.messages("resumed")[0]["mode"] == "snapshot"
    assert line.messages("resumed")[0]["skipped"] == 0
    assert line.output() == b"text"


def test_a_snapshot_comes_in_parts_where_the_size_changed(stage: Stages) -> None:
    """Each part is announced with its size, its length and its place."""
    s = stage()
    s.terminal.print(b"one")
    s.terminal.resize(Size(100, 30))
    s.terminal.print(b"twotwo")
    s.terminal.resize(Size(40, 10))
    _, line = s.resume(None)
    parts = line.messages("snapshot")
    assert [(p["cols"], p["bytes"], p["first"], p["last"]) for p in parts] == [
        (80, 3, True, False),
        (100, 6, False, True),
    ]
    assert line.messages("resize")[0]["cols"] == 40


def test_an_unfinished_snapshot_makes_the_program_wait_for_its_writer(stage: Stages) -> None:
    """Until its last part is sent, the ring must not move on."""
    s = stage(capacity=512 * 1024)
    s.terminal.print(b"x" * 500_000)
    attachment, line = s.resume(None, full=True)
    assert s.session.is_writer(attachment)
    assert not line.messages("snapshot")[-1]["last"]
    assert not s.terminal.may_read()
    line.full, line.unsent = False, 0
    attachment.on_writable()
    assert len(line.output()) == 500_000
    assert s.terminal.may_read()


def test_a_viewer_that_was_overrun_begins_again_with_a_snapshot(stage: Stages) -> None:
    """A slow viewer skips; it neither stops the program nor gets bytes without saying so."""
    s = stage(capacity=8192)
    s.open()[0].acknowledge(0)
    viewer, line = s.resume(None)
    line.take()
    s.terminal.print(b"1" * 4096)
    s.clock.advance(0)
    s.terminal.print(b"2" * 9000)
    viewer.acknowledge(4096)
    assert line.messages("snapshot")[0]["first"]
    assert line.output().endswith(b"2" * 8000)


def test_a_stalled_client_is_closed_and_the_session_goes_on(stage: Stages) -> None:
    """No progress for the timeout while something is owed: 4408, and grace for the session."""
    s = stage(stall=60)
    _, line = s.open()
    s.terminal.print(b"x")
    s.clock.advance(59)
    assert line.closed is None
    s.clock.advance(2)
    assert line.closed == (4408, "stalled")
    assert line.messages("error")[0]["code"] == "stalled"
    assert s.session.alive


def test_progress_keeps_a_slow_client(stage: Stages) -> None:
    """An acknowledgement now and then is enough."""
    s = stage(stall=60)
    attachment, line = s.open()
    s.terminal.print(b"x" * 100)
    for offset in range(1, 50):
        s.clock.advance(40)
        attachment.acknowledge(offset)
    assert line.closed is None


def test_a_client_that_is_up_to_date_has_no_timer(stage: Stages) -> None:
    """Nothing owed, nothing to wake up for."""
    s = stage()
    attachment, _ = s.open()
    s.terminal.print(b"x")
    attachment.acknowledge(1)
    s.clock.advance(120)
    assert s.clock.pending == 0


def test_input_needs_the_current_lease(stage: Stages) -> None:
    """Without it, or with an old number, input is counted and refused, never typed."""
    s = stage()
    attachment, line = s.open()
    attachment.accept_input(b"early")
    attachment.declare_lease(s.session.lease)
    attachment.accept_input(b"typed")
    assert s.terminal.typed == b"typed"
    s.clock.advance(2 * DELAY)
    assert line.messages("input_ack")[-1] == {
        "type": "input_ack",
        "offset": 10,
        "limit": 10 + INPUT_AHEAD,
        "refused": 5,
    }


def test_input_beyond_the_limit_breaks_the_protocol(stage: Stages) -> None:
    """The limit follows what the program has taken."""
    s = stage()
    attachment, _ = s.open()
    attachment.declare_lease(s.session.lease)
    s.terminal.queued = INPUT_AHEAD
    attachment.accept_input(b"x" * INPUT_AHEAD)
    with pytest.raises(ProtocolError, match="beyond input_limit"):
        attachment.accept_input(b"x")


def test_a_client_that_comes_back_goes_on_counting(stage: Stages) -> None:
    """The resumed message says how much input had arrived before the cut."""
    s = stage()
    attachment, _ = s.open()
    attachment.declare_lease(s.session.lease)
    attachment.accept_input(b"abc")
    attachment.detach()
    _, line = s.resume(0, client=attachment.client.id)
    assert line.messages("resumed")[0]["input_offset"] == 3


def test_nobody_goes_on_as_the_client_of_another_user(stage: Stages) -> None:
    """A client id is bound to its user."""
    s = stage()
    attachment, _ = s.open()
    other, _ = s.resume(None, client=attachment.client.id, user=User("bob", admin=True))
    assert other.client.id != attachment.client.id
    assert attachment.open


def test_taking_control_makes_the_other_a_viewer(stage: Stages) -> None:
    """The old writer is told, and what it still sends is refused."""
    s = stage()
    first, line = s.open()
    first.declare_lease(s.session.lease)
    second, _ = s.resume(0, take=True)
    assert s.session.is_writer(second)
    assert line.messages("role")[-1]["role"] == "viewer"
    first.accept_input(b"late")
    assert s.terminal.typed == b""
    assert line.messages("input_ack")[-1]["refused"] == 4
    assert "control" in s.heard


def test_coming_back_by_itself_takes_the_right_to_write_from_nobody(stage: Stages) -> None:
    """Only a person's gesture takes it; a free one is taken either way."""
    s = stage()
    first, _ = s.open()
    second, line = s.resume(0)
    assert s.session.is_writer(first)
    assert line.messages("resumed")[0]["role"] == "viewer"
    first.detach()
    third, _ = s.resume(0)
    assert s.session.is_writer(third)
    assert not s.session.is_writer(second)


def test_control_passes_on_when_its_holder_stays_away(stage: Stages) -> None:
    """After the timeout the owner's newest other client writes."""
    s = stage()
    first, _ = s.open()
    second, line = s.resume(0)
    first.detach()
    s.clock.advance(9)
    assert s.session.writer is None
    s.clock.advance(1)
    assert s.session.is_writer(second)
    assert line.messages("role")[-1]["role"] == "writer"


def test_the_same_client_replaces_its_old_connection(stage: Stages) -> None:
    """A half-open link is closed with 4409 before its input offset is read."""
    s = stage()
    old, line = s.open()
    new, _ = s.resume(0, client=old.client.id)
    assert line.closed == (4409, "replaced")
    assert s.session.is_writer(new)
    assert s.session.attachments == [new]


def test_the_size_follows_the_writer(stage: Stages) -> None:
    """A viewer's wish is answered with the size as it is, and kept until it writes."""
    s = stage()
    s.open()
    viewer, line = s.resume(0, wish=Size(30, 10))
    viewer.wish_size(33, 11)
    assert s.terminal.log.size == Size(80, 24)
    assert line.messages("resize")[-1]["cols"] == 80
    s.session.attachments[0].detach()
    s.clock.advance(10)
    assert s.terminal.log.size == Size(33, 11)


@pytest.mark.parametrize("wish", [(0, 24), (80, 1001), (-5, 5), (True, 24), ("80", 24)])
def test_an_impossible_size_is_answered_with_the_real_one(
    stage: Stages, wish: tuple[object, object]
) -> None:
    """It changes nothing and closes nothing."""
    s = stage()
    attachment, line = s.open()
    attachment.wish_size(*wish)
    assert line.messages("resize")[-1] == {"type": "resize", "cols": 80, "rows": 24}
    assert attachment.open


def test_the_exit_comes_after_the_last_output(stage: Stages) -> None:
    """Code, signal and time, then 1000."""
    s = stage()
    _, line = s.open()
    s.terminal.print(b"bye")
    s.terminal.exit(3)
    assert line.output() == b"bye"
    ended = int(s.clock.wall())
    assert line.frames[-1] == {"type": "exit", "exitCode": 3, "signal": None, "ended": ended}
    assert line.closed == (1000, "ended")


def test_the_exit_waits_for_the_window(stage: Stages) -> None:
    """A client that is behind gets everything first."""
    s = stage(capacity=64 * 1024, window=8192)
    attachment, line = s.open()
    s.terminal.print(b"x" * 10000)
    s.terminal.exit(0)
    assert line.closed is None
    attachment.acknowledge(8192)
    assert len(line.output()) == 10000
    assert line.closed == (1000, "ended")


def test_an_ended_session_still_answers_exactly(stage: Stages) -> None:
    """A tombstone: the missing bytes, then the exit, with the time at which it was."""
    s = stage()
    attachment, _ = s.open()
    s.terminal.print(b"0123")
    attachment.detach()
    s.terminal.print(b"4567")
    s.terminal.exit(0)
    ended = s.clock.wall()
    s.clock.advance(60)
    _, line = s.resume(2)
    assert line.output() == b"234567"
    assert line.messages("exit")[0]["ended"] == int(ended)
    assert s.session.info().ended == ended
    assert line.closed == (1000, "ended")
    assert s.heard[-3:] == ["ended", "resumed", "detached"]


def test_an_expired_session_says_so(stage: Stages) -> None:
    """Not an exit: an error with its own code, and 4410."""
    s = stage()
    _, line = s.open()
    s.session.cause = "idle"
    s.terminal.exit(None, 1)
    assert line.messages("error")[0]["code"] == "expired"
    assert line.closed == (4410, "expired")


def test_grace_begins_when_the_last_client_leaves(stage: Stages) -> None:
    """And not while another is still there."""
    s = stage()
    first, _ = s.open()
    second, _ = s.resume(0)
    first.detach()
    s.clock.advance(1000)
    assert "grace" not in s.heard
    second.detach()
    s.clock.advance(299)
    assert "grace" not in s.heard
    s.clock.advance(1)
    assert "grace" in s.heard


def test_an_unfinished_character_waits_a_moment_for_its_rest(stage: Stages) -> None:
    """It is sent whole if the rest comes, and as it is if the program stopped there."""
    s = stage()
    attachment, line = s.open()
    s.terminal.print("a€".encode()[:3])
    assert line.output() == b"a"
    s.terminal.print("€".encode()[2:])
    assert line.output() == "a€".encode()
    s.terminal.print(b"\xe2\x82")
    assert line.output() == "a€".encode()
    s.clock.advance(0.1)
    assert line.output() == "a€".encode() + b"\xe2\x82"
    assert attachment.open


class Reader:
    """A client that follows the rules of the protocol for output."""

    def __init__(self) -> None:
        self.offset: int | None = 0
        self.text = bytearray()
        self.skipped = 0
        self.left_in_snapshot = 0
        self.fresh = False

    def read(self, frames: list[object]) -> None:
        for frame in frames:
            if isinstance(frame, bytes):
                if self.fresh:
                    self.left_in_snapshot -= len(frame)
                    self._finish_snapshot()
                else:
                    assert self.offset is not None
                    self.offset += len(frame)
                self.text += frame
            elif isinstance(frame, dict) and frame["type"] == "resumed":
                self.skipped += frame["skipped"]
            elif isinstance(frame, dict) and frame["type"] == "snapshot":
                self._begin_part(frame)

    def _begin_part(self, part: dict[str, object]) -> None:
        if part["first"]:
            self.text.clear()
        self.fresh, self.offset = True, None
        self.left_in_snapshot = int(str(part["bytes"]))
        self.end = part["offset"] if part["last"] else None
        self._finish_snapshot()

    def _finish_snapshot(self) -> None:
        if self.left_in_snapshot == 0 and self.end is not None:
            self.fresh, self.offset = False, int(str(self.end))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_byte_is_lost_or_doubled_wherever_the_line_is_cut(data: st.DataObject) -> None:
    """Random printing, reading, acknowledging, cutting and coming back."""
    s = Stage(capacity=data.draw(st.sampled_from([8192, 20000])), window=8192)
    reader, printed = Reader(), bytearray()
    attachment, line = s.open()
    for _ in range(data.draw(st.integers(1, 25))):
        match data.draw(st.sampled_from(["print", "print", "read", "ack", "cut", "resize"])):
            case "print":
                size = data.draw(st.integers(0, 9000))
                chunk = bytes((len(printed) + i) % 95 + 32 for i in range(size))
                printed += chunk
                s.terminal.print(chunk)
            case "read":
                reader.read(line.take())
            case "ack" if reader.offset is not None:
                attachment.acknowledge(reader.offset)
            case "resize":
                s.terminal.resize(Size(data.draw(st.integers(1, 200)), 24))
            case "cut":
                got = line.take()
                reader.read(got[: data.draw(st.integers(0, len(got)))])
                attachment.detach()
                before = reader.offset
                attachment, line = s.resume(before, client=attachment.client.id)
                resumed = line.messages("resumed")[0]
                if before is not None and before >= s.terminal.log.start:
                    assert resumed["mode"] == "exact"
    for _ in range(50):
        reader.read(line.take())
        if reader.offset == len(printed):
            break
        if reader.offset is not None:
            attachment.acknowledge(reader.offset)
        s.clock.advance(0.1)
    assert reader.offset == len(printed)
    assert printed.endswith(reader.text)
    assert len(reader.text) >= min(len(printed), 8192 - 4 * 64)


def test_frames_do_not_dwindle_when_a_client_acknowledges_often(stage: Stages) -> None:
    """Many small acknowledgements must not be answered with as many small frames."""
    s = stage(capacity=64 * 1024, window=8192)
    attachment, line = s.open()
    s.terminal.print(b"x" * 60000)
    got = 0
    while got < 60000:
        assert line.frames, "the server waits for a client that has parsed everything"
        for frame in line.take():
            if isinstance(frame, bytes):
                got += len(frame)
                for part in range(len(frame) // 10, len(frame), max(1, len(frame) // 10)):
                    attachment.acknowledge(got - len(frame) + part)
        attachment.acknowledge(got)
    sent = [frame for frame in line.frames if isinstance(frame, bytes)]
    assert all(len(frame) >= 2048 for frame in sent[:-1])
