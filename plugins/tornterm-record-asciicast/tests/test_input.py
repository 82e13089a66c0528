"""What is typed: recorded only where that is wished for, and never what the terminal hides."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tornterm.types import EchoObserver, ExitStatus, PacingObserver, SessionInfo, Size
from tornterm_record_asciicast import RecorderSettings, inspect
from tornterm_record_asciicast.recording import Recording
from tornterm_record_asciicast.typed import MASK

CANARY = "canary-that-is-typed"


class Typist:
    """Types into a recording, whose terminal shows it or not.

    Args:
        folder: Where it is recorded.
        more: Further settings.
    """

    def __init__(self, folder: Path, **more: Any) -> None:
        table = {"folder": str(folder), "input": True, **more}
        info = SessionInfo("one", "alice", "", "", "running", time.time(), Size(), 1, 0)
        self.recording = Recording(RecorderSettings.model_validate(table), info, lambda: None)
        assert isinstance(self.recording, EchoObserver)
        assert isinstance(self.recording, PacingObserver)

    def type(self, text: str | bytes, *, shown: bool | None = None) -> None:
        """Type something; `shown` changes whether the terminal shows it."""
        if shown is not None:
            self.recording.on_echo(shown, time.time())
        data = text.encode() if isinstance(text, str) else text
        self.recording.on_input(data, time.time())
        self.recording.work()

    def recorded(self) -> str:
        """End the recording; gives all input that is in it, and looks for secrets in its files."""
        self.recording.on_exit(ExitStatus(0), time.time())
        self.recording.close()
        self.recording.work(hurry=True)
        folder = self.recording.folder
        assert inspect(folder).state == "complete"
        written = b"".join(path.read_bytes() for path in folder.iterdir())
        assert b"canary" not in written
        rows = [json.loads(line) for line in inspect(folder).lines[1:]]
        return "".join(row[2] for row in rows if row[1] == "i")


def test_off_by_default(tmp_path: Path) -> None:
    """Not even that something was typed."""
    typist = Typist(tmp_path, input=False)
    typist.type(CANARY + "\r", shown=True)
    assert typist.recorded() == ""


def test_lines(tmp_path: Path) -> None:
    """As they were typed, whatever their pieces were; a character in pieces is one."""
    typist = Typist(tmp_path)
    typist.type("", shown=True)
    for byte in "ls -l \N{EURO SIGN}\rx\x03cat\n".encode():
        typist.type(bytes([byte]))
    typist.type("unfinished")
    assert typist.recorded() == "ls -l \N{EURO SIGN}\rx\x03cat\nunfinished"


def test_nothing_is_shown_until_it_is_known(tmp_path: Path) -> None:
    """A recording that has not been told masks."""
    typist = Typist(tmp_path)
    typist.type(CANARY)
    assert typist.recorded() == MASK


def test_hidden_lines(tmp_path: Path) -> None:
    """Masked, each as one, so that not even its length can be seen; and what follows is not."""
    typist = Typist(tmp_path)
    typist.type("sudo x\r", shown=True)
    for byte in f"{CANARY}\r".encode():
        typist.type(bytes([byte]), shown=False)
    typist.type("\r")
    typist.type("seen\r", shown=True)
    assert typist.recorded() == f"sudo x\r{MASK}\r{MASK}\rseen\r"


@pytest.mark.parametrize("at", [1, 7, len(CANARY) - 1])
@pytest.mark.parametrize("first", [True, False])
def test_a_change_within_a_line(at: int, first: bool, tmp_path: Path) -> None:
    """The whole line is masked, also what the terminal showed of it."""
    typist = Typist(tmp_path)
    typist.type(f"before\r{CANARY[:at]}", shown=first)
    typist.type(CANARY[at:], shown=not first)
    typist.type("\rafter\r", shown=True)
    assert typist.recorded() == f"{'before' if first else MASK}\r{MASK}\rafter\r"


def test_patterns(tmp_path: Path) -> None:
    """What they match is replaced, however it was cut; in output as well."""
    typist = Typist(tmp_path, redact=["canary-[a-z-]+"])
    typist.type("", shown=True)
    shown = f"$ key={CANARY} x\r\n".encode()
    for offset, byte in enumerate(shown):
        typist.type(bytes([byte]))
        typist.recording.on_output(bytes([byte]), offset, time.time())
        typist.recording.work()
    assert typist.recorded() == "$ key=[redacted] x\r\n"


def test_a_line_without_end(tmp_path: Path) -> None:
    """It is masked when it gets too long to wait for what becomes of it."""
    typist = Typist(tmp_path)
    typist.type("x" * 9000, shown=True)
    typist.type("\rshort\r")
    assert typist.recorded() == f"{MASK}\rshort\r"


def test_more_than_the_buffer(tmp_path: Path) -> None:
    """What finds no room is missing, and that is said."""
    typist = Typist(tmp_path, buffer="64 KiB")
    typist.recording.on_echo(True, time.time())
    typist.recording.on_output(b"x" * 65530, 0, time.time())
    typist.type("much too much\r")
    typist.type("later\r")
    assert typist.recorded() == "later\r"
    lines = inspect(typist.recording.folder).lines
    assert any("typed lines are missing" in line for line in lines)
