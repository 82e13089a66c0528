"""No hook is there for its own sake: each is used by a built-in or by a distribution."""

from __future__ import annotations

import ast
from pathlib import Path

from tornterm.hookspecs import KINDS

ROOT = Path(__file__).parents[2]

LATER: dict[str, str] = {}
"""The hooks that only distributions use which are not here yet, each with one of them."""


def used_by() -> dict[str, set[str]]:
    """The modules that implement each hook."""
    users: dict[str, set[str]] = {hook: set() for hook in KINDS}
    distributions = (path for path in (ROOT / "plugins").glob("*/*/**/*.py"))
    for path in (*(ROOT / "tornterm" / "builtin").rglob("*.py"), *distributions):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, "name", "")
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and name in users:
                users[name].add(path.name)
    return users


def test_every_hook_is_used() -> None:
    """By a built-in plugin or by a distribution in plugins/, or by one that is named above."""
    unused = {hook for hook, users in used_by().items() if not users}
    assert unused == set(LATER)


def test_a_distribution_that_is_here_is_not_later() -> None:
    """Once it is here, it uses what it was to use."""
    here = {path.name for path in (ROOT / "plugins").glob("*") if path.is_dir()}
    assert not here & set(LATER.values())
