"""Whether who is logged in may stay: asked again, logged out elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from oidc_browser import Browser, ProviderProcess, serving, settings
from tornado.httpclient import AsyncHTTPClient

from tornterm_auth_oidc import Oidc

LATER = {"exp": 100_000}
"""Claims of a token that is good at the time to which a test has moved the plugin's clock."""


LOGOUT = {"http://schemas.openid.net/event/backchannel-logout": {}}


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
