"""A real nginx in front, set up as the documentation says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from nginx import PortalService, listening_socket, portal, serving
from proxied import SECRET, Lines
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.netutil import bind_unix_socket

from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer
from tornterm_auth_proxy import Proxy, ProxySettings

README = Path(__file__).parents[1] / "README.md"


class Site:
    """The example of the README, running."""

    def __init__(self, plugin: Proxy, server: LiveServer, port: int, portal: PortalService) -> None:
        self.plugin = plugin
        self.portal = portal
        self.server = server
        self.port = port
        self.origin = f"http://localhost:{port}"

    async def me(self, cookie: str = "", more: Lines = ()) -> HTTPResponse:
        """Who the server takes somebody for who comes through nginx."""
        return await self.fetch(f"{self.origin}/api/me", cookie, more)

    async def fetch(self, url: str, cookie: str = "", more: Lines = ()) -> HTTPResponse:
        headers = HTTPHeaders({"Cookie": f"portal={cookie}"} if cookie else {})
        for name, value in more:
            headers.add(name, value)
        client = AsyncHTTPClient(force_instance=True)
        try:
            return await client.fetch(url, headers=headers, raise_error=False)
        finally:
            client.close()

    @asynccontextmanager
    async def terminal(self, cookie: str, origin: str = "") -> AsyncIterator[V1Client]:
        headers = {"Cookie": f"portal={cookie}", "Origin": origin or self.origin}
        async with V1Client(f"{self.origin}/", headers=headers, within=30.0) as client:
            yield client


def block(language: str) -> str:
    """The example of that language in the README."""
    found = re.search(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    return found[1]


def changed(text: str, changes: Mapping[str, str]) -> str:
    """An example for this machine; what is to be changed has to be there."""
    for old, new in changes.items():
        assert old in text, f"{old} is not in the example any more"
        text = text.replace(old, new)
    return text


@asynccontextmanager
async def site(
    folder: Path, events: object, more: Mapping[str, str] | None = None, *, unix: bool = False
) -> AsyncIterator[Site]:
    """The example of the README with its ports and files on this machine.

    Args:
        folder: For files.
        events: An audit sink.
        more: Further changes to the block for nginx.
        unix: Whether nginx comes over a Unix socket, without a secret.
    """
    (folder / "proxy.secret").write_text(f"{SECRET}\n")
    (folder / "secret.conf").write_text(f'proxy_set_header X-Proxy-Secret "{SECRET}";\n')
    listening = listening_socket()
    port = listening.getsockname()[1]
    text = changed(
        block("toml"),
        {
            "https://term.example.org/": f"http://localhost:{port}/",
            "/etc/tornterm/proxy.secret": str(folder / "proxy.secret"),
        },
    )
    tables = tomllib.loads(text)
    table = tables["plugins"].pop("proxy")
    if unix:
        table = {**table, "proxies": ["unix"]}
        del table["secret"]
    tables["plugins"]["enabled"].remove("proxy")
    tables["plugins"]["jsonl"] = {"path": str(folder / "audit.jsonl")}
    plugin = Proxy(ProxySettings.model_validate(table))
    async with AsyncExitStack() as stack:
        stack.enter_context(listening)
        asked = await stack.enter_async_context(portal())
        server = await stack.enter_async_context(LiveServer(tables, [plugin, events]))
        behind = f"127.0.0.1:{server.port}"
        if unix:
            path = folder / "tornterm.sock"
            by_socket = HTTPServer(server.terminals.application())
            by_socket.add_socket(bind_unix_socket(str(path)))
            stack.push_async_callback(by_socket.close_all_connections)
            stack.callback(by_socket.stop)
            behind = f"unix:{path}"
        example = changed(
            block("nginx"),
            {
                "listen 443 ssl;": f"listen 127.0.0.1:{port};",
                "server_name term.example.org;": "server_name localhost;",
                "    ssl_certificate /etc/ssl/certs/term.example.org.pem;\n": "",
                "    ssl_certificate_key /etc/ssl/private/term.example.org.key;\n": "",
                "http://127.0.0.1:9091": f"http://127.0.0.1:{asked.port}",
                "http://127.0.0.1:8765": f"http://{behind}",
                "/etc/nginx/tornterm-secret.conf": str(folder / "secret.conf"),
                **(more or {}),
            },
        )
        stack.enter_context(serving(folder, example, listening))
        yield Site(plugin, server, port, asked)


async def test_the_example_lets_in_whom_the_portal_knows(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    async with site(tmp_path, tornterm_events) as there:
        found = await there.me("alice-of-the-portal")
        assert found.code == 200, found.body
        assert b'"alice"' in found.body and b"terminal-admins" in found.body
        assert "Zoë".encode() in (await there.me("zoe-of-the-portal")).body.replace(
            rb"\u00eb", "ë".encode()
        )
        assert (await there.me()).code == 401  # by nginx
        assert (await there.me("eve-of-the-portal")).code == 401  # in no group that may
        failed = await tornterm_events.wait_for("auth.failed", within=30)
        assert "groups" in failed.facts["reason"]
        assert there.plugin.refused == {"not allowed": 1}


async def test_a_terminal_through_nginx(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """It belongs to whom the portal knows, and another site's page cannot open one."""
    async with site(tmp_path, tornterm_events) as there:
        async with there.terminal("bob-of-the-portal") as client:
            await client.open()
            client.send_input(b"echo $TORNTERM_USER-$((6*7))\n")
            await client.wait_for(b"bob-42")
        async with there.terminal("bob-of-the-portal", "http://evil.example") as client:
            with pytest.raises(HTTPClientError, match="403"):
                await client.open()
        assert (await tornterm_events.wait_for("session.created", within=30)).user == "bob"


