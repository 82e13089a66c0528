"""Files when something is in the way: slow and silent connections, logouts, names, many at once."""

from __future__ import annotations

import array
import asyncio
import fcntl
import hashlib
import os
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Serve
from tests.web.files_desk import Desk, left, opened
from tornterm.testing.clock import FakeClock
from tornterm.web.file_bytes import PIECE

MB = 1_000_000


async def shown(desk: Desk) -> list[dict[str, Any]]:
    """What is said of each transfer."""
    return list((await desk.ask("transfers")).json["transfers"])


async def until(desk: Desk, good: Callable[[list[dict[str, Any]]], object]) -> list[dict[str, Any]]:
    """What is said of each transfer once it is as it should be."""
    async with asyncio.timeout(30):
        while not good(now := await shown(desk)):
            await asyncio.sleep(0.02)
    return now


async def test_only_what_has_arrived_counts(serve: Serve, folder: Path) -> None:
    """Not what the system still keeps for a browser that takes nothing."""
    desk = await opened(serve, folder)
    path = folder / "file"
    path.write_bytes(os.urandom(64 * MB))
    transfer = await desk.download(path)
    reader, writer = await desk.begin(transfer)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    before: list[dict[str, Any]] = []

    def still(now: list[dict[str, Any]]) -> bool:
        again = before == now
        before[:] = now
        return again and now[0]["done"] > 0

    [row] = await until(desk, still)
    assert (row["active"], row["finished"]) == (True, False)
    waiting = array.array("i", [0])
    fcntl.ioctl(writer.get_extra_info("socket").fileno(), termios.FIONREAD, waiting)
    arrived = waiting[0] + len(reader._buffer)  # type: ignore[attr-defined]
    assert arrived - PIECE <= row["done"] <= arrived
    writer.transport.resume_reading()  # type: ignore[attr-defined]
    assert len(await reader.readexactly(64 * MB)) == 64 * MB
    [row] = await until(desk, lambda now: now[0]["finished"])
    assert (row["done"], row["active"]) == (64 * MB, False)
    writer.close()
    await writer.wait_closed()


async def test_the_end_that_does_not_arrive(serve: Serve, folder: Path) -> None:
    """A download is complete when its last byte has been taken, and not when it has been sent."""
    desk = await opened(serve, folder)
    path = folder / "file"
    path.write_bytes(os.urandom(MB + 200_000))
    transfer = await desk.download(path)
    assert (await desk.ask(transfer, Range=f"bytes=0-{MB - 1}")).status == 206
    # So little that it fits into the system's buffers.
    rest = {"Range": f"bytes={MB}-"}
    _, writer = await desk.begin(transfer, rest, room=32 * 1024)
    sent = desk.site.terminals.transfers._all[transfer.rpartition("/")[2]].sent
    await until(desk, lambda now: sent.total == MB + 200_000)
    writer.transport.abort()
    [row] = await until(desk, lambda now: not now[0]["active"])
    assert row["done"] < MB + 200_000
    assert not row["finished"]
    assert desk.events.named("file.downloaded") == []
    assert len((await desk.ask(transfer, **rest)).body) == 200_000
    await desk.events.wait_for("file.downloaded")


async def test_a_slow_download_is_not_given_up(serve: Serve, folder: Path) -> None:
    """However long it takes, as long as bytes go; one that takes none any more is cut."""
    clock = FakeClock()
    desk = await opened(serve, folder, clock=clock)
    path = folder / "file"
    path.write_bytes(os.urandom(64 * MB))
    transfer = await desk.download(path)
    reader, writer = await desk.begin(transfer)
    for _ in range(3):
        before = (await shown(desk))[0]["done"]
        await reader.readexactly(16 * MB)
        await until(desk, lambda now, before=before: now[0]["done"] > before)  # type: ignore[misc]
        clock.advance(800)
    assert len(await shown(desk)) == 1
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    await until(desk, lambda now: now[0]["active"])
    clock.advance(901)
    ended = await desk.events.wait_for("file.ended")
    assert ended.facts["why"] == "nobody went on"
    writer.transport.resume_reading()  # type: ignore[attr-defined]
    assert len(await reader.read(-1)) < 16 * MB
    writer.close()
    await writer.wait_closed()


