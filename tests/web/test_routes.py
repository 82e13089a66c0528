"""The table of routes, gone through: whoever is not logged in gets nowhere."""

from __future__ import annotations

import pytest
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler

from tests.web.conftest import Serve
from tests.web.site import Site
from tornterm.hookspecs import App, hookimpl
from tornterm.types import Route
from tornterm.web.openapi import OPERATIONS
from tornterm.web.routes import ROUTES, Entry

PUBLIC = {
    "login",
    "element.js",
    "static/{file}",
    "app.webmanifest",
    "worker.js",
    "offline",
    "healthz",
}
"""What anybody may ask for. Whoever adds a route decides here whether it belongs to this."""

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PAGES = {"", "s/{id}", "admin"}
IDS = [entry.path or "/" for entry in ROUTES]


def address(entry: Entry, base: str = "/") -> str:
    return base + (
        entry.path.replace("{id}", "0" * 32)
        .replace("{share}", "0" * 16)
        .replace("{transfer}", "0" * 32)
        .replace("{terminal}", "1")
        .replace("{file}", "manifest.json")
    )


def test_the_public_routes_are_these() -> None:
    """A new route is closed; to open it, one has to say so here as well."""
    assert {entry.path for entry in ROUTES if entry.access == "public"} == PUBLIC


def test_a_route_is_closed_by_default() -> None:
    """Somebody has to say "public"; to forget it is safe."""
    assert Entry("new", RequestHandler).access == "required"
    assert Route("new", RequestHandler).access == "required"


@pytest.mark.parametrize("entry", ROUTES, ids=IDS)
async def test_anonymous_requests_are_refused(serve: Serve, entry: Entry) -> None:
    """Every verb at every route that is not public is answered with 401, or leads to the login."""
    site = await serve()
    if entry.path in PUBLIC:
        return
    for verb in VERBS:
        for origin in ({}, {"Origin": site.origin}):
            answer = await site.ask(address(entry), verb, origin)
            if verb == "GET" and entry.path in PAGES:
                assert answer.status == 302
                assert answer["Location"].startswith("/login?next=")
            else:
                assert answer.status == 401, (verb, answer)
            assert not answer["Set-Cookie"]


@pytest.mark.parametrize("entry", ROUTES, ids=IDS)
async def test_anonymous_upgrades_are_refused(serve: Serve, entry: Entry) -> None:
    """No route becomes a WebSocket for somebody who is not logged in, a public one neither."""
    site = await serve()
    answer = await site.upgrade(address(entry), {"Origin": site.origin})
    if entry.path in PUBLIC:
        assert answer.status in (200, 404)
    else:
        assert answer.status == 401


@pytest.mark.parametrize("entry", ROUTES, ids=IDS)
async def test_made_up_credentials_are_refused(serve: Serve, entry: Entry) -> None:
    """Neither a cookie, nor a token, nor another scheme that nobody knows opens a route."""
    site = await serve()
    if entry.path in PUBLIC:
        return
    name = f"tornterm-{site.terminals.instance}"
    for headers in (
        {"Cookie": f"{name}=made-up"},
        {"Cookie": f'{name}=""; {name}={"0" * 1000}'},
        {"Authorization": "Bearer made-up"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer a b"},
        {"Authorization": "Basic YWxpY2U6eA=="},
        {"X-Forwarded-User": "alice"},
    ):
        answer = await site.ask(address(entry), "POST", {"Origin": site.origin, **headers})
        assert answer.status == 401, headers
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer.code in ("unauthenticated",)
        upgrade = await site.upgrade(address(entry), {"Origin": site.origin, **headers})
        assert upgrade.status == 401, headers


async def test_what_is_not_there_is_not_found(serve: Serve) -> None:
    """Whatever the verb, for everybody, and without a hint of what else there is."""
    site = await serve()
    for verb in VERBS:
        for path in ("/nothing", "/api/nothing", "/s/", "/s/a/b", "/ws/", "/-/people/", "/etc"):
            assert (await site.ask(path, verb)).status == 404
    assert (await site.upgrade("/nothing")).status == 404


async def test_below_a_base_path_and_nowhere_else(serve: Serve) -> None:
    """Everything moves with ``server.base_url``; the bare path leads to the page."""
    site = await serve({"server": {"base_url": "/terminals/"}})
    cookie = await site.log_in()
    for entry in ROUTES:
        moved = await site.ask(address(entry, "/terminals/"))
        assert moved.status != 404 or entry.path.startswith("static")
        assert (await site.ask(address(entry), headers=cookie)).status == 404
    assert (await site.ask("/terminals", headers=cookie))["Location"] == "/terminals/"
    anonymous = await site.ask("/terminals/s/abc")
    assert anonymous["Location"] == "/terminals/login?next=/terminals/s/abc"
    assert (await site.ask("/terminals"))["Location"] == "/terminals/login?next=/terminals/"


# --- plugins' routes ------------------------------------------------------------------------------


class Hello(RequestHandler):
    """As an outsider writes it: nothing of ours in it."""

    def initialize(self, word: str = "") -> None:
        self.word = word

    def prepare(self) -> None:
        self.set_header("X-Prepared", "yes")

    def get(self, rest: str = "") -> None:
        self.finish(f"{self.word} {self.current_user and self.current_user.name} {rest}")

    post = get


class Echo(WebSocketHandler):
    """A plugin's WebSocket that forgets to check anything."""

    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message)


