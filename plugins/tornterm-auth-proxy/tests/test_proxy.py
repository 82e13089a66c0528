"""A proxy's word counts, and nobody else's; tried behind a real nginx."""

from __future__ import annotations

import re
import tomllib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nginx import PortalService, listening_socket, portal, serving
from pydantic import ValidationError
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.netutil import bind_unix_socket

from tornterm.errors import AuthError
from tornterm.testing.clients import V1Client
from tornterm.testing.conformance import Login, OfflineAuthConformance
from tornterm.testing.server import LiveServer
from tornterm.types import AuthRequest, User
from tornterm_auth_proxy import Proxy, ProxySettings

README = Path(__file__).parents[1] / "README.md"
SECRET = "between-nginx-and-tornterm"
OTHER = "not-the-secret-of-the-proxy"
PEER = "10.1.2.3"

Lines = Iterable[tuple[str, str]]


def made(**more: Any) -> Proxy:
    """The plugin, for a proxy in 10.1.2.0/24."""
    table = {"proxies": ["10.1.2.0/24"], "groups_header": "X-Remote-Groups", **more}
    return Proxy(ProxySettings.model_validate(table))


def asked(lines: Lines, peer: str = PEER) -> AuthRequest:
    """A request with these header lines."""
    headers = HTTPHeaders()
    for name, value in lines:
        # As Tornado reads the bytes of a request.
        headers.add(name, value.encode().decode("latin-1"))
    return AuthRequest("headers", headers=headers, remote="192.0.2.7", peer=peer)


async def answer(plugin: Proxy, *lines: tuple[str, str], peer: str = PEER) -> User | None:
    """What the plugin says to a request."""
    return await plugin.tornterm_authenticate(asked(lines, peer))


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


# --- what is believed, and from whom --------------------------------------------------------------


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


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    "name",
    [
        "a\nb",
        "a\0b",
        "a\x1b[31m",
        "-rf",
        ".ssh",
        "../etc",
        "a/b",
        "a" * 10_000,
        "a\u202eb",
        "a\u00a0",
        "zoe\u0308",
        "\u212a",
        "a,b",
    ],
    ids=repr,
)
async def test_names_that_are_none(name: str) -> None:
    """Refused whole: nothing is cut off or replaced to make a name of it."""
    headers = {"X-Remote-User": name.encode().decode("latin-1")}
    plugin = made()
    with pytest.raises(AuthError) as refused:
        await plugin.tornterm_authenticate(AuthRequest("headers", headers=headers, peer=PEER))
    assert plugin.refused == {"name": 1}
    assert name not in refused.value.why + refused.value.public


@pytest.mark.usefixtures("tornterm_loop")
async def test_bytes_that_are_no_text() -> None:
    """Latin-1 from a proxy of old is not guessed at."""
    request = AuthRequest("headers", headers={"X-Remote-User": "zo\xeb"}, peer=PEER)
    with pytest.raises(AuthError, match="UTF-8"):
        await made().tornterm_authenticate(request)


