"""The rules of ``tornterm.v1`` over the wire: each broken and each kept, on a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

import pytest

from tornterm.core.protocols import v1
from tornterm.hookspecs import hookimpl
from tornterm.testing.clients import LegacyClient, V1Client
from tornterm.testing.clock import FakeClock
from tornterm.testing.proxy import FaultProxy
from tornterm.testing.server import LiveServer
from tornterm.testing.socket import Refused
from tornterm.types import Action, AuditEvent, SessionInfo, Size, SpawnPlan, User

from .programs import python

DEAF = "import time, tty; tty.setraw(0); print('ready', flush=True); time.sleep(1000)"
NESTED = "[" * 8000 + "]" * 8000

WRONG_FIRST: list[str | bytes] = [
    b"input before the answer",
    '{"type":"ack","offset":0}',
    '{"type":"ping"}',
    '{"type":"close"}',
    '{"type":"never heard of"}',
    '{"type":"open","cols":80}',
    '{"type":"open","cols":80,"rows":0}',
    '{"type":"open","cols":1001,"rows":24}',
    '{"type":"open","cols":80.0,"rows":24}',
    '{"type":"open","cols":"80","rows":24}',
    '{"type":"open","cols":80,"rows":24,"attempt":0}',
    '{"type":"open","cols":80,"rows":24,"title":"\\u0000"}',
    '{"type":"resume","session":"x","token":"y","cols":80,"rows":24}',
    '{"type":"resume","session":"x","token":"y","offset":-1,"cols":80,"rows":24}',
    '{"type":"resume","session":"x","token":"y","offset":0,"cols":80,"rows":24,"control":"x"}',
]
WRONG_LATER: list[str | bytes] = [
    b"",
    b"x" * (v1.MAX_BINARY + 1),
    '{"type":"open","cols":80,"rows":24}',
    '{"type":"resume","session":"x","token":"y","offset":0,"cols":80,"rows":24}',
    '{"type":"watch","session":"x","share":"y","cols":80,"rows":24}',
    '{"type":"ack"}',
    '{"type":"ack","offset":null}',
    '{"type":"ack","offset":-1}',
    '{"type":"ack","offset":0.0}',
    '{"type":"ack","offset":9007199254740992}',
    '{"type":"ack","offset":' + "9" * 5000 + "}",
    '{"type":"input","lease":true}',
    '{"type":"resize","cols":80}',
    '{"type":"resize","cols":9007199254740992,"rows":24}',
    '{"type":"ping","id":[]}',
    '{"type":"ping","id":"' + "x" * 65 + '"}',
    '{"type":"grant_control","client":7}',
]
WRONG_ALWAYS: list[str | bytes] = [
    "",
    "not JSON",
    "[]",
    "7",
    '{"type":7}',
    '{"cols":80,"rows":24}',
    '{"type":"ack","type":"ack","offset":0}',
    '{"type":"ack","offset":NaN}',
    '{"type":"ack","offset":0,"more":' + NESTED[:4000] + "}",
    '{"type":"ack","offset":0,"more":' + NESTED + "}",
    '{"type":"ack","offset":0,"more":"' + "x" * v1.MAX_TEXT + '"}',
]


class Line(V1Client):
    """A client that can stand in for another one: another tab, or the same one on a new link."""

    def become(self, other: V1Client) -> None:
        """Know what another client knows."""
        self.session, self.token, self.client = other.session, other.token, other.client
        self.attempt, self.position.offset = other.attempt, other.position.offset

    async def join(
        self, server: LiveServer, other: V1Client, control: Literal["take", "keep"] = "keep"
    ) -> v1.Resumed:
        """Attach to another client's session as one more client, as another device would."""
        self.become(other)
        self.client = None
        return await self.resume(token=new_token(server, other), control=control)

    async def settle(self) -> None:
        """Return when the server has acted on everything that was sent before."""
        self.send(v1.Ping("settled"))
        while (await self.next_message(v1.Pong)).id != "settled":
            pass


@asynccontextmanager
async def lines(server: LiveServer, count: int = 2) -> AsyncIterator[list[Line]]:
    """Clients of one user."""
    clients = [Line(server.url, headers=server.headers()) for _ in range(count)]
    try:
        yield clients
    finally:
        for client in clients:
            await client.disconnect()


def new_token(server: LiveServer, client: V1Client) -> str:
    """A token as the owner gets it for another device."""
    session = server.terminals.sessions.get_session(client.session or "")
    assert session is not None
    return session.tokens.issue()


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that no frame tells."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.001)


