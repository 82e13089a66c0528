"""Logins that end while somebody types."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable

import pytest
from tornado.websocket import WebSocketClientConnection

from tests.web.conftest import Serve
from tests.web.site import Site
from tornterm.web.socket import SocketHandler

SOON = 30.0
"""Seconds within which a connection must be closed."""


async def attached(site: Site, headers: dict[str, str]) -> WebSocketClientConnection:
    """A connection with a session of its own."""
    connection = await site.connect(headers)
    await connection.write_message(json.dumps({"type": "open", "cols": 80, "rows": 24}))
    while True:
        frame = await connection.read_message()
        assert frame is not None
        if isinstance(frame, str) and json.loads(frame)["type"] == "session":
            return connection


async def end_of(connection: WebSocketClientConnection) -> tuple[int | None, str]:
    """The close code and the last error's code."""
    error = ""
    async with asyncio.timeout(SOON):
        while (frame := await connection.read_message()) is not None:
            if isinstance(frame, str) and json.loads(frame)["type"] == "error":
                error = json.loads(frame)["code"]
    connection.close()
    return connection.close_code, error


async def test_logout_closes_the_connections(serve: Serve) -> None:
    """All of that login, none of another; the shell goes on."""
    site = await serve()
    one, other = await site.log_in(), await site.log_in()
    connections = [await attached(site, one) for _ in range(2)]
    stays = await attached(site, other)
    assert (await site.ask("/logout", "POST", one)).status == 204
    for connection in connections:
        assert await end_of(connection) == (4401, "auth_ended")
    assert site.terminals.sessions.active_count == 3
    assert site.terminals.logins.connections == 1
    stays.close()
    await end_of(stays)


async def test_a_removed_user_is_disconnected(serve: Serve) -> None:
    """When the plugin says that logins may have changed; with a cookie and with a token."""
    site = await serve()
    gone = [await attached(site, await site.log_in()), await attached(site, site.bearer())]
    stays = await attached(site, site.bearer("bob"))
    del site.people.users["alice"]
    site.terminals.recheck_logins()
    for connection in gone:
        assert await end_of(connection) == (4401, "auth_ended")
    assert site.terminals.logins.connections == 1
    stays.close()
    await end_of(stays)


async def test_a_removed_user_is_disconnected_at_the_next_round(serve: Serve) -> None:
    """Also where nobody says anything."""
    site = await serve({"auth": {"revalidate": "1s"}})
    connection = await attached(site, await site.log_in())
    del site.people.users["alice"]
    assert await end_of(connection) == (4401, "auth_ended")


async def test_an_expired_login_is_disconnected(serve: Serve) -> None:
    """At its time, not at the next request."""
    site = await serve({"auth": {"lifetime": "1s"}})
    connection = await attached(site, await site.log_in())
    assert await end_of(connection) == (4401, "auth_ended")
    assert site.terminals.sessions.active_count == 1


async def test_logging_in_again_keeps_the_connections(serve: Serve) -> None:
    """Those that are open go on, and end with the new login."""
    site = await serve()
    cookie = await site.log_in()
    connection = await attached(site, cookie)
    body = {"method": "people", "fields": site.credentials("alice")}
    answer = await site.ask("/login", "POST", cookie, body)
    newer = {"Cookie": answer["Set-Cookie"].partition(";")[0], "Origin": site.origin}
    await connection.write_message(json.dumps({"type": "ping", "id": 7}))
    while '"pong"' not in str(await connection.read_message()):
        pass
    await site.ask("/logout", "POST", newer)
    assert await end_of(connection) == (4401, "auth_ended")


@pytest.mark.parametrize("via", ["cookie", "bearer"])
async def test_a_connection_that_has_gone_leaves_nothing(serve: Serve, via: str) -> None:
    """However it was logged in."""
    site = await serve()
    headers = await site.log_in() if via == "cookie" else site.bearer()
    connection = await attached(site, headers)
    assert site.terminals.logins.connections == 1
    connection.close()
    await end_of(connection)
    async with asyncio.timeout(SOON):
        while site.terminals.logins.connections:
            await asyncio.sleep(0)


async def test_a_key_is_handled_where_it_is_read(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No task and no turn of the event loop for keys and acknowledgements, only for the first."""
    awaited: list[bool] = []
    on_message = SocketHandler.on_message

    def watched(handler: SocketHandler, message: str | bytes) -> Awaitable[None] | None:
        work = on_message(handler, message)
        awaited.append(work is not None)
        return work

    monkeypatch.setattr(SocketHandler, "on_message", watched)
    site = await serve()
    connection = await attached(site, site.bearer())
    await connection.write_message(json.dumps({"type": "input", "lease": 1}))
    await connection.write_message(b"done\r", binary=True)
    output = b""
    while b"done" not in output:
        frame = await connection.read_message()
        assert frame is not None
        if isinstance(frame, bytes):
            output += frame
            await connection.write_message(json.dumps({"type": "ack", "offset": len(output)}))
    assert awaited[:3] == [True, False, False] and not any(awaited[3:])
    connection.close()
    await end_of(connection)
