"""Logging in with tokens, and the login link where there are none."""

from __future__ import annotations

import gc
import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest

from tests.builtin.apps import FakeApp, bearer, form
from tornterm.errors import AuthError, ConfigError
from tornterm.hookspecs import hookimpl
from tornterm.plugins import PluginHost
from tornterm.types import AuthRequest, User

ALICE = "alice-token-0123456789"
BOB = "bob-token-0123456789abc"


def host_with(*tokens: dict[str, Any], extra: tuple[object, ...] = ()) -> PluginHost:
    return PluginHost(["token"], {"token": {"tokens": list(tokens)}}, extra, source="t.toml")


TWO = (
    {"user": "alice", "token": ALICE, "groups": ["students"]},
    {"user": "bob", "token": BOB, "admin": True},
)


async def test_a_token_stands_for_its_user() -> None:
    """A bearer token and a token typed on the login page give the same user."""
    host = host_with(*TWO)
    alice = User("alice", ("students",), backend="token")
    assert await host.authenticate(bearer(ALICE)) == alice
    assert await host.authenticate(form("token", token=ALICE)) == alice
    assert await host.authenticate(bearer(BOB)) == User("bob", admin=True, backend="token")


@pytest.mark.parametrize("token", ["", ALICE[:-1], ALICE + "x", "\ud800", "x" * 100_000])
async def test_another_token_stands_for_nobody(token: str) -> None:
    """An unknown bearer may be another plugin's; an unknown token in our own form is wrong."""
    host = host_with(*TWO)
    assert await host.authenticate(bearer(token)) is None
    with pytest.raises(AuthError) as error:
        await host.authenticate(form("token", token=token))
    assert not token or token not in str(error.value) + error.value.public


async def test_other_requests_are_not_ours() -> None:
    """Forms of other methods and requests without credentials are left to other plugins."""
    host = host_with(*TWO)
    assert await host.authenticate(form("local_users", token=ALICE)) is None
    assert await host.authenticate(AuthRequest("headers", {"token": ALICE})) is None


async def test_all_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of many tokens takes as many comparisons as the last or none."""
    host = host_with(*TWO)
    compared: list[bytes] = []
    real = hmac.compare_digest

    def counting(a: bytes, b: bytes) -> bool:
        compared.append(a)
        return real(a, b)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    for token in (ALICE, BOB, "nobody's"):
        compared.clear()
        await host.authenticate(bearer(token))
        assert len(compared) == 2


def test_tokens_are_not_kept_in_memory() -> None:
    """Nothing that the plugin keeps holds the token itself."""
    from tornterm.builtin.token import Token, TokenSettings

    token = "canary-" + "0123456789"
    plugin = Token(TokenSettings.model_validate({"tokens": [{"user": "a", "token": token}]}))
    seen: list[object] = [plugin.__dict__]
    kept: list[object] = []
    while seen:
        for value in gc.get_referents(seen.pop()):
            if isinstance(value, str):
                kept.append(value)
            elif isinstance(value, tuple | dict | User):
                seen.append(value)
    assert kept
    assert token not in kept


async def test_tokens_by_hash_file_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token need not stand in the configuration itself."""
    (tmp_path / "alice.token").write_text(ALICE + "\n")
    monkeypatch.setenv("BOB_TOKEN", BOB)
    carol = "carol-token-0123456789"
    tokens = [
        {"user": "alice", "token": {"file": "alice.token"}},
        {"user": "bob", "token": {"env": "BOB_TOKEN"}},
        {"user": "carol", "token": {"sha256": hashlib.sha256(carol.encode()).hexdigest()}},
    ]
    source = str(tmp_path / "tornterm.toml")
    host = PluginHost(["token"], {"token": {"tokens": tokens}}, source=source)
    for name, token in (("alice", ALICE), ("bob", BOB), ("carol", carol)):
        user = await host.authenticate(bearer(token))
        assert user is not None and user.name == name


@pytest.mark.parametrize(
    ("tokens", "place"),
    [
        ([{"user": "a", "token": ""}], "token: entry 1: it is empty"),
        ([{"user": "a", "token": "x" * 15}], "token: entry 1: must have at least 16"),
        (
            [{"user": "a", "token": "x" * 16}, {"user": "b", "token": "x" * 16}],
            "tokens: entry 2: has the same token as entry 1",
        ),
        ([{"user": "-a", "token": "x" * 16}], 'user: entry 1: a user name must not begin with "-"'),
        ([{"user": "", "token": "x" * 16}], "user: entry 1: a user name must not be empty"),
        ([{"token": "x" * 16}], "user: entry 1: is missing"),
        ([{"user": "a"}], "token: entry 1: is missing"),
        ([{"user": "a", "token": {"file": "missing"}}], "token: entry 1: cannot read"),
        ([{"user": "a", "token": "x" * 16, "admn": True}], "admn: entry 1: unknown key; did you"),
    ],
)
def test_wrong_tables_are_named(tokens: list[dict[str, Any]], place: str) -> None:
    """Every mistake is told with table, entry and key, and without the token."""
    with pytest.raises(ConfigError) as error:
        host_with(*tokens)
    assert place in str(error.value)
    assert "[plugins.token" in str(error.value)
    assert "xxxx" not in str(error.value)


async def test_one_field_on_the_login_page() -> None:
    """The form has one secret field, and is offered only where there are tokens."""
    (method,) = await host_with(*TWO).login_methods()
    assert method.name == "token"
    assert [(field.name, field.secret) for field in method.fields] == [("token", True)]
    assert await host_with().login_methods() == []


async def test_revalidation_follows_the_configuration() -> None:
    """A login lasts as long as somebody has a token that stands for exactly this user."""
    host = host_with(*TWO)
    alice = await host.authenticate(bearer(ALICE))
    assert alice is not None
    assert await host.revalidate(alice)
    assert not await host_with(TWO[1]).revalidate(alice), "removed"
    assert not await host_with({**TWO[0], "groups": []}).revalidate(alice), "another group"
    assert not await host_with({**TWO[0], "admin": True}).revalidate(alice), "other rights"
    assert await host.revalidate(User("eve", backend="local_users")), "not ours to judge"


async def test_without_tokens_the_owner_gets_a_link() -> None:
    """With no authentication configured there is one user, an admin, and a link to log in."""
    host = host_with()
    app = FakeApp(host)
    await host.startup(app)
    (owner,) = app.offered
    assert owner == User("owner", admin=True, backend="token")
    assert await host.revalidate(owner)
    assert await host.authenticate(bearer("")) is None
    await host.shutdown(app)


async def test_with_tokens_there_is_no_link() -> None:
    """Configured authentication is the only way in; the owner of before is gone."""
    host = host_with(*TWO)
    app = FakeApp(host)
    await host.startup(app)
    assert app.offered == []
    assert not await host.revalidate(User("owner", admin=True, backend="token"))
    await host.shutdown(app)


async def test_with_another_backend_there_is_no_link() -> None:
    """Where another plugin authenticates, nobody gets in by a printed link."""

    class Proxy:
        @hookimpl
        async def tornterm_authenticate(self) -> None: ...

    host = host_with(extra=(Proxy(),))
    app = FakeApp(host)
    await host.startup(app)
    assert app.offered == []
    await host.shutdown(app)
