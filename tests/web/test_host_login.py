"""Terminals in an application with a login of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, create_signed_value

from tests.web.site import Answer, Site
from tornterm import Terminals, TornadoLogin
from tornterm.errors import AuthError, ConfigError
from tornterm.testing.clients import V1Client
from tornterm.testing.clock import FakeClock
from tornterm.types import AuditEvent, Limits, SpawnPlan, SpawnRequest, User
from tornterm.web.host_login import user_from

SECRET = "a secret of the test's application"
ORDER = {"plugins": {"enabled": ["shell"], "shell": {"command": ["/bin/cat"], "cwd": "/"}}}


class Base(RequestHandler):
    """How the host's handlers see who is logged in, through a helper of theirs."""

    def initialize(self, cookie: str = "user") -> None:
        self.cookie = cookie

    def get_current_user(self) -> bytes | None:
        return self.read()

    def read(self) -> bytes | None:
        return self.get_signed_cookie(self.cookie)


class Host(Site):
    """An application with a page of its own and terminals below ``/term/``."""

    def __init__(self, tables: dict[str, Any] | None = None, **more: Any) -> None:
        self.terminals = Terminals({**ORDER, **(tables or {})}, base="/term", **more)
        self.settings: dict[str, Any] = {"cookie_secret": SECRET}

    async def start(self) -> Host:
        await self.terminals.start()
        routes: list[Any] = [*self.terminals.handlers(), (r"/", Base)]
        self.server = HTTPServer(Application(routes, **self.settings))
        sockets = bind_sockets(0, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.server.add_sockets(sockets)
        return self

    def cookie_of(self, name: str) -> dict[str, str]:
        value = create_signed_value(SECRET, "user", name).decode()
        return {"Cookie": f"user={value}", "Origin": self.origin}

    async def me(self, headers: dict[str, str]) -> Answer:
        return await self.ask("/term/api/me", headers=headers)

    @property
    def url(self) -> str:
        return f"{self.origin}/term/"


@pytest.fixture
def host(io_loop: IOLoop) -> Iterator[Any]:
    """Start an application: ``await host(authenticate=...)``."""
    running: list[Host] = []

    async def start(*args: Any, settings: dict[str, Any] | None = None, **more: Any) -> Host:
        one = Host(*args, **more)
        one.settings |= settings or {}
        running.append(await one.start())
        return one

    yield start
    for one in running:
        io_loop.run_sync(one.stop)


async def test_the_hosts_own_login(host: Any) -> None:
    """Its signed cookie is enough for requests and sockets; a forged one is not."""
    site = await host(authenticate=TornadoLogin(Base))
    assert (await site.me(site.cookie_of("ann"))).json["user"]["name"] == "ann"
    assert (await site.me({"Cookie": "user=ann"})).status == 401
    async with V1Client(site.url, headers=site.cookie_of("ann"), within=30) as client:
        await client.open()
        client.send_input("hello\n")
        await client.wait_for(b"hello")
        (session,) = site.terminals.sessions.list_sessions()
        assert session.user == "ann"


async def test_other_sites_pages_stay_out(host: Any) -> None:
    """The host's cookie travels by itself, so the origin is judged as with ours."""
    site = await host(authenticate=TornadoLogin(Base))
    headers = {**site.cookie_of("ann"), "Origin": "https://evil.example"}
    assert (await site.upgrade("/term/ws", headers)).status == 403
    assert (await site.ask("/term/api/sessions", "POST", headers, {})).status == 403
    assert (await site.ask("/term/api/sessions", "POST", site.cookie_of("ann"), {})).status == 201


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_function_that_knows_people(host: Any, asynchronous: bool) -> None:
    """It gets a handler of the host's application; plain or async is all the same."""

    def plain(handler: RequestHandler) -> User | None:
        name = handler.request.headers.get("X-Name")
        assert handler.application.settings["cookie_secret"] == SECRET
        return User(name, admin=name == "root") if name else None

    async def slow(handler: RequestHandler) -> User | None:
        await asyncio.sleep(0)
        return plain(handler)

    site = await host(authenticate=slow if asynchronous else plain)
    assert (await site.me({"X-Name": "root"})).json["user"]["admin"] is True
    assert (await site.me({})).status == 401
    bearer = {"X-Name": "ann", "Authorization": "Bearer a-token-of-the-hosts-own"}
    assert (await site.me(bearer)).json["user"]["name"] == "ann"


@pytest.mark.parametrize("returned", [RuntimeError("pass=hush"), "ann", User(""), AuthError("no")])
async def test_what_goes_wrong_denies(
    host: Any, returned: object, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, without what might be a secret."""

    def authenticate(handler: RequestHandler) -> Any:
        if isinstance(returned, Exception):
            raise returned
        return returned

    site = await host(authenticate=authenticate)
    with caplog.at_level(logging.ERROR, "tornterm"):
        denied = 401 if isinstance(returned, AuthError) else 503
        assert (await site.me({})).status == denied
        assert (await site.upgrade("/term/ws", {"Origin": site.origin})).status == denied
    assert ("authenticate failed" in caplog.text) is not isinstance(returned, AuthError)
    assert "hush" not in caplog.text


@pytest.mark.parametrize("after", [None, User("ann", admin=True), RuntimeError()])
async def test_who_is_logged_out_at_the_host_loses_the_connection(host: Any, after: object) -> None:
    """At the next look; whoever is still logged in keeps theirs, and so does the shell."""
    clock = FakeClock()
    now: dict[str, Any] = {"ann": User("ann"), "ben": User("ben")}

    def authenticate(handler: RequestHandler) -> User | None:
        found = now.get(handler.request.headers.get("X-Name", ""))
        if isinstance(found, Exception):
            raise found
        return found  # type: ignore[no-any-return]

    site = await host({"auth": {"revalidate": "5s"}}, authenticate=authenticate, clock=clock)
    sockets = {}
    for name in now:
        sockets[name] = await site.connect({"X-Name": name, "Origin": site.origin})
    while site.terminals.logins.connections < 2:
        await asyncio.sleep(0)
    now["ann"] = after
    clock.advance(site.terminals.settings.auth.revalidate)
    while await asyncio.wait_for(sockets["ann"].read_message(), 30) is not None:
        pass
    assert sockets["ann"].close_code == 4401
    assert site.terminals.logins.connections == 1
    for socket in sockets.values():
        socket.close()


@pytest.mark.parametrize(
    ("tables", "settings", "there"),
    [
        ({"ui": {"login_url": "/enter"}}, {}, "/enter?next=%2Fterm%2Fs%2Fx"),
        ({}, {"login_url": "/enter?a=b"}, "/enter?a=b&next=%2Fterm%2Fs%2Fx"),
        (
            {"ui": {"login_url": "https://id.example/in"}},
            {"login_url": "/enter"},
            "https://id.example/in?next={origin}%2Fterm%2Fs%2Fx",
        ),
    ],
)
async def test_the_hosts_login_page(host: Any, tables: Any, settings: Any, there: str) -> None:
    """Whoever is nobody is sent there, and is told where to come back to."""
    site = await host(tables, settings=settings, authenticate=TornadoLogin(Base))
    there = there.replace("{origin}", site.origin.replace(":", "%3A").replace("/", "%2F"))
    page = await site.ask("/term/s/x", headers={"Accept": "text/html"})
    login = await site.ask("/term/login?next=/term/s/x", headers={"Accept": "text/html"})
    assert (page.status, page["Location"]) == (302, there)
    assert (login.status, login["Location"]) == (302, there)


async def test_without_a_login_page_it_is_said_plainly(host: Any) -> None:
    """Our own page would have nothing to offer."""
    site = await host(authenticate=TornadoLogin(Base))
    assert (await site.ask("/term/", headers={"Accept": "text/html"})).status == 401
    assert not site.terminals.unauthenticated
    problems = await site.terminals.check(exposed=True)
    assert not [problem for problem in problems if "log in" in problem.why and not problem.warning]
    assert "nobody can log in" not in str(problems)


async def test_logging_out(host: Any) -> None:
    """The page says where it leads, or that it cannot log out whom the host logged in."""
    plain = await host(authenticate=TornadoLogin(Base))
    leads = await host({"ui": {"logout_url": "/bye"}}, authenticate=TornadoLogin(Base))
    page = await plain.ask("/term/", headers=plain.cookie_of("ann"))
    assert b'"logout": null' in page.body or b'"logout":null' in page.body
    page = await leads.ask("/term/", headers=leads.cookie_of("ann"))
    assert b"/bye" in page.body
    headers = {**leads.cookie_of("ann"), "Accept": "text/html"}
    answer = await leads.ask("/term/logout", "POST", headers)
    assert (answer.status, answer["Location"]) == (303, "/bye")


@pytest.mark.parametrize("page", ["javascript:alert(1)", "//evil.example", "/\\evil", "login"])
def test_pages_that_are_none(page: str) -> None:
    """They are refused at the start, with the key."""
    with pytest.raises(ConfigError, match=r"\[ui\] login_url"):
        Terminals({"ui": {"login_url": page}})


def test_what_current_users_look_like() -> None:
    """Names, bytes of cookies, mappings; only a real True makes an admin."""
    assert user_from(b"ann") == user_from("ann") == User("ann")
    assert user_from({"username": "ann", "groups": ["a", "b"], "admin": "false"}) == User(
        "ann", ("a", "b")
    )
    assert user_from({"name": "ann", "admin": True, "display_name": "Ann"}) == User(
        "ann", admin=True, display_name="Ann"
    )
    assert user_from(None) is user_from("") is user_from(b"") is None
    for nonsense in (object(), {"id": 3}, {"name": "ann", "groups": "staff"}):
        with pytest.raises(TypeError):
            user_from(nonsense)


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_functions_instead_of_plugins(host: Any, asynchronous: bool) -> None:
    """What is started, how much, and who learns of it."""
    events: list[AuditEvent] = []
    asked: list[str] = []

    def spawn(user: User, request: SpawnRequest) -> SpawnPlan:
        asked.append(user.name)
        return SpawnPlan(("/bin/echo", "hello", user.name), {}, "/")

    def limits(user: User, limits: Limits) -> Limits:
        return replace(limits, max_per_user=1)

    async def later(function: Any, *args: Any) -> Any:
        await asyncio.sleep(0)
        return function(*args)

    given = {"spawn": spawn, "limits": limits, "audit": events.append}
    if asynchronous:
        given = {
            "spawn": lambda user, request: later(spawn, user, request),
            "limits": lambda user, limits_: later(limits, user, limits_),
            "audit": lambda event: later(events.append, event),
        }
    site = await host(authenticate=TornadoLogin(Base), **given)
    quota = await site.ask("/term/api/limits", headers=site.cookie_of("ann"))
    assert b'"max_per_user": 1' in quota.body or b'"max_per_user":1' in quota.body, quota.body
    async with V1Client(site.url, headers=site.cookie_of("ann"), within=30) as client:
        await client.open()
        await client.wait_for(b"hello ann")
    assert asked == ["ann"]
    await site.terminals.audit.close()
    assert "session.created" in [event.name for event in events]