async def refused(client: V1Client, close_code: int, code: str) -> None:
    """The connection is closed with an error before."""
    assert await client.wait_closed() == close_code
    assert client.error is not None
    assert client.error.code == code


# --- frames ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [False, True], ids=["first", "later"])
async def test_a_broken_rule_is_named_and_closes_that_connection_alone(begun: bool) -> None:
    """Whatever is wrong with a frame: an error that says what, 4400, and others go on."""
    async with LiveServer() as server, lines(server) as (other, _):
        await other.open()
        for frame in (WRONG_LATER if begun else WRONG_FIRST) + WRONG_ALWAYS:
            async with Line(server.url, headers=server.headers()) as client:
                if begun:
                    await client.join(server, other)
                else:
                    await client.connect()
                client.send_frame(frame)
                await refused(client, 4400, "protocol")
                assert len(str(client.error)) < 500, frame[:100]
        other.send_input("echo $((6*7))\n")
        await other.wait_for(b"42\r\n")
        assert server.terminals.sessions.active_count == 1


async def test_a_frame_far_beyond_the_limit_is_not_even_read() -> None:
    """It could fill the memory, so the WebSocket itself says no: 1009, or just the end."""
    async with LiveServer() as server, lines(server) as (client, other):
        await client.open()
        await other.open()
        client.send_frame(b"x" * (8 * v1.MAX_BINARY))
        assert await client.wait_closed() in (1009, 1006, None)
        await other.settle()


async def test_what_is_unknown_is_answered_and_nothing_else() -> None:
    """A message of a later version does no harm; a field of one neither."""
    unknown = ['{"type":"dance"}', '{"type":""}', '{"type":"' + "x" * 10_000 + '"}']
    async with LiveServer() as server, lines(server) as (client, _):
        await client.open()
        for frame in unknown:
            client.send_frame(frame)
            error = await client.next_message(v1.ErrorMessage)
            assert error.code == "protocol"
            assert len(error.message) < 200
        client.send_frame('{"type":"ping","id":1,"colour":"blue"}')
        assert await client.next_message(v1.Pong) == v1.Pong(1)


async def test_a_share_that_does_not_exist_opens_nothing() -> None:
    """As if there were no such session, whether there is one or not."""
    async with LiveServer() as server, lines(server) as (client, other):
        made = await client.open()
        for session in (made.session, "0" * 32):
            await other.connect()
            other.send(v1.Watch(session, "share", 80, 24))
            await refused(other, 4404, "not_found")


async def test_pings_are_answered_with_their_ids() -> None:
    """Text, negative numbers, none; of many at once at least the last."""
    async with LiveServer() as server, lines(server) as (client, _):
        await client.open()
        for ping_id in ("a", -5, 2**53 - 1, None):
            client.send(v1.Ping(ping_id))
            assert await client.next_message(v1.Pong) == v1.Pong(ping_id)
        for number in range(1000):
            client.send(v1.Ping(number))
        await client.wait_for(lambda _: v1.Pong(999) in client.messages)


# --- connections ----------------------------------------------------------------------------------


async def test_a_connection_that_says_nothing_is_closed_after_ten_seconds() -> None:
    """From its own beginning, and not one that has said what it wants."""
    clock = FakeClock()
    async with LiveServer(clock=clock) as server, lines(server, 3) as (busy, silent, late):
        await busy.open()
        await silent.connect()
        clock.advance(9.9)
        await late.connect()
        clock.advance(0.2)
        await refused(silent, 4400, "protocol")
        size = late.size
        late.send(v1.Open(size.cols, size.rows))
        await late.wait_for(lambda _: late.answer is not None)
        clock.advance(30)
        await late.settle()
        await busy.settle()


