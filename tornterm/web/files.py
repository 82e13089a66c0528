"""``{base}api/sessions/<id>/downloads`` and ``/uploads``: the owner's files, in both directions."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, stream_request_body

from tornterm.core.protocols.fields import MAX_INTEGER, Check, integer, text
from tornterm.errors import TorntermError
from tornterm.files.errors import FileRefused
from tornterm.files.transfers import PIECE, Transfer
from tornterm.sessions.session import Session
from tornterm.web.context import public_base
from tornterm.web.shares import OwnersHandler

__all__ = [
    "BODY",
    "DownloadHandler",
    "DownloadsHandler",
    "TransfersHandler",
    "UploadBytesHandler",
    "UploadHandler",
    "UploadsHandler",
    "byte_range",
]

BODY = 8 * 1024 * 1024
"""Bytes of one upload request at the most; a cut costs no more than what was on its way."""

NAME: Check = text(255, shortest=1)
PATH: Check = text(4096, shortest=1, lines=True)
BYTES: Check = integer()

_RANGE = re.compile(r"bytes=(\d{0,16})-(\d{0,16})")


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """The part of a file that a ``Range`` header asks for.

    Args:
        header: Its value; empty for none.
        size: The file's bytes.

    Returns:
        Where it begins and ends; None where no part is meant, so that the whole is sent.

    Raises:
        HTTPError: 416, there is nothing there.
    """
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return None  # several parts, or another unit: the whole is a right answer, too
    if not found[1]:
        begin, end = max(0, size - int(found[2])), size
    else:
        begin = int(found[1])
        end = min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < begin:
            return None
    if begin >= size:
        raise HTTPError(416)
    return begin, end


def _json(transfer: Transfer) -> dict[str, Any]:
    return {
        "id": transfer.id,
        "kind": transfer.kind,
        "name": transfer.name,
        "path": transfer.path,
        "size": transfer.size,
        "done": transfer.done,
        "finished": transfer.finished,
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


class DownloadHandler(FilesHandler):
    """``{base}api/sessions/<id>/downloads/<transfer>``: the file itself, or any part of it."""

    _size = 0

    async def get(self, session_id: str, transfer_id: str) -> None:
        """Its bytes; a browser keeps them as a file and never shows them."""
        transfer = await self.transfer(session_id, transfer_id, "download")
        part = self._part_of(transfer)
        begin, end = part or (0, transfer.size)
        self._head(transfer, begin, end)
        if part is not None:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {begin}-{end - 1}/{transfer.size}")
        if self.request.method == "HEAD":
            self.finish()
            return
        try:
            await self._send(transfer, begin, end)
        except StreamClosedError:
            return  # whoever comes back asks for the rest
        if transfer.done == transfer.size:
            self.terminals.transfers.complete(transfer)

    head = get

    async def delete(self, session_id: str, transfer_id: str) -> None:
        """End it."""
        transfer = await self.transfer(session_id, transfer_id, "download")
        self.terminals.transfers.drop(transfer)
        self.set_status(204)

    def _part_of(self, transfer: Transfer) -> tuple[int, int] | None:
        headers = self.request.headers
        if headers.get("If-Range", f'"{transfer.tag}"') != f'"{transfer.tag}"':
            return None
        self._size = transfer.size
        return byte_range(headers.get("Range", ""), transfer.size)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say how large the file is to who has asked for what is behind its end."""
        if status_code == 416:
            self.set_header("Content-Range", f"bytes */{self._size}")
        super().write_error(status_code, **kwargs)

    def _head(self, transfer: Transfer, begin: int, end: int) -> None:
        plain = re.sub(r"[^ !#-\[\]-~]", "_", transfer.name)
        exact = quote(transfer.name, safe="")
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header(
            "Content-Disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"
        )
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("ETag", f'"{transfer.tag}"')
        self.set_header("Content-Length", str(end - begin))

    async def _send(self, transfer: Transfer, begin: int, end: int) -> None:
        while begin < end:
            wish = {"offset": begin, "length": min(PIECE, end - begin)}
            try:
                _, data = await transfer.worker.ask(wish)
            except FileRefused as error:
                # Better no file than one that is half of this and half of that.
                self.terminals.transfers.drop(transfer, error.code)
                if not self._headers_written:
                    self.clear()
                    raise
                self._cut()
                return
            self.write(data)
            await self.flush()
            transfer.has_sent(begin, begin + len(data))
            begin += len(data)

    def _cut(self) -> None:
        """End the connection in the middle, so that nobody takes this for the whole file."""
        stream: Any = getattr(self.request.connection, "stream", None)
        if stream is not None:
            stream.close()


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


@stream_request_body
class UploadBytesHandler(FilesHandler):
    """``{base}api/sessions/<id>/uploads/<transfer>/bytes``: the bytes themselves."""

    _transfer: Transfer | None = None
    _problem: TorntermError | None = None
    _offset = 0

    async def prepare(self) -> None:
        """Let a larger body in, and know where it belongs before it comes."""
        await super().prepare()
        if self._finished or self.request.method != "PATCH":
            return
        if self.content_type != "application/octet-stream":
            raise HTTPError(415)
        given = self.get_query_argument("offset", "")
        if not (given.isascii() and given.isdigit() and int(given[:17]) <= MAX_INTEGER):
            raise HTTPError(400, reason="offset must be a whole number")
        self._offset = int(given)
        self._transfer = await self.transfer(self.path_args[0], self.path_args[1], "upload")
        connection: Any = self.request.connection
        connection.set_max_body_size(BODY)

    async def data_received(self, chunk: bytes) -> None:
        """Write what has come; what cannot be written is told when the rest has come, too."""
        transfer = self._transfer
        if transfer is None or self._problem is not None:
            return
        try:
            if self._offset + len(chunk) > transfer.size:
                raise FileRefused("file_too_large", transfer.done)
            reply, _ = await transfer.worker.ask({"offset": self._offset}, chunk)
            self._offset = transfer.done = reply["offset"]
        except FileRefused as error:
            transfer.done = transfer.done if error.offset is None else error.offset
            self._problem = error

    async def patch(self, session_id: str, transfer_id: str) -> None:
        """Say where the file ends now."""
        assert self._transfer is not None
        if self._problem is not None:
            raise self._problem
        self.answer({"offset": self._transfer.done})
