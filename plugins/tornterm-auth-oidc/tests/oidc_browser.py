"""A browser that logs in, and the provider that it is sent to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from provider import CLIENT, PASSWORD
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tornterm.testing.server import LiveServer
from tornterm_auth_oidc import Oidc, OidcSettings


class ProviderProcess:
    """The provider, running."""

    def __init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it, on the port it had before."""
        program = [sys.executable, str(Path(__file__).with_name("provider.py")), str(self.port)]
        # It finds what this process finds, whether that is installed or not.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen(
            program, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self._process.stdout is not None
        self.issuer = self._process.stdout.readline().strip()
        self.port = int(self.issuer.rpartition(":")[2])

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.communicate()

    def tell(self, **wish: Any) -> dict[str, Any]:
        """Change how it behaves; what it says."""
        data = json.dumps(wish).encode()
        with urllib.request.urlopen(f"{self.issuer}/control", data, timeout=10) as answer:
            said: dict[str, Any] = json.load(answer)
            return said

    def issue(self, sign: str = "right", typ: str = "JWT", **claims: Any) -> str:
        """A token."""
        token: str = self.tell(issue={"claims": claims, "sign": sign, "typ": typ})["token"]
        return token


def settings(issuer: str, **more: Any) -> OidcSettings:
    """A table for tests."""
    table = {
        "issuer": issuer,
        "client_id": CLIENT,
        "client_secret": PASSWORD,
        "leeway": "5s",
        **more,
    }
    return OidcSettings.model_validate(table)


class Browser:
    """What a person's browser does with redirects and cookies."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        self.cookies: dict[str, str] = {}

    async def get(self, address: str) -> HTTPResponse:
        """Ask for an address, and keep the cookies."""
        client = AsyncHTTPClient(force_instance=True)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            answer = await client.fetch(
                address, headers={"Cookie": cookie}, follow_redirects=False, raise_error=False
            )
        finally:
            client.close()
        for line in answer.headers.get_list("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    async def begin(self) -> str:
        """Go to the provider and be let in; the address to come back to."""
        there = await self.get(self.server.url + "-/oidc/login")
        assert there.code == 302, there.body
        back = await self.get(there.headers["Location"])
        return back.headers["Location"]

    async def log_in(self) -> HTTPResponse:
        """The whole way; the last answer."""
        return await self.get(await self.begin())

    async def me(self) -> HTTPResponse:
        """Who the server takes this browser for."""
        return await self.get(self.server.url + "api/me")


@asynccontextmanager
async def serving(plugin: Oidc, events: Any) -> AsyncIterator[Browser]:
    """A server with the plugin, and a browser for it."""
    async with LiveServer(plugins=[plugin, events]) as server:
        yield Browser(server)
