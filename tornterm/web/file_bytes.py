"""``{base}api/sessions/<id>/downloads/<transfer>`` and ``.../uploads/<transfer>/bytes``: the bytes.

A connection through which they go ends with the login that it lives by, as every other one does.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, stream_request_body

from tornterm.core.protocols.fields import MAX_INTEGER
from tornterm.errors import TorntermError
from tornterm.files.errors import FileRefused
from tornterm.files.transfer import Transfer
from tornterm.web.delivery import Delivery
from tornterm.web.files import FilesHandler

__all__ = ["BODY", "DownloadHandler", "UploadBytesHandler", "byte_range"]

BODY = 8 * 1024 * 1024
"""Bytes of one upload request at the most; a cut costs no more than what was on its way."""

PIECE = 256 * 1024
"""Bytes that are read in one go."""

LOOK = 0.05
"""Seconds between two looks at whether the other side has taken the last bytes."""

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


class BytesHandler(FilesHandler):
    """A connection of which one knows how to cut it."""

    _over: asyncio.Event | None = None

    def cut(self) -> None:
        """End the connection in the middle, so that nobody takes this for the whole file."""
        stream: Any = getattr(self.request.connection, "stream", None)
        if stream is not None:
            stream.close()
        self._let_go()

    def on_connection_close(self) -> None:
        """Nobody is there any more: wait for nothing."""
        super().on_connection_close()
        self._let_go()

    def _let_go(self) -> None:
        if self._over is not None:
            self._over.set()


class DownloadHandler(BytesHandler):
    """``{base}api/sessions/<id>/downloads/<transfer>``: the file itself, or any part of it."""

    _size = 0

    async def get(self, session_id: str, transfer_id: str) -> None:
        """Its bytes; a browser keeps them as a file and never shows them."""
        transfer = await self.transfer(session_id, transfer_id, "download")
        if transfer.problem is not None:
            raise transfer.problem
        part = self._part_of(transfer)
        begin, end = part or (0, transfer.size)
        self._head(transfer, begin, end)
        if part is not None:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {begin}-{end - 1}/{transfer.size}")
        if self.request.method == "HEAD":
            self.finish()
            return
        transfer.lacks(begin, end)
        try:
            with self._connected(transfer) as delivery:
                await self._send(transfer, delivery, begin, end)
        except StreamClosedError:
            return  # whoever comes back asks for the rest
        if transfer.complete:
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
        # A proxy that takes all of it in advance would make believe that the person has it.
        self.set_header("X-Accel-Buffering", "no")
        self.set_header("ETag", f'"{transfer.tag}"')
        self.set_header("Content-Length", str(end - begin))

    @contextlib.contextmanager
    def _connected(self, transfer: Transfer) -> Iterator[Delivery]:
        """Be cut off by whoever ends the transfer or the login."""
        connection: Any = self.request.connection
        delivery = Delivery(connection.stream)
        self._over = asyncio.Event()
        leave = self.terminals.logins.attach(self.login_of_connection(), self.cut)
        transfer.cuts.add(self.cut)
        try:
            yield delivery
        finally:
            transfer.cuts.discard(self.cut)
            leave()
            delivery.close()

    async def _send(self, transfer: Transfer, delivery: Delivery, begin: int, end: int) -> None:
        at = begin
        while at < end:
            wish = {"offset": at, "length": min(PIECE, end - at)}
            try:
                _, data = await transfer.worker.ask(wish)
            except FileRefused as error:
                # Better no file than one that is half of this and half of that.
                transfer.cuts.discard(self.cut)  # there may still be a way to say why
                self.terminals.transfers.fail(transfer, error)
                if not self._headers_written:
                    self.clear()
                    raise
                self.cut()
                raise StreamClosedError from None
            self.write(data)
            transfer.sent.add(at, at + len(data))
            await self.flush()
            at += len(data)
            self._taken(transfer, begin, at - delivery.pending())
        while pending := delivery.pending():
            self._taken(transfer, begin, end - pending)
            if delivery.over:
                raise StreamClosedError
            await self._look_again()
        self._taken(transfer, begin, end)

    async def _look_again(self) -> None:
        assert self._over is not None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), LOOK)

    def _taken(self, transfer: Transfer, begin: int, end: int) -> None:
        """Count what the other side has: what the system still keeps for it may yet be lost."""
        before = transfer.done
        if end > begin:
            transfer.has_taken(begin, end)
        if transfer.done > before:
            self.terminals.transfers.touch(transfer)


@stream_request_body
class UploadBytesHandler(BytesHandler):
    """``{base}api/sessions/<id>/uploads/<transfer>/bytes``: the bytes themselves."""

    _transfer: Transfer | None = None
    _problem: TorntermError | None = None
    _offset = 0
    _leave: Callable[[], None] | None = None

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
        transfer = await self.transfer(self.path_args[0], self.path_args[1], "upload")
        if transfer.over:
            raise FileRefused("transfer_gone")
        self._transfer = transfer
        connection: Any = self.request.connection
        connection.set_max_body_size(BODY)
        self._leave = self.terminals.logins.attach(self.login_of_connection(), self.cut)

    def on_finish(self) -> None:
        """The connection is free for another request."""
        super().on_finish()
        self._left()

    def on_connection_close(self) -> None:
        """Nobody sends any more."""
        super().on_connection_close()
        self._left()

    def _left(self) -> None:
        if self._leave is not None:
            self._leave()
            self._leave = None

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
            self.terminals.transfers.touch(transfer)
        except FileRefused as error:
            transfer.done = transfer.done if error.offset is None else error.offset
            self._problem = error

    async def patch(self, session_id: str, transfer_id: str) -> None:
        """Say where the file ends now."""
        assert self._transfer is not None
        if self._problem is not None:
            raise self._problem
        self.answer({"offset": self._transfer.done})
