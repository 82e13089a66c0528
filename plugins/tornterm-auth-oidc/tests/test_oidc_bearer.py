"""Bearer tokens of a provider: the suite of all auth backends, and what is special to them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from oidc_browser import ProviderProcess, settings
from provider import API, CLIENT
from tornado.httpclient import HTTPResponse

from tornterm.testing.conformance import AuthConformance, Login
from tornterm.types import AuthRequest
from tornterm_auth_oidc import Oidc
from tornterm_auth_oidc.tokens import unverified


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
