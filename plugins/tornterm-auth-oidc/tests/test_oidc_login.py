"""People log in by a provider's word, and by nobody else's."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from oidc_browser import Browser, ProviderProcess, serving, settings
from provider import CLIENT

from tornterm_auth_oidc import Oidc


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
