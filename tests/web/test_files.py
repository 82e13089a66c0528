"""Files over HTTP: as the session's account, in parts, after cuts, and for its owner alone."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tornado.web import HTTPError

from tests.web.conftest import Serve
from tests.web.files_desk import NOBODY, Desk, left, opened
from tests.web.test_api import check
from tornterm.testing.clock import FakeClock
from tornterm.web.file_bytes import BODY, byte_range

# --- downloading ----------------------------------------------------------------------------------


async def test_a_download(serve: Serve, folder: Path) -> None:
    """The file as it is, never as something that a browser would show; audited at both ends."""
    desk = await opened(serve, folder)
    content = os.urandom(1_000_000)
    path = folder / 'grün "x".bin'
    path.write_bytes(content)
    transfer = await desk.download(path)
    head = await desk.ask(transfer, "HEAD")
    assert (head["Content-Length"], head.body) == ("1000000", b"")
    answer = await desk.ask(transfer)
    assert answer.status == 200
    assert answer.body == content
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith('attachment; filename="gr_n _x_.bin"; ')
    assert quote(path.name) in answer["Content-Disposition"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    begun, done = (
        await desk.events.wait_for("file.download"),
        await desk.events.wait_for("file.downloaded"),
    )
    assert (begun.user, begun.session_id, begun.facts["done"]) == ("alice", desk.session, 0)
    assert done.facts == {"path": str(path), "size": 1_000_000, "done": 1_000_000}
    shown: Any = check(await desk.ask("transfers"), "Transfers")
    assert [(one["done"], one["finished"]) for one in shown["transfers"]] == [(1_000_000, True)]
    assert (await desk.ask(transfer, "DELETE")).status == 204
    assert (await desk.ask(transfer)).code == "transfer_gone"
    assert desk.events.named("file.ended") == []


async def cut(desk: Desk, path: str, headers: dict[str, str], most: int) -> bytes:
    """Begin to download and go away in the middle, at the latest after so many bytes."""
    reader, writer = await desk.begin(path, headers)
    data = await reader.readexactly(most)
    writer.close()
    await writer.wait_closed()
    return data


async def test_a_download_that_is_cut_twice(serve: Serve, folder: Path) -> None:
    """Goes on where it was, and every byte counts once."""
    desk = await opened(serve, folder)
    content = os.urandom(24_000_000)
    path = folder / "large"
    path.write_bytes(content)
    transfer = await desk.download(path)
    tag = (await desk.ask(transfer, "HEAD"))["ETag"]
    got = await cut(desk, transfer, {}, 5_000_000)
    for _ in range(1):
        resumed = {"Range": f"bytes={len(got)}-", "If-Range": tag}
        got += await cut(desk, transfer, resumed, 7_000_000)
    assert desk.events.named("file.downloaded") == []
    rest = await desk.ask(transfer, Range=f"bytes={len(got)}-", **{"If-Range": tag})
    assert rest.status == 206
    assert rest["Content-Range"] == f"bytes {len(got)}-23999999/24000000"
    assert hashlib.sha256(got + rest.body).digest() == hashlib.sha256(content).digest()
    done = await desk.events.wait_for("file.downloaded")
    assert done.facts["done"] == 24_000_000
    other = await desk.ask(transfer, Range="bytes=5-9", **{"If-Range": '"another"'})
    assert (other.status, len(other.body)) == (200, 24_000_000)
    beyond = await desk.ask(transfer, Range="bytes=24000000-")
    assert (beyond.status, beyond["Content-Range"]) == (416, "bytes */24000000")


async def test_a_file_that_changes_meanwhile(serve: Serve, folder: Path) -> None:
    """Before the first byte it is said; in the middle the connection is cut."""
    desk = await opened(serve, folder)
    path = folder / "log"
    path.write_bytes(b"x" * 100)
    transfer = await desk.download(path)
    path.write_bytes(b"y" * 200)
    answer = await desk.ask(transfer)
    assert (answer.status, answer.code) == (409, "file_changed")
    assert (await desk.ask(transfer)).code == "file_changed"
    [shown] = (await desk.ask("transfers")).json["transfers"]
    assert (shown["finished"], shown["problem"]) == (
        False,
        {"code": "file_changed", "message": "The file has changed meanwhile."},
    )
    path.write_bytes(os.urandom(24_000_000))
    transfer = await desk.download(path)
    reader, writer = await desk.begin(transfer)
    await reader.readexactly(1000)
    path.write_bytes(b"short")
    rest = await reader.read(-1)
    assert len(rest) < 24_000_000 - 1000
    writer.close()
    await writer.wait_closed()
    await desk.events.wait_for("file.ended", 2)
    assert {one.facts["why"] for one in desk.events.named("file.ended")} == {"file_changed"}


async def test_what_was_not_offered(serve: Serve, folder: Path) -> None:
    """Another size or another file of that path, as behind ssh, is refused; and so is no file."""
    desk = await opened(serve, folder)
    path = folder / "a"
    path.write_bytes(b"abc")
    for other in ({"size": 4}, {"inode": 1}):
        answer = await desk.offer(path, **other)
        assert (answer.status, answer.code) == (409, "not_offered")
    for wrong, code in (
        (str(folder / "nothing"), "file_not_found"),
        (str(folder), "not_a_file"),
        ("a", "bad_name"),
        ("/dev/zero", "not_a_file"),
    ):
        answer = await desk.offer(path, path=wrong)
        assert answer.code == code, wrong
    for body in ({}, {"path": str(path)}, {"path": str(path), "size": -1, "inode": 1}):
        assert (await desk.ask("downloads", "POST", body)).status == 400
    assert desk.events.named("file.download") == []


async def test_the_kernel_decides_what_may_be_read(serve: Serve, folder: Path) -> None:
    """By whatever way: directly, with dots, by a symbolic link."""
    secret = folder.parent / "secret"
    secret.write_bytes(b"top secret")
    secret.chmod(0)
    (folder / "link").symlink_to(secret)
    # Nobody keeps root out, so root's programs run as somebody else here.
    account = {"uid": NOBODY, "gid": NOBODY} if os.geteuid() == 0 else {}
    desk = await opened(serve, folder, **account)
    for path in (str(secret), f"{folder}/../secret", str(folder / "link")):
        answer = await desk.offer(secret, path=path)
        assert (answer.status, answer.code) == (403, "file_forbidden"), path
    readable = folder / "readable"
    readable.write_bytes(b"for all")
    (folder / "fine").symlink_to(readable)
    transfer = await desk.offer(readable, path=f"{folder}/../work/fine")
    assert transfer.status == 201


# --- uploading ------------------------------------------------------------------------------------


async def test_an_upload(serve: Serve, folder: Path) -> None:
    """In parts, into the folder of the program; audited with its checksum."""
    desk = await opened(serve, folder)
    content = os.urandom(3_000_000)
    upload = await desk.upload("grün.bin", len(content))
    assert [name[-5:] for name in left(folder)] == [".part"]
    first = await desk.send(upload, 0, content[:1_500_000])
    check(first, "Offset")
    assert first.json == {"offset": 1_500_000}
    early = await desk.ask(upload, "POST", {})
    assert (early.status, early.code) == (409, "wrong_offset")
    assert (await desk.send(upload, 1_500_000, content[1_500_000:])).status == 200
    done: Any = check(await desk.ask(upload, "POST", {}), "Uploaded")
    assert done == {
        "name": "grün.bin",
        "path": str(folder / "grün.bin"),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert (folder / "grün.bin").read_bytes() == content
    assert left(folder) == ["grün.bin"]
    audited = await desk.events.wait_for("file.uploaded")
    assert audited.facts["sha256"] == done["sha256"]
    assert audited.facts["done"] == audited.facts["size"] == 3_000_000
    assert (await desk.ask(upload, "POST", {})).json == done, "who was cut off asks again"
    assert len(desk.events.named("file.uploaded")) == 1


async def broken_off(desk: Desk, upload: str, offset: int, data: bytes, announced: int) -> None:
    """Send a part and go away before it is complete."""
    site = desk.site
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    headers = {**site.bearer(), "Content-Type": "application/octet-stream"}
    lines = [f"PATCH {desk.base}/{upload}/bytes?offset={offset} HTTP/1.1"]
    lines += [f"Host: 127.0.0.1:{site.port}", f"Content-Length: {announced}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    del reader


async def settled(desk: Desk, upload: str) -> int:
    """How far an upload is when nothing of a broken request is under way any more."""
    before = -1
    async with asyncio.timeout(30):
        while True:
            done = int((await desk.ask(upload)).json["transfer"]["done"])
            if done == before and done:
                return done
            before = done
            await asyncio.sleep(0.2)


async def test_an_upload_that_is_cut_twice(serve: Serve, folder: Path) -> None:
    """What has come counts; it goes on from there and is whole in the end."""
    desk = await opened(serve, folder)
    content = os.urandom(12_000_000)
    upload = await desk.upload("large", len(content))
    at = 0
    for _ in range(2):
        await broken_off(desk, upload, at, content[at : at + 2_000_000], 4_000_000)
        at = await settled(desk, upload)
        assert at <= 4_000_000
    while at < len(content):
        answer = await desk.send(upload, at, content[at : at + 5_000_000])
        at = answer.json["offset"]
    done = await desk.ask(upload, "POST", {})
    assert done.json["sha256"] == hashlib.sha256(content).hexdigest()
    assert (folder / "large").read_bytes() == content


async def test_an_upload_that_is_given_up(serve: Serve, folder: Path) -> None:
    """By its person, by time, or by the end of the server: nothing is left of it."""
    clock = FakeClock()
    desk = await opened(serve, folder, clock=clock)
    first = await desk.upload("a", 10)
    second = await desk.upload("b", 10)
    await desk.upload("c", 10)
    assert len(left(folder)) == 3
    assert (await desk.ask(first, "DELETE")).status == 204
    clock.advance(800)
    await desk.ask(second)
    clock.advance(800)
    assert (await desk.ask("transfers")).json["transfers"][0]["name"] == "b"
    await desk.events.wait_for("file.ended", 2)
    assert [one.facts["why"] for one in desk.events.named("file.ended")] == [
        "given up",
        "nobody went on",
    ]
    await desk.site.terminals.close()
    assert left(folder) == []


@pytest.mark.parametrize("name", ["..", "../a", "/etc/a", "a/b", "."])
async def test_a_name_is_no_path(serve: Serve, folder: Path, name: str) -> None:
    """It stays in the folder of the program."""
    desk = await opened(serve, folder)
    answer = await desk.ask("uploads", "POST", {"name": name, "size": 1})
    assert (answer.status, answer.code) == (400, "bad_name")
    assert left(folder) == []


async def test_what_cannot_be_written(serve: Serve, folder: Path) -> None:
    """A limit of the program's account counts here too, and a full disk is no surprise."""
    desk = await opened(serve, folder, rlimits={"FSIZE": (100_000, 100_000)})
    upload = await desk.upload("a", 300_000)
    answer = await desk.send(upload, 0, b"x" * 300_000)
    assert (answer.status, answer.code) == (507, "no_space")
    assert (await desk.ask(upload)).json["transfer"]["done"] <= 100_000
    again = await desk.send(upload, 100_000, b"x")
    assert (again.status, again.code) == (507, "no_space")
    await desk.ask(upload, "DELETE")
    answer = await desk.send(upload, 0, b"x")
    assert answer.code == "transfer_gone"


