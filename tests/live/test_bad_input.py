"""Thousands of broken things at every door of a live server, which costs it nothing.

Each gets an answer and ends at most its own connection. Afterwards everything is counted as before,
a fresh session works at once, and nothing that was sent as a secret stands in the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tornado.ioloop import IOLoop

from tests.web.site import People, Site
from tornterm.core.lifecycle import CloseCode
from tornterm.core.protocols import v1
from tornterm.testing.clients import V1Client
from tornterm.testing.server import TOKENS, LiveServer
from tornterm.types import User

from .programs import python

ECHO = (
    "import os, tty; tty.setraw(0); os.write(1, b'ready')\nwhile 1: os.write(1, os.read(0, 65536))"
)
CANARY = "c4n4ry"
SECRETS = [f"{CANARY}-{kind}" for kind in ("token", "cookie", "password", "resume", "typed")]

CODES = {
    4400: {"protocol"},
    4403: {"forbidden"},
    4404: {"not_found"},
    4409: {"replaced"},
    1013: {"user_limit"},
}
"""The errors that a stranger's nonsense may lead to, by close code."""

# --- what is sent ---------------------------------------------------------------------------------


def words(text: str) -> st.SearchStrategy[str]:
    """One of these words."""
    return st.sampled_from(text.split())


secret = st.sampled_from(SECRETS)
word = secret | st.sampled_from(["SESSION", "TOKEN"]) | st.text(max_size=12)
number = st.integers(-3, 1003) | st.sampled_from([2**31, 2**53 - 1, 2**53, -(2**53), 10**400])
leaf = st.none() | st.booleans() | number | st.floats() | word
value = st.recursive(leaf, lambda v: st.lists(v, max_size=3) | st.dictionaries(word, v, max_size=3))
field = words(
    """
    cols rows token session offset client attempt control lease id request
    title profile share fields username password method code next
    """
)
fields = st.dictionaries(field | word, value, max_size=7)
# Everything but what ends the session that is there to be looked at afterwards.
kind = words(
    """
    open resume watch input ack resize request_control grant_control
    release_control ping
    """
)


@st.composite
def objects(draw: st.DrawFn) -> str:
    """A JSON object that nearly means something, perhaps damaged."""
    text = json.dumps({"type": draw(kind | word), **draw(fields)})
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.text(max_size=3)) + text[at + draw(st.integers(0, 5)) :]
    return text


sizes = st.sampled_from([v1.MAX_TEXT, v1.MAX_TEXT + 1, v1.MAX_BINARY, v1.MAX_BINARY + 1, 300_000])
frame = st.one_of(
    objects(),
    objects(),
    word,
    st.binary(max_size=30),
    sizes.map(lambda size: b"x" * size),
    sizes.map(lambda size: "x" * size),
    secret.map(str.encode),
)
frames = st.lists(frame, max_size=5)


@st.composite
def wire(draw: st.DrawFn) -> bytes:
    """One WebSocket frame, with any of its bits wrong."""
    payload = draw(st.binary(max_size=130) | secret.map(str.encode))
    length = draw(st.sampled_from([len(payload)] * 6 + [0, 1, 125, 126, 2**16, 2**62]))
    first = draw(st.integers(0, 255) | st.sampled_from([0x81, 0x82, 0x88, 0x89, 0x8A, 0x01, 0x80]))
    masked = 0x80 if draw(st.integers(0, 4)) else 0
    if length < 126:
        head = struct.pack("!BB", first, masked | length)
    elif length < 2**16:
        head = struct.pack("!BBH", first, masked | 126, length)
    else:
        head = struct.pack("!BBQ", first, masked | 127, length)
    return head + (b"\0\0\0\0" if masked else b"") + payload


