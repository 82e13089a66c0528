"""Audit events in a file, one JSON object per line."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Literal

from pydantic import BaseModel

from tornterm.builtin.jsonl_older import older_events
from tornterm.config.fields import (
    ByteSize,
    ConfigPath,
    ConfigTable,
    Duration,
    setting,
    shortest,
    smallest,
)
from tornterm.errors import ConfigError, ConfigProblem
from tornterm.hookspecs import hookimpl
from tornterm.types import AuditEvent, EventFilter, OlderEvents

__all__ = ["Jsonl", "JsonlSettings"]

logger = logging.getLogger("tornterm.plugins.jsonl")


class JsonlSettings(ConfigTable):
    """The audit log as a file with one JSON object per line."""

    path: ConfigPath = setting(
        "~/.local/state/tornterm/audit.jsonl",
        "The file; it is made, with its directory, where there is none, and only its owner may "
        "read it.",
        example="audit.jsonl",
    )
    max_size: Annotated[ByteSize, smallest("4 KiB", or_zero=True)] = setting(
        "100 MiB",
        "Begin a new file before one grows larger; 0 for never, for example under logrotate.",
    )
    keep: int = setting(
        5, "How many earlier files stay, as path.1 (the latest), path.2 and so on.", ge=1, le=1000
    )
    fsync: Literal["always", "interval", "never"] = setting(
        "interval",
        "When events are forced to the disk: always (each one, before anything goes on), interval, "
        "or never (when the operating system likes).",
    )
    fsync_interval: Annotated[Duration, shortest("100ms")] = setting(
        "5s", 'The longest time that an event is not on the disk, for fsync = "interval".'
    )


class Jsonl:
    """Appends audit events to a file.

    All methods that touch the file are plain functions, so that a slow disk holds up a worker
    thread and nothing else.

    Args:
        settings: The table ``[plugins.jsonl]``.
    """

    name = "jsonl"

    def __init__(self, settings: JsonlSettings) -> None:
        self._settings = settings
        self._path = settings.path
        self._lock = threading.Lock()
        self._file: int | None = None
        self._unsynced = False
        self._sync_error: OSError | None = None
        self._end = threading.Event()

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """The table says which file."""
        return JsonlSettings

    @hookimpl
    def tornterm_check(self) -> ConfigProblem | None:
        """A wrong path stops the start and not the first event."""
        try:
            _try_to_write(self._path)
        except OSError as error:
            return _unwritable(self._path, error)
        return None

    @hookimpl
    def tornterm_startup(self) -> None:
        """Open the file."""
        try:
            with self._lock:
                self._open()
        except OSError as error:
            raise ConfigError([_unwritable(self._path, error)]) from error
        if self._settings.fsync == "interval":
            # A daemon: a disk that does not answer must not keep the server from ending.
            threading.Thread(target=self._sync_often, name="tornterm-jsonl", daemon=True).start()

    @hookimpl
    def tornterm_shutdown(self) -> None:
        """Force what was written to the disk and let go of the file."""
        self._end.set()
        with self._lock:
            self._close()

    @hookimpl
    def tornterm_audit(self, event: AuditEvent) -> None:
        """Append an event; returning means that the operating system has it, or the disk."""
        line = json.dumps(event.as_dict(), ensure_ascii=True, default=str).encode() + b"\n"
        with self._lock:
            self._rotate_for(len(line))
            _write(self._open(), line)
            self._unsynced = True
            if self._settings.fsync == "always":
                self._sync()
            if self._sync_error is not None:
                error, self._sync_error = self._sync_error, None
                raise error

    @hookimpl
    def tornterm_audit_older(
        self, wanted: EventFilter, until: float | None, cursor: str | None, limit: int
    ) -> OlderEvents | None:
        """Read the files from their end; without the lock, so that nothing waits for it."""
        if self._path.exists() and not self._path.is_file():
            return None
        return older_events(self._paths(), wanted, until, cursor, limit)

    def _paths(self) -> Iterator[Path]:
        yield self._path
        yield from (self._numbered(number) for number in range(1, self._settings.keep + 1))

    # --- all of this is called with the lock held ----------------------------------------------

    def _open(self) -> int:
        """The file that now stands at the path: somebody else may have moved ours away."""
        if self._file is not None and not _is_at(self._file, self._path):
            self._close()
        if self._file is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(self._path, flags, 0o600)
        return self._file

    def _rotate_for(self, more: int) -> None:
        """Begin a new file where this one would grow too large."""
        size = os.fstat(self._open()).st_size
        if not self._settings.max_size or not size or size + more <= self._settings.max_size:
            return
        self._close()
        for number in range(self._settings.keep - 1, 0, -1):
            if (older := self._numbered(number)).exists():
                older.replace(self._numbered(number + 1))
        self._path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def _sync(self) -> None:
        if self._file is not None and self._unsynced:
            os.fsync(self._file)
        self._unsynced = False

    def _close(self) -> None:
        if self._file is None:
            return
        try:
            if self._settings.fsync != "never":
                self._sync()
        finally:
            os.close(self._file)
            self._file = None

    # --- the thread of fsync = "interval" ------------------------------------------------------

    def _sync_often(self) -> None:
        while not self._end.wait(self._settings.fsync_interval):
            with self._lock:
                try:
                    self._sync()
                except OSError as error:
                    # The next event fails with it, so that the audit log learns of it.
                    self._sync_error = error
                    logger.error("%s: %s", self._path, error)


def _unwritable(path: Path, error: OSError) -> ConfigProblem:
    why = f"{path} cannot be written: {error.strerror}"
    return ConfigProblem("", "", "path", why)


def _try_to_write(path: Path) -> None:
    """Find out whether a file can be written, or made with its directory, and leave no trace.

    Raises:
        OSError: It cannot.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC))
    except FileNotFoundError:
        directory = next(parent for parent in path.parents if parent.exists())
        with TemporaryFile(dir=directory):
            pass


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _write(file: int, line: bytes) -> None:
    """Append one line whole, and on a line of its own whatever happened before."""
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        # A full disk or a crash has left half a line.
        line = b"\n" + line
    while line:
        line = line[os.write(file, line) :]
