"""What the file helper does with files, and what it refuses."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import stat
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tornterm.files import helper
from tornterm.files.errors import REASONS
from tornterm.files.helper import Download, Refusal, Upload, main, names_for

ACCOUNT = {"uid": None, "gid": None, "groups": [], "largest": None, "path": None, "folders": []}


def talk(*wishes: dict[str, Any], data: bytes = b"") -> list[dict[str, Any]]:
    """What the helper answers to a conversation; `data` belongs to its second request."""
    lines = [json.dumps(wish).encode() + b"\n" for wish in wishes]
    if data:
        lines.insert(2, data)
    sink = io.BytesIO()
    main(io.BytesIO(b"".join(lines)), sink)
    return [json.loads(line) for line in sink.getvalue().splitlines() if line.startswith(b"{")]


def left(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_file_is_read_in_parts(tmp_path: Path) -> None:
    """From anywhere, and fewer bytes at its end."""
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    download = Download(str(path))
    assert download.facts()["size"] == 10
    assert download.facts()["inode"] == path.stat().st_ino
    assert (download.read(2, 3), download.read(8, 10), download.read(10, 1)) == (b"234", b"89", b"")
    download.close()


def test_what_takes_its_place_is_another_file(tmp_path: Path) -> None:
    """The one that was opened is the one that is read."""
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"first")
    other.write_bytes(b"other")
    download = Download(str(path))
    other.rename(path)
    assert download.read(0, 5) == b"first"
    download.close()


def test_a_file_that_changes_is_not_read_on(tmp_path: Path) -> None:
    """Neither when it grows, nor when it shrinks, nor when it is written over."""
    path = tmp_path / "file"
    for change in (b"longer than before", b"no", b"other"):
        path.write_bytes(b"first")
        os.utime(path, ns=(0, 0))
        download = Download(str(path))
        path.write_bytes(change)
        with pytest.raises(Refusal, match="file_changed"):
            download.read(0, 5)
        download.close()


def test_only_ordinary_files_are_read(tmp_path: Path) -> None:
    """A pipe would make the helper wait, a device might do something."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(Refusal, match="not_a_file"):
            Download(str(path))


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "/etc/passwd", "a\0b"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    """What is uploaded stays in its folder."""
    with pytest.raises(Refusal, match="bad_name"):
        Upload(str(tmp_path), name)
    assert left(tmp_path) == []


def test_an_upload_has_its_name_when_it_is_complete(tmp_path: Path) -> None:
    """Before that it is hidden and only its owner's; what it is called is never overwritten."""
    (tmp_path / "a.txt").write_text("mine")
    (tmp_path / "a (1).txt").symlink_to("/etc/passwd")
    upload = Upload(str(tmp_path), "a.txt")
    [part] = [name for name in left(tmp_path) if name.endswith(".part")]
    assert part.startswith(".tornterm-")
    assert stat.S_IMODE((tmp_path / part).stat().st_mode) == 0o600
    assert upload.write(0, b"abc") == 3
    assert upload.write(3, b"def") == 6
    facts = upload.finish(6)
    upload.close()
    assert facts == {"name": "a (2).txt", "sha256": hashlib.sha256(b"abcdef").hexdigest()}
    assert (tmp_path / "a (2).txt").read_bytes() == b"abcdef"
    assert (tmp_path / "a.txt").read_text() == "mine"
    assert left(tmp_path) == ["a (1).txt", "a (2).txt", "a.txt"]


def test_bytes_go_where_it_ends(tmp_path: Path) -> None:
    """Nothing twice and no hole; it does not become a file before all of them are there."""
    upload = Upload(str(tmp_path), "a")
    upload.write(0, b"abc")
    for offset in (0, 2, 4):
        with pytest.raises(Refusal) as refused:
            upload.write(offset, b"x")
        assert (refused.value.code, refused.value.facts) == ("wrong_offset", {"offset": 3})
    for size in (2, 4):
        with pytest.raises(Refusal, match="wrong_offset"):
            upload.finish(size)
    upload.close()
    assert left(tmp_path) == []