query = st.dictionaries(
    st.sampled_from(["cols", "rows", "resume", "control", "x"]),
    word | number.map(str) | st.sampled_from(["on", "off", "", "٣", "1e3", "+80", " 80"]),
    max_size=4,
)
line = st.text(st.characters(max_codepoint=0xFF, exclude_characters="\r\n"), max_size=20)
header = st.tuples(
    words(
        """
        Authorization Cookie Origin Upgrade Connection Sec-WebSocket-Key Sec-
        WebSocket-Version Sec-WebSocket-Protocol Sec-WebSocket-Extensions
        Content-Type Content-Encoding Transfer-Encoding X-Forwarded-For
        X-Forwarded-Host Accept Range Expect
        """
    ),
    line | secret | secret.map(lambda text: f"Bearer {text}") | st.just("gzip, chunked"),
)
body = st.one_of(
    fields.map(lambda pairs: json.dumps(pairs).encode()),
    value.map(lambda any_value: json.dumps(any_value).encode()),
    st.dictionaries(field | word, word, max_size=4).map(
        lambda pairs: urlencode(pairs, errors="replace").encode()
    ),
    st.binary(max_size=40),
    secret.map(str.encode),
    st.just(b'{"title":"' + b"x" * 70_000 + b'"}'),
)
media = st.sampled_from(
    ["application/json"] * 4
    + ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
)
anybody = st.sampled_from(["nobody", "bearer", "cookie"])
name = st.sampled_from(["0" * 32, "a", "-", "x" * 64, "x" * 65]) | st.text(max_size=10).map(quote)

EXAMPLES = 3000
"""How many conversations and requests there are, over all doors; others in each run."""

api = {
    "method": st.sampled_from(["GET", "POST", "PATCH", "PUT", "HEAD", "OPTIONS", "TRACE", "X"]),
    "path": st.one_of(
        st.sampled_from(["/api/sessions", "/api/me", "/api/limits", "/api/openapi.json", "/ws"]),
        st.sampled_from(["/api/sessions/SESSION", "/api/sessions/SESSION/token", "/metrics"]),
        name.map(lambda text: f"/api/sessions/{text}"),
        name.map(lambda text: f"/api/{text}"),
    ),
    "headers": st.lists(header | st.tuples(st.just("Content-Type"), media), max_size=4),
    "content": body,
    "who": anybody,
}
login = {
    **api,
    "method": st.just("POST"),
    "path": st.just("/login"),
    "headers": media.map(lambda text: [("Content-Type", text)]),
    "who": st.just("nobody"),
}


