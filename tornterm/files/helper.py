"""The file helper: a small process that reads or writes one file as a session's account.

It gives up what the server may do before it looks at any name, so what a person may read, write or
fill is decided by the kernel as it is for their programs. A disk that is slow or dead stops it
alone. It runs with nothing of the package but this module, and goes when the server closes its
input; a file that has not been finished then goes with it.

One JSON object a line in each direction; one with ``bytes`` is followed by as many bytes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import resource
import stat
import sys

TYPE_CHECKING = False  # `typing` would be the largest part of the helper
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

__all__ = ["Download", "Refusal", "Upload", "main", "names_for"]

_MODE = 0o666
_CODES = {
    errno.ENOENT: "file_not_found",
    errno.ENOTDIR: "file_not_found",
    errno.EACCES: "file_forbidden",
    errno.EPERM: "file_forbidden",
    errno.EROFS: "file_forbidden",
    errno.ELOOP: "file_not_found",
    errno.ENAMETOOLONG: "bad_name",
    errno.ENOSPC: "no_space",
    errno.EDQUOT: "no_space",
    errno.EFBIG: "no_space",
}
_ALTERNATIVES = 100

_LONGEST = 255
"""Bytes of a name, where there is a limit."""

_UNSAFE = 32 * 1024 * 1024
"""Bytes that may wait for the disk: what is done in the end must not take long."""


class Refusal(Exception):
    """Something that cannot be done, with its code and, where that helps, where things stand."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)


