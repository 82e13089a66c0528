"""Frames between the server and its screen worker."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.errors import ProtocolError
from tornterm.screens.wire import MAX_FRAME, FrameReader, join

FRAMES = st.lists(st.lists(st.binary(max_size=40), max_size=4), max_size=4)


@given(FRAMES, st.integers(1, 50))
def test_frames_arrive_however_the_socket_cuts_them(frames: list[list[bytes]], step: int) -> None:
    reader = FrameReader()
    stream = b"".join(b"".join(join(frame)) for frame in frames)
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    assert [frame for piece in pieces for frame in reader.feed(piece)] == frames


@pytest.mark.parametrize(
    "stream",
    [
        (MAX_FRAME + 1).to_bytes(4),
        b"\0\0\0\x02\0\0",
        b"\0\0\0\x05\0\0\0\x02x",
    ],
)
def test_what_is_no_frame_is_refused(stream: bytes) -> None:
    with pytest.raises(ProtocolError):
        list(FrameReader().feed(stream))


def test_a_frame_may_be_larger_than_what_is_received_at_once() -> None:
    """There is always space for more of it, and afterwards for the next."""
    reader = FrameReader()
    large, small = [b"x" * 1_000_000, b"y"], [b"z"]
    stream = b"".join(join(large)) + b"".join(join(small))
    frames = []
    while stream:
        with reader.space() as space:
            count = min(len(space), len(stream), 300_000)
            assert count > 0
            space[:count] = stream[:count]
        stream = stream[count:]
        frames += reader.received(count)
    assert frames == [large, small]