class World:
    """A server with one session to look at, and everything that can be counted about it."""

    def __init__(self) -> None:
        tables = {
            "sessions": {"max_per_user": 1, "kill_after": "100ms", "scrollback": "64 KiB"},
            "auth": {"attempts_per_address": 0, "attempts_per_account": 0},
        }
        self.server = LiveServer(tables, [People(), python(ECHO)])
        self.terminals = self.server.terminals
        self.headers = self.server.headers()
        self.standing = V1Client(self.server.url, headers=self.headers)
        self.site = Site.__new__(Site)  # its way to send requests exactly as they are told
        self.site.terminals, self.site.port = self.terminals, self.server.port
        self.cookie: dict[str, str] = {}
        self._ending = contextlib.AsyncExitStack()

    async def start(self) -> None:
        await self._ending.enter_async_context(self.server)
        self._ending.push_async_callback(self.standing.disconnect)
        self.cookie = await self.site.log_in("bob")
        await self.standing.open()
        await self.standing.wait_for(b"ready")
        # More than the log keeps, so that the screen worker runs, which is then a child for good.
        self.standing.send_input(b"x" * 4 * 64 * 1024)
        await self.standing.wait_output_until(4 * 64 * 1024)

    async def stop(self) -> None:
        await self._ending.aclose()

    @property
    def session(self) -> Any:
        return self.terminals.sessions.get_session(self.standing.session or "")

    def counts(self) -> dict[str, object]:
        """What must not have changed."""
        sessions, loop = self.terminals.sessions, asyncio.get_running_loop()
        quotas = sessions.quotas
        children = (Path("/proc/self/task") / str(os.getpid()) / "children").read_text().split()
        return {
            "tasks": len([t for t in asyncio.all_tasks(loop) if t is not asyncio.current_task()]),
            "descriptors": len(os.listdir("/proc/self/fd")),
            "children": len(children),
            "sessions": [info.id for info in sessions.list_sessions()],
            "ledger": sessions.active_count,
            "created": quotas.ledger.usage("alice", quotas.configured(User("alice")), 0),
            "attachments": len(self.session.attachments),
            "connections": self.terminals.logins.connections,
            "logins": len(self.terminals.logins),
            "alive": self.session.alive and self.standing.connected,
        }

    async def settled(self, before: dict[str, object]) -> None:
        """Everything is as it was, as soon as the last connections have noticed their end."""
        try:
            async with asyncio.timeout(30):
                while self.counts() != before:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            assert self.counts() == before

    async def check_fresh_session(self) -> None:
        """Somebody else's new session answers at once, and so does the one that stood there."""
        async with V1Client(self.server.url, headers=self.server.headers("bob")) as client:
            await client.open()
            await client.wait_for(b"ready")
            client.send_input("fresh")
            await client.wait_for(b"readyfresh")
        # Of so many tokens only the latest are kept, as for an owner who asks for a new one.
        self.standing.token = self.session.tokens.issue()
        await self.standing.resume(control="take")
        self.standing.send_input("still here")
        await self.standing.wait_for(b"still here")

    # The doors.

    def fill_in(self, frame: str | bytes) -> str | bytes:
        """Names that really lead somewhere, where a frame has the words for them."""
        if isinstance(frame, bytes):
            return frame
        frame = frame.replace("SESSION", self.session.id)
        return frame.replace("TOKEN", self.session.tokens.issue()) if "TOKEN" in frame else frame

    async def converse(self, path: str, frames: list[str | bytes], *more: bytes) -> Conversation:
        """Upgrade, send everything, say goodbye unless `more` was said, and read to the end."""
        head = [*UPGRADE, f"Authorization: Bearer {TOKENS['alice']}"]
        if "?" not in path:
            head.append("Sec-WebSocket-Protocol: tornterm.v1")
        data = b"".join(more) if more else b"".join(map(packed, [*map(self.fill_in, frames)])) + BYE
        conversation = Conversation()
        async with asyncio.timeout(30):
            await conversation.hold(self.server.port, [f"GET {path} HTTP/1.1", *head], data, more)
        return conversation

    async def v1(self, frames: list[str | bytes], joined: bool) -> None:
        """A conversation, from its first message on or on the session that is there."""
        first = v1.encode(v1.Resume("SESSION", "TOKEN", None, 80, 24))
        got = await self.converse("/ws", [first, *frames] if joined else frames)
        assert got.status == 101
        if got.close_code not in (1000, 1009, None):
            code = json.loads(got.texts[-1])["code"]
            assert code in CODES[got.close_code], (got.close_code, code)

    async def legacy(self, arguments: dict[str, str], frames: list[str | bytes]) -> None:
        """An address that makes no sense, or one that does and what is typed then."""
        if frames:
            arguments = {**arguments, "cols": "80", "rows": "24", "control": "on"}
            arguments["resume"] = self.session.tokens.issue()
        got = await self.converse(f"/ws?{urlencode(arguments, errors='replace')}", frames)
        assert got.status in (101, 400)
        if got.close_code == 1013 and arguments.get("control") != "off":
            assert json.loads(got.texts[-1])["type"] == "error"
        assert got.close_code in (1000, 1009, 1013, None)

    async def wire(self, pieces: list[bytes], joined: bool) -> None:
        """Bytes that are no WebSocket, on a connection that is one."""
        first = self.fill_in(v1.encode(v1.Resume("SESSION", "TOKEN", None, 80, 24)))
        data = (packed(first) if joined else b"") + b"".join(pieces)
        got = await self.converse("/ws", [], data, b"")
        assert got.close_code is None or got.close_code != CloseCode.SPAWN_FAILED

    async def request(
        self, method: str, path: str, headers: list[tuple[str, str]], content: bytes, who: str
    ) -> None:
        """Anything over HTTP, by somebody who is logged in or not."""
        path = path.replace("SESSION", self.session.id)
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.server.port}"]
        lines += {
            "nobody": [f"Origin: {self.site.origin}"],
            "bearer": [f"Authorization: Bearer {TOKENS['alice']}"],
            "cookie": [f"{name}: {text}" for name, text in self.cookie.items()],
        }[who]
        lines += [f"{name}: {text}" for name, text in headers]
        lines += [f"Content-Length: {len(content)}", "Connection: close"]
        framed = any(name in ("Transfer-Encoding", "Expect") for name, _ in headers)
        got = Conversation()
        async with asyncio.timeout(30):
            await got.hold(self.server.port, lines, content, framed)
        assert got.status is None or got.status < 500
        if got.body and got.status in (401, 403, 404, 409, 413, 415, 429):
            error = json.loads(got.body)["error"]
            assert error["code"]
            assert error["message"]


