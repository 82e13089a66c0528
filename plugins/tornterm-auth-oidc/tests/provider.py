"""A small OpenID provider on joserfc, run as a process: strict where it counts, wrong on request.

It lets everybody in as alice. What is posted to ``/control`` changes how it behaves from then on.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

CLIENT, PASSWORD = "tornterm", "the-password-of-the-client"
API = "https://terminals.example.org"

BEHAVIOUR: dict[str, Any] = {
    "claims": {},  # over those of each ID token; None takes one away
    "sign": "right",  # or forged, none, confused
    "token_status": 200,
    "refresh": "granted",  # or revoked
    "expires_in": 3600,
}


class Provider:
    """Keys, codes, and what it was told to do."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys = [self.new_key()]
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: set[str] = set()
        self.behaviour = dict(BEHAVIOUR)
        self.asked = {"keys": 0, "refresh": 0}

    @staticmethod
    def new_key() -> RSAKey:
        """A key with a name of its own."""
        kid = secrets.token_hex(4)
        return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})

    def claims(self, nonce: str = "") -> dict[str, Any]:
        """What an ID token says, with the changes asked for."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": "subject-of-alice",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "sid": "session-1",
            "preferred_username": "alice",
            "groups": ["staff"],
            **({"nonce": nonce} if nonce else {}),
        }
        return changed(claims, self.behaviour["claims"])

    def sign(self, claims: dict[str, Any], how: str = "", kind: str = "JWT") -> str:
        """Sign claims, as told: rightly, or as somebody would who has no right to."""
        how = how or self.behaviour["sign"]
        key = self.keys[-1]
        header = {"alg": "RS256", "kid": key.kid, "typ": kind}
        if how == "forged":
            return jwt.encode(header, claims, RSAKey.generate_key(2048), ["RS256"])
        if how == "none":
            return f"{encoded({**header, 'alg': 'none'})}.{encoded(claims)}."
        if how == "confused":
            # The public key, which everybody has, as the password of an HMAC.
            signed = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
            mac = hmac.new(key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
            return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
        return jwt.encode(header, claims, key, ["RS256"])


def changed(claims: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Claims with changes; a time may be given as seconds from now."""
    for name, value in changes.items():
        if value is None:
            claims.pop(name, None)
        elif name in ("exp", "iat", "nbf") and isinstance(value, int):
            claims[name] = int(time.time()) + value
        else:
            claims[name] = value
    return claims


def encoded(value: dict[str, Any]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class Page(RequestHandler):
    """What all pages know."""

    def initialize(self, provider: Provider) -> None:
        self.provider = provider


class Discovery(Page):
    def get(self) -> None:
        issuer = self.provider.issuer
        self.finish(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
            }
        )


class Keys(Page):
    def get(self) -> None:
        self.provider.asked["keys"] += 1
        self.finish({"keys": [key.as_dict(private=False) for key in self.provider.keys]})


class Authorize(Page):
    def get(self) -> None:
        asked = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.provider.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.provider.issuer})
        self.redirect(f"{asked['redirect_uri']}?{back}")


class Token(Page):
    def post(self) -> None:
        provider = self.provider
        if provider.behaviour["token_status"] != 200:
            self.set_status(provider.behaviour["token_status"])
            return
        pair = base64.b64encode(f"{CLIENT}:{PASSWORD}".encode()).decode()
        assert self.request.headers["Authorization"] == f"Basic {pair}"
        if self.get_body_argument("grant_type") == "refresh_token":
            granted, nonce = self.refreshed(), ""
        else:
            granted, nonce = self.exchanged()
        if not granted:
            self.set_status(400)
            self.finish({"error": "invalid_grant"})
            return
        token = secrets.token_urlsafe(16)
        provider.refresh_tokens.add(token)
        self.finish(
            {
                "access_token": "opaque",
                "token_type": "Bearer",
                "expires_in": provider.behaviour["expires_in"],
                "refresh_token": token,
                "id_token": provider.sign(provider.claims(nonce)),
            }
        )

    def exchanged(self) -> tuple[bool, str]:
        asked = self.provider.codes.pop(self.get_body_argument("code"), None)
        verifier = self.get_body_argument("code_verifier")
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge:
            return False, ""
        return asked["redirect_uri"] == self.get_body_argument("redirect_uri"), asked["nonce"]

    def refreshed(self) -> bool:
        self.provider.asked["refresh"] += 1
        token = self.get_body_argument("refresh_token")
        known = token in self.provider.refresh_tokens
        self.provider.refresh_tokens.discard(token)
        return known and self.provider.behaviour["refresh"] == "granted"


class Control(Page):
    def post(self) -> None:
        wish = json.loads(self.request.body)
        if wish.pop("reset", False):
            self.provider.behaviour = dict(BEHAVIOUR)
        if wish.pop("rotate", False):
            self.provider.keys = [self.provider.new_key()]
        issue = wish.pop("issue", None)
        self.provider.behaviour.update(wish)
        token = ""
        if issue is not None:
            claims = changed(self.provider.claims(), issue["claims"])
            token = self.provider.sign(claims, issue.get("sign", ""), issue.get("typ", "JWT"))
        self.finish({"token": token, **self.provider.asked})


async def serve(port: int) -> None:
    """Serve on loopback until killed."""
    sockets = bind_sockets(port, "127.0.0.1", reuse_port=False)
    issuer = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    arguments = {"provider": Provider(issuer)}
    pages = {
        "/.well-known/openid-configuration": Discovery,
        "/keys": Keys,
        "/authorize": Authorize,
        "/token": Token,
        "/control": Control,
    }
    rules: list[Any] = [(path, page, arguments) for path, page in pages.items()]
    HTTPServer(Application(rules)).add_sockets(sockets)
    print(issuer, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
