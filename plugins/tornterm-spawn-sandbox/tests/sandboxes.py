"""Sandboxes, and programs that run in one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from tornterm.types import Size, SpawnPlan, SpawnRequest, User
from tornterm_spawn_sandbox import Sandbox, SandboxSettings

ALICE, BOB = User("alice"), User("bob")


def table(folder: Path, **more: Any) -> SandboxSettings:
    """A table for tests."""
    account = {"run_as": "nobody"} if os.geteuid() == 0 else {}
    plain = ["/bin/bash", "--norc", "--noprofile"]
    values = {"homes": str(folder / "homes"), "command": plain, **account, **more}
    return SandboxSettings.model_validate(values)


def planned(sandbox: Sandbox, user: User, *argv: str, **more: Any) -> SpawnPlan:
    """The plan for a program."""
    inner = sandbox.tornterm_spawn(user, SpawnRequest("s1", Size(), argv=argv or None, **more))
    return sandbox.tornterm_prepare_spawn(user, inner)


def run(sandbox: Sandbox, script: str, user: User = ALICE, **more: Any) -> str:
    """What a script prints inside, errors included."""
    plan = planned(sandbox, user, "/bin/bash", "-c", script, **more)
    change = {} if plan.uid is None else {"user": plan.uid, "group": plan.gid, "extra_groups": ()}
    done = subprocess.run(
        plan.argv,
        env=dict(plan.env),
        cwd=plan.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        **change,  # type: ignore[arg-type]
    )
    return done.stdout
