"""People and programs get in by a real provider's word, and by nobody else's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from provider import API, CLIENT, PASSWORD
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tornterm.testing.conformance import AuthConformance, Login
from tornterm.testing.server import LiveServer
from tornterm.types import AuthRequest
from tornterm_auth_oidc import Oidc, OidcSettings
from tornterm_auth_oidc.people import user_of
from tornterm_auth_oidc.tokens import Denied, unverified

LATER = {"exp": 100_000}
"""Claims of a token that is good at the time to which a test has moved the plugin's clock."""

LOGOUT = {"http://schemas.openid.net/event/backchannel-logout": {}}


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


@pytest.fixture(scope="module")
def running() -> Iterator[ProviderProcess]:
    """One provider for all tests of this file."""
    process = ProviderProcess()
    yield process
    process.stop()


@pytest.fixture
def provider(running: ProviderProcess) -> ProviderProcess:
    """The provider as it is at first."""
    running.tell(reset=True)
    return running


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


@pytest.fixture
def plugin(provider: ProviderProcess) -> Oidc:
    """The plugin of that provider."""
    return Oidc(settings(provider.issuer))


# --- the suite of all auth backends, for bearer tokens --------------------------------------------


class TestBearer(AuthConformance):
    """Everything that is asked of an auth backend."""

    @pytest.fixture
    def plugin(self, provider: ProviderProcess) -> Oidc:
        """The plugin of the provider."""
        return Oidc(settings(provider.issuer, bearer_audiences=[API]))

    @pytest.fixture
    def accepted(self, provider: ProviderProcess) -> Login:
        """A token for us."""
        token = provider.issue(aud=API)
        return Login(AuthRequest("bearer", {"token": token}), token, "alice")

    @pytest.fixture
    def rejected(self, provider: ProviderProcess) -> Login:
        """A token that somebody else has signed."""
        token = provider.issue("forged", aud=API)
        return Login(AuthRequest("bearer", {"token": token}), token)

    @pytest.fixture
    def broken(self, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch) -> Oidc:
        """A provider that is not there."""
        found = Oidc(settings(provider.issuer, bearer_audiences=[API]))
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.lead_to(found, provider, nobody, monkeypatch)
        return found

    @pytest.fixture
    def hung(self, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Oidc]:
        """A provider that takes connections and says nothing."""
        found = Oidc(settings(provider.issuer, bearer_audiences=[API]))
        with closing(socket.create_server(("127.0.0.1", 0))) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            self.lead_to(found, provider, address, monkeypatch)
            yield found

    @staticmethod
    def lead_to(
        plugin: Oidc, provider: ProviderProcess, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Let the plugin find another server where it looks for the provider."""
        fetch = plugin.provider._fetch

        async def elsewhere(wanted: str, **more: Any) -> HTTPResponse:
            return await fetch(wanted.replace(provider.issuer, address), **more)

        monkeypatch.setattr(plugin.provider, "_fetch", elsewhere)


@pytest.mark.parametrize(
    ("sign", "claims"),
    [
        ("forged", {}),
        ("none", {}),
        ("confused", {}),
        ("right", {"aud": "https://other.example.org"}),
        ("right", {"aud": None}),
        ("right", {"aud": [1, None]}),
        ("right", {"exp": -10}),
        ("right", {"exp": None}),
        ("right", {"exp": "tomorrow"}),
        ("right", {"iat": 60}),
        ("right", {"nbf": 60}),
        ("right", {"sub": None}),
        ("right", {"preferred_username": None}),
        ("right", {"preferred_username": "al\nice"}),
        ("right", {"preferred_username": "a" * 100}),
    ],
)
async def test_bad_bearer_tokens(
    sign: str, claims: dict[str, Any], provider: ProviderProcess, tornterm_server: Any
) -> None:
    """A wrong signature, another algorithm, another audience, another time, no name: 401."""
    server = await tornterm_server(
        plugins=[Oidc(settings(provider.issuer, bearer_audiences=[API]))]
    )
    token = provider.issue(sign, **{"aud": API, **claims})
    answer = await server.fetch("api/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.code == 401


async def test_good_bearer_tokens(provider: ProviderProcess, tornterm_server: Any) -> None:
    """Groups come from the claim, admins from a group; clocks may differ a little."""
    table = settings(provider.issuer, bearer_audiences=[API], admin_groups=["staff"])
    server = await tornterm_server(plugins=[Oidc(table)])
    for claims in ({}, {"aud": ["x", API]}, {"exp": -2}, {"iat": 2}):
        token = provider.issue(**{"aud": API, **claims})
        answer = await server.fetch("api/me", headers={"Authorization": f"Bearer {token}"})
        assert json.loads(answer.body)["user"] == {
            "name": "alice",
            "display_name": "alice",
            "groups": ["staff"],
            "admin": True,
        }


async def test_an_id_token_is_no_access_token(
    provider: ProviderProcess, tornterm_server: Any
) -> None:
    """Where both are for the same audience, the type decides."""
    table = settings(provider.issuer, bearer_audiences=[CLIENT])
    server = await tornterm_server(plugins=[Oidc(table)])
    for kind, code in (("JWT", 401), ("at+jwt", 200)):
        headers = {"Authorization": f"Bearer {provider.issue(typ=kind)}"}
        assert (await server.fetch("api/me", headers=headers)).code == code


async def test_no_bearer_tokens_unless_asked_for(
    plugin: Oidc, provider: ProviderProcess, tornterm_server: Any
) -> None:
    """Without `bearer_audiences` they are none of our business."""
    server = await tornterm_server(plugins=[plugin])
    headers = {"Authorization": f"Bearer {provider.issue()}"}
    assert (await server.fetch("api/me", headers=headers)).code == 401


async def test_new_keys_are_found(
    provider: ProviderProcess, tornterm_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is not known is looked up, but not each time that somebody makes one up."""
    plugin = Oidc(settings(provider.issuer, bearer_audiences=[API]))
    server = await tornterm_server(plugins=[plugin])

    async def tried(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        code: int = (await server.fetch("api/me", headers=headers)).code
        return code

    assert await tried(provider.issue(aud=API)) == 200
    provider.tell(rotate=True)
    assert await tried(provider.issue(aud=API)) == 401
    monkeypatch.setattr("tornterm_auth_oidc.provider.SOONEST_SECONDS", 0.0)
    assert await tried(provider.issue(aud=API)) == 200
    monkeypatch.setattr("tornterm_auth_oidc.provider.SOONEST_SECONDS", 10.0)
    before = provider.tell()["keys"]
    header, claims, signature = provider.issue(aud=API).split(".")
    kid = unverified(f"{header}.{claims}.x", 0)["kid"]
    assert kid
    for _ in range(3):
        await tried(f"eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.{claims}.{signature}")
    assert provider.tell()["keys"] == before


# --- people ---------------------------------------------------------------------------------------


async def test_logging_in(plugin: Oidc, tornterm_loop: Any, tornterm_events: Any) -> None:
    """The link, the provider, the way back, and a cookie that is good for a session."""
    async with serving(plugin, tornterm_events) as browser:
        page = await browser.get(browser.server.url + "login")
        assert b"-/oidc/login" in page.body
        last = await browser.log_in()
        assert last.headers["Location"].endswith("/login?next=/")
        assert json.loads((await browser.me()).body)["user"]["name"] == "alice"
        event = await tornterm_events.wait_for("auth.ok")
        assert event.facts["backend"] == "oidc"


async def test_the_way_there_says_what_it_must(
    plugin: Oidc, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """PKCE, state and nonce each time anew; a cookie that no script and no other site can use."""
    async with serving(plugin, tornterm_events) as browser:
        seen = set()
        for _ in range(2):
            there = await browser.get(browser.server.url + "-/oidc/login")
            asked = parse_qs(urlsplit(there.headers["Location"]).query)
            assert asked["code_challenge_method"] == ["S256"]
            assert asked["redirect_uri"] == [browser.server.url + "-/oidc/callback"]
            seen |= {asked["state"][0], asked["nonce"][0], asked["code_challenge"][0]}
            cookie = there.headers["Set-Cookie"].lower()
            assert "httponly" in cookie and "samesite=lax" in cookie and "path=/-/oidc/" in cookie
        assert len(seen) == 6


@pytest.mark.parametrize(
    "behaviour",
    [
        {"sign": "forged"},
        {"sign": "none"},
        {"sign": "confused"},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
        {"claims": {"aud": [CLIENT, "another"]}},
        {"claims": {"iss": "https://evil.example.org"}},
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"exp": -10}},
        {"claims": {"iat": 60}},
        {"claims": {"preferred_username": ""}},
        {"claims": {"groups": ["strangers"]}},
        {"token_status": 500},
        {"token_status": 400},
    ],
    ids=str,
)
async def test_nobody_gets_in(
    behaviour: dict[str, Any], provider: ProviderProcess, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """Whatever is wrong with the token, or with the provider: denied, audited, no cookie."""
    plugin = Oidc(settings(provider.issuer, allowed_groups=["staff"]))
    async with serving(plugin, tornterm_events) as browser:
        provider.tell(**behaviour)
        assert (await browser.log_in()).code == 401
        assert (await browser.me()).code == 401
        assert (await tornterm_events.wait_for("auth.failed")).facts["method"] == "oidc"


BAD_NAMES = (
    "a\nb",
    "a\0b",
    "-rf",
    ".ssh",
    "a/b",
    "a" * 10_000,
    "andre\u0301",
    " a",
    "\ud800",
    7,
    {},
)


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:12])
def test_names_that_are_none(name: Any) -> None:
    """They are refused whole: nothing is cut off or replaced to make a name of them."""
    with pytest.raises(Denied, match="holds no name"):
        user_of({"preferred_username": name}, settings("https://login.example.org"))


