"""terminado's own server: its named manager and its socket, as its documentation shows them."""

from __future__ import annotations

import asyncio
import os

import terminado
from tornado.web import Application


async def main() -> None:
    """Serve until killed; prints the port."""
    environment = {**os.environ, "PS1": "$ "}
    manager = terminado.NamedTermManager(
        shell_command=["/bin/bash", "--norc", "--noprofile"], extra_env=environment
    )
    routes = [(r"/ws/(\w+)", terminado.TermSocket, {"term_manager": manager})]
    server = Application(routes).listen(0, "127.0.0.1", backlog=4096)
    (listener,) = server._sockets.values()
    print(listener.getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
