"""The page's own unit tests and type check, run by the Node that built it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

BUNDLE = Path(__file__).parent.parent / "frontend" / "bundle.py"


def npm(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BUNDLE), "npm", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300
    )


def test_the_pages_unit_tests() -> None:
    """The client's state machine, wire format and back-off, under node's test runner."""
    done = npm("test", "--silent")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "fail 0" in done.stdout, "node's runner has changed its summary"


def test_the_page_is_type_correct() -> None:
    """tsc in its strict mode finds nothing."""
    done = npm("run", "--silent", "check")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_packages_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    """npm would empty what a link leads to, before it installs."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "kept").touch()
    ours = tmp_path / "ours"
    ours.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(BUNDLE.parent / name, ours)
    shutil.copy(BUNDLE, ours)
    (ours / "node_modules").symlink_to(theirs)
    done = subprocess.run(
        [sys.executable, str(ours / "bundle.py"), "npm", "--version"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert f"{ours / 'node_modules'} is a symbolic link" in done.stderr
    assert (theirs / "kept").exists()
