"""What is said of an ending."""

from __future__ import annotations

import pytest

from tornterm.attach.words import how_it_ended
from tornterm.core.protocols.v1 import Exited

BY = "Its owner ended this session."


@pytest.mark.parametrize(
    ("exited", "said"),
    [
        (Exited(0, None, ended=1000), "ended"),
        (Exited(3, None, ended=999), "ended with exit code 3"),
        (Exited(3, None, ended=400), "ended with exit code 3 (10 min ago)"),
        (Exited(None, 9, ended=2000), "ended by SIGKILL"),
        (Exited(None, 99), "ended by signal 99"),
        (Exited(None, 1, BY, ended=400), f"{BY} (10 min ago)"),
    ],
)
def test_how_a_session_ended(exited: Exited, said: str) -> None:
    """Who comes late hears how late; a clock that is behind is not spoken of."""
    assert how_it_ended(exited, 1000.0) == said
