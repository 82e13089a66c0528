"""Four floods at once: the page goes on, holds no more than it must, and Ctrl-C gets through.

How long that takes is for ``python -m tests.browser.flood`` to say: here is only what holds on any
machine, however busy it is.
"""

from __future__ import annotations

import pytest

from tests.browser.flood import PANES, Flood
from tests.browser.tab import Tab

pytestmark = pytest.mark.webgl

MB = 1_000_000


def test_four_floods_side_by_side(tab: Tab) -> None:
    """Frames are drawn, memory stays, little is on its way, and Ctrl-C stops one at a time."""
    tab.wait_text(r"^\$ ")
    flood = Flood(tab)
    flood.take(MB // 10)
    heap, frames = flood.heap(), flood.frames
    for _ in range(PANES):
        flood.take(MB // 10)
        flood.next()
    assert flood.frames - frames >= PANES, "nothing is drawn in a flood"
    assert flood.heap() - heap < 8 * MB
    assert 0 < flood.owed <= flood.window
    for stopped in range(PANES):
        # What was on its way, and what the program could print until the key had reached it.
        assert flood.stop().printed < 4 * flood.window
        flood.next()
        if not stopped:
            # More than can have been on its way: the key stopped one program only.
            flood.take(flood.window + 1)
