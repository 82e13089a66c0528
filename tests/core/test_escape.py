from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.vt_reference import ReferenceTerminal, SafePlaces, outputs
from tornterm.core.escape import GROUND, Mode, State, scan, skip_to_ground


@st.composite
def pieces(draw: st.DrawFn) -> list[bytes]:
    """Output in blocks that are cut anywhere."""
    output = draw(outputs())
    cuts = sorted(draw(st.lists(st.integers(0, len(output)), max_size=5)))
    edges = [0, *cuts, len(output)]
    return [output[start:end] for start, end in pairwise(edges)]


def scan_all(blocks: list[bytes]) -> State:
    state = GROUND
    for block in blocks:
        state = scan(state, block)
    return state


@settings(max_examples=400)
@given(pieces())
@example([b"\xc2", b"\x9b", b"1m"])
@example([b"\x1b]0;\xc2", b"\x9ctext"])
def test_the_state_is_that_of_a_terminal(blocks: list[bytes]) -> None:
    """However the output is cut into blocks, the state is what reading each byte gives."""
    state = scan_all(blocks)
    terminal = ReferenceTerminal().feed_all(b"".join(blocks))
    assert state.mode is terminal.mode
    assert bool(state.partial) == bool(terminal.missing)
    assert b"".join(blocks).endswith(state.partial)


@settings(max_examples=400)
@given(pieces(), outputs())
@example([b"\x1b"], b"")
@example([b"\xc2"], b"\x9b1mtext")
@example([b"\xe2\x82"], b"\x1b[mtext")
def test_the_ground_is_found_where_a_terminal_reaches_it(before: list[bytes], block: bytes) -> None:
    """The place is the first one in the block at which reading each byte is on the ground."""
    start = sum(map(len, before))
    expected = SafePlaces(b"".join(before) + block).first(start)
    found = skip_to_ground(scan_all(before), block)
    assert (None if found is None else start + found) == expected


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"\x1b",
        b"\x1b(",
        b"\x1b[1",
        b"\x1b]0;",
        b"\x1bP",
        b"\xc3",
        b"\xe2\x82",
        b"\xf0\x9f\x98",
    ],
)
def test_every_byte_in_every_state(before: bytes) -> None:
    """No byte, and no C1 character, leads anywhere else than in a terminal."""
    state = scan(GROUND, before)
    for byte in range(256):
        for block in (bytes((byte,)), bytes((0xC2, byte))):
            assert scan(state, block).mode is ReferenceTerminal().feed_all(before + block).mode
            found = skip_to_ground(state, block)
            expected = SafePlaces(before + block).first(len(before))
            assert (None if found is None else len(before) + found) == expected


@given(pieces(), outputs())
def test_the_last_introducer_decides(before: list[bytes], after: bytes) -> None:
    """Whatever stood before an ESC, what follows it leads to the same state."""
    assert scan(scan_all(before), b"\x1b" + after) == scan(GROUND, b"\x1b" + after)


@pytest.mark.parametrize(
    ("output", "mode"),
    [
        (b"plain text \xc3\xa9", Mode.GROUND),
        (b"\x1b", Mode.ESCAPE),
        (b"\x1b\r\n", Mode.ESCAPE),
        (b"\x1b(", Mode.INTERMEDIATE),
        (b"\x1b([", Mode.GROUND),
        (b"\x1b[1;2", Mode.CSI),
        (b"\x1b[?25h", Mode.GROUND),
        (b"\x1b[1\x18", Mode.GROUND),
        (b"\x1b]0;title", Mode.OSC),
        (b"\x1b]0;title\x07", Mode.GROUND),
        (b"\x1b]0;title\x1b", Mode.ESCAPE),
        (b"\x1b]0;title\x1b\\", Mode.GROUND),
        (b"\x1b]0;title\x1b[", Mode.CSI),
        (b"\x1bPq\x07", Mode.STRING),
        (b"\x1bPq\x1a", Mode.GROUND),
        (b"\x1b_G\xc2\x9c", Mode.GROUND),
        (b"\x1b^x\x1bM", Mode.GROUND),
        ("\x9b31".encode(), Mode.CSI),
        ("\x9d0;".encode(), Mode.OSC),
        ("\x90q".encode(), Mode.STRING),
        (b"\x9b31", Mode.GROUND),
        (b"\xe2\x9b31", Mode.GROUND),
    ],
)
def test_known_sequences(output: bytes, mode: Mode) -> None:
    """The state machine is the one of xterm, with C1 characters as UTF-8 encodes them."""
    assert scan(GROUND, output).mode is mode


def test_a_reset_terminal_is_on_the_ground() -> None:
    """A stream may be read from its very beginning."""
    assert skip_to_ground(GROUND, b"") == 0
    assert skip_to_ground(GROUND, b"\x1b[m") == 0


@pytest.mark.parametrize("introducer", [b"\x1b]1337;File=:", b"\x1bPq", b"\x1b_G"])
def test_strings_of_megabytes(introducer: bytes) -> None:
    """A string that is longer than any block ends where it ends and not before."""
    state = scan(GROUND, introducer)
    for _ in range(64):
        assert skip_to_ground(state, b"QUJD" * 4096) is None
        state = scan(state, b"QUJD" * 4096)
    assert skip_to_ground(state, b"QUJD" * 4096 + b"\x1b\\text") == 4 * 4096 + 2
