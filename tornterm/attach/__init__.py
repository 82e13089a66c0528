"""``tornterm attach``: a session of a server on the terminal that this program runs on.

Written from ``docs/protocol.md``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from tornterm.attach.address import Address
from tornterm.attach.client import Client
from tornterm.attach.local import LocalTerminal

__all__ = ["attach"]


async def attach(
    url: str,
    *,
    headers: Mapping[str, str],
    session: str | None = None,
    token: str | None = None,
    share: str | None = None,
    profile: str = "",
    stdin_fd: int = 0,
    stdout_fd: int = 1,
) -> int:
    """Show a session on a terminal until its program ends or the person leaves.

    The terminal is put into raw mode and given back as it was, whatever happens. While the
    connection is gone it is made again and again, and what is typed meanwhile is kept.

    Args:
        url: The server's base (``http://host:port/base/``), or the address of a session below it
            (``.../s/<id>``), or a link by which one is shared.
        headers: What logs the person in: ``Authorization``, or ``Cookie``. ``Origin`` is added
            where it is missing.
        session: The session to take up; a new one if neither this nor `url` names one.
        token: A resume token of that session; the server is asked for one where it is missing.
        share: The secret of a share of that session, with which no login is needed.
        profile: What a new session starts; empty for the usual program.
        stdin_fd: The terminal that the person types on.
        stdout_fd: Where output goes.

    Returns:
        The program's exit code, 128 and the signal's number where one killed it, 0 after ``~.``,
        255 where the session cannot be reached or the server ended the connection.

    Raises:
        ValueError: `url` is not the address of a server, or `stdin_fd` not a terminal.
    """
    if not os.isatty(stdin_fd):
        # What comes from elsewhere ends, and a session would wait for it for ever.
        raise ValueError("standard input is not a terminal")
    address = Address.of(url, session)
    if share is not None:
        address = replace(address, share=share)
    terminal = LocalTerminal(stdin_fd, stdout_fd)
    client = Client(address, dict(headers), terminal, token=token, profile=profile)
    return await client.run()
