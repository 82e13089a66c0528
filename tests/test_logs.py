"""What is logged: readable, one record a line in JSON, and never a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from tornterm.config.settings import LoggingSettings
from tornterm.server.logs import configure, redacted, set_level


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], level = before
    root.setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        "101 GET /ws?cols=80&resume=CANARY (127.0.0.1) 1.00ms",
        "/ws?resume=CANARY&cols=80",
        "'Authorization': 'Bearer CANARY'",
        "authorization: bearer CANARY",
        "Sec-WebSocket-Protocol: tornterm.v1, ticket.CANARY",
        "Cookie: theme=dark; tornterm-1a2b3c4d=CANARY; x=y",
        "Set-Cookie: __Host-tornterm-1a2b3c4d=CANARY; Path=/",
        "http://127.0.0.1:8765/login#code=CANARY",
    ],
)
def test_secrets_are_taken_out(text: str) -> None:
    """Whatever logs somebody in or takes up a session is replaced, the rest stays."""
    assert "CANARY" not in redacted(text)
    assert redacted(text).replace("***", "CANARY") == text


@pytest.mark.parametrize("style", ["text", "json"])
def test_secrets_in_a_traceback_are_taken_out(style: str) -> None:
    """An exception's own words are logged as well."""
    stream = io.StringIO()
    configure(LoggingSettings(format=style), stream)
    try:
        raise RuntimeError("GET /ws?resume=CANARY")
    except RuntimeError:
        logging.getLogger("tornterm").exception("with %s", "Bearer CANARY")
    assert "RuntimeError: GET /ws?resume=***" in stream.getvalue()
    assert "CANARY" not in stream.getvalue()


def test_json_lines() -> None:
    """Each record is one JSON object with time, level, logger and message."""
    stream = io.StringIO()
    configure(LoggingSettings(format="json"), stream)
    logging.getLogger("tornterm.x").warning("two\nlines and %s", "é")
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry["message"] == "two\nlines and é"
    assert (entry["level"], entry["logger"]) == ("warning", "tornterm.x")
    assert entry["time"].endswith("Z")


def test_nobody_can_move_the_cursor_of_who_reads_the_log() -> None:
    """Control characters that came from a client are written out."""
    stream = io.StringIO()
    configure(LoggingSettings(), stream)
    logging.getLogger("tornterm").info("title \x1b[2J\r\x07 é")
    assert "title \\x1b[2J\\r\\x07 é" in stream.getvalue()


def test_the_level_can_be_changed() -> None:
    """What is less important than the level is not written."""
    stream = io.StringIO()
    configure(LoggingSettings(level="warning"), stream)
    logging.getLogger("tornterm").info("first")
    set_level(LoggingSettings(level="debug"))
    logging.getLogger("tornterm").debug("second")
    assert "first" not in stream.getvalue() and "second" in stream.getvalue()
