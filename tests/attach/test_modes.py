"""What a program switched is switched back, and nothing else."""

from __future__ import annotations

import pytest

from tornterm.attach.modes import ModeTracker


def test_nothing_is_switched_back_where_nothing_was_switched() -> None:
    """Plain output leaves nothing to undo but colours."""
    modes = ModeTracker()
    modes.feed(b"\x1b[31mhello\x1b[2J\r\n")
    assert modes.undo() == b"\x1b[m"


def test_modes_are_set_back() -> None:
    """The alternate screen, the mouse and the cursor come back as they were."""
    modes = ModeTracker()
    modes.feed(b"\x1b[?1049h\x1b[?25l\x1b[?1000;1006h\x1b[?2004h")
    assert modes.alternate
    undone = modes.undo()
    for expected in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1006l", b"\x1b[?2004l"):
        assert expected in undone
    assert not modes.alternate
    assert modes.undo() == b"\x1b[m"


def test_what_the_program_set_back_itself_is_left_alone() -> None:
    """The last switch counts, also where it is cut in two."""
    modes = ModeTracker()
    modes.feed(b"\x1b[?1049h\x1b[?25l text \x1b[?25h\x1b[?10")
    modes.feed(b"49l")
    assert not modes.alternate
    assert modes.undo() == b"\x1b[m"


@pytest.mark.parametrize(
    ("switch", "undo"),
    [
        (b"\x1b=", b"\x1b>"),
        (b"\x1b[>4;2m", b"\x1b[>4m"),
        (b"\x1b[>1u", b"\x1b[<9u"),
        (b"\x1b[2 q", b"\x1b[0 q"),
        (b"\x1b[1;20r", b"\x1b[r"),
        (b"\x1b(0", b"\x1b(B"),
    ],
)
def test_other_switches_are_undone(switch: bytes, undo: bytes) -> None:
    """Keyboard protocols, margins, charsets and the cursor's shape are undone too."""
    modes = ModeTracker()
    modes.feed(switch)
    assert undo in modes.undo()


def test_nonsense_is_no_error() -> None:
    """Numbers of any length are output like any other."""
    modes = ModeTracker()
    modes.feed(b"\x1b[?" + b"9" * 9000 + b"h\x1b[?;;h")
    modes.undo()