def test_names_that_look_alike() -> None:
    """They are two people's, because the provider says so."""
    names = ("alice", "Alice", "andr\u00e9", "Andr\u00e9")
    known = settings("https://login.example.org")
    assert tuple(user_of({"preferred_username": name}, known).name for name in names) == names


async def test_an_answer_is_good_once(
    plugin: Oidc, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """The address with the code does nothing the second time, also if it is caught on the way."""
    async with serving(plugin, tornterm_events) as browser:
        address = await browser.begin()
        cookies = dict(browser.cookies)
        assert (await browser.get(address)).code == 302
        again = Browser(browser.server)
        again.cookies = cookies
        assert (await again.get(address)).code == 401


async def test_nobody_is_logged_in_by_a_link(
    plugin: Oidc, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """Another browser than the one that began cannot end a login: it lacks the cookie."""
    async with serving(plugin, tornterm_events) as attacker:
        address = await attacker.begin()
        victim = Browser(attacker.server)
        assert (await victim.get(address)).code == 401
        await victim.begin()  # has a cookie now, but that of another login
        assert (await victim.get(address)).code == 401
        assert (await attacker.get(address)).code == 302


async def test_a_code_of_another_login(
    plugin: Oidc, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """A stolen code is worth nothing without the secret of the login it was given to."""
    async with serving(plugin, tornterm_events) as browser:
        stolen = parse_qs(urlsplit(await browser.begin()).query)["code"][0]
        own = await browser.begin()
        code = parse_qs(urlsplit(own).query)["code"][0]
        assert (await browser.get(own.replace(code, stolen))).code == 401


async def test_another_provider_s_answer(
    plugin: Oidc, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """An answer that says it is from elsewhere is not taken to our provider."""
    async with serving(plugin, tornterm_events) as browser:
        address = await browser.begin()
        changed = address.partition("&iss=")[0] + "&iss=https%3A%2F%2Fevil.example.org"
        assert (await browser.get(changed)).code == 401


# --- whether they may stay ------------------------------------------------------------------------


async def rechecked(browser: Browser, plugin: Oidc, later: float = 0.0) -> int:
    """Let the server ask again, at a later time by the plugin's clock; who it takes us for."""
    wall = plugin.provider.wall
    plugin.provider.wall = lambda: wall() + later
    try:
        terminals = browser.server.terminals
        found = [terminals.logins.find(secret) for secret in browser.cookies.values()]
        (login,) = filter(None, found)
        good = await terminals.plugins.revalidate(login.user)
    finally:
        plugin.provider.wall = wall
    return 200 if good else 401


async def test_the_provider_is_asked_again(
    plugin: Oidc, provider: ProviderProcess, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """When its answer has expired, with a refresh token that is a new one each time."""
    async with serving(plugin, tornterm_events) as browser:
        await browser.log_in()
        provider.tell(claims=LATER)
        before = provider.tell()["refresh"]
        assert await rechecked(browser, plugin) == 200
        assert provider.tell()["refresh"] == before
        assert await rechecked(browser, plugin, 4000) == 200
        assert provider.tell()["refresh"] == before + 1
        assert await rechecked(browser, plugin, 8000) == 200
        assert provider.tell()["refresh"] == before + 2
        provider.tell(refresh="revoked")
        assert await rechecked(browser, plugin, 12000) == 401
        assert await rechecked(browser, plugin) == 401


async def test_other_groups_end_a_login(
    plugin: Oidc, provider: ProviderProcess, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """Who may do other things now logs in again, and gets them."""
    async with serving(plugin, tornterm_events) as browser:
        await browser.log_in()
        provider.tell(claims=LATER)
        assert await rechecked(browser, plugin, 4000) == 200
        provider.tell(claims={**LATER, "groups": ["staff", "admins"]})
        assert await rechecked(browser, plugin, 8000) == 401


async def test_a_provider_that_is_down(
    provider: ProviderProcess, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """Nobody can log in; who is logged in stays for a while, and not for longer."""
    plugin = Oidc(settings(provider.issuer, outage="1h"))
    async with serving(plugin, tornterm_events) as browser:
        await browser.log_in()
        provider.tell(token_status=503)
        assert await rechecked(browser, plugin, 3601) == 200
        assert await rechecked(browser, plugin, 9999) == 401
        provider.stop()
        try:
            fresh = Oidc(settings(provider.issuer))
            async with serving(fresh, tornterm_events) as other:
                answer = await other.get(other.server.url + "-/oidc/login")
                assert answer.code == 401
                assert b"does not answer" in answer.body
        finally:
            provider.start()


@pytest.mark.parametrize("claims", [{}, {"sid": None}, {"sub": None}])
async def test_back_channel_logout(
    claims: dict[str, Any],
    plugin: Oidc,
    provider: ProviderProcess,
    tornterm_loop: Any,
    tornterm_events: Any,
) -> None:
    """The provider's own word ends the login of a session, or of a person."""
    async with serving(plugin, tornterm_events) as browser:
        await browser.log_in()
        token = provider.issue(events=LOGOUT, **claims)
        assert await log_out(browser, token) == 200
        assert (await browser.me()).code == 401


@pytest.mark.parametrize(
    ("sign", "claims"),
    [
        ("forged", {"events": LOGOUT}),
        ("none", {"events": LOGOUT}),
        ("right", {}),
        ("right", {"events": LOGOUT, "nonce": "x"}),
        ("right", {"events": LOGOUT, "aud": "another"}),
        ("right", {"events": LOGOUT, "exp": -10}),
    ],
)
async def test_back_channel_logout_by_somebody_else(
    sign: str,
    claims: dict[str, Any],
    plugin: Oidc,
    provider: ProviderProcess,
    tornterm_loop: Any,
    tornterm_events: Any,
) -> None:
    """Nobody else can log people out."""
    async with serving(plugin, tornterm_events) as browser:
        await browser.log_in()
        assert await log_out(browser, provider.issue(sign, **claims)) == 400
        assert (await browser.me()).code == 200


async def log_out(browser: Browser, token: str) -> int:
    """Post a logout token, as a provider does."""
    client = AsyncHTTPClient(force_instance=True)
    try:
        answer = await client.fetch(
            browser.server.url + "-/oidc/backchannel-logout",
            method="POST",
            body=f"logout_token={token}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            raise_error=False,
        )
    finally:
        client.close()
    return answer.code


async def test_front_channel_logout(
    plugin: Oidc, provider: ProviderProcess, tornterm_loop: Any, tornterm_events: Any
) -> None:
    """The provider's page names the session; a session that is not named is not ended."""
    async with serving(plugin, tornterm_events) as browser:
        await browser.log_in()
        page = browser.server.url + "-/oidc/frontchannel-logout?iss="
        for query in (provider.issuer, f"{provider.issuer}&sid=another", "x&sid=session-1"):
            await browser.get(page + query)
            assert (await browser.me()).code == 200
        await browser.get(f"{page}{provider.issuer}&sid=session-1")
        assert (await browser.me()).code == 401


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"issuer": "http://login.example.org"}, "must be the provider's issuer"),
        ({"issuer": "https://login.example.org/?a=b"}, "must be the provider's issuer"),
        ({"client_secret": {"sha256": "0" * 64}}, "a hash is not enough"),
        ({"scopes": ["profile"]}, 'must contain "openid"'),
    ],
)
def test_settings_that_cannot_be(change: dict[str, Any], why: str) -> None:
    """Each mistake is explained."""
    with pytest.raises(ValueError, match=why):
        settings(**{"issuer": "https://login.example.org", **change})
