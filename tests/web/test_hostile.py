"""Requests that nobody sends by mistake: each gets an error, and the server goes on."""

from __future__ import annotations

import asyncio
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from tornado.ioloop import IOLoop

from tests.web.conftest import Serve
from tests.web.site import Site

TOKEN = st.text("abcXYZ019-_.~%/?&=#:;, \"'<>\\{}[]", max_size=30)
LINE = st.text(st.characters(max_codepoint=0xFF, exclude_characters="\r\n"), max_size=40)
HEADER = st.sampled_from(
    [
        "Authorization",
        "Cookie",
        "Origin",
        "Content-Type",
        "Content-Encoding",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "Sec-Fetch-Site",
        "Accept",
        "If-None-Match",
        "Range",
        "Upgrade",
        "Sec-WebSocket-Version",
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Protocol",
    ]
)
VALUE = LINE | st.sampled_from(["websocket", "Bearer x", "application/json", "null", "bytes=0-1"])
PATH = st.sampled_from(
    [
        "",
        "s/",
        "ws",
        "login",
        "logout",
        "api/me",
        "api/sessions",
        "api/sessions/a",
        "static/",
        "metrics",
    ]
)
METHOD = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "X"])


async def send(site: Site, request: bytes) -> int | None:
    """The status, or None where the server just closed the connection."""
    try:
        async with asyncio.timeout(30):
            return (await site.raw(request)).status
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def test_generated_requests_change_nothing(io_loop: IOLoop, serve: Serve) -> None:
    """Whatever they hold, no bug is met, nothing is made, and others are served."""
    site = io_loop.run_sync(serve)

    @given(
        method=METHOD,
        path=PATH,
        rest=TOKEN,
        headers=st.lists(st.tuples(HEADER, VALUE), max_size=5),
        body=st.binary(max_size=60),
    )
    @settings(max_examples=1500, deadline=None)
    def one(method: str, path: str, rest: str, headers: list[tuple[str, str]], body: bytes) -> None:
        lines = [f"{method} /{path}{rest} HTTP/1.1", f"Host: 127.0.0.1:{site.port}"]
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
        request = "\r\n".join(lines).encode("latin-1") + body
        status = io_loop.run_sync(lambda: send(site, request))
        assert status is None or status < 500

    one()

    @given(st.binary(min_size=1, max_size=200))
    @settings(max_examples=500, deadline=None)
    def noise(data: bytes) -> None:
        status = io_loop.run_sync(lambda: send(site, data + b"\r\n\r\n"))
        assert status is None or 400 <= status < 500

    noise()
    assert site.terminals.sessions.active_count == 0
    assert len(site.terminals.logins) == 0
    answer = io_loop.run_sync(lambda: site.ask("/api/me", headers=site.bearer()))
    assert answer.status == 200


async def test_varying_cookies_leave_nothing(serve: Serve) -> None:
    """Made-up cookies and sessions are not remembered."""
    site = await serve()
    generator = random.Random(7)
    name = f"tornterm-{site.terminals.instance}"
    for _ in range(300):
        value = generator.randbytes(generator.randrange(1, 200)).hex()
        answer = await site.ask("/api/me", headers={"Cookie": f"{name}={value}; a={value}"})
        assert answer.status == 401
    assert len(site.terminals.logins) == 0
    assert len(site.terminals.throttle.addresses) == 0


async def test_headers_that_are_too_large_are_refused(serve: Serve) -> None:
    """By closing that connection, and no other."""
    site = await serve()
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"
    assert await send(site, request) in (None, 400, 431)
    assert (await site.ask("/healthz")).status == 200


async def test_a_body_that_never_comes_holds_up_nobody(serve: Serve) -> None:
    """The connection waits alone."""
    site = await serve()
    head = f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: 100\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(head.encode())
    assert (await site.ask("/healthz")).status == 200
    writer.close()
    await writer.wait_closed()
    assert await reader.read() == b""
