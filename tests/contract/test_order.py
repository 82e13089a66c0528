"""One plugin that implements every hook, and what it is asked and told in a session's life."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, ClassVar

import click
import pytest
from pydantic import BaseModel
from tornado.web import RequestHandler

from tornterm.config.fields import ConfigTable
from tornterm.core.protocols import v1
from tornterm.errors import SpawnError
from tornterm.hookspecs import KINDS, hookimpl
from tornterm.testing.clients import Refused
from tornterm.testing.clock import FakeClock
from tornterm.testing.programs import EchoProgram
from tornterm.types import LoginMethod, Route


class Nothing(ConfigTable):
    """A table without keys."""


class Witness:
    """Implements every hook, decides nothing that it need not, and remembers each call.

    What is asked and what is told are kept apart: nobody waits for a notification, so only among
    themselves are they in order.
    """

    name = "witness"
    asked: ClassVar[list[str]]
    told: ClassVar[list[str]]
    shown: ClassVar[list[str]]
    events: ClassVar[list[str]]
    refuses = False

    def __init__(self, settings: Nothing) -> None:
        assert type(self).asked == ["register_config"]

    @classmethod
    @hookimpl
    def tornterm_register_config(cls) -> type[BaseModel]:
        cls.asked, cls.told, cls.shown, cls.events = ["register_config"], [], [], []
        return Nothing

    @hookimpl
    def tornterm_register_commands(self) -> Sequence[click.Command]:
        self.asked.append("register_commands")
        return ()

    @hookimpl
    def tornterm_register_routes(self, app: Any) -> Route:
        self.asked.append("register_routes")
        return Route("hello", RequestHandler)

    @hookimpl
    async def tornterm_check(self, app: Any, exposed: bool) -> None:
        self.asked.append("check")

    @hookimpl
    async def tornterm_startup(self, app: Any) -> None:
        self.asked.append("startup")

    @hookimpl
    async def tornterm_shutdown(self, app: Any) -> None:
        self.asked.append("shutdown")

    @hookimpl
    async def tornterm_authenticate(self, request: Any) -> None:
        self.asked.append(f"authenticate {request.kind}")

    @hookimpl
    async def tornterm_login_methods(self) -> Sequence[LoginMethod]:
        self.asked.append("login_methods")
        return ()

    @hookimpl
    async def tornterm_revalidate(self, user: Any) -> None:
        self.asked.append(f"revalidate {user.name}")

    @hookimpl
    async def tornterm_authorize(self, user: Any, action: str, session: Any) -> None:
        self.asked.append(f"authorize {user.name} {action}")

    @hookimpl
    async def tornterm_limits(self, user: Any, limits: Any) -> None:
        self.asked.append(f"limits {user.name}")

    @hookimpl
    async def tornterm_profiles(self, user: Any) -> None:
        self.asked.append(f"profiles {user.name}")

    @hookimpl
    async def tornterm_spawn(self, user: Any, request: Any) -> None:
        self.asked.append(f"spawn {user.name}")
        if self.refuses:
            raise SpawnError("not today")

    @hookimpl
    async def tornterm_prepare_spawn(self, user: Any, plan: Any) -> None:
        self.asked.append(f"prepare_spawn {user.name}")

    @hookimpl
    async def tornterm_session_started(self, session: Any, user: Any) -> None:
        self.told.append(f"started {session.state}")

    @hookimpl
    async def tornterm_session_attached(self, session: Any, user: Any) -> None:
        self.told.append(f"attached {session.attached}")

    @hookimpl
    async def tornterm_session_detached(self, session: Any, user: Any) -> None:
        self.told.append(f"detached {session.attached}")

    @hookimpl
    async def tornterm_session_control_changed(self, session: Any, user: Any, how: str) -> None:
        self.told.append(f"control {user.name if user else None} {how}")

    @hookimpl
    async def tornterm_session_ended(self, session: Any, reason: str) -> None:
        self.told.append(f"ended {reason}")

    @hookimpl
    async def tornterm_observe_session(self, session: Any) -> Any:
        self.asked.append(f"observe_session {session.state}")
        return Watching(self.shown)

    @hookimpl
    async def tornterm_audit(self, event: Any) -> None:
        self.events.append(event.name)

    @hookimpl
    async def tornterm_audit_older(
        self, wanted: Any, until: float | None, cursor: str | None, limit: int
    ) -> None:
        self.asked.append(f"audit_older {limit}")


class Watching:
    """An observer that remembers what it is shown."""

    def __init__(self, calls: list[str]) -> None:
        self.calls = calls

    def on_output(self, data: bytes, offset: int, now: float) -> None:
        self.calls.append(f"on_output {offset} {data.decode()}")

    def on_input(self, data: bytes, now: float) -> None:
        self.calls.append(f"on_input {data.decode()}")

    def on_resize(self, size: Any, offset: int, now: float) -> None:
        self.calls.append(f"on_resize {offset} {size.cols}x{size.rows}")

    def on_exit(self, status: Any, now: float) -> None:
        self.calls.append(f"on_exit {status.code} {status.signal}")

    def close(self) -> None:
        self.calls.append("close")


def test_the_witness_implements_every_hook() -> None:
    """A new hook has to find its place in the life below."""
    assert {name for name in vars(Witness) if name.startswith("tornterm_")} == set(KINDS)


Seen = dict[str, list[str]]


class Since:
    """What has happened since the last look."""

    def __init__(self) -> None:
        self._before = dict.fromkeys(("asked", "told", "shown", "events"), 0)

    async def __call__(self, **expected: list[str]) -> None:
        """Wait for what is expected, and check that it is that and nothing else."""
        wanted = {kind: expected.get(kind, []) for kind in self._before}
        async with asyncio.timeout(30):
            while any(len(self._new()[kind]) < len(wanted[kind]) for kind in wanted):
                await asyncio.sleep(0.001)
        # What is too much would come now: whatever waits has its turn.
        for _ in range(20):
            await asyncio.sleep(0)
        found = self._new()
        self._before = {kind: len(getattr(Witness, kind)) for kind in self._before}
        assert found == wanted

    def _new(self) -> Seen:
        return {kind: getattr(Witness, kind)[at:] for kind, at in self._before.items()}


CREATION: Seen = {
    "asked": [
        "authenticate bearer",
        "authorize alice create",
        "limits alice",
        "spawn alice",
        "prepare_spawn alice",
        "observe_session pending",
        "authorize alice control",
    ],
    "told": ["started running", "attached 1"],
    "shown": ["on_output 0 ready."],
    "events": ["session.created"],
}
RETURN = ["authenticate bearer", "authorize alice attach", "authorize alice control"]


async def test_a_session_s_life(
    tornterm_server: Any, tornterm_client: Any, tornterm_clock: FakeClock
) -> None:
    """Every call in its order: made, used, shared, left, taken up, killed, expired, refused."""
    seen = Since()
    server = await tornterm_server(plugins=[Witness, EchoProgram()], clock=tornterm_clock)
    await seen(asked=["register_config", "check", "startup", "register_routes"])
    assert server.terminals.plugins.commands() == []
    await seen(asked=["register_commands"])
    await server.fetch("login")
    await seen(asked=["login_methods"])
    await server.fetch("api/profiles", headers=server.headers("alice"))
    await seen(asked=["authenticate bearer", "profiles alice"])

    # Made and used.
    client = await tornterm_client(server)
    await client.wait_for(EchoProgram.READY)
    await seen(**CREATION)
    client.send_input(b"x")
    await seen(shown=["on_input x", "on_output 6 x"])
    client.resize(100, 30)
    await seen(shown=["on_resize 7 100x30"])

    # A second client of the same person, which takes over and leaves again.
    other = await second(server, tornterm_client, client)
    await seen(
        asked=["authenticate bearer", "authorize alice attach", *RETURN],
        told=["attached 2"],
        events=["session.token", "session.resumed"],
    )
    other.send(v1.RequestControl())
    await seen(
        told=["control alice taken"], shown=["on_resize 7 80x24"], events=["control.changed"]
    )
    await other.disconnect()
    await seen(told=["detached 1"], events=["session.detached"])

    # Left and taken up.
    await client.close()
    await seen(told=["detached 0"], events=["session.detached"])
    await client.resume()
    await seen(
        asked=RETURN,
        told=["control alice taken", "attached 1"],
        events=["control.changed", "session.resumed"],
    )
    client.send_input(b"y")
    await seen(shown=["on_input y", "on_output 7 y"])

    # Ended by its person.
    client.end()
    await seen(
        asked=["authorize alice kill"],
        told=["ended killed", "detached 0"],
        shown=["on_exit None 1", "close"],
        events=["session.killed", "session.exited", "session.detached"],
    )


async def test_other_ends(
    tornterm_server: Any, tornterm_client: Any, tornterm_clock: FakeClock
) -> None:
    """The program exits, nobody comes back, an admin kills, a plugin refuses, the server ends."""
    seen = Since()
    server = await tornterm_server(
        {"sessions": {"grace_period": "1h"}}, plugins=[Witness, ExitProgram()], clock=tornterm_clock
    )
    await seen(asked=["register_config", "check", "startup", "register_routes"])

    # Exited.
    client = await tornterm_client(server)
    await seen(**CREATION)
    client.send_input(b"x")
    await seen(
        told=["ended exited", "detached 0"],
        shown=["on_input x", "on_exit 0 None", "close"],
        events=["session.exited", "session.detached"],
    )

    # Expired.
    client = await tornterm_client(server)
    await seen(**CREATION)
    await client.close()
    await seen(told=["detached 0"], events=["session.detached"])
    tornterm_clock.advance(3600)
    await seen(
        told=["ended grace"],
        shown=["on_exit None 1", "close"],
        events=["session.expired", "session.exited"],
    )

    # Killed by an admin.
    client = await tornterm_client(server)
    await seen(**CREATION)
    path = f"api/sessions/{client.session}"
    assert (await server.fetch(path, method="DELETE", headers=server.headers("root"))).code == 204
    await seen(
        asked=["authenticate bearer", "authorize root kill"],
        told=["ended killed", "detached 0"],
        shown=["on_exit None 1", "close"],
        events=["session.killed", "session.exited", "session.detached"],
    )

    # Refused: what was reserved is given back, and nobody is told of a session that never was.
    Witness.refuses = True
    with pytest.raises(Refused, match="not today"):
        await tornterm_client(server)
    Witness.refuses = False
    await seen(asked=CREATION["asked"][:4], events=["session.denied"])

    # Asked whether a login may stay.
    client = await tornterm_client(server)
    await seen(**CREATION)
    server.terminals.recheck_logins()
    await seen(asked=["revalidate alice"])

    # Asked by an admin what it has kept.
    path = "api/admin/audit/older?limit=7"
    assert (await server.fetch(path, headers=server.headers("root"))).code == 404
    await seen(asked=["authenticate bearer", "authorize root admin", "audit_older 7"])

    # The end of the server is the end of its sessions.
    await server.close()
    await seen(
        asked=["shutdown"],
        told=["detached 0", "ended shutdown"],
        shown=["on_exit None 1", "close"],
        events=["session.detached", "session.exited"],
    )


async def second(server: Any, make: Any, client: Any) -> Any:
    """A second client with a resume token of its own."""
    path = f"api/sessions/{client.session}/token"
    answer = await server.fetch(path, method="POST", headers=server.headers())
    other = await make(server, open=False)
    await other.resume(session=client.session, token=json.loads(answer.body)["token"])
    return other


class ExitProgram(EchoProgram):
    """A program that says it is ready, waits for a byte, and ends."""

    SCRIPT = "stty raw -echo; printf ready.; head -c 1 >/dev/null"
