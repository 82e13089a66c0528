"""The environment of a program: what it needs, and of the server's own only what is allowed."""

from __future__ import annotations

import os
import pwd
from collections.abc import Collection, Mapping

from tornterm.spawning import passed_on

__all__ = ["PASSED", "TERMINAL", "environment"]

PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "PATH", "TZ")
"""Variables of the server that a program gets unless something else is said."""

TERMINAL: Mapping[str, str] = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
"""What describes the terminal at the other end to programs that do not ask it."""


def environment(
    passed: Collection[str] = PASSED,
    extra: Mapping[str, str | None] | None = None,
    *,
    account: pwd.struct_passwd | None = None,
    server: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Build the environment of a program.

    Args:
        passed: The names of the server's variables that the program may have.
        extra: Variables to add last; one that is None is left out.
        account: Whose program it is; None for the account of the server itself, in which case
            the server's own ``HOME`` and ``SHELL`` count.
        server: The server's environment; that of this process where left out.

    Returns:
        Always with ``HOME``, ``USER``, ``LOGNAME``, ``SHELL``, ``TERM``, ``COLORTERM``, ``LANG``
        and ``PATH`` unless `extra` takes one away.

    Warning:
        A server's environment often holds its secrets. Every name in `passed` is a decision.
    """
    server = os.environ if server is None else server
    result = {"LANG": "C.UTF-8", "PATH": os.defpath, **TERMINAL}
    result |= passed_on(passed, server)
    result |= _identity(account, server)
    for name, value in (extra or {}).items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def _identity(account: pwd.struct_passwd | None, server: Mapping[str, str]) -> dict[str, str]:
    """Who the program runs as, for the programs that look at variables for that."""
    if account is not None:
        name, home, shell = account.pw_name, account.pw_dir, account.pw_shell
    else:
        try:
            own = pwd.getpwuid(os.geteuid())
            name, home, shell = own.pw_name, own.pw_dir, own.pw_shell
        except KeyError:
            # Containers run under numbers that no account belongs to.
            name, home, shell = str(os.geteuid()), "/", ""
        home, shell = server.get("HOME") or home, server.get("SHELL") or shell
    return {"HOME": home, "USER": name, "LOGNAME": name, "SHELL": shell or "/bin/sh"}