class Download:
    """A file that is read; it stays this one whatever is put in its place.

    Args:
        path: Absolute.
    """

    def __init__(self, path: str) -> None:
        # First without opening it: to open a device or a pipe may do something.
        self._regular(os.stat(path))
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        self._before = os.fstat(self._fd)
        self._regular(self._before)

    @staticmethod
    def _regular(found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise Refusal("not_a_file")

    def facts(self) -> dict[str, Any]:
        """What is known about it."""
        found = self._before
        return {"size": found.st_size, "modified": found.st_mtime_ns, "inode": found.st_ino}

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of it; fewer at its end.

        Raises:
            Refusal: ``file_changed`` since it was opened.
        """
        data = os.pread(self._fd, length, offset)
        now, before = os.fstat(self._fd), self._before
        if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise Refusal("file_changed")
        return data

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)


class Upload:
    """A file that comes to be: under a name of its own until it is complete.

    Args:
        folder: Where; it stays this one whatever happens to its name.
        name: What the file is to be called, without any folder.
    """

    def __init__(self, folder: str, name: str) -> None:
        if not name or "/" in name or "\0" in name or name in (".", ".."):
            raise Refusal("bad_name")
        self.end = 0
        self._safe = 0
        self._lost: OSError | None = None
        self._digest = hashlib.sha256()
        self._name = name
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        # Better now than when all of it is there.
        with contextlib.suppress(FileNotFoundError):
            os.stat(name, dir_fd=self._folder, follow_symlinks=False)
        self._part = f".tornterm-{os.urandom(8).hex()}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._fd = os.open(self._part, flags, 0o600, dir_fd=self._folder)

    def facts(self) -> dict[str, Any]:
        """What is known about it."""
        try:
            folder = os.readlink(f"/proc/self/fd/{self._folder}")
        except OSError:
            folder = ""
        return {"folder": folder}

    def write(self, offset: int, data: bytes) -> int:
        """Put bytes at its end.

        Returns:
            Where its end is now.

        Raises:
            Refusal: ``wrong_offset``, its end is somewhere else.
            OSError: They could not be written, or not all of them; `end` counts those that were.
        """
        if offset != self.end:
            raise Refusal("wrong_offset", offset=self.end)
        if self._lost is not None:
            raise self._lost
        view = memoryview(data)
        while view:
            written = os.pwrite(self._fd, view, self.end)
            self.end += written
            self._digest.update(view[:written])
            view = view[written:]
        if self.end - self._safe >= _UNSAFE:
            self._sync()
        return self.end

    def _sync(self) -> None:
        """Have it on the disk; whether that failed the system tells once only."""
        try:
            if self._lost is None:
                os.fsync(self._fd)
        except OSError as error:
            self._lost = error
        if self._lost is not None:
            raise self._lost
        self._safe = self.end

    def finish(self, size: int) -> dict[str, Any]:
        """Give it its name; one that is taken already is left alone.

        Args:
            size: How many bytes it has to have.

        Raises:
            Refusal: ``wrong_offset``, it has more or fewer; ``file_exists``, none of the names it
                may get is free.
        """
        if self.end != size:
            raise Refusal("wrong_offset", offset=self.end)
        self._sync()
        umask = os.umask(0o022)
        os.umask(umask)
        os.fchmod(self._fd, _MODE & ~umask)
        name = self._take_name()
        os.close(self._fd)
        os.close(self._folder)
        self._fd = self._folder = -1
        return {"name": name, "sha256": self._digest.hexdigest()}

    def _take_name(self) -> str:
        for name in names_for(self._name):
            try:
                os.link(self._part, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            except FileExistsError:
                continue
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
                    raise
                if not self._take_without_links(name):
                    continue
            else:
                os.unlink(self._part, dir_fd=self._folder)
            return name
        raise Refusal("file_exists")

    def _take_without_links(self, name: str) -> bool:
        """Take a name where the file system knows no links: with an empty file first."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            os.close(os.open(name, flags, 0o600, dir_fd=self._folder))
        except FileExistsError:
            return False
        os.rename(self._part, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        return True

    def close(self) -> None:
        """Let go of it; nothing is left of what was not finished."""
        if self._fd >= 0:
            os.unlink(self._part, dir_fd=self._folder)
            os.close(self._fd)
            os.close(self._folder)


def names_for(name: str) -> Iterator[str]:
    """The names that a file may get: its own, then with a number before its last suffix."""
    yield name
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(os.fsencode(suffix)) > _LONGEST // 2:
        stem, dot, suffix = name, "", ""
    for number in range(1, _ALTERNATIVES):
        end = f" ({number}){dot}{suffix}"
        while len(os.fsencode(stem + end)) > _LONGEST:
            stem = stem[:-1]
        yield stem + end


def _become(wish: dict[str, Any]) -> None:
    """Be the session's account from here on."""
    if wish["largest"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, tuple(wish["largest"]))
    if wish["uid"] is not None or wish["gid"] is not None:
        os.setgroups(wish["groups"])
    if wish["gid"] is not None:
        os.setgid(wish["gid"])
    if wish["uid"] is not None:
        os.setuid(wish["uid"])
    os.umask(0o022)


def _begin(wish: dict[str, Any]) -> Download | Upload:
    if wish["path"] is not None:
        return Download(wish["path"])
    for folder in wish["folders"]:
        try:
            return Upload(folder, wish["name"])
        except OSError:
            # The program is somebody else by now, or this system has no such folder.
            if folder == wish["folders"][-1]:
                raise
    raise Refusal("file_not_found")


def _do(job: Download | Upload, wish: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    if isinstance(job, Download):
        data = job.read(wish["offset"], wish["length"])
        return {"bytes": len(data)}, data
    if "size" in wish:
        return job.finish(wish["size"]), b""
    return {"offset": job.write(wish["offset"], data)}, b""


def _refused(error: Exception, job: Download | Upload | None) -> dict[str, Any]:
    facts = error.facts if isinstance(error, Refusal) else {}
    if isinstance(job, Upload):
        facts = {"offset": job.end, **facts}
    if isinstance(error, Refusal):
        return {"refused": error.code, **facts}
    if isinstance(error, OSError):
        return {"refused": _CODES.get(error.errno or 0, "file_trouble"), **facts}
    # A name that the file system cannot have.
    return {"refused": "bad_name", **facts}


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Do what comes in, one thing after the other, until there is no more."""
    job: Download | Upload | None = None
    try:
        while line := source.readline():
            wish = json.loads(line)
            data = source.read(wish.get("bytes", 0))
            if len(data) < wish.get("bytes", 0):
                return
            answer, payload = b"", b""
            try:
                if job is None:
                    _become(wish)
                    job = _begin(wish)
                    reply = job.facts()
                else:
                    reply, payload = _do(job, wish, data)
            except (OSError, ValueError, Refusal) as error:
                reply = _refused(error, job)
            answer = json.dumps(reply).encode() + b"\n"
            sink.write(answer + payload)
            sink.flush()
            if job is None:
                return
    finally:
        if job is not None:
            job.close()


if __name__ == "__main__":
    os.chdir("/")
    main(sys.stdin.buffer, sys.stdout.buffer)