UPGRADE = [
    "Host: 127.0.0.1",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
]
BYE = b"\x88\x82\0\0\0\0\x03\xe8"


def packed(frame: str | bytes) -> bytes:
    """A frame as a client sends it."""
    payload = frame if isinstance(frame, bytes) else frame.encode("utf-8", "surrogatepass")
    first = 0x82 if isinstance(frame, bytes) else 0x81
    if len(payload) < 126:
        head = struct.pack("!BB", first, 0x80 | len(payload))
    elif len(payload) < 2**16:
        head = struct.pack("!BBH", first, 0xFE, len(payload))
    else:
        head = struct.pack("!BBQ", first, 0xFF, len(payload))
    return head + b"\0\0\0\0" + payload


class Conversation:
    """What a server says to bytes that are sent all at once; libraries would not send them."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.body = b""
        self.texts: list[bytes] = []
        self.close_code: int | None = None

    async def hold(self, port: int, head: list[str], data: bytes, end: object) -> None:
        """Send everything, then the end of the stream if wanted, and read whatever comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write("\r\n".join([*head, "", ""]).encode("latin-1") + data)
            if end:
                writer.write_eof()
            answer = await reader.readuntil(b"\r\n\r\n")
            self.status = int(answer.split()[1])
            if self.status == 101:
                await self._read_frames(reader)
            elif head[0].startswith("HEAD "):
                pass  # the answer tells the length of a body that is not there
            elif length := re.search(rb"Content-Length: (\d+)", answer):
                self.body = await reader.readexactly(int(length[1]))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # a closed connection is an answer too
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _read_frames(self, reader: asyncio.StreamReader) -> None:
        while True:
            first, length = await reader.readexactly(2)
            if length >= 126:
                length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8))
            payload = await reader.readexactly(length)
            if first == 0x81:
                self.texts.append(payload)
            elif first == 0x88 and payload:
                self.close_code = int.from_bytes(payload[:2])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_nonsense_at_every_door_costs_nothing(
    io_loop: IOLoop, caplog: pytest.LogCaptureFixture
) -> None:
    """Several thousand conversations and requests, and then a look at everything."""
    caplog.set_level(logging.DEBUG)
    with living(io_loop) as world:
        send_nonsense(io_loop, world)
        io_loop.run_sync(world.check_fresh_session)
    assert len(world.terminals.throttle.addresses) == 0
    for record in caplog.records:
        text = logging.Formatter().format(record)
        assert record.levelno < logging.ERROR, text
        for word in (CANARY, *TOKENS.values(), world.cookie["Cookie"].partition("=")[2]):
            assert word not in text


@contextlib.contextmanager
def living(io_loop: IOLoop) -> Iterator[World]:
    """A world that is gone afterwards, whatever happened in it."""
    world = World()
    try:
        io_loop.run_sync(world.start)
        yield world
    finally:
        io_loop.run_sync(world.stop)


def send_nonsense(io_loop: IOLoop, world: World) -> None:
    """Send everything to every door, and see that nothing has changed by it."""

    def many(count: int, door: Callable[..., Any], **what: st.SearchStrategy[Any]) -> None:
        @given(st.fixed_dictionaries(what))
        @settings(
            max_examples=count,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # Where an answer does not come, each smaller example would wait for it as long.
            phases=[Phase.reuse, Phase.generate],
        )
        def one(given_things: dict[str, Any]) -> None:
            io_loop.run_sync(lambda: door(**given_things))

        one()

    def everywhere(count: int) -> None:
        many(12 * count, world.v1, frames=frames, joined=st.booleans())
        many(6 * count, world.legacy, arguments=query, frames=frames)
        many(6 * count, world.wire, pieces=st.lists(wire(), max_size=4), joined=st.booleans())
        many(10 * count, world.request, **api)
        many(6 * count, world.request, **login)

    everywhere(1)  # so that all that is made once and kept has been made
    before = io_loop.run_sync(lambda: asyncio.sleep(0, world.counts()))
    everywhere(EXAMPLES // 40)
    io_loop.run_sync(lambda: world.settled(before))