def test_a_folder_that_is_moved_stays_the_folder(tmp_path: Path) -> None:
    """And a symbolic link that takes its place leads nowhere."""
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    upload = Upload(str(folder), "a")
    upload.write(0, b"abc")
    folder.rename(tmp_path / "moved")
    folder.symlink_to(elsewhere)
    upload.finish(3)
    upload.close()
    assert (left(tmp_path / "moved"), left(elsewhere)) == (["a"], [])


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could be written counts, so that one can go on when there is room again."""
    real, room = os.pwrite, 4

    def pwrite(fd: int, data: memoryview, offset: int) -> int:
        if offset >= room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(fd, data[: room - offset], offset)

    monkeypatch.setattr(helper.os, "pwrite", pwrite)
    begin = {**ACCOUNT, "folders": [str(tmp_path)], "name": "a"}
    answers = talk(begin, {"offset": 0, "bytes": 6}, {"size": 6}, data=b"abcdef")
    assert answers[1:] == [
        {"refused": "no_space", "offset": 4},
        {"refused": "wrong_offset", "offset": 4},
    ]
    assert left(tmp_path) == []


def test_what_the_disk_has_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says so once; that nothing is said the next time makes no whole file of it."""
    failures = [OSError(errno.EDQUOT, "Disk quota exceeded")]

    def fsync(fd: int) -> None:
        if failures:
            raise failures.pop()

    monkeypatch.setattr(helper.os, "fsync", fsync)
    begin = {**ACCOUNT, "folders": [str(tmp_path)], "name": "a"}
    answers = talk(begin, {"offset": 0, "bytes": 6}, {"size": 6}, {"size": 6}, data=b"abcdef")
    assert answers[1:] == [{"offset": 6}, *2 * [{"refused": "no_space", "offset": 6}]]
    assert left(tmp_path) == []


def test_a_large_file_gets_to_the_disk_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that its end does not take as long as all of it, and a full one is known early."""
    synced: list[int] = []
    monkeypatch.setattr(helper.os, "fsync", lambda fd: synced.append(os.fstat(fd).st_size))
    monkeypatch.setattr(helper, "_UNSAFE", 5)
    upload = Upload(str(tmp_path), "a")
    for offset in range(0, 14, 2):
        upload.write(offset, b"xx")
    upload.finish(14)
    upload.close()
    assert synced == [6, 12, 14]


def test_without_links_between_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a USB stick: the same, by taking the name with an empty file first."""

    def link(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(helper.os, "link", link)
    (tmp_path / "a").write_text("mine")
    upload = Upload(str(tmp_path), "a")
    upload.write(0, b"abc")
    assert upload.finish(3)["name"] == "a (1)"
    upload.close()
    assert left(tmp_path) == ["a", "a (1)"]
    assert (tmp_path / "a (1)").read_bytes() == b"abc"


def test_the_other_names_that_a_file_may_get() -> None:
    """The number stands before the last suffix."""
    assert list(islice(names_for("a.tar.gz"), 3)) == ["a.tar.gz", "a.tar (1).gz", "a.tar (2).gz"]
    assert list(islice(names_for("a"), 2)) == ["a", "a (1)"]
    assert list(islice(names_for(".profile"), 2)) == [".profile", ".profile (1)"]
    assert len(list(names_for("a"))) == 100


def test_nothing_is_left_when_the_server_goes(tmp_path: Path) -> None:
    """Wherever in the conversation that happens."""
    begin = {**ACCOUNT, "folders": [str(tmp_path)], "name": "a"}
    assert "folder" in talk(begin)[0]
    assert left(tmp_path) == []
    talk(begin, {"offset": 0, "bytes": 100}, data=b"too few")
    assert left(tmp_path) == []


def test_every_refusal_has_its_words(tmp_path: Path) -> None:
    """What the helper can say, people can be told."""
    codes = {answer["refused"] for answer in talk({**ACCOUNT, "path": str(tmp_path / "nothing")})}
    codes |= {answer["refused"] for answer in talk({**ACCOUNT, "path": str(tmp_path)})}
    codes |= {answer["refused"] for answer in talk({**ACCOUNT, "path": "/a\0b"})}
    assert codes == {"file_not_found", "not_a_file", "bad_name"}
    assert set(helper._CODES.values()) | codes <= set(REASONS)


def test_the_first_folder_that_can_be_written_is_taken(tmp_path: Path) -> None:
    """The one of a program that has gone is none."""
    folders = ["/proc/0/cwd", str(tmp_path / "nothing"), str(tmp_path)]
    [answer] = talk({**ACCOUNT, "folders": folders, "name": "a"})
    assert answer["folder"] in (str(tmp_path), "")
    [answer] = talk({**ACCOUNT, "folders": folders[:2], "name": "a"})
    assert answer == {"refused": "file_not_found"}
