"""The clients for tests keep the rules of the protocol and see all that happens."""

from __future__ import annotations

import pytest
from tornado.httpclient import HTTPClientError

from tests.testing.fake_server import fake_server
from tornterm.core.protocols import v1
from tornterm.testing.clients import Refused, V1Client
from tornterm.testing.proxy import FaultProxy
from tornterm.types import Size


async def test_a_session_is_made_typed_into_and_ended() -> None:
    """The whole way once: the answer, input under the lease, output by offset, acks, the end."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        answer = await client.open(title="work")
        assert isinstance(answer, v1.SessionMade)
        assert (client.role, client.connected) == ("writer", True)
        client.send_input("echo hello\r")
        await client.wait_for(b"hello\r")
        await client.wait_output_until(11)
        assert client.recording.pieces == [(0, b"echo hello\r")]
        assert fake.session.typed == b"echo hello\r"
        fake.session.exit(3)
        assert await client.wait_closed() == 1000
        assert client.exit == v1.Exited(3, None)
        assert fake.frames[:2] == [v1.Ack(0), v1.InputLease(1)]
        assert fake.frames[-1] == v1.Ack(11)
        assert not client.connected


async def test_headers_reach_the_server() -> None:
    """Credentials and the origin are part of the upgrade."""
    async with fake_server() as fake:
        headers = {"Cookie": "a=b", "Origin": "http://example.org", "Authorization": "Bearer x"}
        async with V1Client(fake.url, headers=headers) as client:
            await client.open()
        assert headers.items() <= fake.headers[-1].items()


async def test_a_cut_and_an_exact_resume() -> None:
    """After a cut in the middle of output and of typing nothing is missing and nothing doubled."""
    async with fake_server() as fake, FaultProxy(fake.port) as proxy:
        url = fake.url.replace(str(fake.port), str(proxy.port))
        async with V1Client(url) as client:
            await client.open()
            sent = bytearray()
            for number in range(12):
                line = b"%d" % number * 150
                sent += line
                proxy.cut_after(40 + 23 * number)
                client.send_input(line)
                assert await client.wait_closed() is None
                answer = await client.resume()
                assert (answer.mode, answer.skipped) == ("exact", 0)
            await client.wait_output_until(len(sent))
            assert proxy.accepted == 13
            assert client.recording.data == fake.session.log == fake.session.typed == sent
            assert client.lost_input == b""


async def test_a_snapshot_takes_the_place_of_what_is_gone() -> None:
    """What the ring has lost is counted as skipped; the drawing is kept apart from the output."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        await client.open()
        fake.session.print("0123456789")
        await client.wait_output_until(10)
        client.abort()
        await client.wait_closed()
        fake.session.print("abcdefghij")
        fake.session.forget_before(15)
        answer = await client.resume()
        assert (answer.mode, answer.skipped) == ("snapshot", 5)
        await client.wait_output_until(20)
        fake.session.print("!")
        await client.wait_for(b"fghij!")
        assert client.recording.snapshots == [b"fghij"]
        assert client.recording.screen == b"fghij!"
        assert client.recording.pieces == [(0, b"0123456789"), (20, b"!")]
        assert client.recording.skipped == 5
        client.send(v1.Ping())
        await client.next_message(v1.Pong)
        assert fake.frames[-2:] == [v1.Ack(21), v1.Ping()]


