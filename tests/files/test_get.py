"""``tornterm-get``: it prints an offer, and nothing else."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tornterm.files import get


def offered(sequence: bytes) -> dict[str, object]:
    text = sequence.decode()
    assert text.startswith("\x1b]7717;tornterm-get;") and text.endswith("\x1b\\")
    packed = text[len("\x1b]7717;tornterm-get;") : -2]
    assert set(packed) < set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
    found: dict[str, object] = json.loads(base64.b64decode(packed))
    return found


def test_an_offer_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its whole path, its size and which file it is, whatever stands in its name."""
    monkeypatch.delenv("TMUX", raising=False)
    path = tmp_path / "grün\x1b]2;x\x07.txt"
    path.write_bytes(b"abc")
    monkeypatch.chdir(tmp_path)
    facts = offered(get.offer(f"../{tmp_path.name}/{path.name}"))
    assert facts == {"path": str(path), "size": 3, "inode": path.stat().st_ino}


def test_tmux_hands_it_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrapped in what makes tmux do so."""
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    (tmp_path / "a").write_bytes(b"abc")
    wrapped = get.offer(str(tmp_path / "a"))
    assert wrapped.startswith(b"\x1bPtmux;\x1b\x1b]7717;") and wrapped.endswith(b"\x1b\x1b\\\x1b\\")


@pytest.mark.parametrize("path", ["nothing", ".", "pipe"])
def test_what_cannot_be_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Says why, and prints no offer."""
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError):
        get.offer(path)


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run it as it lies there, with nothing of the package."""
    command = [sys.executable, "-I", "-S", get.__file__, *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_outside_of_tornterm_it_says_so(tmp_path: Path) -> None:
    """There is nobody to whom it could offer anything."""
    done = run(str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "not a terminal of tornterm" in done.stderr


def test_how_it_is_called() -> None:
    """Without a file it says how."""
    assert run().returncode == 2
    assert "usage: tornterm-get FILE" in run("--help").stderr
    failed = run("/nothing/here", TORNTERM_SESSION="x")
    assert (failed.returncode, "/nothing/here: No such file" in failed.stderr) == (1, True)
