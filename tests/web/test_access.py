"""What passes the checks that stand before every handler, over real connections."""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_unix_socket
from tornado.web import Application, RequestHandler

from tests.web.conftest import Serve
from tests.web.site import Site
from tornterm.errors import AuthError
from tornterm.hookspecs import App, hookimpl
from tornterm.testing.events import CapturedEvents
from tornterm.types import AuthRequest, Route, User

# --- origin ---------------------------------------------------------------------------------------


def foreign_origins(site: Site) -> dict[str, list[tuple[str, str]]]:
    """What a browser may send that is not our page; nothing at all included."""
    values = {
        "foreign": "http://evil.example",
        "null": "null",
        "another port": f"http://127.0.0.1:{site.port + 1}",
        "no port": "http://127.0.0.1",
        "another scheme": f"https://127.0.0.1:{site.port}",
        "another name of the same": f"http://localhost:{site.port}",
        "a suffix": f"{site.origin}.evil.example",
        "a user name": f"http://127.0.0.1:{site.port}@evil.example",
        "a path": f"{site.origin}/",
        "empty": "",
    }
    cases = {name: [("Origin", value)] for name, value in values.items()}
    cases["two"] = [("Origin", site.origin), ("Origin", "http://evil.example")]
    cases["missing"] = []
    return cases


async def test_a_cookie_alone_does_not_open_a_socket(serve: Serve) -> None:
    """With a foreign or missing origin the upgrade is refused, whatever else is said."""
    site = await serve()
    cookie = await site.log_in()
    for name, origin in foreign_origins(site).items():
        for fetch in ([], *([("Sec-Fetch-Site", where)] for where in ("same-origin", "none"))):
            headers = [("Cookie", cookie["Cookie"]), *origin, *fetch]
            answer = await site.upgrade("/ws", headers)
            assert answer.status == 403, (name, fetch)
            assert answer.code == "forbidden"
    assert site.terminals.sessions.active_count == 0
    assert (await site.upgrade("/ws", cookie)).status == 101


async def test_a_cookie_alone_changes_nothing(serve: Serve) -> None:
    """The same for everything that is not only read."""
    site = await serve()
    cookie = await site.log_in()
    for name, origin in foreign_origins(site).items():
        headers = [("Cookie", cookie["Cookie"]), *origin]
        for verb, path in (
            ("POST", "/api/sessions"),
            ("POST", "/logout"),
            ("POST", "/login"),
            ("PATCH", "/api/sessions/x"),
            ("DELETE", "/api/sessions/x"),
            ("POST", "/api/me"),
            ("PUT", "/api/me"),
            ("POST", "/"),
        ):
            answer = await site.ask(path, verb, headers, {})
            assert answer.status == 403, (name, verb, path)
        assert (await site.ask("/api/me", headers=headers)).status == 200
    assert site.terminals.sessions.active_count == 0
    assert (await site.ask("/logout", "POST", cookie)).status == 204


async def test_the_answer_gives_no_other_origin_access(serve: Serve) -> None:
    """No CORS header is ever sent, and a preflight is refused."""
    site = await serve()
    cookie = await site.log_in()
    foreign = {"Cookie": cookie["Cookie"], "Origin": "http://evil.example"}
    preflight = {**foreign, "Access-Control-Request-Method": "DELETE"}
    for answer in (
        await site.ask("/api/me", headers=foreign),
        await site.ask("/api/me", "OPTIONS", preflight),
        await site.ask("/api/me", "OPTIONS", {"Origin": "http://evil.example"}),
    ):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert (await site.ask("/api/me", "OPTIONS", preflight)).status == 405


async def test_a_token_needs_no_origin(serve: Serve) -> None:
    """A page cannot add one, so who sends it meant it."""
    site = await serve()
    assert (await site.upgrade("/ws", site.bearer())).status == 101
    answer = await site.ask("/api/sessions", "POST", site.bearer(), {})
    assert answer.status == 201