async def test_a_slow_upload_is_not_given_up(serve: Serve, folder: Path) -> None:
    """One request may take longer than nobody's going on would."""
    clock = FakeClock()
    desk = await opened(serve, folder, clock=clock)
    upload = await desk.upload("a", 3)
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.site.port)
    headers = {**desk.site.bearer(), "Content-Type": "application/octet-stream"}
    lines = [f"PATCH {desk.base}/{upload}/bytes?offset=0 HTTP/1.1"]
    lines += [f"Host: 127.0.0.1:{desk.site.port}", "Content-Length: 3"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    for done in (1, 2, 3):
        writer.write(b"x")
        await until(desk, lambda now, done=done: now[0]["done"] == done)  # type: ignore[misc]
        clock.advance(800)
    assert b" 200 " in await reader.readuntil(b"\r\n")
    assert (await desk.ask(upload, "POST", {})).status == 200
    writer.close()
    await writer.wait_closed()


async def test_a_logout_cuts_what_is_under_way(serve: Serve, folder: Path) -> None:
    """In both directions, as it does with terminals; whoever logs in again can go on."""
    desk = await opened(serve, folder)
    path = folder / "file"
    path.write_bytes(os.urandom(64 * MB))
    transfer = await desk.download(path)
    upload = await desk.upload("a", 10)
    cookie = await desk.site.log_in("alice")
    reader, writer = await desk.begin(transfer, {"Authorization": "", **cookie})
    lines = [f"PATCH {desk.base}/{upload}/bytes?offset=0 HTTP/1.1"]
    lines += [f"Host: 127.0.0.1:{desk.site.port}", "Content-Length: 10"]
    lines += [f"{name}: {value}" for name, value in cookie.items()]
    lines += ["Content-Type: application/octet-stream"]
    up, down = await asyncio.open_connection("127.0.0.1", desk.site.port)
    down.write(("\r\n".join(lines) + "\r\n\r\nabc").encode())
    await until(desk, lambda now: now[1]["done"] == 3)
    assert (await desk.site.ask("/logout", "POST", cookie)).status == 204
    assert len(await reader.read(-1)) < 64 * MB
    assert await up.read(-1) == b""
    for one in (writer, down):
        one.close()
        await one.wait_closed()
    again = await desk.ask(transfer)
    assert hashlib.sha256(again.body).digest() == hashlib.sha256(path.read_bytes()).digest()
    assert (await desk.send(upload, 3, b"defghij")).json == {"offset": 10}


async def test_what_is_complete_takes_no_place(serve: Serve, folder: Path) -> None:
    """Any number of files, one after the other; those under way count."""
    desk = await opened(serve, folder, {"max_per_user": 2})
    path = folder / "file"
    path.write_bytes(b"abc")
    for _ in range(3):
        assert (await desk.ask(await desk.download(path))).body == b"abc"
    for number in range(3):
        upload = await desk.upload(f"a{number}", 0)
        assert (await desk.ask(upload, "POST", {})).status == 200
    await desk.events.wait_for("file.downloaded", 3)
    assert len(await shown(desk)) <= 2
    for _ in range(2):
        await desk.download(path)
    assert (await desk.offer(path)).code == "transfer_limit"
    assert desk.events.named("file.ended") == []


async def test_a_session_forgets_transfers(serve: Serve, folder: Path) -> None:
    """However many there have been."""
    desk = await opened(serve, folder, {"max_per_user": 0})
    for number in range(40):
        upload = await desk.upload(f"a{number}", 0)
        assert (await desk.ask(upload, "POST", {})).status == 200
    assert len(await shown(desk)) <= 17
    session = desk.site.terminals.sessions.get_session(desk.session)
    assert session is not None
    assert len(session.on_close) <= 18


async def test_two_who_end_it_at_once(serve: Serve, folder: Path) -> None:
    """Who was cut off while it ended and asks again gets the same answer."""
    desk = await opened(serve, folder)
    upload = await desk.upload("a", 3)
    await desk.send(upload, 0, b"abc")
    answers = await asyncio.gather(*(desk.ask(upload, "POST", {}) for _ in range(3)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    late = await desk.send(upload, 0, b"abc")
    assert (late.status, late.code) == (404, "transfer_gone")
    assert left(folder) == ["a"]
    [row] = await shown(desk)
    assert row["finished"]
    assert len(desk.events.named("file.uploaded")) == 1


async def test_files_without_a_byte(serve: Serve, folder: Path) -> None:
    """Are files, in both directions."""
    desk = await opened(serve, folder)
    upload = await desk.upload("empty", 0)
    done = (await desk.ask(upload, "POST", {})).json
    assert done["sha256"] == hashlib.sha256(b"").hexdigest()
    assert (folder / "empty").read_bytes() == b""
    answer = await desk.ask(await desk.download(folder / "empty"))
    assert (answer.status, answer.body) == (200, b"")
    assert (await desk.events.wait_for("file.downloaded")).facts["size"] == 0


async def test_the_same_name_at_once(serve: Serve, folder: Path) -> None:
    """Both get a file, and neither gets the other's."""
    desk = await opened(serve, folder)
    first, second = await desk.upload("a", 5), await desk.upload("a", 5)
    await desk.send(first, 0, b"first")
    await desk.send(second, 0, b"other")
    names = await asyncio.gather(*(desk.ask(one, "POST", {}) for one in (first, second)))
    assert sorted(answer.json["name"] for answer in names) == ["a", "a (1)"]
    assert sorted((folder / name).read_bytes() for name in left(folder)) == [b"first", b"other"]


@pytest.mark.parametrize(
    "name", ["-rf", "--help", " ", "a\u202etxt.exe", "日本語", "~", "$(id)", "*"]
)
async def test_odd_names_are_names(serve: Serve, folder: Path, name: str) -> None:
    """They mean nothing to anybody on the way."""
    desk = await opened(serve, folder)
    upload = await desk.upload(name, 1)
    await desk.send(upload, 0, b"x")
    done = (await desk.ask(upload, "POST", {})).json
    assert (done["name"], done["path"]) == (name, f"{folder}/{name}")
    assert left(folder) == [name]
    transfer = await desk.download(folder / name)
    assert (await desk.ask(transfer)).body == b"x"


async def test_a_line_break_in_the_name_of_a_download(serve: Serve, folder: Path) -> None:
    """Adds no line to the answer's head."""
    desk = await opened(serve, folder)
    path = folder / "a\r\nX-Evil: yes\n"
    path.write_bytes(b"x")
    answer = await desk.ask(await desk.download(path))
    assert (answer.status, answer.body) == (200, b"x")
    assert answer["X-Evil"] == ""
    assert "%0D%0AX-Evil" in answer["Content-Disposition"]


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2Jb", "x" * 256, "ü" * 128, "x" * 5000])
async def test_names_that_cannot_be(serve: Serve, folder: Path, name: str) -> None:
    """It is said before a byte has been sent, and nothing is left."""
    desk = await opened(serve, folder)
    answer = await desk.ask("uploads", "POST", {"name": name, "size": 1})
    assert answer.status == 400
    assert answer.code == "bad_name" or len(name) > 4096
    assert left(folder) == []


@pytest.mark.parametrize("name", ["ü" * 120 + ".tar.gz", "x" * 255, "x." + "y" * 253])
async def test_a_long_name_that_is_taken(serve: Serve, folder: Path, name: str) -> None:
    """There is room for a number all the same."""
    desk = await opened(serve, folder)
    (folder / name).write_text("mine")
    upload = await desk.upload(name, 1)
    await desk.send(upload, 0, b"x")
    done = (await desk.ask(upload, "POST", {})).json
    assert " (1)" in done["name"]
    assert (folder / done["name"]).read_bytes() == b"x"
    assert (folder / name).read_text() == "mine"


async def test_a_part_that_somebody_removes(serve: Serve, folder: Path) -> None:
    """Is said in the end; it comes back neither whole nor empty."""
    desk = await opened(serve, folder)
    upload = await desk.upload("a", 1)
    [part] = left(folder)
    (folder / part).unlink()
    await desk.send(upload, 0, b"x")
    answer = await desk.ask(upload, "POST", {})
    assert (answer.status, answer.code) == (404, "file_not_found")
    assert (await desk.ask(upload, "DELETE")).status == 204
    await desk.site.terminals.close()
    assert left(folder) == []
