"""Sharing a session over the web: the owner's side, and who comes with a share or without."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError
from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from tests.web.conftest import Serve
from tests.web.site import Site
from tests.web.test_api import check, make
from tests.web.test_login import Events
from tornterm.hookspecs import hookimpl
from tornterm.testing.clock import FakeClock
from tornterm.types import Action, SessionInfo, User


async def share(site: Site, session: str, **wish: object) -> dict[str, Any]:
    """Share alice's session."""
    path = f"/api/sessions/{session}/shares"
    answer = await site.ask(path, "POST", site.bearer(), wish)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = check(answer, "NewShare")  # type: ignore[assignment]
    return made


class Visitor:
    """A connection to the WebSocket, and what came over it."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection
        self.over = False

    async def say(self, **message: object) -> None:
        """Send a message, whether or not anybody listens still."""
        await self.send(json.dumps(message))

    async def send(self, frame: str | bytes) -> None:
        """Send a frame."""
        with contextlib.suppress(WebSocketClosedError):
            await self.connection.write_message(frame, binary=isinstance(frame, bytes))

    async def read(self) -> str | bytes | None:
        """The next frame, None at the end."""
        frame = await self.connection.read_message()
        self.over = frame is None
        return frame

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of a kind."""
        async with asyncio.timeout(30):
            while True:
                frame = await self.read()
                assert frame is not None, f"closed with {self.connection.close_code}"
                if isinstance(frame, str):
                    message: dict[str, Any] = json.loads(frame)
                    if message["type"] == kind:
                        return message

    async def end(self) -> tuple[int | None, str]:
        """The close code, and the code of the error before it."""
        error = ""
        async with asyncio.timeout(30):
            while (frame := await self.read()) is not None:
                if isinstance(frame, str) and json.loads(frame)["type"] == "error":
                    error = json.loads(frame)["code"]
        return self.connection.close_code, error


class Town:
    """Everybody who visits a site in one test."""

    def __init__(self) -> None:
        self.visitors: list[Visitor] = []

    async def visit(self, site: Site, headers: dict[str, str] | None = None) -> Visitor:
        """Connect; without headers as somebody not logged in, from our own page."""
        visitor = Visitor(await site.connect(headers or {"Origin": site.origin}))
        self.visitors.append(visitor)
        return visitor

    async def watch(
        self, site: Site, session: str, secret: str, headers: dict[str, str] | None = None
    ) -> Visitor:
        """Connect and show a share."""
        visitor = await self.visit(site, headers)
        await visitor.say(type="watch", session=session, share=secret, cols=80, rows=24)
        return visitor

    async def leave(self) -> None:
        """Close all connections and wait for it."""
        for visitor in self.visitors:
            visitor.connection.close()
            async with asyncio.timeout(30):
                while not visitor.over:
                    await visitor.read()


@pytest.fixture
def town(serve: Serve, io_loop: IOLoop) -> Iterator[Town]:
    """Visitors that are gone before their site is closed."""
    town = Town()
    yield town
    io_loop.run_sync(town.leave)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


# --- the owner ------------------------------------------------------------------------------------


async def test_made_listed_and_taken_back(serve: Serve) -> None:
    """With what was wished for; the secret is in the first answer and never again."""
    events = Events()
    site = await serve(plugins=[events])
    session = (await make(site))["id"]
    path = f"/api/sessions/{session}/shares"
    made = await share(site, session, control=True, lifetime=600)
    assert made["path"] == f"/s/{session}#share={made['secret']}"
    assert made["share"]["control"] is True
    assert made["share"]["expires"] - made["share"]["created"] == pytest.approx(600)
    other = await share(site, session)
    assert other["share"]["control"] is False
    listed = await site.ask(path, headers=site.bearer())
    check(listed, "Shares")
    assert [one["id"] for one in listed.json["shares"]] == [
        made["share"]["id"],
        other["share"]["id"],
    ]
    assert made["secret"] not in listed.body.decode()
    one = f"{path}/{made['share']['id']}"
    assert (await site.ask(one, "DELETE", site.bearer())).status == 204
    assert (await site.ask(one, "DELETE", site.bearer())).status == 404
    assert (await site.ask(path, "DELETE", site.bearer())).status == 204
    assert (await site.ask(path, headers=site.bearer())).json == {"shares": []}
    await until(lambda: len([e for e in events.kept if e.name == "share.revoked"]) == 2)
    created = (await events.named("share.created"))[0]
    assert (created.user, created.session_id) == ("alice", session)
    assert created.facts["right"] == "ask"
    assert made["secret"] not in repr(events.kept)


