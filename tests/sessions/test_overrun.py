"""Snapshots that the log overtakes while they are on their way."""

from __future__ import annotations

from collections.abc import Callable

from .conftest import Stage

Stages = Callable[..., Stage]


def test_a_snapshot_whose_end_has_left_the_log_is_begun_again(stage: Stages) -> None:
    """Its last part may have been read before; what would follow on it is gone all the same."""
    s = stage(capacity=8192)
    s.open()
    s.terminal.print(b"a" * 3000)
    viewer, line = s.resume(None, full=True)
    line.take()
    viewer.painter.begin()
    line.unsent = 1 << 20  # the socket takes nothing while the program goes on
    s.terminal.print(b"b" * 6000)
    s.terminal.print(b"b" * 6000)
    line.full, line.unsent = False, 0
    viewer.on_writable()
    assert viewer.open
    snapshots = line.messages("snapshot")
    assert snapshots[-1]["offset"] == s.terminal.log.end