async def test_a_connection_that_answers_no_ping_is_gone_within_two_intervals() -> None:
    """No end of the connection was ever seen, but the session knows that nobody is there."""
    clock = FakeClock()
    async with LiveServer(clock=clock) as server, FaultProxy(server.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/"
        async with lines(server) as (near, _), Line(url, headers=server.headers()) as far:
            made = await near.open()
            await far.join(server, near)
            session = server.terminals.sessions.get_session(made.session)
            assert session is not None
            for _ in range(3):
                clock.advance(25)
                for client in (near, far):  # pings are answered on the way
                    await client.settle()
            proxy.stall()
            clock.advance(25)
            await near.settle()
            assert len(session.attachments) == 2
            clock.advance(25)
            await until(lambda: len(session.attachments) == 1)
            await near.settle()
            proxy.resume()


async def test_a_program_that_does_not_read_ends_no_connection() -> None:
    """While a legacy client is not read, neither are its pongs, and that is not its silence."""
    clock = FakeClock()
    async with LiveServer(plugins=[python(DEAF)], clock=clock) as server:
        async with LegacyClient(server.url, headers=server.headers()) as client:
            await client.open()
            await client.wait_for(b"ready")
            for _ in range(8):
                client.send_input(b"x" * 500_000)
            (info,) = server.terminals.sessions.list_sessions()
            session = server.terminals.sessions.get_session(info.id)
            assert session is not None
            await until(lambda: session.queued > 400_000)
            for _ in range(10):
                clock.advance(25)
                await asyncio.sleep(0)
            await server.terminals.sessions.destroy_session(info.id)
            assert await client.wait_closed() == 1000
        await until(lambda: not server.terminals.logins.connections)
        await asyncio.sleep(0.01)  # the connection's own task has a last step to take


async def test_a_program_knows_its_session() -> None:
    """By a variable of its environment, whatever a plan or the server's own environment says."""

    class Plans:
        name = "plans"

        @hookimpl
        def tornterm_spawn(self) -> SpawnPlan:
            script = 'printf "in %s." "$TORNTERM_SESSION"; read x'
            return SpawnPlan(("/bin/sh", "-c", script), {"TORNTERM_SESSION": "another"}, "/")

    async with LiveServer(plugins=[Plans()]) as server:
        async with V1Client(server.url, headers=server.headers()) as client:
            made = await client.open()
            await client.wait_for(f"in {made.session}.".encode())


async def test_the_same_wish_leads_to_the_same_session() -> None:
    """While it runs and after its end; another wish or another user makes another one."""
    async with LiveServer() as server, lines(server) as (client, other):
        made = await client.open(request="wish")
        client.send_input("echo $((6*7))\n")
        await client.wait_for(b"42\r\n")
        client.abort()
        again = await client.open(request="wish")
        assert (again.session, again.client, again.offset) == (made.session, made.client, 0)
        assert again.input_offset == len("echo $((6*7))\n")
        assert server.terminals.sessions.active_count == 1
        client.send_input("exit 4\n")
        assert await client.wait_closed() == 1000
        assert (await client.open(request="wish")).session == made.session
        assert await client.wait_closed() == 1000
        assert client.exit is not None
        assert (client.exit.exit_code, client.exit.signal) == (4, None)
        other.headers = server.headers("bob")
        assert (await other.open(request="wish")).session != made.session
        assert (await client.open(request="another")).session != made.session


async def test_of_two_attempts_at_one_wish_the_later_one_gets_it() -> None:
    """Both are on their way at once: one session, and 4409 for the one that was overtaken."""
    async with LiveServer() as server, lines(server) as (early, late):
        await late.connect()
        await early.connect()
        late.send(v1.Open(80, 24, "wish", 2))
        early.send(v1.Open(80, 24, "wish", 1))
        await refused(early, 4409, "replaced")
        await late.wait_for(lambda _: late.answer is not None)
        assert server.terminals.sessions.active_count == 1
        await late.settle()


async def test_a_lower_attempt_than_one_already_seen_is_too_late() -> None:
    """A connection that was held up on its way does not throw out a newer one."""
    async with LiveServer() as server, lines(server) as (client, late):
        await client.open()
        client.attempt = 7
        client.abort()
        await client.resume()
        late.become(client)
        late.attempt = 5
        with pytest.raises(Refused) as refusal:
            await late.resume()
        assert (refusal.value.close_code, refusal.value.code) == (4409, "replaced")
        await client.settle()


async def test_a_newer_connection_of_a_client_replaces_the_older() -> None:
    """4409 for the old one, whose keys count no more; the new one goes on where it was."""
    async with LiveServer() as server, lines(server) as (old, new):
        await old.open()
        old.send_input("VALUE=kept; echo $((6*7))\n")
        await old.wait_for(b"42\r\n")
        await old.settle()
        new.become(old)
        answer = await new.resume()
        await refused(old, 4409, "replaced")
        assert (answer.client, answer.role, answer.mode) == (old.client, "writer", "exact")
        assert answer.input_offset == old.input.sent
        new.send_input("echo $VALUE-on\n")
        await new.wait_for(b"kept-on\r\n")


# --- tokens ---------------------------------------------------------------------------------------


async def test_a_token_is_retired_by_an_acknowledgement_and_by_nothing_else() -> None:
    """A cut before it leaves the old token valid, however often that happens."""
    async with LiveServer() as server, lines(server) as (client, _):
        client.auto_ack = False
        first = (await client.open()).token
        brought = [first]
        for _ in range(3):  # the answer may have been lost each time
            client.abort()
            brought.append((await client.resume(token=first)).token)
            await client.settle()
        assert len(set(brought)) == 4
        client.ack(0)
        await client.settle()
        client.abort()
        with pytest.raises(Refused) as refusal:
            await client.resume(token=first)
        assert (refusal.value.close_code, refusal.value.code) == (4403, "forbidden")
        await client.resume(token=brought[-1])


async def test_a_token_is_good_for_its_owner_and_its_session_alone() -> None:
    """Somebody else who holds it gets the same answer as for a session that is not there."""
    async with LiveServer() as server, lines(server, 3) as (client, second, thief):
        await client.open()
        await second.open()
        thief.headers = server.headers("bob")
        thief.become(client)
        with pytest.raises(Refused) as refusal:
            await thief.resume()
        assert (refusal.value.close_code, refusal.value.code) == (4404, "not_found")
        with pytest.raises(Refused) as refusal:
            await second.resume(session=client.session)
        assert refusal.value.close_code == 4403
        await client.settle()


# --- input and control ----------------------------------------------------------------------------


async def test_input_beyond_the_limit_is_a_broken_rule() -> None:
    """A writer's, whose program does not read, and a viewer's, which is read by nobody."""
    async with LiveServer(plugins=[python(DEAF)]) as server, lines(server) as (client, viewer):
        made = await client.open()
        await client.wait_for(b"ready")
        answer = await viewer.join(server, client)
        viewer.send_frame(b"x" * (answer.input_limit - answer.input_offset + 1))
        await refused(viewer, 4400, "protocol")
        client.send(v1.InputLease(made.lease))
        for _ in range(4):  # the kernel takes a little, so not the first byte is beyond
            client.send_frame(b"x" * v1.MAX_BINARY)
        await refused(client, 4400, "protocol")
        assert server.terminals.sessions.active_count == 1


async def test_only_a_gesture_takes_control_and_what_is_typed_meanwhile_is_refused() -> None:
    """`keep` watches, `take` writes; each change has a new lease, and old ones type nothing."""
    async with LiveServer() as server, lines(server) as (first, second):
        made = await first.open()
        watching = await second.join(server, first)
        assert (watching.role, watching.lease) == ("viewer", made.lease)
        second.abort()
        taken = await second.resume(control="take")
        assert (taken.role, taken.refused) == ("writer", 0)
        lost = await first.next_message(v1.Role)
        assert (lost.role, lost.lease) == ("viewer", taken.lease)
        for lease in (made.lease, taken.lease):  # the old one, and the one of somebody else
            first.send(v1.InputLease(lease))
            first.send_frame(b"echo $((1+1))0\n")
        await first.wait_for(lambda _: v1.InputAck(30, lost.input_limit, 30) in first.messages)
        second.send_input("echo $((6*7))\n")
        await first.wait_for(b"42\r\n")
        second.send(v1.InputLease(taken.lease - 1))
        second.send_frame(b"echo $((1+1))0\n")
        await second.wait_for(lambda _: second.input.refused == 15)
        second.send(v1.InputLease(taken.lease))
        second.send_frame(b"echo $((7*8))\n")
        await second.wait_for(b"56\r\n")
        assert b"20\r\n" not in second.recording.data


async def test_control_that_is_free_is_taken_by_who_comes_back_and_else_passes_on() -> None:
    """After the timeout it goes to the newest connection of the owner, with its size."""
    clock = FakeClock()
    async with LiveServer(clock=clock) as server, lines(server) as (first, second):
        made = await first.open()
        session = server.terminals.sessions.get_session(made.session)
        assert session is not None
        second.size = Size(61, 17)
        assert (await second.join(server, first)).role == "viewer"
        second.resize(61, 17)
        await second.settle()
        first.abort()
        await until(lambda: session.writer is None)
        clock.advance(9.9)
        assert session.writer is None
        clock.advance(0.2)
        assert (await second.next_message(v1.Role)).role == "writer"
        await second.wait_for(lambda _: second.size == Size(61, 17))
        assert (await first.resume(control="keep")).role == "viewer"
        second.abort()
        await until(lambda: session.writer is None)
        first.abort()
        assert (await first.resume(control="keep")).role == "writer"


async def test_control_is_requested_granted_and_released_over_the_wire() -> None:
    """Roles change while both type; what may not be is said, and closes nothing."""
    sink = Sink()
    async with LiveServer(plugins=[sink]) as server, lines(server) as (first, second):
        await first.open()
        await second.join(server, first)
        second.send(v1.RequestControl())
        assert (await second.next_message(v1.Role)).role == "writer"
        assert (await first.next_message(v1.Role)).role == "viewer"
        second.send_input("echo $((6*7))\n")
        await first.wait_for(b"42\r\n")
        assert first.client is not None
        second.send(v1.GrantControl(first.client))
        assert (await first.next_message(v1.Role)).role == "writer"
        first.send_input("echo $((7*8))\n")
        await second.wait_for(b"56\r\n")
        for message in (v1.GrantControl("nobody"), v1.GrantControl()):
            first.send(message)
            assert (await first.next_message(v1.ErrorMessage)).code == "not_found"
        first.send(v1.ReleaseControl())
        await first.wait_for(lambda _: not first.input.writer)
        await first.settle()
        session = server.terminals.sessions.get_session(first.session or "")
        assert session is not None
        assert session.writer is None
    changes = [event for event in sink.events if event.name == "control.changed"]
    assert [event.facts["how"] for event in changes] == ["taken", "granted", "released"]
    assert [event.facts["client"] for event in changes] == [second.client, first.client, ""]


class Sink:
    """Keeps what is audited."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []

    @hookimpl
    async def tornterm_audit(self, event: AuditEvent) -> None:
        self.events.append(event)


class ReadOnly:
    """A policy by which nobody may write."""

    @hookimpl
    async def tornterm_authorize(
        self, user: User, action: Action, session: SessionInfo | None
    ) -> bool | None:
        return False if action == "control" else None


async def test_who_may_attach_and_not_control_is_a_viewer() -> None:
    """Also the owner, if a policy says so; taking and asking do not help."""
    async with LiveServer(plugins=[ReadOnly()]) as server, lines(server) as (client, _):
        assert (await client.open()).role == "viewer"
        client.send(v1.RequestControl())
        assert (await client.next_message(v1.ErrorMessage)).code == "forbidden"
        client.abort()
        assert (await client.resume(control="take")).role == "viewer"


# --- the end --------------------------------------------------------------------------------------


async def test_a_session_that_has_ended_meanwhile_answers_once_more() -> None:
    """Exactly the missing bytes, then the exit; its token is not renewed."""
    async with LiveServer() as server, lines(server) as (client, _):
        await client.open()
        client.send_input("read; echo $((6*7)); exit 3\n")
        await client.wait_for(b"exit 3\r\n")
        session = server.terminals.sessions.get_session(client.session or "")
        assert session is not None
        seen, token = client.recording.end, client.token
        client.abort()
        session.terminal.write(b"\n")
        await until(lambda: session.ending)
        assert server.terminals.sessions.active_count == 0
        for _ in range(2):
            answer = await client.resume(offset=seen, control="take")
            assert (answer.mode, answer.offset, answer.token) == ("exact", seen, token)
            assert answer.role == "viewer"
            assert await client.wait_closed() == 1000
            ended = session.info().ended
            assert ended is not None
            assert client.messages[-1] == v1.Exited(3, None, ended=int(ended))
            assert client.recording.data.endswith(b"42\r\nexit\r\n")


async def test_close_ends_the_program_and_a_missing_session_is_not_found() -> None:
    """The exit says by which signal, and after the tombstone nobody knows the session."""
    clock_free = {"sessions": {"tombstone": "0"}}
    async with LiveServer(clock_free) as server, lines(server) as (client, _):
        await client.open()
        client.end()
        assert await client.wait_closed() == 1000
        assert client.exit is not None
        assert client.exit.signal == 1
        assert client.exit.message == "Its owner ended this session."
        assert client.exit.code == "ended_by_owner"
        with pytest.raises(Refused) as refusal:
            await client.resume()
        assert (refusal.value.close_code, refusal.value.code) == (4404, "not_found")