@pytest.mark.parametrize(
    "body",
    [
        {"lifetime": 0},
        {"lifetime": -1},
        {"lifetime": 1.5},
        {"lifetime": "1h"},
        {"lifetime": 10**9},
        {"control": "yes"},
        {"control": None},
        {"colour": "blue"},
    ],
)
async def test_a_wish_that_is_none_is_answered(serve: Serve, body: object) -> None:
    """With what would be right, and no share."""
    site = await serve()
    session = (await make(site))["id"]
    path = f"/api/sessions/{session}/shares"
    answer = await site.ask(path, "POST", site.bearer(), body)
    assert (answer.status, answer.code) == (400, "protocol")
    assert (await site.ask(path, headers=site.bearer())).json == {"shares": []}


async def test_only_the_owner_shares(serve: Serve) -> None:
    """For others there is no such session; an administrator sees it and still may not."""
    site = await serve()
    session = (await make(site))["id"]
    made = await share(site, session)
    path = f"/api/sessions/{session}/shares"
    for verb, where in (
        ("GET", path),
        ("POST", path),
        ("DELETE", path),
        ("DELETE", f"{path}/{made['share']['id']}"),
    ):
        body = {} if verb == "POST" else b""
        assert (await site.ask(where, verb, site.bearer("bob"), body)).status == 404
        assert (await site.ask(where, verb, site.bearer("root"), body)).status == 403
        assert (await site.ask(where, verb, {"Origin": site.origin}, body)).status == 401
        cookie = await site.log_in()
        elsewhere = {**cookie, "Origin": "https://example.org"}
        if verb != "GET":
            assert (await site.ask(where, verb, elsewhere, body)).status == 403
    assert len((await site.ask(path, headers=site.bearer())).json["shares"]) == 1


# --- who comes with a share -----------------------------------------------------------------------


async def test_who_is_not_logged_in_can_watch(serve: Serve, town: Town) -> None:
    """And see what is printed, come back with the token, and not type."""
    site = await serve()
    made = await make(site)
    shared = await share(site, made["id"])
    owner = await town.visit(site, site.bearer())
    await owner.say(
        type="resume", session=made["id"], token=made["token"], offset=0, cols=80, rows=24
    )
    lease = (await owner.hear("resumed"))["lease"]
    guest = await town.watch(site, made["id"], shared["secret"])
    answer = await guest.hear("resumed")
    assert (answer["role"], answer["mode"], answer["input_limit"]) == ("viewer", "snapshot", 0)
    members = (await owner.hear("clients"))["clients"]
    while len(members) < 2:
        members = (await owner.hear("clients"))["clients"]
    assert [(m["user"], m["role"]) for m in members] == [("alice", "writer"), ("Guest", "viewer")]
    await guest.say(type="request_control")
    assert (await guest.hear("error"))["code"] == "forbidden"
    await guest.say(type="input", lease=lease)
    await guest.send(b"typed by a guest\r")
    assert await guest.end() == (4400, "protocol")  # beyond its input_limit of 0
    again = await town.visit(site)
    await again.say(
        type="resume",
        session=made["id"],
        token=answer["token"],
        client=answer["client"],
        attempt=2,
        offset=0,
        cols=80,
        rows=24,
        control="take",
    )
    resumed = await again.hear("resumed")
    assert (resumed["role"], resumed["mode"]) == ("viewer", "exact")
    assert resumed["client"] == answer["client"]
    await again.say(type="close")
    await again.say(type="ping")
    await again.hear("pong")
    assert site.terminals.sessions.active_count == 1


async def test_who_may_ask_is_granted_control_and_types(serve: Serve, town: Town) -> None:
    """From asking to the program's answer."""
    site = await serve()
    made = await make(site)
    shared = await share(site, made["id"], control=True)
    owner = await town.visit(site, site.bearer())
    await owner.say(
        type="resume", session=made["id"], token=made["token"], offset=0, cols=80, rows=24
    )
    await owner.hear("resumed")
    guest = await town.watch(site, made["id"], shared["secret"])
    answer = await guest.hear("resumed")
    await guest.say(type="request_control")
    while not any(one["asks"] for one in (await owner.hear("clients"))["clients"]):
        pass
    await owner.say(type="grant_control", client=answer["client"])
    role = await guest.hear("role")
    assert role["role"] == "writer"
    await guest.say(type="input", lease=role["lease"])
    await guest.send(b"hello\r")
    assert (await guest.hear("input_ack"))["refused"] == 0
    session = site.terminals.sessions.get_session(made["id"])
    assert session is not None
    await until(lambda: session.log.end >= len(b"hello\r\nhello\r\n"))


