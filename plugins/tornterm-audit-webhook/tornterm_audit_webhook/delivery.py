"""Bringing a batch to the receiver."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from tornterm.spool import NotTaken, Waiting
from tornterm_audit_webhook.settings import WebhookSettings
from tornterm_audit_webhook.signature import HEADER, sign

__all__ = ["Delivery"]

TOO_LARGE = 413


class Delivery:
    """Sends batches, one after the other.

    Args:
        settings: The plugin's table.
        clock: Seconds since the epoch, for signatures.
    """

    def __init__(self, settings: WebhookSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._size = settings.batch

    async def send(self, batch: Sequence[Waiting]) -> int:
        """Post a batch, or the part of it that the receiver can bear.

        Args:
            batch: What waits.

        Returns:
            How many of them the receiver has; 0 where a smaller batch shall be tried.

        Raises:
            NotTaken: It did not answer, or said no.
        """
        part = batch[: self._size]
        client = AsyncHTTPClient(force_instance=True)
        try:
            response = await self._post(client, part)
        finally:
            client.close()
        if response.code // 100 == 2:
            self._size = self._settings.batch
            return len(part)
        if response.code == TOO_LARGE and len(part) > 1:
            self._size = len(part) // 2
            return 0
        raise NotTaken(str(response.error or f"status {response.code}"), _asked(response))

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