@pytest.mark.usefixtures("tornterm_loop")
async def test_names_that_differ_in_case_only() -> None:
    """Two people, unless the operator says that they are one; never by chance."""
    for lower_case, names in ((False, {"Alice", "alice"}), (True, {"alice"})):
        plugin = made(lower_case=lower_case)
        users = [await answer(plugin, ("X-Remote-User", name)) for name in ("Alice", "alice")]
        assert {user.name for user in users if user} == names


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    "groups", ["a" * 10_000, ",".join(map(str, range(1001))), "a,b\x1bc", "a\0"]
)
async def test_groups_that_are_none(groups: str) -> None:
    """A proxy that says such things is not believed about the others."""
    plugin = made()
    headers = {"X-Remote-User": "alice", "X-Remote-Groups": groups}
    with pytest.raises(AuthError):
        await plugin.tornterm_authenticate(AuthRequest("headers", headers=headers, peer=PEER))
    assert plugin.refused == {"groups": 1}


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


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"proxies": []},
        {"proxies": ["0.0.0.0/0"]},
        {"proxies": ["::/0"]},
        {"proxies": ["10.0.0.1/8"]},
        {"proxies": ["proxy.example.org"]},
        {"proxies": ["unix"], "user_header": ""},
        {"proxies": ["unix"], "user_header": "X_Remote_User"},
        {"proxies": ["unix"], "user_header": "X-User", "groups_header": "x-user"},
        {"proxies": ["unix"], "admin_groups": ["ops"]},
        {"proxies": ["unix"], "secret": ""},
    ],
    ids=repr,
)
def test_tables_that_would_be_holes_or_dead_ends(table: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProxySettings.model_validate(table)


@pytest.mark.usefixtures("tornterm_loop")
async def test_a_proxy_on_this_machine_needs_more_than_its_address() -> None:
    """Programs in the terminals have the same one."""
    for proxies, secret, warnings in (
        (["127.0.0.1"], None, 1),
        (["::1", "10.0.0.1"], None, 1),
        (["127.0.0.1"], SECRET, 0),
        (["unix"], None, 0),
    ):
        found = await made(proxies=proxies, secret=secret).tornterm_check()
        assert [problem.warning for problem in found] == [True] * warnings


# --- behind nginx ---------------------------------------------------------------------------------


class Site:
    """The example of the README, running."""

    def __init__(self, plugin: Proxy, server: LiveServer, port: int, portal: PortalService) -> None:
        self.plugin = plugin
        self.portal = portal
        self.server = server
        self.port = port
        self.origin = f"http://localhost:{port}"

    async def me(self, cookie: str = "", more: Lines = ()) -> HTTPResponse:
        """Who the server takes somebody for who comes through nginx."""
        return await self.fetch(f"{self.origin}/api/me", cookie, more)

    async def fetch(self, url: str, cookie: str = "", more: Lines = ()) -> HTTPResponse:
        headers = HTTPHeaders({"Cookie": f"portal={cookie}"} if cookie else {})
        for name, value in more:
            headers.add(name, value)
        client = AsyncHTTPClient(force_instance=True)
        try:
            return await client.fetch(url, headers=headers, raise_error=False)
        finally:
            client.close()

    @asynccontextmanager
    async def terminal(self, cookie: str, origin: str = "") -> AsyncIterator[V1Client]:
        headers = {"Cookie": f"portal={cookie}", "Origin": origin or self.origin}
        async with V1Client(f"{self.origin}/", headers=headers, within=30.0) as client:
            yield client


def block(language: str) -> str:
    """The example of that language in the README."""
    found = re.search(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    return found[1]


def changed(text: str, changes: Mapping[str, str]) -> str:
    """An example for this machine; what is to be changed has to be there."""
    for old, new in changes.items():
        assert old in text, f"{old} is not in the example any more"
        text = text.replace(old, new)
    return text


@asynccontextmanager
async def site(
    folder: Path, events: object, more: Mapping[str, str] | None = None, *, unix: bool = False
) -> AsyncIterator[Site]:
    """The example of the README with its ports and files on this machine.

    Args:
        folder: For files.
        events: An audit sink.
        more: Further changes to the block for nginx.
        unix: Whether nginx comes over a Unix socket, without a secret.
    """
    (folder / "proxy.secret").write_text(f"{SECRET}\n")
    (folder / "secret.conf").write_text(f'proxy_set_header X-Proxy-Secret "{SECRET}";\n')
    listening = listening_socket()
    port = listening.getsockname()[1]
    text = changed(
        block("toml"),
        {
            "https://term.example.org/": f"http://localhost:{port}/",
            "/etc/tornterm/proxy.secret": str(folder / "proxy.secret"),
        },
    )
    tables = tomllib.loads(text)
    table = tables["plugins"].pop("proxy")
    if unix:
        table = {**table, "proxies": ["unix"]}
        del table["secret"]
    tables["plugins"]["enabled"].remove("proxy")
    tables["plugins"]["jsonl"] = {"path": str(folder / "audit.jsonl")}
    plugin = Proxy(ProxySettings.model_validate(table))
    async with AsyncExitStack() as stack:
        stack.enter_context(listening)
        asked = await stack.enter_async_context(portal())
        server = await stack.enter_async_context(LiveServer(tables, [plugin, events]))
        behind = f"127.0.0.1:{server.port}"
        if unix:
            path = folder / "tornterm.sock"
            by_socket = HTTPServer(server.terminals.application())
            by_socket.add_socket(bind_unix_socket(str(path)))
            stack.push_async_callback(by_socket.close_all_connections)
            stack.callback(by_socket.stop)
            behind = f"unix:{path}"
        example = changed(
            block("nginx"),
            {
                "listen 443 ssl;": f"listen 127.0.0.1:{port};",
                "server_name term.example.org;": "server_name localhost;",
                "    ssl_certificate /etc/ssl/certs/term.example.org.pem;\n": "",
                "    ssl_certificate_key /etc/ssl/private/term.example.org.key;\n": "",
                "http://127.0.0.1:9091": f"http://127.0.0.1:{asked.port}",
                "http://127.0.0.1:8765": f"http://{behind}",
                "/etc/nginx/tornterm-secret.conf": str(folder / "secret.conf"),
                **(more or {}),
            },
        )
        stack.enter_context(serving(folder, example, listening))
        yield Site(plugin, server, port, asked)


async def test_the_example_lets_in_whom_the_portal_knows(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    async with site(tmp_path, tornterm_events) as there:
        found = await there.me("alice-of-the-portal")
        assert found.code == 200, found.body
        assert b'"alice"' in found.body and b"terminal-admins" in found.body
        assert "Zoë".encode() in (await there.me("zoe-of-the-portal")).body.replace(
            rb"\u00eb", "ë".encode()
        )
        assert (await there.me()).code == 401  # by nginx
        assert (await there.me("eve-of-the-portal")).code == 401  # in no group that may
        failed = await tornterm_events.wait_for("auth.failed", within=30)
        assert "groups" in failed.facts["reason"]
        assert there.plugin.refused == {"not allowed": 1}


async def test_a_terminal_through_nginx(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """It belongs to whom the portal knows, and another site's page cannot open one."""
    async with site(tmp_path, tornterm_events) as there:
        async with there.terminal("bob-of-the-portal") as client:
            await client.open()
            client.send_input(b"echo $TORNTERM_USER-$((6*7))\n")
            await client.wait_for(b"bob-42")
        async with there.terminal("bob-of-the-portal", "http://evil.example") as client:
            with pytest.raises(HTTPClientError, match="403"):
                await client.open()
        assert (await tornterm_events.wait_for("session.created", within=30)).user == "bob"


async def test_what_a_browser_adds_counts_for_nothing(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """nginx overwrites the headers, and drops other spellings of them."""
    forged = [
        ("X-Remote-User", "alice"),
        ("X-Remote-Groups", "terminal-admins"),
        ("X_Remote_User", "alice"),
    ]
    async with site(tmp_path, tornterm_events) as there:
        found = await there.me("bob-of-the-portal", forged)
        assert found.code == 200
        assert b'"bob"' in found.body and b"terminal-admins" not in found.body
        assert (await there.me("", forged)).code == 401
        # Past nginx, from the same address, as a program in a terminal could.
        found = await there.fetch(f"{there.server.url}api/me", "", forged[:2])
        assert found.code == 401
        assert there.plugin.refused == {"secret": 1}


async def test_an_nginx_that_lets_other_spellings_pass(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    lax = {"location = /auth {": "underscores_in_headers on;\n    location = /auth {"}
    async with site(tmp_path, tornterm_events, lax) as there:
        assert (await there.me("bob-of-the-portal")).code == 200
        found = await there.me("bob-of-the-portal", [("X_Remote_User", "alice")])
        assert found.code == 401
        assert there.plugin.refused == {"variant": 1}
        failed = await tornterm_events.wait_for("auth.failed", within=30)
        assert "another spelling" in failed.facts["reason"]


async def test_an_nginx_that_overwrites_nothing(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """What comes twice is nobody's."""
    open_ = {"        proxy_set_header X-Remote-User $user;\n": ""}
    async with site(tmp_path, tornterm_events, open_) as there:
        twice = [("X-Remote-User", "bob"), ("X-Remote-User", "alice")]
        assert (await there.me("bob-of-the-portal", twice)).code == 401
        assert there.plugin.refused == {"duplicate": 1}


async def test_over_a_unix_socket(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Whoever may open it is the proxy; the same headers over TCP are not believed."""
    async with site(tmp_path, tornterm_events, unix=True) as there:
        assert b'"bob"' in (await there.me("bob-of-the-portal")).body
        direct = await there.fetch(f"{there.server.url}api/me", "", [("X-Remote-User", "bob")])
        assert direct.code == 401
        assert there.plugin.refused == {"peer": 1}


async def test_a_portal_that_is_down(
    tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Lets nobody in until it is back, and the terminals that are open go on."""
    async with (
        site(tmp_path, tornterm_events) as there,
        there.terminal("bob-of-the-portal") as client,
    ):
        await client.open()
        await there.portal.stop()
        assert (await there.me("bob-of-the-portal")).code == 500  # by nginx
        client.send_input(b"echo still-$((6*7))\n")
        await client.wait_for(b"still-42")
        there.portal.start()
        assert (await there.me("bob-of-the-portal")).code == 200
