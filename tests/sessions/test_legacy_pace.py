"""What a program may print for clients that acknowledge nothing: what their sockets have taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tornterm.screens.model import OnPicture, Picture, ScreenModel
from tornterm.sessions.legacy import LegacyAttachment

from .conftest import ALICE, Line, Stage


class TextLine(Line):
    """One on which output is text as it is."""

    def send_text(self, text: str) -> None:
        self.send_bytes(text.encode())


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[OnPicture]:
    """Those who wait for a picture of the screen, which comes later from another process."""
    waiting: list[OnPicture] = []

    def picture(model: ScreenModel, on_picture: OnPicture) -> int:
        waiting.append(on_picture)
        return 0

    monkeypatch.setattr(ScreenModel, "picture", picture)
    return waiting


def test_the_program_goes_on_when_a_snapshot_has_been_taken(
    stage: Callable[..., Stage], pictures: list[OnPicture]
) -> None:
    """Nobody will say so later: such a client never acknowledges it."""
    world = stage(capacity=64 * 1024)
    world.terminal.print(b"x" * 60_000)
    line = TextLine()
    client = world.session.clients.take_up(None, ALICE.name)
    attachment = LegacyAttachment(world.session, line, ALICE, client, token="t")
    world.session.admit(attachment, take=True)
    attachment.greet_again()
    world.session.welcome(attachment, again=True)
    assert world.terminal.told == 0
    (arrived,) = pictures
    arrived(Picture(b"", b"", 0))
    assert line.output().count(b"x") >= 60_000
    assert world.terminal.told > 0