async def test_somebody_else_who_is_logged_in_watches_under_their_own_name(
    serve: Serve, town: Town
) -> None:
    """The share is what counts, not the login; without one there is no such session."""
    site = await serve()
    made = await make(site)
    shared = await share(site, made["id"])
    bob = await town.watch(site, made["id"], shared["secret"], site.bearer("bob"))
    answer = await bob.hear("resumed")
    assert [one["user"] for one in (await bob.hear("clients"))["clients"]] == ["bob"]
    assert answer["role"] == "viewer"
    thief = await town.visit(site, site.bearer("bob"))
    await thief.say(
        type="resume", session=made["id"], token=made["token"], offset=0, cols=80, rows=24
    )
    assert await thief.end() == (4404, "not_found")


async def test_taking_it_back_ends_who_watches(serve: Serve, town: Town) -> None:
    """At once; neither the share nor the token it brought opens anything afterwards."""
    site = await serve()
    made = await make(site)
    shared, other = await share(site, made["id"]), await share(site, made["id"])
    guest = await town.watch(site, made["id"], shared["secret"])
    token = (await guest.hear("resumed"))["token"]
    path = f"/api/sessions/{made['id']}/shares/{shared['share']['id']}"
    assert (await site.ask(path, "DELETE", site.bearer())).status == 204
    assert await guest.end() == (4403, "forbidden")
    late = await town.watch(site, made["id"], shared["secret"])
    assert await late.end() == (4404, "not_found")
    for headers, code in ((None, 4401), (site.bearer("bob"), 4404), (site.bearer(), 4403)):
        late = await town.visit(site, headers)
        await late.say(type="resume", session=made["id"], token=token, offset=0, cols=80, rows=24)
        assert (await late.end())[0] == code
    assert (await (await town.watch(site, made["id"], other["secret"])).hear("resumed"))["token"]


async def test_its_time_is_over(serve: Serve, town: Town) -> None:
    """Who watches is sent away, and nobody comes any more."""
    clock = FakeClock()
    site = await serve(clock=clock)
    made = await make(site)
    shared = await share(site, made["id"], lifetime=50)
    guest = await town.watch(site, made["id"], shared["secret"])
    await guest.hear("resumed")
    clock.advance(51)
    assert await guest.end() == (4403, "forbidden")
    with pytest.raises(HTTPClientError) as refused:
        await town.visit(site)
    assert refused.value.code == 401


class Forbid:
    """A plugin that forbids one action to everybody."""

    def __init__(self, action: Action) -> None:
        self.action = action
        self.asked: list[tuple[str, str]] = []

    @hookimpl
    async def tornterm_authorize(
        self, user: User, action: Action, session: SessionInfo | None
    ) -> bool | None:
        self.asked.append((user.name, action))
        return False if action == self.action and user.backend == "share" else None


async def test_a_plugin_can_forbid_watching(serve: Serve, town: Town) -> None:
    """Its no counts more than the owner's share, and looks like no share at all."""
    forbid = Forbid("watch")
    site = await serve(plugins=[forbid])
    made = await make(site)
    shared = await share(site, made["id"])
    guest = await town.watch(site, made["id"], shared["secret"])
    assert await guest.end() == (4404, "not_found")
    assert (f"share:{shared['share']['id']}", "watch") in forbid.asked


async def test_a_plugin_can_forbid_asking_for_control(serve: Serve, town: Town) -> None:
    """Then the share is good for watching alone."""
    site = await serve(plugins=[Forbid("control")])
    made = await make(site)
    shared = await share(site, made["id"], control=True)
    guest = await town.watch(site, made["id"], shared["secret"])
    await guest.hear("resumed")
    await guest.say(type="request_control")
    assert (await guest.hear("error"))["code"] == "forbidden"


# --- who comes without ----------------------------------------------------------------------------


