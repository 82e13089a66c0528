"""Bringing what waits to the receiver, for as long as it takes."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, Sequence

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from tornterm_audit_webhook.settings import WebhookSettings
from tornterm_audit_webhook.signature import HEADER, sign
from tornterm_audit_webhook.spool import Spool, Waiting

__all__ = ["Backoff", "Delivery"]

logger = logging.getLogger("tornterm.plugins.webhook")

TOO_LARGE = 413


class Backoff:
    """How long to wait after failures: twice as long after each, with some chance in it.

    Args:
        first: Seconds after the first failure.
        most: Seconds at the most.
        chance: A number from 0 to 1, so that many servers do not come back all at once.
    """

    def __init__(
        self, first: float, most: float, chance: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._most = most
        self._chance = chance
        self._failures = 0

    def succeeded(self) -> None:
        """Begin again."""
        self._failures = 0

    def failed(self, asked: float = 0.0) -> float:
        """Seconds to wait now.

        Args:
            asked: Seconds for which the receiver asked.
        """
        grown = self._first * 2.0 ** min(self._failures, 30)
        self._failures += 1
        return min(self._most, max(asked, grown * (0.5 + self._chance() / 2)))


class Delivery:
    """Sends batches from a spool, one after the other.

    Args:
        settings: The plugin's table.
        spool: Where the events wait.
        clock: Seconds since the epoch, for signatures.
    """

    def __init__(
        self, settings: WebhookSettings, spool: Spool, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._spool = spool
        self._clock = clock
        self._size = settings.batch
        self._backoff = Backoff(settings.retry, settings.retry_most)
        self._came = asyncio.Event()
        self._empty = asyncio.Event()
        self._hurry = asyncio.Event()

    def wake(self) -> None:
        """An event has come; call it on the event loop."""
        self._empty.clear()
        self._came.set()

    async def drain(self, seconds: float) -> None:
        """Wait until nothing waits any more, but not longer than `seconds`."""
        self._hurry.set()
        self._came.set()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            logger.warning("some events still wait for the receiver; they are sent later")

    async def run(self) -> None:
        """Deliver until cancelled."""
        client = AsyncHTTPClient(force_instance=True)
        try:
            while True:
                try:
                    await self._round(client)
                except Exception as error:
                    # A disk that cannot be read may be so for a while only.
                    logger.exception("delivering failed")
                    await self._pause(self._backoff.failed(), error)
        finally:
            client.close()

    async def _round(self, client: AsyncHTTPClient) -> None:
        """Deliver the next batch, or wait for one."""
        self._came.clear()
        batch = await asyncio.to_thread(self._spool.first, self._size)
        if not batch:
            self._empty.set()
            await self._came.wait()
            await self._gather()
            return
        response = await self._post(client, batch)
        if response.code // 100 == 2:
            await asyncio.to_thread(self._spool.remove, batch)
            self._backoff.succeeded()
            self._size = self._settings.batch
        elif response.code == TOO_LARGE and len(batch) > 1:
            self._size = len(batch) // 2
        else:
            why = response.error or f"status {response.code}"
            await self._pause(self._backoff.failed(_asked(response)), why)

    async def _gather(self) -> None:
        """Let others join the first event of a batch, unless the server is about to end."""
        await _within(self._hurry, self._settings.gather)

    async def _pause(self, seconds: float, why: object) -> None:
        logger.warning("the receiver did not take it (%s); again in %.1f s", why, seconds)
        await asyncio.sleep(seconds)

    async def _post(self, client: AsyncHTTPClient, batch: Sequence[Waiting]) -> HTTPResponse:
        # Each event is JSON already.
        events = ",".join(f'{{"id":{json.dumps(e.id)},"event":{e.text}}}' for e in batch)
        body = f'{{"version":1,"events":[{events}]}}'.encode()
        ca_file = self._settings.ca_file
        request = HTTPRequest(
            self._settings.url,
            method="POST",
            body=body,
            headers={
                "Content-Type": "application/json",
                "User-Agent": "tornterm-audit-webhook",
                HEADER: sign(self._settings.secret.reveal(), body, self._clock()),
            },
            # Wherever a redirect leads, nobody has said that it may have these.
            follow_redirects=False,
            connect_timeout=self._settings.timeout,
            request_timeout=self._settings.timeout,
            ca_certs=str(ca_file) if ca_file else None,
        )
        return await client.fetch(request, raise_error=False)


def _asked(response: HTTPResponse) -> float:
    """The seconds of ``Retry-After``, where there are any."""
    text = response.headers.get("Retry-After", "") if response.headers else ""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0


async def _within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
