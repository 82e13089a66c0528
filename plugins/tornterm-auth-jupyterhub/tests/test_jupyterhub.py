"""People of a real hub log in, are the same here, and are out when they log out there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hub import PATIENCE, SECRET, Browser, HubProcess, free_port

from tornterm.errors import AuthError
from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer
from tornterm.types import AuthRequest
from tornterm_auth_jupyterhub import JupyterHub, JupyterHubSettings


class Site:
    """A server of ours and the hub that it asks."""

    def __init__(self, server: LiveServer, hub: HubProcess) -> None:
        self.server = server
        self.hub = hub

    async def log_in(self, user: str) -> Browser:
        """A browser in which somebody has logged in through the hub."""
        browser = Browser()
        form = await browser.follow(f"{self.server.url}-/jupyterhub/login")
        assert form.effective_url.startswith(self.hub.url)
        await browser.log_in(form, user)
        return browser

    async def me(self, browser: Browser) -> Any:
        answer = await browser.ask(f"{self.server.url}api/me")
        return answer.code, json.loads(answer.body)

    def headers(self, browser: Browser) -> dict[str, str]:
        """What a WebSocket of that browser's sends."""
        jar = browser.cookies[self.server.port]
        cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
        return {"Cookie": cookie, "Origin": self.server.url.rstrip("/")}


@asynccontextmanager
async def site(folder: Path, **settings: Any) -> AsyncIterator[Site]:
    """Both of them, while the block lasts."""
    port = free_port()
    table = {
        "hub_url": f"http://127.0.0.1:{port}/hub",
        "api_url": f"http://127.0.0.1:{port}/hub/api",
        "api_token": SECRET,
        **settings,
    }
    plugin = JupyterHub(JupyterHubSettings.model_validate(table))
    tables = {"auth": {"revalidate": "1s"}, "plugins": {"enabled": ["shell"]}}
    server = LiveServer(tables, [plugin])
    hub = HubProcess(folder, port, f"{server.url}-/jupyterhub/callback")
    try:
        async with server:
            yield Site(server, hub)
    finally:
        hub.stop()


async def test_from_login_to_logout(tmp_path: Path, tornterm_loop: object) -> None:
    """Logged in at the hub, a terminal here, and out within a revalidation of the hub's logout."""
    async with site(tmp_path, admin_groups=["staff"]) as both:
        stranger = Browser()
        assert (await both.me(stranger))[0] == 401
        browser = await both.log_in("alice")
        status, me = await both.me(browser)
        assert (status, me["user"]["name"]) == (200, "alice")
        assert (me["user"]["groups"], me["user"]["admin"]) == (["staff"], True)
        headers = both.headers(browser)
        async with V1Client(both.server.url, headers=headers, within=PATIENCE) as client:
            opened = await client.open()
            client.send_input("echo $((6*7))\n")
            await client.wait_for(b"42\r\n")
            # Whoever comes without our cookie needs no password: the hub knows the person.
            own = browser.cookies.pop(both.server.port)
            again = await browser.follow(f"{both.server.url}-/jupyterhub/login")
            assert again.effective_url.startswith(both.server.url)
            assert browser.cookies[both.server.port] != own
            assert (await both.me(browser))[1]["user"]["name"] == "alice"
            await browser.follow(f"{both.hub.url}/logout")
            assert await client.wait_closed() == 4401
        assert both.server.terminals.session(opened.session).info.state == "running"
        assert (await both.me(browser))[0] == 401
        # The way in leads to the hub's password again.
        form = await browser.follow(f"{both.server.url}-/jupyterhub/login")
        assert form.effective_url.startswith(both.hub.url)
        assert b'type="password"' in form.body


async def test_who_may_not(tmp_path: Path, tornterm_loop: object) -> None:
    """Other groups, made-up answers, other people's browsers, and tokens that are none."""
    async with site(tmp_path, allowed_groups=["staff"]) as both:
        browser = await both.log_in("bob")
        assert (await both.me(browser))[0] == 401
        base = f"{both.server.url}-/jupyterhub/callback"
        for query in ("", "?state=x&code=y", "?code=y"):
            assert (await Browser().ask(base + query)).code == 401
        # The answer that is meant for one browser, in another.
        begun = Browser()
        away = await begun.ask(f"{both.server.url}-/jupyterhub/login")
        state = parse_qs(urlsplit(away.headers["Location"]).query)["state"][0]
        assert (await Browser().ask(f"{base}?state={state}&code=y")).code == 401
        for token in ("made-up", SECRET):
            answer = await both.server.fetch("api/me", headers={"Authorization": f"Bearer {token}"})
            assert answer.code == 401


class Saying:
    """In place of a hub: it says what it is told to say."""

    def __init__(self, model: dict[str, Any]) -> None:
        self.model = model

    async def model_for(self, token: str) -> dict[str, Any]:
        return self.model


TABLE = {"hub_url": "http://127.0.0.1:1/hub", "api_url": "http://127.0.0.1:1/api", "api_token": "x"}
BAD_NAMES = ("a\nb", "a\0b", "-rf", ".ssh", "a/b", "a" * 10_000, "andre\u0301", " a", "", 7, None)


async def said(name: object) -> str:
    """Whom a token lets in, where the hub says that name."""
    plugin = JupyterHub(JupyterHubSettings.model_validate(TABLE))
    plugin.hub = Saying({"kind": "user", "name": name, "groups": []})
    user = await plugin.tornterm_authenticate(AuthRequest("bearer", {"token": "t"}))
    return user.name


async def test_names_that_are_none(tornterm_loop: object) -> None:
    """They are refused whole; two that look alike are two people's."""
    for name in BAD_NAMES:
        with pytest.raises(AuthError, match="no name"):
            await said(name)
    for name in ("alice", "Alice", "andr\u00e9"):
        assert await said(name) == name
