"""The provider: where its doors are, its keys, and what it says about codes and tokens."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from tornterm_auth_oidc.settings import OidcSettings, is_safe
from tornterm_auth_oidc.tokens import Claims, Denied, check_claims, decode, unverified

__all__ = ["Down", "Provider", "Refused"]

logger = logging.getLogger("tornterm.plugins.oidc")

LARGEST_ANSWER = 1024 * 1024
METADATA_SECONDS = 3600.0
KEYS_SECONDS = 300.0
"""For how long keys are taken as they are; a token with a new key is a reason to look sooner."""
SOONEST_SECONDS = 10.0
"""But not more often than that: anybody can send a token with a key that there is not."""


class Down(Denied):
    """The provider does not answer, or answers nonsense."""

    told = "The login service does not answer. Please try again later."


class Refused(Denied):
    """The provider says no."""


class Provider:
    """Asks the provider, and remembers what does not change.

    Args:
        settings: The plugin's table.
        now: Seconds on a clock that never goes back.
        wall: Seconds since the epoch, for the times in tokens.
    """

    def __init__(
        self,
        settings: OidcSettings,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._now = now
        self.wall = wall
        self._client: AsyncHTTPClient | None = None
        self._metadata: Mapping[str, Any] = {}
        self._metadata_until = 0.0
        self._keys = KeySet([])
        self._keys_from = -KEYS_SECONDS
        self._looking = asyncio.Lock()

    def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def metadata(self) -> Mapping[str, Any]:
        """The discovery document.

        Raises:
            Down: It cannot be had.
        """
        if self._now() >= self._metadata_until:
            address = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = await self._get(address)
            if found.get("issuer") != self._settings.issuer:
                raise Down("the provider calls itself otherwise than plugins.oidc.issuer does")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not is_safe(found.get(name)):
                    raise Down(f"the provider's {name} is missing or not HTTPS")
            self._metadata = found
            self._metadata_until = self._now() + METADATA_SECONDS
        return self._metadata

    async def exchange(self, code: str, verifier: str, redirect: str) -> Mapping[str, Any]:
        """Trade a code for tokens.

        Args:
            code: What the person's browser brought.
            verifier: The secret that the code is bound to.
            redirect: The address it was brought to.

        Raises:
            Refused: The provider does not take the code.
            Down: The provider cannot be asked.
        """
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        return await self._token({**fields, "code_verifier": verifier})

    async def refresh(self, token: str) -> Mapping[str, Any]:
        """Trade a refresh token for new tokens.

        Raises:
            Refused: The person may not stay.
            Down: The provider cannot be asked.
        """
        return await self._token({"grant_type": "refresh_token", "refresh_token": token})

    async def verify(self, token: object, **checks: Any) -> Claims:
        """The claims of a token of this provider.

        Args:
            token: The token.
            **checks: Arguments of `check_claims`, besides issuer, time and leeway.

        Raises:
            Denied: It is not genuine, or not what it should be.
            Down: The keys cannot be had.
        """
        if not isinstance(token, str):
            raise Denied("there is no token")
        claims = decode(token, await self._keys_for(unverified(token, 0).get("kid")))
        check_claims(
            claims,
            issuer=self._settings.issuer,
            now=self.wall(),
            leeway=self._settings.leeway,
            **checks,
        )
        return claims

    async def _keys_for(self, kid: object) -> KeySet:
        """The provider's keys, looked up again where the one that is needed is new."""
        async with self._looking:
            age = self._now() - self._keys_from
            known = not isinstance(kid, str) or any(key.kid == kid for key in self._keys.keys)
            if age > KEYS_SECONDS or (not known and age > SOONEST_SECONDS):
                await self._look_up_keys(age)
            return self._keys

    async def _look_up_keys(self, age: float) -> None:
        try:
            found = await self._get((await self.metadata())["jwks_uri"])
            self._keys = KeySet.import_key_set({"keys": _public(found.get("keys"))})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Down(f"the provider's keys make no sense ({type(error).__name__})") from None
        except Down:
            # Keys do not go bad because the provider does not answer for a while.
            if not self._keys.keys or age > KEYS_SECONDS + self._settings.outage:
                raise
        self._keys_from = self._now()

    async def _token(self, fields: dict[str, str]) -> Mapping[str, Any]:
        metadata = await self.metadata()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        secret = self._settings.client_secret
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret is None or "client_secret_basic" not in methods:
            fields = {**fields, "client_id": self._settings.client_id}
            if secret is not None:
                fields["client_secret"] = secret.reveal()
        else:
            pair = f"{quote_plus(self._settings.client_id)}:{quote_plus(secret.reveal())}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        answer = await self._fetch(
            metadata["token_endpoint"], method="POST", headers=headers, body=urlencode(fields)
        )
        if answer.code in (400, 401, 403):
            raise Refused(f"the provider refused a {fields['grant_type']}")
        return _object(answer)

    async def _get(self, address: str) -> Mapping[str, Any]:
        return _object(await self._fetch(address))

    async def _fetch(self, address: str, **more: Any) -> HTTPResponse:
        if self._client is None:
            self._client = AsyncHTTPClient(force_instance=True, max_body_size=LARGEST_ANSWER)
        ca_file = self._settings.ca_file
        request = HTTPRequest(
            address,
            connect_timeout=self._settings.timeout,
            request_timeout=self._settings.timeout,
            follow_redirects=False,
            ca_certs=str(ca_file) if ca_file else None,
            **more,
        )
        try:
            return await self._client.fetch(request, raise_error=False)
        except Exception as error:
            raise Down(f"the provider cannot be reached ({type(error).__name__})") from None


def _object(answer: HTTPResponse) -> Mapping[str, Any]:
    if answer.code != 200:
        raise Down(f"the provider answered with status {answer.code}")
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Down("the provider answered with something that is no JSON object")
    return value


def _public(keys: object) -> list[Any]:
    """The keys that can verify a signature; never one that could also make it."""
    if not isinstance(keys, list):
        raise TypeError("no list of keys")
    kinds = ("RSA", "EC", "OKP")
    return [
        key
        for key in keys
        if isinstance(key, dict) and key.get("kty") in kinds and key.get("use", "sig") == "sig"
    ]