async def test_a_null_offset_asks_for_a_fresh_screen() -> None:
    """A client may want everything drawn anew, and nothing counts as skipped."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        await client.open()
        fake.session.print("$ ")
        await client.wait_for(b"$ ")
        client.abort()
        answer = await client.resume(offset=None)
        assert (answer.mode, answer.skipped) == ("snapshot", 0)
        await client.wait_for(b"$ ")
        assert client.recording.screen == b"$ "


async def test_acknowledgements_by_hand_open_the_window() -> None:
    """Without acks the server stops at the window; with one it goes on."""
    async with fake_server() as fake, V1Client(fake.url, auto_ack=False) as client:
        fake.window = 100
        await client.open()
        fake.session.print(bytes(250))
        await client.wait_output_until(100)
        client.send(v1.Ping(1))
        await client.next_message(v1.Pong)
        assert client.position.offset == 100
        client.ack(60)
        await client.wait_output_until(160)
        client.ack()
        await client.wait_output_until(250)


async def test_input_waits_for_the_limit() -> None:
    """A long paste goes out as the server lets it, and arrives whole."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        await client.open()
        paste = bytes(range(256)) * 40
        client.send_input(paste)
        await client.wait_output_until(len(paste))
        assert fake.session.typed == paste


async def test_another_client_takes_control() -> None:
    """The first becomes a viewer, keeps what is typed, and writes again under the new lease."""
    async with fake_server() as fake, V1Client(fake.url) as one, V1Client(fake.url) as two:
        await one.open()
        answer = await two.resume(session=one.session, token=one.token, offset=0, control="take")
        assert answer.client != one.client
        assert (await one.next_message(v1.Role)).role == "viewer"
        one.send_input("later")
        two.send_input("now ")
        await two.wait_for(b"now ")
        assert fake.session.typed == b"now "
        await two.close()
        fake.session.hand_over(fake.session.attached[0])
        await one.wait_for(b"now later")
        assert one.lost_input == b""


async def test_the_same_client_replaces_its_older_connection() -> None:
    """What an old connection brings is ignored, and it is closed with 4409."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        await client.open()
        old = client.socket
        await client.resume()
        assert await old.wait_closed(5) == 4409
        fake.session.print("once")
        await client.wait_for(b"once")
        assert client.recording.data == b"once"
        assert client.attempt == 2


async def test_a_lost_answer_to_open_is_asked_for_again() -> None:
    """The same wish on a new connection leads to the session that was made."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        fake.lose_answers = 1
        with pytest.raises(Refused) as caught:
            await client.open()
        assert caught.value.close_code is None
        await client.open(request=client.request)
        assert len(fake.sessions) == 1


async def test_a_refusal_is_told_in_the_words_of_the_server() -> None:
    """The error and the close code are those of the server."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        fake.refusal = (1013, v1.ErrorMessage("user_rate", "Wait.", 10, 10, 60))
        with pytest.raises(Refused, match="user_rate") as caught:
            await client.open()
        assert (caught.value.close_code, caught.value.retry_after) == (1013, 60)


async def test_a_failed_upgrade_has_a_status() -> None:
    """Who is not let in sees the HTTP status."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        fake.status = 401
        with pytest.raises(HTTPClientError) as caught:
            await client.open()
        assert caught.value.code == 401


async def test_a_hung_client_takes_no_more() -> None:
    """While it does not read, nothing is acknowledged; afterwards everything arrives."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        fake.window = 1000
        await client.open()
        client.stop_reading()
        fake.session.print(bytes(5000))
        with pytest.raises(TimeoutError):
            await client.wait_output_until(5000, within=0.1)
        assert fake.session.attached[0].acks == [0]
        client.start_reading()
        await client.wait_output_until(5000)


async def test_sizes_are_those_of_the_server() -> None:
    """A wish holds when the server says so, and changes are recorded at their offset."""
    async with fake_server() as fake, V1Client(fake.url, size=Size(100, 30)) as client:
        await client.open()
        fake.session.print("abc")
        await client.wait_output_until(3)
        client.resize(120, 40)
        await client.next_message(v1.Resized)
        assert client.size == fake.session.size == Size(120, 40)
        assert client.recording.sizes == [(3, Size(120, 40))]


async def test_waiting_ends_with_the_connection() -> None:
    """Who waits for something that cannot come any more is told at once."""
    async with fake_server() as fake, V1Client(fake.url) as client:
        await client.open()
        fake.session.attached[0].cut()
        with pytest.raises(ConnectionError, match="while waiting for b'never'"):
            await client.wait_for(b"never")