async def test_a_wrong_token_does_not_fall_back_to_the_cookie(serve: Serve) -> None:
    """Or a token that anybody can make up would switch the origin check off."""
    site = await serve()
    cookie = await site.log_in()
    for token in ("made-up", ""):
        for origin in ({}, {"Origin": "http://evil.example"}, {"Origin": site.origin}):
            headers = {"Cookie": cookie["Cookie"], "Authorization": f"Bearer {token}", **origin}
            assert (await site.upgrade("/ws", headers)).status == 401
            assert (await site.ask("/api/sessions", "POST", headers, {})).status == 401


async def test_who_a_proxy_vouches_for_needs_an_origin(serve: Serve) -> None:
    """What a proxy adds by itself proves as little about the page as a cookie does."""
    site = await serve()
    known = {"X-Remote-User": "alice"}
    assert (await site.ask("/api/me", headers=known)).json["via"] == "headers"
    assert (await site.upgrade("/ws", known)).status == 403
    assert (await site.upgrade("/ws", {**known, "Origin": site.origin})).status == 101


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [({}, "no Origin header"), ({"Origin": "http://evil.example"}, "an Origin that is not")],
)
async def test_a_refusal_says_which_origin_would_be_right(
    serve: Serve, sent: dict[str, str], wrong: str
) -> None:
    """Who writes a program sees what is missing."""
    site = await serve()
    answer = await site.ask("/api/sessions", "POST", {"X-Remote-User": "alice", **sent}, {})
    assert (answer.status, answer.code) == (403, "forbidden")
    message = answer.json["error"]["message"]
    assert wrong in message
    assert f"Origin: {site.origin}," in message


class Gatekeeper:
    """Refuses whoever is said to be mallory."""

    name = "gatekeeper"

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        if request.headers.get("X-Remote-User") == "mallory":
            raise AuthError("mallory is not let in")
        return None


class Directory:
    """A back end that is down."""

    name = "directory"

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        if request.kind == "headers" and "X-Remote-User" not in request.headers:
            return None
        raise OSError("no route to host")


async def test_a_plugin_that_fails_is_told_apart_from_a_wrong_credential(serve: Serve) -> None:
    """It lets nobody in, and counts against nobody."""
    events = CapturedEvents()
    limits = {"attempts_per_address": 1, "attempts_per_account": 1}
    down = await serve({"auth": limits}, [Directory(), events])
    known, form = {"X-Remote-User": "carol"}, {"method": "directory", "username": "carol"}
    html = {"Accept": "text/html"}
    for _ in range(3):
        answers = [
            await down.ask("/api/me", headers=known),
            await down.ask("/api/me", headers=down.bearer("made-up")),
            await down.ask("/login", "POST", {"Origin": down.origin}, form),
        ]
        assert [(a.status, a.code) for a in answers] == [(503, "auth_unavailable")] * 3
        assert (await down.upgrade("/ws", {**known, "Origin": down.origin})).status == 503
    page = await down.ask("/", headers={**known, **html})
    assert page.status == 503
    assert b"not possible at the moment" in page.body
    await events.wait_for("auth.failed", 13, within=30)
    assert {e.facts["reason"] for e in events.named("auth.failed")} == {
        "plugin 'directory' failed: OSError"
    }


