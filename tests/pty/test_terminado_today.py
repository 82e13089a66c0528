"""The remedies of what hurts on plain terminado: each scenario fails there and holds here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pty_scenarios import SCENARIOS, Seen

SCRIPT = Path(__file__).with_name("pty_scenarios.py")


def play(name: str, kind: str) -> Seen:
    """What is seen when a scenario runs in a process of its own, where it may hang."""
    command = [sys.executable, str(SCRIPT), name, kind]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except subprocess.TimeoutExpired:
        return {"it comes to an end": False}
    assert done.returncode == 0, done.stderr
    seen: Seen = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize("name", [one for one in SCENARIOS if one != "slow_end"])
def test_it_fails_on_plain_terminado(name: str) -> None:
    """Else the scenario would not show that anything was mended."""
    seen = play(name, "plain")
    assert False in seen.values()


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_holds_here(name: str) -> None:
    """The same scenario, on our manager under terminado's own handler."""
    seen = play(name, "ours")
    assert seen == dict.fromkeys(seen, True)
