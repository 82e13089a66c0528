"""Waits for the end of a server, however it comes, and removes what it left.

Run with the beginning of the containers' names, the seconds that the engine may take, and the
engine's command line; the server holds the other end of the standard input.
"""

from __future__ import annotations

import sys

from tornterm_spawn_container.asking import EngineError
from tornterm_spawn_container.engine import remove

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Wait, then remove.

    Args:
        arguments: Those of the command line.

    Returns:
        0 where nothing is left.
    """
    beginning, timeout, *engine = arguments
    sys.stdin.buffer.read()
    try:
        remove(engine, lambda name: name.startswith(beginning), float(timeout))
    except EngineError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
