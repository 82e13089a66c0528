"""``tornterm-get FILE...``: offer files of this machine to the person at the page.

All it does is to print an escape sequence that names the file. The page shows what is offered, and
only when its person accepts does it ask the server, with the person's own login; the server reads
the file as the account of the session. So neither an address nor a secret is needed here, and a
program that prints such a sequence by itself achieves no more than a question.

It needs nothing but Python's standard library, so that it can lie anywhere on the PATH.
"""

from __future__ import annotations

import base64
import json
import os
import stat
import sys
from collections.abc import Sequence

__all__ = ["MARK", "main", "offer"]

MARK = "7717;tornterm-get;"
"""What the escape sequence begins with, behind ``ESC ]``."""

USAGE = "usage: tornterm-get FILE...\nOffer files to the browser in which this terminal is shown."


def offer(path: str) -> bytes:
    """The escape sequence that offers a file.

    Args:
        path: The file.

    Raises:
        OSError: It is not there, may not be read, or is no ordinary file.
        ValueError: Its name is no text.
    """
    absolute = os.path.abspath(path)
    found = os.stat(absolute)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "not an ordinary file")
    if not os.access(absolute, os.R_OK):
        raise OSError(0, "it may not be read")
    absolute.encode("utf-8")
    facts = {"path": absolute, "size": found.st_size, "inode": found.st_ino}
    packed = base64.b64encode(json.dumps(facts).encode()).decode()
    sequence = f"\x1b]{MARK}{packed}\x1b\\"
    if os.environ.get("TMUX"):
        # With `allow-passthrough`, tmux hands on what is wrapped like this.
        escaped = sequence.replace("\x1b", "\x1b\x1b")
        sequence = f"\x1bPtmux;{escaped}\x1b\\"
    return sequence.encode()


def main(arguments: Sequence[str] | None = None) -> int:
    """Offer files.

    Args:
        arguments: Their paths; those of the command line where left out.

    Returns:
        The exit code: 0, 1 where a file cannot be offered, 2 where it was called wrongly.
    """
    paths = list(sys.argv[1:] if arguments is None else arguments)
    if not paths or paths[0] in ("-h", "--help"):
        print(USAGE, file=sys.stderr)  # noqa: T201
        return 0 if paths else 2
    if not any(name.startswith("TORNTERM_") for name in os.environ):
        print("tornterm-get: this is not a terminal of tornterm", file=sys.stderr)  # noqa: T201
        return 2
    failed = False
    for path in paths:
        try:
            sequence = offer(path)
            with open("/dev/tty", "wb", buffering=0) as terminal:
                terminal.write(sequence)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "its name is no text"
            print(f"tornterm-get: {path}: {why}", file=sys.stderr)  # noqa: T201
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
