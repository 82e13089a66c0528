"""A plan in the form in which a child carries it out; made, and packed, before there is one."""

from __future__ import annotations

import resource
from typing import TypedDict

from tornterm.pty.checks import candidates
from tornterm.pty.environment import TERMINAL
from tornterm.types import SpawnPlan

__all__ = ["Launch", "launch"]


class Launch(TypedDict):
    """What becomes of a child; plain values only, so that it can be handed to another process.

    Args:
        paths: Where the program may be, in the order in which to try.
        argv: The program and its arguments.
        env: The whole environment.
        cwd: The working directory.
        identity: User, group and supplementary groups to become; None to stay.
        rlimits: Number of a limit, and soft and hard.
    """

    paths: tuple[str, ...]
    argv: tuple[str, ...]
    env: dict[str, str]
    cwd: str
    identity: tuple[int | None, int, tuple[int, ...]] | None
    rlimits: tuple[tuple[int, tuple[int, int]], ...]


def launch(plan: SpawnPlan) -> Launch:
    """Prepare a plan that has been checked."""
    return Launch(
        paths=tuple(candidates(plan)),
        argv=tuple(plan.argv),
        env={**TERMINAL, **plan.env},
        cwd=plan.cwd,
        identity=None if plan.gid is None else (plan.uid, plan.gid, tuple(plan.groups)),
        rlimits=tuple(
            (getattr(resource, f"RLIMIT_{name}"), (soft, hard))
            for name, (soft, hard) in plan.rlimits.items()
        ),
    )
