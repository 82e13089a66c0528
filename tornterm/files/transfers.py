"""The transfers of one application: who may have which, what they did, and when they are over."""

from __future__ import annotations

import asyncio
import contextlib
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

from tornterm.audit import AuditLog
from tornterm.config.settings import FilesSettings
from tornterm.core.lifecycle import ErrorCode
from tornterm.core.tokens import new_id
from tornterm.errors import LimitExceeded
from tornterm.files.errors import FileRefused
from tornterm.files.transfer import Transfer
from tornterm.files.worker import FileWorker
from tornterm.sessions.clock import Clock
from tornterm.sessions.session import Session
from tornterm.types import FileAccess

__all__ = ["Transfers"]

IDLE = 900.0
"""Seconds for which a transfer waits for its person to go on."""

KEPT = 16
"""Transfers of one user that are over and still answer, for those who did not hear the answer."""


class Transfers:
    """All transfers that are under way.

    Args:
        settings: The table ``[files]``.
        audit: Where events go.
        clock: Where the time comes from.
    """

    def __init__(self, settings: FilesSettings, audit: AuditLog, clock: Clock) -> None:
        self.settings = settings
        self._audit = audit
        self._clock = clock
        self._all: dict[str, Transfer] = {}
        self._beginning: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, session: Session) -> list[Transfer]:
        """Those of one session, the oldest first."""
        return [one for one in self._all.values() if one.session == session.id]

    def find(self, session: Session, transfer_id: str, kind: str) -> Transfer:
        """One of them, which is being used and so stays.

        Raises:
            FileRefused: There is none (any more).
        """
        found = self._all.get(transfer_id)
        if found is None or found.session != session.id or found.kind != kind:
            raise FileRefused("transfer_gone")
        self.touch(found)
        return found

    def touch(self, transfer: Transfer) -> None:
        """Somebody goes on with it, so it stays for a while."""
        transfer.used = self._clock.now()

    async def download(
        self, session: Session, path: str, *, size: int, inode: int, remote: str
    ) -> Transfer:
        """Begin to read a file that a program has offered.

        Args:
            session: The session.
            path: Where the file is.
            size: How many bytes the program said that it has.
            inode: Which file the program said that it is.
            remote: From where it is asked for.

        Raises:
            FileRefused: It cannot be had, is too large, or is not the one that was offered.
            LimitExceeded: The user has too many transfers.
        """
        if not path.startswith("/") or "\0" in path:
            raise FileRefused("bad_name")
        self._fits(size, self.settings.max_download)
        worker, facts = await self._begin(session, {"path": path})
        # A program on another machine names files of that one.
        same = (facts["size"], facts["inode"]) == (size, inode)
        if not same:
            await worker.close()
            raise FileRefused("not_offered")
        tag = f"{facts['inode']:x}-{facts['size']:x}-{facts['modified']:x}"
        name = path.rpartition("/")[2]
        return self._enter(session, "download", remote, worker, name, path, size, tag)

    async def upload(self, session: Session, name: str, size: int, *, remote: str) -> Transfer:
        """Begin to write a file, where the session's program is.

        Args:
            session: The session.
            name: What it is to be called.
            size: How many bytes it will have.
            remote: From where it is asked for.

        Raises:
            FileRefused: It cannot be written there, or is too large.
            LimitExceeded: The user has too many transfers.
        """
        if any(unicodedata.category(char) == "Cc" for char in name):
            raise FileRefused("bad_name")
        self._fits(size, self.settings.max_upload)
        folders = _folders(session)
        worker, facts = await self._begin(session, {"folders": folders, "name": name})
        path = f"{facts['folder'] or folders[-1]}/{name}"
        return self._enter(session, "upload", remote, worker, name, path, size, "")

    async def finish(self, transfer: Transfer) -> dict[str, Any]:
        """Give an upload its name; once, however often it is asked for.

        Returns:
            ``name``, which may have a number in it, and ``sha256``.

        Raises:
            FileRefused: Bytes are missing, or it cannot be done.
        """
        if transfer.ending is None:
            # Whoever asked may be cut off before the answer, and asks again.
            transfer.ending = asyncio.ensure_future(self._name(transfer))
        try:
            return await asyncio.shield(transfer.ending)
        except FileRefused:
            transfer.ending = None
            raise

    async def _name(self, transfer: Transfer) -> dict[str, Any]:
        facts, _ = await transfer.worker.ask({"size": transfer.size})
        transfer.path = f"{transfer.path.rpartition('/')[0]}/{facts['name']}"
        transfer.finished = True
        self._record("file.uploaded", transfer, sha256=facts["sha256"])
        self._let_go(transfer)
        return facts

    def complete(self, transfer: Transfer) -> None:
        """The other side has every byte of a download; it may still ask for some again."""
        transfer.has_taken(0, transfer.size)
        if not transfer.finished:
            transfer.finished = True
            self._record("file.downloaded", transfer)

    def fail(self, transfer: Transfer, problem: FileRefused) -> None:
        """End a download that cannot go on; those who ask are told why for a while."""
        self._end(transfer, problem.code)
        transfer.problem = problem

    def drop(self, transfer: Transfer, why: str = "") -> None:
        """End a transfer; nothing is left of an upload that was not finished."""
        if self._all.pop(transfer.id, None) is None:
            return
        if transfer.timer is not None:
            transfer.timer.cancel()
        if transfer.leave is not None:
            transfer.leave()
        self._end(transfer, why or "given up")

    async def close(self) -> None:
        """End all of them, and wait until nothing is left."""
        for transfer in list(self._all.values()):
            self.drop(transfer, "shutdown")
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- inside --------------------------------------------------------------------------------

    def _end(self, transfer: Transfer, why: str) -> None:
        for cut in tuple(transfer.cuts):
            cut()
        if not transfer.over:
            self._record("file.ended", transfer, why=why)
        self._let_go(transfer)

    def _let_go(self, transfer: Transfer) -> None:
        task = asyncio.get_running_loop().create_task(transfer.worker.close())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    def _fits(size: int, most: int) -> None:
        if most and size > most:
            raise FileRefused("file_too_large")

    async def _begin(
        self, session: Session, wish: dict[str, Any]
    ) -> tuple[FileWorker, dict[str, Any]]:
        plan, user = session.plan, session.owner.name
        if plan is None or not plan.files or not session.alive:
            raise FileRefused("files_off")
        self._audit.check()
        most = self.settings.max_per_user
        used = self._make_room(user, most)
        if most and used >= most:
            sentence = f"You have as many transfers as you may have at once ({most})."
            raise LimitExceeded(ErrorCode.TRANSFER_LIMIT, most, used, None, sentence)
        self._beginning.append(user)
        try:
            return await FileWorker.begin(plan, wish)
        finally:
            self._beginning.remove(user)

    def _make_room(self, user: str, most: int) -> int:
        """Let what is over give way to what begins.

        Returns:
            How many transfers the user has then.
        """
        own = [one for one in self._all.values() if one.user == user]
        over = [one for one in own if one.over]
        used = self._beginning.count(user) + len(own)
        while over and (len(over) >= KEPT or (most and used >= most)):
            self.drop(over.pop(0))
            used -= 1
        return used

    def _enter(
        self,
        session: Session,
        kind: Literal["download", "upload"],
        remote: str,
        worker: FileWorker,
        name: str,
        path: str,
        size: int,
        tag: str,
    ) -> Transfer:
        user = session.owner.name
        transfer = Transfer(new_id(), kind, session.id, user, remote, name, path, size, tag, worker)
        self._all[transfer.id] = transfer
        gone = partial(self.drop, transfer, "the session is gone")
        session.on_close.append(gone)
        transfer.leave = partial(_discard, session.on_close, gone)
        self.touch(transfer)
        self._wait(transfer, IDLE)
        self._record("file.upload" if kind == "upload" else "file.download", transfer)
        return transfer

    def _wait(self, transfer: Transfer, seconds: float) -> None:
        transfer.timer = self._clock.call_later(seconds, partial(self._look, transfer))

    def _look(self, transfer: Transfer) -> None:
        left = transfer.used + IDLE - self._clock.now()
        if left > 0:
            self._wait(transfer, left)
        else:
            self.drop(transfer, "nobody went on")

    def _record(self, name: str, transfer: Transfer, **facts: Any) -> None:
        event = self._audit.event(
            name,
            user=transfer.user,
            remote=transfer.remote,
            session_id=transfer.session,
            path=transfer.path,
            size=transfer.size,
            done=transfer.done,
            **facts,
        )
        self._audit.record(event)


def _discard(callbacks: list[Callable[[], None]], one: Callable[[], None]) -> None:
    # Taken out already where all of them are over.
    with contextlib.suppress(ValueError):
        callbacks.remove(one)


def _folders(session: Session) -> list[str]:
    """Where uploads may go, the best first: where the program is now, and where it began."""
    plan, pid = session.plan, session.terminal.pid
    if plan is None:
        raise FileRefused("files_off")
    if not isinstance(plan.files, FileAccess):
        return [*([] if pid is None else [f"/proc/{pid}/cwd"]), plan.cwd]
    # What the server has started only surrounds the program, which is a child of it.
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = children.read_text("ascii").split() if pid is not None and children.exists() else []
    return [*(f"/proc/{child}/cwd" for child in found), plan.files.cwd]
