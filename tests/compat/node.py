"""Node, with Jupyter's own client library."""

from __future__ import annotations

import asyncio
import fcntl
import importlib.util
import json
from pathlib import Path
from typing import Any

from tests.compat.dialect import WITHIN

__all__ = ["run_script", "run_services"]

HERE = Path(__file__).parent / "services"
BUNDLE = Path(__file__).parents[2] / "frontend" / "bundle.py"


def _node() -> list[str]:
    spec = importlib.util.spec_from_file_location("bundle", BUNDLE)
    assert spec is not None and spec.loader is not None
    bundle = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bundle)
    # Several workers may be here at once.
    with (HERE / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command: list[str] = bundle.node_with_packages(HERE)
    return command


async def run_script(text: str, *arguments: str) -> str:
    """Let Node run a module that has the library.

    Args:
        text: The module.
        arguments: Its arguments.

    Returns:
        What it printed.
    """
    node = await asyncio.to_thread(_node)
    process = await asyncio.create_subprocess_exec(
        *node,
        "--input-type=module",
        "-",
        *arguments,
        cwd=HERE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(text.encode()), WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode == 0, errors.decode()
    return output.decode()


async def run_services(base: str, token: str) -> dict[str, Any]:
    """Let the library do what its users do.

    Args:
        base: The server's address.
        token: The token of a user.

    Returns:
        What `client.mjs` has seen.
    """
    script = await asyncio.to_thread((HERE / "client.mjs").read_text)
    seen: dict[str, Any] = json.loads(await run_script(script, base, token))
    return seen
