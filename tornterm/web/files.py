"""``{base}api/sessions/<id>/downloads`` and ``/uploads``: the owner's files, in both directions."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError

from tornterm.core.protocols.fields import Check, integer, text
from tornterm.files.errors import FileRefused
from tornterm.files.transfer import Transfer
from tornterm.sessions.session import Session
from tornterm.web.context import public_base
from tornterm.web.shares import OwnersHandler

__all__ = [
    "DownloadsHandler",
    "FilesHandler",
    "TransfersHandler",
    "UploadHandler",
    "UploadsHandler",
]

NAME: Check = text(4096, shortest=1, lines=True)
PATH: Check = text(4096, shortest=1, lines=True)
BYTES: Check = integer()


def _problem(error: FileRefused | None) -> dict[str, str] | None:
    return None if error is None else {"code": error.code, "message": error.public}


def _json(transfer: Transfer) -> dict[str, Any]:
    return {
        "id": transfer.id,
        "kind": transfer.kind,
        "name": transfer.name,
        "path": transfer.path,
        "size": transfer.size,
        "done": transfer.done,
        "finished": transfer.finished,
        "active": bool(transfer.cuts),
        "problem": _problem(transfer.problem),
    }


class FilesHandler(OwnersHandler):
    """Nothing of it is there while files are not enabled."""

    async def prepare(self) -> None:
        """Be nothing while it is switched off, for everybody who is logged in."""
        await super().prepare()
        if not self._finished and not self.terminals.settings.files.enabled:
            raise HTTPError(404)

    async def transfer(self, session_id: str, transfer_id: str, kind: str) -> Transfer:
        """One of the caller's transfers.

        Raises:
            FileRefused: There is none.
            SessionNotFound: Nor is there the session.
            Forbidden: It is somebody else's.
        """
        session = await self.own_session(session_id)
        return self.terminals.transfers.find(session, transfer_id, kind)

    def begun(self, session: Session, transfer: Transfer) -> None:
        """Answer that a transfer has begun."""
        base = public_base(self.terminals)
        self.set_header(
            "Location", f"{base}api/sessions/{session.id}/{transfer.kind}s/{transfer.id}"
        )
        self.answer({"transfer": _json(transfer)}, 201)


class TransfersHandler(FilesHandler):
    """``{base}api/sessions/<id>/transfers``: how far each of them has got."""

    async def get(self, session_id: str) -> None:
        """All that are under way."""
        session = await self.own_session(session_id)
        self.answer({"transfers": [_json(one) for one in self.terminals.transfers.of(session)]})


class DownloadsHandler(FilesHandler):
    """``{base}api/sessions/<id>/downloads``: accept a file that a program has offered."""

    async def post(self, session_id: str) -> None:
        """Open it; what is put in its place afterwards is another file."""
        wish = self.fields(path=PATH, size=BYTES, inode=BYTES)
        if missing := {"path", "size", "inode"} - wish.keys():
            raise HTTPError(400, reason=f"Missing: {', '.join(sorted(missing))}")
        session = await self.own_session(session_id)
        transfer = await self.terminals.transfers.download(
            session, wish["path"], size=wish["size"], inode=wish["inode"], remote=self.remote
        )
        self.begun(session, transfer)


class UploadsHandler(FilesHandler):
    """``{base}api/sessions/<id>/uploads``: begin a file in the folder that the program is in."""

    async def post(self, session_id: str) -> None:
        """Make room for it, under a name of its own until it is complete."""
        wish = self.fields(name=NAME, size=BYTES)
        if missing := {"name", "size"} - wish.keys():
            raise HTTPError(400, reason=f"Missing: {', '.join(sorted(missing))}")
        session = await self.own_session(session_id)
        transfer = await self.terminals.transfers.upload(
            session, wish["name"], wish["size"], remote=self.remote
        )
        self.begun(session, transfer)


class UploadHandler(FilesHandler):
    """``{base}api/sessions/<id>/uploads/<transfer>``: one upload."""

    async def get(self, session_id: str, transfer_id: str) -> None:
        """How far it has got, to go on there."""
        transfer = await self.transfer(session_id, transfer_id, "upload")
        self.answer({"transfer": _json(transfer)})

    async def post(self, session_id: str, transfer_id: str) -> None:
        """Every byte is there: give it its name."""
        self.fields()
        transfer = await self.transfer(session_id, transfer_id, "upload")
        facts = await self.terminals.transfers.finish(transfer)
        self.answer({"name": facts["name"], "path": transfer.path, "sha256": facts["sha256"]})

    async def delete(self, session_id: str, transfer_id: str) -> None:
        """Give it up; nothing is left of it."""
        transfer = await self.transfer(session_id, transfer_id, "upload")
        self.terminals.transfers.drop(transfer)
        self.set_status(204)
