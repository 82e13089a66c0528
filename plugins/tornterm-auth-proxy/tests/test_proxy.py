"""What a proxy says is believed, and from whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from proxied import PEER, SECRET, Lines, answer, made

from tornterm.errors import AuthError
from tornterm.testing.conformance import Login, OfflineAuthConformance
from tornterm.types import AuthRequest
from tornterm_auth_proxy import Proxy

OTHER = "not-the-secret-of-the-proxy"


class TestProxy(OfflineAuthConformance):
    """What every auth backend must do."""

    @pytest.fixture
    def plugin(self) -> Proxy:
        return made(proxies=["127.0.0.1"], secret=SECRET)

    @pytest.fixture
    def accepted(self) -> Login:
        headers = {"X-Remote-User": "alice", "X-Proxy-Secret": SECRET}
        request = AuthRequest("headers", headers=headers, peer="127.0.0.1")
        return Login(request, secret=SECRET, user="alice")

    @pytest.fixture
    def rejected(self, accepted: Login) -> Login:
        headers = {**accepted.request.headers, "X-Proxy-Secret": OTHER}
        return Login(replace(accepted.request, headers=headers), secret=OTHER)


@pytest.mark.usefixtures("tornterm_loop")
async def test_who_it_is() -> None:
    """Name, groups and what the page shows; letters as the proxy sent them."""
    plugin = made(display_name_header="X-Remote-Name", admin_groups=["ops"])
    user = await answer(
        plugin,
        ("x-remote-user", "zoë"),
        ("X-Remote-Groups", "staff, ops,,staff"),
        ("X-Remote-Name", "Zoë of Østerbro"),
    )
    assert user is not None
    assert (user.name, user.groups, user.admin) == ("zoë", ("staff", "ops"), True)
    assert user.display_name == "Zoë of Østerbro"


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize("peer", ["10.1.3.3", "127.0.0.1", "unix:", "", "::1", "nonsense"])
async def test_other_peers_may_not_even_try(peer: str) -> None:
    """But they may be strangers, whom another plugin may know."""
    plugin = made()
    with pytest.raises(AuthError, match="no listed proxy"):
        await answer(plugin, ("X-Remote-User", "alice"), peer=peer)
    assert await answer(plugin, peer=peer) is None
    assert await answer(plugin, ("X-Remote-User", ""), peer=peer) is None
    assert plugin.refused == {"peer": 1}


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    ("listed", "peer"), [("unix", "unix:"), ("fd00::/8", "fd00::5"), ("10.1.2.3", "10.1.2.3")]
)
async def test_each_kind_of_peer(listed: str, peer: str) -> None:
    user = await answer(made(proxies=[listed]), ("X-Remote-User", "alice"), peer=peer)
    assert user is not None and user.name == "alice"


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([("X-Remote-User", "alice"), ("X-Remote-User", "alice")], "duplicate"),
        ([("X-Remote-User", "alice"), ("X-REMOTE-USER", "root")], "duplicate"),
        ([("X-Remote-User", ""), ("X-Remote-User", "root")], "duplicate"),
        ([("X-Remote-User", "alice"), ("X_Remote_User", "root")], "variant"),
        ([("X-Remote-User", "alice"), ("X-Remote_User", "alice")], "variant"),
        ([("X_Remote_User", "root")], "variant"),
        ([("X.Remote.User", "root")], "variant"),
        (
            [("X-Remote-User", "a"), ("X-Remote-Groups", "b"), ("X-Remote-Groups", "c")],
            "duplicate",
        ),
        ([("X-Remote-User", "a"), ("X_Remote_Groups", "b")], "variant"),
        ([("X-Remote-User", "a"), ("X-Proxy-Secret", SECRET), ("X_Proxy_Secret", "b")], "variant"),
        ([("X-Remote-User", "a"), ("X-Proxy-Secret", OTHER)], "secret"),
        ([("X-Remote-User", "a")], "secret"),
    ],
)
async def test_ambiguous_headers_are_refused_and_counted(lines: Lines, reason: str) -> None:
    """Each of these may be somebody who wants to be somebody else."""
    lines = list(lines)
    plugin = made(secret=SECRET)
    if reason != "secret" and "Secret" not in repr(lines):
        lines.append(("X-Proxy-Secret", SECRET))
    with pytest.raises(AuthError) as refused:
        await answer(plugin, *lines)
    assert plugin.refused == {reason: 1}
    assert "root" not in refused.value.why and SECRET not in refused.value.why


@pytest.mark.usefixtures("tornterm_loop")
async def test_repeated_headers_in_a_plain_mapping() -> None:
    """Where they arrive joined, as other servers do it, they are no name either."""
    request = AuthRequest("headers", headers={"X-Remote-User": "alice,root"}, peer=PEER)
    with pytest.raises(AuthError):
        await made().tornterm_authenticate(request)


@pytest.mark.usefixtures("tornterm_loop")
async def test_who_may_log_in() -> None:
    """Members only, where that is said."""
    plugin = made(allowed_groups=["staff"])
    assert await answer(plugin, ("X-Remote-User", "a"), ("X-Remote-Groups", "x,staff"))
    for lines in ([("X-Remote-Groups", "x")], []):
        with pytest.raises(AuthError):
            await answer(plugin, ("X-Remote-User", "a"), *lines)
    assert plugin.refused == {"not allowed": 2}


@pytest.mark.usefixtures("tornterm_loop")
async def test_the_word_counts_for_its_time() -> None:
    """A connection that was opened with it is asked to come again."""
    plugin = made(lifetime="1h")
    now = 1000.0
    plugin.clock = lambda: now  # type: ignore[misc, method-assign]
    user = await answer(plugin, ("X-Remote-User", "alice"))
    assert user is not None
    ours = replace(user, backend="proxy")
    assert await plugin.tornterm_revalidate(ours) is True
    now += 3600
    assert await plugin.tornterm_revalidate(ours) is False
    assert await plugin.tornterm_revalidate(replace(user, backend="other")) is None
