"""What the address of a server or of a session says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

__all__ = ["Address"]

_SESSION = re.compile(r"(?P<base>.*/)s/(?P<session>[A-Za-z0-9_-]+)/?")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is.

    Args:
        base: The server's base, with a slash at its end.
        session: The session that is meant, if any.
        share: The secret of a share of that session, if the address is a link to it.
    """

    base: str
    session: str | None = None
    share: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str, session: str | None = None) -> Address:
        """Read an address as a person writes it.

        Args:
            url: The base, the address of a session, or a link by which one is shared.
            session: A session's id, which counts more than the one in `url`.

        Raises:
            ValueError: It is not an address of a server.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address such as https://host/base/")
        base = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if match := _SESSION.fullmatch(base):
            share = parse_qs(parts.fragment).get("share", [None])[0]
            return cls(match["base"], session or match["session"], share)
        return cls(base if base.endswith("/") else f"{base}/", session)

    @property
    def origin(self) -> str:
        """The value of an ``Origin`` header."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def websocket(self) -> str:
        """The address of the server's WebSocket."""
        return "ws" + self.base.removeprefix("http") + "ws"

    def token(self, session: str) -> str:
        """The address that gives a new resume token for a session."""
        return f"{self.base}api/sessions/{session}/token"

    def of_session(self, session: str) -> str:
        """The address of a session."""
        return f"{self.base}s/{session}"
