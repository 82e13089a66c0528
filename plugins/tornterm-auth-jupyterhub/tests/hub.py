"""A real JupyterHub on loopback, with a dummy authenticator, and a browser for it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPResponse

SECRET = "token-of-the-service-0123456789"
PASSWORD = "password of everybody"
PATIENCE = 60.0

CONFIG = """
from jupyterhub.proxy import Proxy

class NoProxy(Proxy):
    # Nobody starts a notebook server here; the hub itself is asked directly.
    should_start = False
    async def add_route(self, routespec, target, data): pass
    async def delete_route(self, routespec): pass
    async def get_all_routes(self): return {{}}

c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {{"root"}}
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.load_groups = {{"staff": {{"users": ["alice"]}}, "others": {{"users": ["bob"]}}}}
c.JupyterHub.services = [{{
    "name": "tornterm", "api_token": {secret!r}, "oauth_no_confirm": True,
    "oauth_redirect_uri": "{redirect}",
}}]
c.JupyterHub.load_roles = [
    {{"name": "user", "scopes": ["self", "access:services!service=tornterm"]}},
]
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class HubProcess:
    """A hub that runs.

    Args:
        folder: Where its files are.
        port: Where it listens.
        redirect: Where it sends those back who have logged in.
    """

    def __init__(self, folder: Path, port: int, redirect: str) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/hub"
        self._log = folder / "hub.log"
        self._start(folder, redirect)
        if not self._listens():
            self.stop()
            raise AssertionError(self._log.read_text())

    def _start(self, folder: Path, redirect: str) -> None:
        config = folder / "hub_config.py"
        config.write_text(
            CONFIG.format(
                password=PASSWORD, port=self.port, folder=folder, secret=SECRET, redirect=redirect
            )
        )
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(config)],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "HOME": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _listens(self) -> bool:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                return True
        return False

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Browser:
    """What a person's browser does with redirects, cookies and the hub's form."""

    def __init__(self) -> None:
        self.cookies: dict[int | None, dict[str, str]] = {}

    async def ask(self, address: str, form: dict[str, str] | None = None) -> HTTPResponse:
        """Ask for an address, keep the cookies, and follow no redirect."""
        jar = self.cookies.setdefault(urlsplit(address).port, {})
        client = AsyncHTTPClient(force_instance=True)
        try:
            answer = await client.fetch(
                address,
                method="GET" if form is None else "POST",
                body=None if form is None else urlencode(form),
                headers={"Cookie": "; ".join(f"{n}={v}" for n, v in jar.items())},
                follow_redirects=False,
                raise_error=False,
                request_timeout=PATIENCE,
            )
        finally:
            client.close()
        for line in answer.headers.get_list("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            jar[name] = value
        return answer

    async def follow(self, address: str, form: dict[str, str] | None = None) -> HTTPResponse:
        """Ask, and follow redirects to their end."""
        answer = await self.ask(address, form)
        while answer.code in (301, 302, 303):
            address = urljoin(answer.effective_url, answer.headers["Location"])
            answer = await self.ask(address)
        return answer

    async def log_in(
        self, answer: HTTPResponse, user: str, password: str = PASSWORD
    ) -> HTTPResponse:
        """Fill in the form that the hub has answered with."""
        text = answer.body.decode()
        found = re.search(r'name="_xsrf"\s+value="([^"]+)"', text)
        action = re.search(r'<form[^>]*action="([^"]+)"', text)
        assert found and action, text[:500]
        where = urljoin(answer.effective_url, action[1].replace("&amp;", "&"))
        form = {"username": user, "password": password, "_xsrf": found[1]}
        return await self.follow(where, form)