async def test_what_a_browser_adds_counts_for_nothing(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """nginx overwrites the headers, and drops other spellings of them."""
    forged = [
        ("X-Remote-User", "alice"),
        ("X-Remote-Groups", "terminal-admins"),
        ("X_Remote_User", "alice"),
    ]
    async with site(tmp_path, tornterm_events) as there:
        found = await there.me("bob-of-the-portal", forged)
        assert found.code == 200
        assert b'"bob"' in found.body and b"terminal-admins" not in found.body
        assert (await there.me("", forged)).code == 401
        # Past nginx, from the same address, as a program in a terminal could.
        found = await there.fetch(f"{there.server.url}api/me", "", forged[:2])
        assert found.code == 401
        assert there.plugin.refused == {"secret": 1}


async def test_an_nginx_that_lets_other_spellings_pass(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    lax = {"location = /auth {": "underscores_in_headers on;\n    location = /auth {"}
    async with site(tmp_path, tornterm_events, lax) as there:
        assert (await there.me("bob-of-the-portal")).code == 200
        found = await there.me("bob-of-the-portal", [("X_Remote_User", "alice")])
        assert found.code == 401
        assert there.plugin.refused == {"variant": 1}
        failed = await tornterm_events.wait_for("auth.failed", within=30)
        assert "another spelling" in failed.facts["reason"]


async def test_an_nginx_that_overwrites_nothing(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """What comes twice is nobody's."""
    open_ = {"        proxy_set_header X-Remote-User $user;\n": ""}
    async with site(tmp_path, tornterm_events, open_) as there:
        twice = [("X-Remote-User", "bob"), ("X-Remote-User", "alice")]
        assert (await there.me("bob-of-the-portal", twice)).code == 401
        assert there.plugin.refused == {"duplicate": 1}


async def test_over_a_unix_socket(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Whoever may open it is the proxy; the same headers over TCP are not believed."""
    async with site(tmp_path, tornterm_events, unix=True) as there:
        assert b'"bob"' in (await there.me("bob-of-the-portal")).body
        direct = await there.fetch(f"{there.server.url}api/me", "", [("X-Remote-User", "bob")])
        assert direct.code == 401
        assert there.plugin.refused == {"peer": 1}


async def test_a_portal_that_is_down(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Lets nobody in until it is back, and the terminals that are open go on."""
    async with (
        site(tmp_path, tornterm_events) as there,
        there.terminal("bob-of-the-portal") as client,
    ):
        await client.open()
        await there.portal.stop()
        assert (await there.me("bob-of-the-portal")).code == 500  # by nginx
        client.send_input(b"echo still-$((6*7))\n")
        await client.wait_for(b"still-42")
        there.portal.start()
        assert (await there.me("bob-of-the-portal")).code == 200
