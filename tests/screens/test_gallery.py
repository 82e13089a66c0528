"""What the worker does with its models."""

from __future__ import annotations

from tornterm.core.screen import make_screen
from tornterm.screens.gallery import Gallery
from tornterm.types import Size


def screen_of(*pieces: bytes | Size) -> bytes:
    """What is drawn for a terminal of 80 x 24 that was printed all this."""
    screen = make_screen(Size(80, 24), scrollback_lines=100)
    for piece in pieces:
        if isinstance(piece, Size):
            screen.resize(piece)
        else:
            screen.feed(piece)
    return screen.dump(history=100)


def gallery(*, state: bytes = b"whole") -> Gallery:
    made = Gallery(100)
    assert made.serve((b"begin", b"1", b"80 24", state)) == [b"ok"]
    return made


def test_a_model_follows_output_and_sizes() -> None:
    models = gallery()
    steps = (b"data", b"one\x1b[1m", b"size", b"100 30", b"data", b"two\x1b[3")
    assert models.serve((b"feed", b"1", *steps)) == [b"ok", b"whole", b""]
    reply = models.serve((b"dump", b"1"))
    assert reply == [b"ok", screen_of(b"one\x1b[1m", Size(100, 30), b"two\x1b[3"), b"\x1b[3"]


def test_a_look_changes_nothing() -> None:
    """A copy is brought further, and asked on the way."""
    models = gallery()
    models.serve((b"feed", b"1", b"data", b"one"))
    look = (b"look", b"1", b"80 24", b"data", b"\r\n", b"ask", b"cursor", b"data", b"xy")
    reply = models.serve((*look, b"ask", b"cursor"))
    assert reply[3:] == [b"1 0", b"1 2"]
    assert b"xy" in reply[1]
    assert models.serve((b"dump", b"1"))[1] == screen_of(b"one")


def test_a_look_that_fails_changes_nothing() -> None:
    """What went wrong with the copy says nothing of the model."""
    models = gallery()
    models.serve((b"feed", b"1", b"data", b"one"))
    reply = models.serve((b"look", b"1", b"80 24", b"size", b"secret"))
    assert reply == [b"failed", b"ValueError"]
    assert models.serve((b"dump", b"1"))[1] == screen_of(b"one")


def test_a_look_needs_no_model() -> None:
    """The screen of a session that has never overflowed its log is made of the log alone."""
    reply = Gallery(100).serve((b"look", b"", b"40 10", b"data", b"text"))
    assert reply[0] == b"ok"
    assert b"text" in reply[1]


def test_a_lost_model_is_whole_again_once_the_screen_is_cleared() -> None:
    """Until then it keeps the modes; from then on it is built on."""
    models = gallery(state=b"lost")
    assert models.serve((b"feed", b"1", b"data", b"old\x1b[?2004h")) == [b"ok", b"lost", b""]
    assert b"old" not in models.serve((b"dump", b"1"))[1]
    assert b"\x1b[?2004h" in models.serve((b"dump", b"1"))[1]
    assert models.serve((b"feed", b"1", b"data", b"x\x1b[2J\x1b[Hnew")) == [b"ok", b"whole", b""]
    assert models.serve((b"dump", b"1"))[1] == screen_of(b"\x1b[?2004h\x1b[Hnew")


def test_a_request_that_fails_says_so_and_takes_the_model_with_it() -> None:
    """Not in the error's words, in which there may be what was on the screen."""
    models = gallery()
    assert models.serve((b"feed", b"1", b"size", b"secret")) == [b"failed", b"ValueError"]
    assert models.serve((b"dump", b"1")) == [b"failed", b"KeyError"]
    assert models.serve((b"nonsense", b"1")) == [b"failed", b"KeyError"]
    assert models.serve((b"drop", b"1")) == [b"ok"]