async def test_bytes_that_do_not_belong_there(serve: Serve, folder: Path) -> None:
    """Neither twice, nor with a hole, nor more than was said, nor as something else."""
    desk = await opened(serve, folder)
    upload = await desk.upload("a", 6)
    assert (await desk.send(upload, 0, b"abc")).json == {"offset": 3}
    for offset, data, code in (
        (0, b"abc", "wrong_offset"),
        (4, b"a", "wrong_offset"),
        (3, b"abcd", "file_too_large"),
    ):
        assert (await desk.send(upload, offset, data)).code == code
    kind = {"Content-Type": "application/octet-stream"}
    for query in ("", "?offset=-1", "?offset=many"):
        answer = await desk.ask(f"{upload}/bytes{query}", "PATCH", b"x", **kind)
        assert answer.status == 400, query
    answer = await desk.ask(f"{upload}/bytes?offset=3", "PATCH", {"a": 1})
    assert answer.status == 415
    assert (await desk.send(upload, 3, b"def")).json == {"offset": 6}
    assert (await desk.ask(upload, "POST", {})).status == 200
    assert (folder / "a").read_bytes() == b"abcdef"


async def test_a_request_that_is_too_large(serve: Serve, folder: Path) -> None:
    """Is not read at all."""
    desk = await opened(serve, folder)
    upload = await desk.upload("a", 2 * BODY)
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.site.port)
    headers = {**desk.site.bearer(), "Content-Type": "application/octet-stream"}
    lines = [f"PATCH {desk.base}/{upload}/bytes?offset=0 HTTP/1.1"]
    lines += [f"Host: 127.0.0.1:{desk.site.port}", f"Content-Length: {BODY + 1}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert b" 400 " in (await reader.read(-1)).partition(b"\r\n")[0]
    writer.close()
    await writer.wait_closed()
    assert (await desk.ask(upload)).json["transfer"]["done"] == 0


# --- who may --------------------------------------------------------------------------------------


async def test_it_is_off_unless_enabled(serve: Serve, folder: Path) -> None:
    """Nothing of it is there by default; nor for programs whose plugin does not allow it."""
    desk = await opened(serve, folder, {"enabled": False})
    for path in ("transfers", "downloads", "uploads", "downloads/x", "uploads/x"):
        assert (await desk.ask(path, "POST", {})).status == 404
    locked_up = await opened(serve, folder, files=False)
    (folder / "a").write_bytes(b"abc")
    assert (await locked_up.offer(folder / "a")).code == "files_off"
    answer = await locked_up.ask("uploads", "POST", {"name": "b", "size": 1})
    assert (answer.status, answer.code) == (403, "files_off")


async def test_only_for_the_owner(serve: Serve, folder: Path) -> None:
    """Not for others, who do not even hear of it, and not for administrators."""
    desk = await opened(serve, folder)
    (folder / "a").write_bytes(b"abc")
    transfer = await desk.download(folder / "a")
    found = (folder / "a").stat()
    wish = {"path": str(folder / "a"), "size": 3, "inode": found.st_ino}
    for name, status in (("bob", 404), ("root", 403)):
        headers = desk.site.bearer(name)
        for verb, path, body in (
            ("GET", transfer, b""),
            ("POST", "downloads", wish),
            ("POST", "uploads", {"name": "b", "size": 1}),
            ("GET", "transfers", b""),
        ):
            answer = await desk.site.ask(f"{desk.base}/{path}", verb, headers, body)
            assert answer.status == status, (name, verb, path)
    assert left(folder) == ["a"]


async def test_limits(serve: Serve, folder: Path) -> None:
    """Of size, in both directions, and of how many at once."""
    limits = {"max_upload": "1 KiB", "max_download": "2 KiB", "max_per_user": 2}
    desk = await opened(serve, folder, limits)
    (folder / "a").write_bytes(b"x" * 2048)
    (folder / "b").write_bytes(b"x" * 2049)
    assert (await desk.offer(folder / "b")).code == "file_too_large"
    answer = await desk.ask("uploads", "POST", {"name": "c", "size": 1025})
    assert (answer.status, answer.code) == (413, "file_too_large")
    first = await desk.upload("c", 1024)
    await desk.download(folder / "a")
    answer = await desk.offer(folder / "a")
    assert (answer.status, answer.code) == (429, "transfer_limit")
    await desk.ask(first, "DELETE")
    assert (await desk.offer(folder / "a")).status == 201


async def test_transfers_end_with_their_session(serve: Serve, folder: Path) -> None:
    """When nothing of it answers any more."""
    clock = FakeClock()
    desk = await opened(serve, folder, clock=clock)
    await desk.upload("a", 10)
    assert (await desk.site.ask(desk.base, "DELETE", desk.site.bearer())).status == 204
    clock.advance(7200)
    ended = await desk.events.wait_for("file.ended")
    assert ended.session_id == desk.session
    await desk.site.terminals.close()
    assert left(folder) == []


def test_parts_of_a_file() -> None:
    """What a ``Range`` header means, and when it means nothing."""
    assert byte_range("", 10) is None
    assert byte_range("bytes=0-", 10) == (0, 10)
    assert byte_range("bytes=3-5", 10) == (3, 6)
    assert byte_range("bytes=3-500", 10) == (3, 10)
    assert byte_range("bytes=-4", 10) == (6, 10)
    assert byte_range("bytes=-40", 10) == (0, 10)
    for other in ("bytes=-", "bytes=5-3", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b"):
        assert byte_range(other, 10) is None
    for beyond in ("bytes=10-", "bytes=-0"):
        with pytest.raises(HTTPError):
            byte_range(beyond, 10)