async def test_headers_that_a_plugin_refuses_are_audited(serve: Serve) -> None:
    """And counted, up to a limit that keeps out nobody whose headers are right."""
    events = CapturedEvents()
    tables = {"auth": {"attempts_per_address": 3}}
    site = await serve(tables, [Gatekeeper(), events])
    wrong, right = {"X-Remote-User": "mallory"}, {"X-Remote-User": "alice"}
    statuses = [(await site.ask("/api/me", headers=wrong)).status for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert (await site.ask("/api/me", headers=right)).status == 200
    assert (await site.ask("/api/me")).status == 401
    await events.wait_for("auth.failed", 3, within=30)
    failed = events.named("auth.failed")
    assert [event.facts["method"] for event in failed] == ["headers"] * 3
    assert failed[0].facts["reason"] == "mallory is not let in"
    assert 'tornterm_logins_total{result="failed"} 3.0' in site.terminals.metrics.render().decode()


async def test_allowed_origins(serve: Serve) -> None:
    """A portal that is allowed may, over its scheme and port only."""
    site = await serve({"server": {"allowed_origins": ["https://portal.example.org"]}})
    cookie = (await site.log_in())["Cookie"]
    for origin, status in (
        ("https://portal.example.org", 101),
        ("http://portal.example.org", 403),
        ("https://portal.example.org:8443", 403),
        ("https://portal.example.org.evil.example", 403),
    ):
        for fetch in ({}, {"Sec-Fetch-Site": "cross-site"}):
            answer = await site.upgrade("/ws", {"Cookie": cookie, "Origin": origin, **fetch})
            assert answer.status == status, origin


# --- host -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "localhost.", "10.1.2.3"])
async def test_other_hosts_are_refused(serve: Serve, host: str) -> None:
    """Before anything else is looked at, on public routes as well."""
    site = await serve()
    named = host.format(port=site.port)
    headers = {**await site.log_in(), "Origin": f"http://{named}"}
    for path in ("/", "/login", "/healthz", "/static/x", "/ws", "/api/me", "/nothing"):
        answer = await site.ask(path, headers=headers, host=named)
        assert (answer.status, answer.code) == (421, "wrong_host"), path
        assert (await site.upgrade(path, headers, host=named)).status == 421


async def test_hosts_that_are_ours(serve: Serve) -> None:
    """The own names at any port, and what is configured."""
    site = await serve({"server": {"allowed_hosts": ["term.example.org"]}})
    for host in (
        "localhost",
        "127.0.0.1:1",
        "[::1]:8765",
        "term.example.org",
        "TERM.example.org:1",
    ):
        assert (await site.ask("/healthz", host=host)).status == 200
    cookie = await site.log_in()
    headers = {**cookie, "Origin": "http://term.example.org"}
    assert (await site.upgrade("/ws", headers, host="term.example.org")).status == 101
    assert (await site.upgrade("/ws", headers, host="localhost")).status == 403


@pytest.mark.parametrize("host", ["", "a b", "a,b", "[::1", "a/b", "a@b", "\xe4"])
async def test_broken_hosts_close_only_their_connection(serve: Serve, host: str) -> None:
    """What is no host is a bad request."""
    site = await serve()
    answer = await site.raw(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode("latin-1"))
    assert answer.status in (400, 421)
    assert (await site.ask("/healthz")).status == 200


# --- proxies --------------------------------------------------------------------------------------


class Whence(RequestHandler):
    """Tells what a plugin gets to know of the client."""

    def get(self) -> None:
        client = self.client  # type: ignore[attr-defined]
        self.finish({"remote": client.remote, "scheme": client.scheme, "host": client.host})


class WhenceRoute:
    """A plugin with one public route."""

    name = "whence"

    @hookimpl
    def tornterm_register_routes(self, app: App) -> Route:
        return Route("ask", Whence, access="public")


FORWARDED = {
    "X-Forwarded-For": "1.2.3.4, 198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "term.example.org",
}


async def test_forged_forwarding_headers_are_ignored(serve: Serve) -> None:
    """A client of ours that is no proxy cannot say who it is."""
    site = await serve(plugins=[WhenceRoute()])
    answer = await site.ask("/-/whence/ask", headers={**FORWARDED, "X-Real-Ip": "198.51.100.7"})
    host = f"127.0.0.1:{site.port}"
    assert answer.json == {"remote": "127.0.0.1", "scheme": "http", "host": host}
    assert (await site.ask("/healthz", headers=FORWARDED)).status == 200


async def test_a_trusted_proxy_is_believed(serve: Serve) -> None:
    """Address, scheme and host are those at its far end; what the client added itself is not."""
    tables = {"trusted_proxies": ["127.0.0.1/32"], "allowed_hosts": ["term.example.org"]}
    site = await serve({"server": tables}, [WhenceRoute()])
    answer = await site.ask("/-/whence/ask", headers=FORWARDED)
    expected = {"remote": "198.51.100.7", "scheme": "https", "host": "term.example.org"}
    assert answer.json == expected
    evil = {**FORWARDED, "X-Forwarded-Host": "evil.example"}
    assert (await site.ask("/-/whence/ask", headers=evil)).status == 421
    token = {**site.bearer(), **FORWARDED}
    assert (await site.ask("/api/me", headers=token)).status == 200
    assert site.people.asked[-1].remote == "198.51.100.7"
    assert site.people.asked[-1].peer == "127.0.0.1"
    assert site.people.asked[-1].secure


async def test_behind_a_host_application_that_believes_everybody(serve: Serve) -> None:
    """Tornado's ``xheaders`` takes anybody's word; ours is about who really connected."""
    site = await serve(plugins=[WhenceRoute()])
    site.server.xheaders = True
    answer = await site.ask("/-/whence/ask", headers=FORWARDED)
    assert answer.json["remote"] == "127.0.0.1"


async def test_in_a_host_application(serve: Serve) -> None:
    """Whatever its own settings protect, ours decide; and its log does not get our addresses."""
    site = await serve()
    logged: list[str] = []
    own = {
        "xsrf_cookies": True,
        "cross_origin_protection": True,
        "log_function": lambda handler: logged.append(handler.request.uri),
        "serve_traceback": True,
    }
    site.server.request_callback = Application(site.terminals.handlers(), **own)
    cookie = await site.log_in()
    assert (await site.ask("/api/sessions", "POST", cookie, {})).status == 201
    assert (await site.ask("/api/sessions", "POST", site.bearer(), {})).status == 201
    foreign = {"Cookie": cookie["Cookie"], "Origin": "http://evil.example"}
    for fetch in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await site.ask("/api/sessions", "POST", {**foreign, **fetch}, {})
        assert answer.status == 403
        assert b"Traceback" not in answer.body
    assert logged == []


async def test_over_a_unix_socket(serve: Serve, tmp_path: object) -> None:
    """A proxy on the same machine may say whom it speaks for."""
    site = await serve({"server": {"public_url": "https://term.example.org/"}}, [WhenceRoute()])
    path = f"{tmp_path}/http.sock"
    server = HTTPServer(site.terminals.application())
    listener = bind_unix_socket(path)
    server.add_sockets([listener])
    reader, writer = await asyncio.open_unix_connection(path)
    lines = ["GET /-/whence/ask HTTP/1.1", "Host: term.example.org", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in FORWARDED.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    answer = await reader.read()
    assert b'"remote": "198.51.100.7"' in answer
    writer.close()
    await writer.wait_closed()
    server.stop()
    await server.close_all_connections()
    assert listener.family == socket.AF_UNIX


async def test_behind_tls_the_public_url_counts(serve: Serve) -> None:
    """The origin is what people see; the plain one that the proxy talks to is nobody's page."""
    site = await serve({"server": {"public_url": "https://term.example.org/"}})
    body = {"method": "people", "fields": site.credentials("alice")}
    own = {"Origin": "https://term.example.org"}
    answer = await site.ask("/login", "POST", own, body, host="term.example.org")
    assert answer.status == 200
    cookie = {"Cookie": answer["Set-Cookie"].partition(";")[0]}
    for origin, status in (("https://term.example.org", 101), (site.origin, 403)):
        for host in ("term.example.org", f"127.0.0.1:{site.port}"):
            answer = await site.upgrade("/ws", {**cookie, "Origin": origin}, host=host)
            assert answer.status == status


# --- errors and headers ---------------------------------------------------------------------------


class Broken(RequestHandler):
    """A handler with a bug."""

    def get(self) -> None:
        raise RuntimeError("secret inner workings")


class BrokenRoute:
    """A plugin with one route that fails."""

    name = "broken"

    @hookimpl
    def tornterm_register_routes(self, app: App) -> Route:
        return Route("", Broken)


async def test_a_bug_shows_no_traceback(serve: Serve) -> None:
    """A person learns that something failed, in JSON or on a page, and nothing of how."""
    site = await serve(plugins=[BrokenRoute()])
    for accept in ("application/json", "text/html"):
        answer = await site.ask("/-/broken/", headers={**site.bearer(), "Accept": accept})
        assert answer.status == 500
        for word in (b"secret", b"Traceback", b"RuntimeError", b"tornado", b".py"):
            assert word not in answer.body
    assert (await site.ask("/-/broken/", headers=site.bearer())).code == "internal"


async def test_every_answer_carries_the_headers(serve: Serve) -> None:
    """Strict content policy, no sniffing, no framing, no referrer, no cache; errors included."""
    site = await serve(plugins=[BrokenRoute()])
    answers = [
        await site.ask(path, headers=headers)
        for headers in ({}, site.bearer())
        for path in ("/", "/login", "/api/me", "/healthz", "/nothing", "/-/broken/", "/static/x-y")
    ]
    answers.append(await site.ask("/healthz", host="evil.example"))
    answers.append(await site.ask("/healthz", "BREW"))
    for answer in answers:
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "object-src" not in policy
        assert "unsafe" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"
        assert not answer["Server"]
        assert not answer["ETag"]


async def test_an_error_is_json_for_programs_and_a_page_for_people(serve: Serve) -> None:
    """Below ``api/`` it is JSON whoever asks."""
    site = await serve()
    html = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert (await site.ask("/nothing")).json["error"]["code"] == "not_found"
    page = await site.ask("/nothing", headers=html)
    assert page["Content-Type"].startswith("text/html")
    assert b"There is nothing at this address." in page.body
    assert (await site.ask("/api/me", headers=html)).code == "unauthenticated"


async def test_a_wrong_verb(serve: Serve) -> None:
    """Is said to be one, to those who are logged in."""
    site = await serve()
    for verb in ("PUT", "DELETE"):
        answer = await site.ask("/api/me", verb, site.bearer())
        assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert (await site.ask("/api/me", "BREW", site.bearer())).status == 405


async def test_wrong_tokens_are_throttled(serve: Serve) -> None:
    """Per address, with a computed wait; the people there can still log in."""
    site = await serve({"auth": {"attempts_per_address": 3}})
    for _ in range(3):
        assert (await site.ask("/api/me", headers={"Authorization": "Bearer x"})).status == 401
    answer = await site.ask("/api/me", headers={"Authorization": "Bearer x"})
    assert (answer.status, answer.code) == (429, "ip_rate")
    assert int(answer["Retry-After"]) == answer.json["error"]["retryAfter"] > 0
    assert (await site.upgrade("/ws", {"Authorization": "Bearer x"})).status == 429
    cookie = await site.log_in()
    assert (await site.ask("/api/me", headers=cookie)).status == 200


async def test_plugins_never_see_our_cookie(serve: Serve) -> None:
    """Nor the token a second time; what else the request holds, they do."""
    site = await serve()
    cookie = (await site.log_in())["Cookie"]
    name = cookie.partition("=")[0]
    headers = {"Cookie": f"a=1; {name}=old; b=2", "X-Other": "kept"}
    await site.ask("/api/me", headers=headers)
    seen = site.people.asked[-1]
    assert seen.kind == "headers"
    assert seen.headers["cookie"] == "a=1; b=2"
    assert seen.headers["x-other"] == "kept"
    await site.ask("/api/me", headers={**headers, **site.bearer()})
    seen = site.people.asked[-1]
    assert seen.kind == "bearer"
    assert "Authorization" not in seen.headers
    assert "token-of-alice" not in repr(seen)


async def test_a_name_cannot_forge_a_line_of_the_log(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a backend lets through as a name."""
    caplog.set_level(logging.DEBUG)
    site = await serve()
    name = "eve\n200 GET / user=root \x1b[2J"
    site.people.users[name] = User(name)
    site.people.tokens["token"] = name
    for path in ("/api/me", "/metrics"):
        await site.ask(path, headers={"Authorization": "Bearer token"})
    ours = [record for record in caplog.records if record.name.startswith("tornterm")]
    assert any("eve" in record.getMessage() for record in ours)
    assert all(record.getMessage().isprintable() for record in ours)