async def test_without_any_share_nobody_gets_in_who_is_not_logged_in(serve: Serve) -> None:
    """Neither to the page nor to the WebSocket."""
    site = await serve()
    made = await make(site)
    assert (await site.ask(f"/s/{made['id']}")).status == 302
    assert (await site.upgrade("/ws", {"Origin": site.origin})).status == 401
    shared = await share(site, made["id"])
    assert (await site.ask(f"/s/{made['id']}")).status == 200
    assert (await site.ask(f"/s/{'0' * 32}")).status == 302
    assert (await site.ask("/")).status == 302
    assert (await site.ask("/api/me")).status == 401
    assert (await site.upgrade("/ws", {"Origin": site.origin})).status == 101
    assert (await site.upgrade("/ws", {"Origin": "https://example.org"})).status == 403
    assert (await site.upgrade("/ws")).status == 403
    wrong = {"Origin": site.origin, "Authorization": "Bearer made-up"}
    assert (await site.upgrade("/ws", wrong)).status == 401
    plain = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Origin", site.origin)]
    plain += [("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
    assert (await site.ask("/ws", headers=plain)).status == 401  # the legacy dialect
    page = (await site.ask(f"/s/{made['id']}")).body.decode()
    assert "alice" not in page
    assert shared["secret"] not in page


@pytest.mark.parametrize(
    "message",
    [
        {"type": "open", "cols": 80, "rows": 24},
        {"type": "resume", "session": "$", "token": "x", "offset": 0, "cols": 80, "rows": 24},
        {"type": "resume", "session": "$", "token": "$$", "offset": 0, "cols": 80, "rows": 24},
    ],
)
async def test_a_stranger_can_do_nothing_but_watch(
    serve: Serve, town: Town, message: dict[str, Any]
) -> None:
    """Not even with a resume token of the owner's."""
    site = await serve()
    made = await make(site)
    await share(site, made["id"])
    words = {"$": made["id"], "$$": made["token"]}
    stranger = await town.visit(site)
    await stranger.say(**{name: words.get(str(value), value) for name, value in message.items()})
    assert await stranger.end() == (4401, "unauthenticated")
    assert site.terminals.sessions.active_count == 1


async def test_guessing_is_throttled(serve: Serve, town: Town) -> None:
    """After so many failures an address is refused, in the door and behind it; others are not."""
    site = await serve({"auth": {"attempts_per_address": 3}})
    made = await make(site)
    shared = await share(site, made["id"])
    for _ in range(5):  # what succeeds is not counted
        guest = await town.watch(site, made["id"], shared["secret"])
        await guest.hear("resumed")
    for session, secret in ((made["id"], "guess"), ("0" * 32, shared["secret"])):
        assert await (await town.watch(site, session, secret)).end() == (4404, "not_found")
    idle = await town.visit(site)  # who only waits counts as well
    assert (await site.upgrade("/ws", {"Origin": site.origin})).status == 429
    bob = await town.watch(site, made["id"], shared["secret"], site.bearer("bob"))
    assert await bob.end() == (1013, "ip_rate")
    await idle.say(type="watch", session=made["id"], share=shared["secret"], cols=80, rows=24)
    await idle.hear("resumed")
    assert (await site.upgrade("/ws", {"Origin": site.origin})).status == 101


async def test_who_says_nothing_is_sent_away(serve: Serve, town: Town) -> None:
    """A connection without a login and without a share lasts ten seconds."""
    clock = FakeClock()
    site = await serve(clock=clock)
    await share(site, (await make(site))["id"])
    idle = await town.visit(site)
    clock.advance(10.1)
    assert await idle.end() == (4400, "protocol")


async def test_there_is_room_for_so_many_guests(
    serve: Serve, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one hears why; when one has left there is room again."""
    monkeypatch.setattr("tornterm.sessions.reception.MAX_GUESTS", 2)
    site = await serve()
    made = await make(site)
    shared = await share(site, made["id"])
    guests = [await town.watch(site, made["id"], shared["secret"]) for _ in range(2)]
    for guest in guests:
        await guest.hear("resumed")
    late = await town.watch(site, made["id"], shared["secret"])
    assert await late.end() == (1013, "viewer_limit")
    guests[0].connection.close()
    session = site.terminals.sessions.get_session(made["id"])
    assert session is not None
    await until(lambda: len(session.attachments) == 1)
    await (await town.watch(site, made["id"], shared["secret"])).hear("resumed")
