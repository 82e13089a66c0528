"""A real nginx in front of a server, and the service that it asks who somebody is."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

PEOPLE = {
    "alice-of-the-portal": {"X-User": "alice", "X-Groups": "staff,terminal-admins"},
    "bob-of-the-portal": {"X-User": "bob", "X-Groups": "staff"},
    "eve-of-the-portal": {"X-User": "eve", "X-Groups": "guests"},
    "zoe-of-the-portal": {"X-User": "Zoë", "X-Groups": "staff"},
}
"""What the portal says of whoever has its cookie."""


def nginx() -> str:
    """The path of nginx; where it may be missing, the test is left out there."""
    path = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None and "CI" not in os.environ:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    assert path, "nginx is not installed: apt-get install nginx-light"
    return path


class Portal(RequestHandler):
    """Says who has a cookie of the portal, and nothing to others, as auth_request asks."""

    def get(self) -> None:
        headers = PEOPLE.get(self.get_cookie("portal") or "")
        if headers is None:
            self.set_status(401)
            return
        for name, value in headers.items():
            # As a service that writes UTF-8 does.
            self.set_header(name, value.encode())


class PortalService:
    """The service on a port of loopback, which can be down for a while."""

    port = 0
    _server: HTTPServer | None = None

    def start(self) -> None:
        """Serve, on the port it had before."""
        (listening,) = bind_sockets(self.port, "127.0.0.1")
        self.port = listening.getsockname()[1]
        self._server = HTTPServer(Application([("/auth", Portal)]))
        self._server.add_socket(listening)

    async def stop(self) -> None:
        """Answer nobody any more."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
            await server.close_all_connections()


@asynccontextmanager
async def portal() -> AsyncIterator[PortalService]:
    """The service, started."""
    service = PortalService()
    service.start()
    try:
        yield service
    finally:
        await service.stop()


def listening_socket() -> socket.socket:
    """A socket for nginx, which connections wait at until it runs."""
    return socket.create_server(("127.0.0.1", 0), backlog=64)


@contextmanager
def serving(folder: Path, block: str, listening: socket.socket) -> Iterator[None]:
    """nginx with a server block, until the end.

    Args:
        folder: For its files.
        block: What stands in ``http``; has to listen at the address of `listening`.
        listening: Where it listens; handed over as an nginx does to its successor.
    """
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config, log = folder / "nginx.conf", folder / "error.log"
    # As the user who runs the test: root's files in a test's folder are closed to others.
    user = "user root;\n" if os.geteuid() == 0 else ""
    config.write_text(
        f"{user}daemon off; pid {folder}/nginx.pid; worker_processes 1;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temporary}{block}\n}}\n"
    )
    process = subprocess.Popen(
        [nginx(), "-c", str(config), "-e", str(log)],
        env={**os.environ, "NGINX": f"{listening.fileno()};"},
        pass_fds=(listening.fileno(),),
    )
    try:
        yield
        assert process.poll() is None, log.read_text()
    finally:
        process.terminate()
        process.wait(30)