class Routes:
    """A plugin with routes."""

    name = "extra"

    def __init__(self, *routes: Route) -> None:
        self.routes = routes

    @hookimpl
    def tornterm_register_routes(self, app: App) -> list[Route]:
        return list(self.routes)


async def extra(serve: Serve) -> Site:
    return await serve(
        plugins=[
            Routes(
                Route("hello", Hello, {"word": "hello"}),
                Route("item/([a-z]+)|thing", Hello),
                Route("open", Hello, {"word": "open"}, access="public"),
                Route("echo", Echo),
            )
        ]
    )


async def test_plugin_routes_are_closed_too(serve: Serve) -> None:
    """A plugin's handler does not have to check anything to be guarded."""
    site = await extra(serve)
    for path in ("hello", "item/x", "thing", "echo"):
        for verb in VERBS:
            answer = await site.ask(f"/-/extra/{path}", verb, {"Origin": site.origin})
            assert answer.status == 401, (path, verb)
            assert not answer["X-Prepared"]
        assert (await site.upgrade(f"/-/extra/{path}", {"Origin": site.origin})).status == 401
    assert (await site.ask("/-/extra/item/1")).status == 404
    assert (await site.ask("/thing")).status == 404


async def test_plugin_routes_know_the_user(serve: Serve) -> None:
    """Who is logged in reaches the plugin's handler, which is called as it was written."""
    site = await extra(serve)
    cookie = await site.log_in()
    answer = await site.ask("/-/extra/hello", headers=cookie)
    assert (answer.status, answer.body, answer["X-Prepared"]) == (200, b"hello alice ", "yes")
    assert (await site.ask("/-/extra/item/abc", headers=site.bearer())).body == b" alice abc"
    public = await site.ask("/-/extra/open")
    assert public.body == b"open None "
    assert public["X-Content-Type-Options"] == "nosniff"
    assert (await site.ask("/-/extra/open", "POST")).status == 200


async def test_plugin_routes_are_guarded_against_other_sites(serve: Serve) -> None:
    """The origin check is not for plugins to remember."""
    site = await extra(serve)
    cookie = await site.log_in()
    for origin in ("http://evil.example", "null", ""):
        foreign = {"Cookie": cookie["Cookie"], **({"Origin": origin} if origin else {})}
        assert (await site.ask("/-/extra/hello", "POST", foreign)).status == 403
        assert (await site.upgrade("/-/extra/echo", foreign)).status == 403
    assert (await site.ask("/-/extra/hello", "POST", cookie)).status == 200
    assert (await site.upgrade("/-/extra/echo", cookie)).status == 101


@pytest.mark.parametrize(
    "route",
    [
        Route("x", object),
        Route("(", Hello),
        Route("x", Hello, access="anybody"),  # type: ignore[arg-type]
    ],
)
def test_a_route_that_is_none_stops_the_start(route: Route) -> None:
    """The error names plugin and hook."""
    site = Site({}, [Routes(route)])
    with pytest.raises(Exception, match="'extra', hook tornterm_register_routes"):
        site.terminals.application()


# --- the description ------------------------------------------------------------------------------


def implemented(entry: Entry) -> set[str]:
    """The verbs that a handler has, besides those that mean the same as GET."""
    verbs = ("get", "post", "put", "patch", "delete")
    return {
        verb for verb in verbs if getattr(entry.handler, verb) is not getattr(RequestHandler, verb)
    }


@pytest.mark.parametrize("path", sorted(OPERATIONS))
def test_what_is_described_is_there(path: str) -> None:
    """Every described path and verb is in the table, with the same access."""
    entry = next(entry for entry in ROUTES if entry.path == path)
    assert set(OPERATIONS[path]) <= implemented(entry)
    for operation in OPERATIONS[path].values():
        assert operation.public == (entry.access == "public")


@pytest.mark.parametrize("entry", ROUTES, ids=IDS)
def test_what_is_there_is_described(entry: Entry) -> None:
    """Every verb of the API is described; pages, files and WebSockets are not."""
    pages = {"", "s/{id}", "admin", "ws", "element.js", "static/{file}"}
    pages |= {"terminals/websocket/{terminal}"}
    pages |= {"app.webmanifest", "worker.js", "offline"}
    if entry.path in pages:
        assert entry.path not in OPERATIONS
    else:
        described = set(OPERATIONS[entry.path])
        assert described == implemented(entry) - ({"get"} if entry.path == "login" else set())
