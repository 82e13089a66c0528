"""No secret stands in any log, event or number, whatever goes wrong."""

from __future__ import annotations

import json
import logging

import pytest
from tornado.web import RequestHandler

from tests.web.conftest import Serve
from tests.web.site import Site
from tests.web.test_login import FORM, Events
from tornterm.hookspecs import App, hookimpl
from tornterm.types import Route
from tornterm.web.answers import redacted_uri

CANARY = "c4n4ry"
TYPED = f"typed-{CANARY}"
SECRETS = {
    "bearer": f"bearer-{CANARY}",
    "cookie": f"cookie-{CANARY}",
    "password": f"password-{CANARY}",
    "code": f"code-{CANARY}",
    "resume": f"resume-{CANARY}",
    "ticket": f"ticket-{CANARY}",
}


class Failing(RequestHandler):
    """Fails in each place in which a handler can."""

    def initialize(self, where: str) -> None:
        self.where = where

    def prepare(self) -> None:
        if self.where == "prepare":
            raise RuntimeError("prepare")

    def get(self) -> None:
        raise RuntimeError("get")

    post = get


class FailingRoutes:
    """A plugin whose routes fail."""

    name = "failing"

    @hookimpl
    def tornterm_register_routes(self, app: App) -> list[Route]:
        return [
            Route(f"{where}/{access}", Failing, {"where": where}, access)  # type: ignore[arg-type]
            for where in ("prepare", "get")
            for access in ("public", "required")
        ]


PATHS = [
    "/",
    "/s/abc",
    "/ws",
    "/login",
    "/logout",
    "/api/me",
    "/api/sessions",
    "/api/sessions/abc",
    "/api/sessions/abc/token",
    "/metrics",
    "/nothing",
    "/static/nothing-ABCDEFGH.js",
    *(
        f"/-/failing/{where}/{access}"
        for where in ("prepare", "get")
        for access in ("public", "required")
    ),
]


async def provoke(site: Site) -> None:
    """Send every secret to every place, in requests that are refused, broken and served."""
    query = f"?cols=80&rows=24&resume={SECRETS['resume']}"
    query += f"&token={SECRETS['bearer']}&code={SECRETS['code']}"
    cookie = f"tornterm-{site.terminals.instance}={SECRETS['cookie']}"
    body = {
        "code": SECRETS["code"],
        "fields": {"username": "alice", "password": SECRETS["password"]},
    }
    for path in PATHS:
        for headers in (
            {"Authorization": f"Bearer {SECRETS['bearer']}"},
            {"Authorization": f"Bearer {SECRETS['bearer']} {SECRETS['bearer']}"},
            {"Authorization": f"Basic {SECRETS['bearer']}", "Cookie": cookie},
            {"Cookie": cookie, "Origin": site.origin},
            {"Cookie": cookie, "Origin": site.origin, "X-Remote-User": "alice"},
            {"Referer": f"{site.origin}/{query}", "Origin": site.origin, **site.bearer()},
        ):
            await site.ask(path + query, headers=headers)
            await site.ask(path + query, "POST", headers, body)
            await site.upgrade(path + query, headers)
            offered = {"Sec-WebSocket-Protocol": f"ticket.{SECRETS['ticket']}"}
            await site.upgrade(path + query, {**headers, **offered})
    for name in ("code", "password"):
        wrong = {"Content-Type": FORM, "Origin": site.origin}
        await site.ask("/login", "POST", wrong, f"{name}={SECRETS[name]}&x=%ff".encode())
        await site.ask("/login", "POST", wrong, f"username=alice&{name}={SECRETS[name]}".encode())
        half = f'{{"{name}": "{SECRETS[name]}"'.encode()
        headers = {"Content-Type": "application/json", "Origin": site.origin}
        await site.ask("/login", "POST", headers, half)
    login = {"method": "people", "fields": {"username": "alice", "password": SECRETS["password"]}}
    await site.ask("/login", "POST", {"Origin": site.origin}, login)


async def test_no_secret_is_written_anywhere(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG, with every request refused, failed or served."""
    caplog.set_level(logging.DEBUG)
    events = Events()
    tables = {"attempts_per_address": 0, "attempts_per_account": 0}
    site = await serve({"auth": tables}, [events, FailingRoutes()])
    await provoke(site)
    assert len(caplog.records) > 100
    for record in caplog.records:
        assert CANARY not in logging.Formatter().format(record)
    await events.named("auth.failed")
    assert CANARY not in "".join(repr(event.as_dict()) for event in events.kept)
    assert CANARY.encode() not in site.terminals.metrics.render()


async def test_working_secrets_are_not_written_either(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """A login, a session, typing into it and resuming it leave no trace of what was secret."""
    caplog.set_level(logging.DEBUG)
    events = Events()
    site = await serve(plugins=[events])
    cookie = await site.log_in()
    made = (await site.ask("/api/sessions", "POST", cookie, {})).json
    token = made["token"]
    await site.upgrade(f"/ws?resume={token}&cols=80&rows=24", cookie)
    connection = await site.connect(cookie)
    resume = {"session": made["session"]["id"], "token": token, "offset": None}
    resume |= {"type": "resume", "cols": 80, "rows": 24, "control": "take"}
    await connection.write_message(json.dumps(resume))
    answer = json.loads(str(await connection.read_message()))
    await connection.write_message(json.dumps({"type": "input", "lease": answer["lease"]}))
    await connection.write_message(TYPED.encode() + b"\n", binary=True)
    seen = b""
    while TYPED.encode() not in seen:
        frame = await connection.read_message()
        seen += frame if isinstance(frame, bytes) else b""
    connection.close()
    secrets = [token, answer["token"], TYPED, cookie["Cookie"].partition("=")[2], "password of"]
    text = "".join(logging.Formatter().format(record) for record in caplog.records)
    text += "".join(repr(event.as_dict()) for event in events.kept)
    text += site.terminals.metrics.render().decode()
    for secret in secrets:
        assert secret not in text


async def test_no_answer_repeats_a_secret(serve: Serve) -> None:
    """Neither a page nor an error says what was sent."""
    site = await serve()
    for accept in ("text/html", "application/json"):
        for secret in SECRETS.values():
            for path in (f"/api/nothing?{secret}", f"/{secret}", f"/login?next={secret}"):
                answer = await site.ask(path, headers={"Accept": accept})
                assert secret.encode() not in answer.body


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("/ws", "/ws"),
        ("/ws?cols=80&rows=24", "/ws?cols=80&rows=24"),
        ("/ws?cols=80&resume=abc", "/ws?cols=80&resume=***"),
        ("/ws?cols=secret&rows=12345&control=secret", "/ws?cols=***&rows=***&control=***"),
        ("/ws?RESUME=abc", "/ws"),
        ("/ws?resume", "/ws?resume=***"),
        ("/ws?abc", "/ws?abc=***"),
        ("/ws?" + "a=b&" * 100, "/ws?" + "&".join(["a=***"] * 8)),
        ("/" + "x" * 1000, "/" + "x" * 199),
        ("/a\x1b[31m\nb", "/a\\x1b[31m\\nb"),
        ("", ""),
    ],
)
def test_addresses_in_logs(uri: str, shown: str) -> None:
    """Short, printable and without any value that might be a secret."""
    assert redacted_uri(uri) == shown
