"""The transfers of one application: who may have which, what they did, and when they are over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tornterm.audit import AuditLog
from tornterm.config.settings import FilesSettings
from tornterm.core.lifecycle import ErrorCode
from tornterm.core.tokens import new_id
from tornterm.errors import LimitExceeded
from tornterm.files.errors import FileRefused
from tornterm.files.worker import FileWorker
from tornterm.sessions.clock import Clock, Timer
from tornterm.sessions.session import Session
from tornterm.types import FileAccess

__all__ = ["PIECE", "Transfer", "Transfers"]

PIECE = 256 * 1024
"""Bytes that are read or written in one go."""

IDLE = 900.0
"""Seconds for which a transfer waits for its person to go on."""


@dataclass(eq=False, slots=True)
class Transfer:
    """One file on its way.

    Args:
        id: Its public name; only its own user can use it.
        kind: Which way it goes, as seen by the person.
        session: The session it belongs to.
        user: Whose it is.
        remote: The address it was asked for from.
        name: The file's name.
        path: Where it is, or where it will be.
        size: Its bytes in all.
        tag: Tells this very state of the file from others.
        worker: Who reads or writes it.
        done: Bytes that have got to the other side, counted once.
    """

    id: str
    kind: Literal["download", "upload"]
    session: str
    user: str
    remote: str
    name: str
    path: str
    size: int
    tag: str
    worker: FileWorker = field(repr=False)
    done: int = 0
    finished: bool = False
    timer: Timer | None = None
    sent: list[tuple[int, int]] = field(default_factory=list, repr=False)

    def has_sent(self, begin: int, end: int) -> None:
        """Count bytes that the other side has taken; those sent twice count once."""
        spans: list[tuple[int, int]] = []
        for span in sorted([*self.sent, (begin, end)]):
            if spans and span[0] <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], span[1]))
            else:
                spans.append(span)
        self.sent = spans
        self.done = sum(end - begin for begin, end in spans)


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
        self._wait(found)
        return found

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
        self._fits(size, self.settings.max_upload)
        folders = _folders(session)
        worker, facts = await self._begin(session, {"folders": folders, "name": name})
        path = f"{facts['folder'] or folders[-1]}/{name}"
        return self._enter(session, "upload", remote, worker, name, path, size, "")

    async def finish(self, transfer: Transfer) -> dict[str, Any]:
        """Give an upload its name.

        Returns:
            ``name``, which may have a number in it, and ``sha256``.

        Raises:
            FileRefused: Bytes are missing, or it cannot be done.
        """
        facts, _ = await transfer.worker.ask({"size": transfer.size})
        transfer.path = f"{transfer.path.rpartition('/')[0]}/{facts['name']}"
        transfer.finished = True
        self._record("file.uploaded", transfer, sha256=facts["sha256"])
        self.drop(transfer)
        return facts

    def complete(self, transfer: Transfer) -> None:
        """The other side has every byte of a download; it may still ask for some again."""
        if not transfer.finished:
            transfer.finished = True
            self._record("file.downloaded", transfer)

    def drop(self, transfer: Transfer, why: str = "") -> None:
        """End a transfer; nothing is left of an upload that was not finished."""
        if self._all.pop(transfer.id, None) is None:
            return
        if transfer.timer is not None:
            transfer.timer.cancel()
        if not transfer.finished:
            self._record("file.ended", transfer, why=why or "given up")
        task = asyncio.get_running_loop().create_task(transfer.worker.close())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all of them, and wait until nothing is left."""
        for transfer in list(self._all.values()):
            self.drop(transfer, "shutdown")
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- inside --------------------------------------------------------------------------------

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
        used = self._beginning.count(user) + sum(t.user == user for t in self._all.values())
        most = self.settings.max_per_user
        if most and used >= most:
            sentence = f"You have as many transfers as you may have at once ({most})."
            raise LimitExceeded(ErrorCode.TRANSFER_LIMIT, most, used, None, sentence)
        self._beginning.append(user)
        try:
            return await FileWorker.begin(plan, wish)
        finally:
            self._beginning.remove(user)

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
        session.on_close.append(lambda: self.drop(transfer, "the session is gone"))
        self._wait(transfer)
        self._record("file.upload" if kind == "upload" else "file.download", transfer)
        return transfer

    def _wait(self, transfer: Transfer) -> None:
        if transfer.timer is not None:
            transfer.timer.cancel()
        transfer.timer = self._clock.call_later(IDLE, lambda: self.drop(transfer, "nobody went on"))

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
