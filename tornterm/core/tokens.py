"""Secrets: making them, keeping only their digests, and comparing in constant time.

Source of the rules for resume tokens: ``docs/protocol.md``, "Connections and tokens".
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = [
    "MAX_TOKENS",
    "OneTimeCodes",
    "ResumeToken",
    "ResumeTokens",
    "digest",
    "new_id",
    "new_secret",
    "same",
]

MAX_TOKENS = 16
"""Resume tokens of one session that are valid at the same time."""

MAX_CODES = 256
"""One-time codes that wait to be used; the oldest makes room."""

T = TypeVar("T")


def new_secret() -> str:
    """A new secret of 256 random bits, in characters that are safe in a URL."""
    return secrets.token_urlsafe(32)


def new_id() -> str:
    """A new public name of 128 random bits, in characters that are safe in a URL."""
    return secrets.token_hex(16)


def digest(secret: str) -> bytes:
    """What is kept of a secret. A plain hash is enough: nobody guesses 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def same(kept: bytes, secret: str) -> bool:
    """Whether `secret` is the one whose digest was kept, in constant time."""
    return hmac.compare_digest(kept, digest(secret))


@dataclass(slots=True, eq=False, repr=False)
class ResumeToken:
    """One valid token of a session; only its digest is known.

    Args:
        digest: What is kept of the secret.
        presented: The token with which the connection came that brought this one; None where
            that does not matter any more.
        attached: Whether that connection is there.
        reached: Whether the client is known to have got it.
        waiting: How many live connections came with this token and have not confirmed another.
        superseded: Whether its client has shown that it holds a newer one, or never got this.
    """

    digest: bytes
    presented: ResumeToken | None = None
    attached: bool = False
    reached: bool = False
    waiting: int = 0
    superseded: bool = False

    @property
    def in_use(self) -> bool:
        """Whether a connection is there whose client may have to come back with this token."""
        return self.attached or self.waiting > 0


class ResumeTokens:
    """The tokens with which clients come back to one session.

    A connection brings its client a new token. Whether the client has got it is known only when
    it acknowledges something on that very connection; until then the one that it came with stays
    valid, so that no lost answer locks a client out.
    """

    def __init__(self) -> None:
        self._valid: list[ResumeToken] = []

    def __len__(self) -> int:
        return len(self._valid)

    def issue(self) -> str:
        """Make a token that does not replace another."""
        secret = new_secret()
        self._add(ResumeToken(digest(secret)))
        return secret

    def find(self, secret: str) -> ResumeToken | None:
        """The valid token that this secret is, or None. Looks at all of them, always."""
        found = None
        kept = digest(secret)
        for token in self._valid:
            if hmac.compare_digest(token.digest, kept):
                found = token
        return found

    def present(self, token: ResumeToken) -> tuple[str, ResumeToken]:
        """A connection came with `token`: make the new one that it brings.

        Args:
            token: What `find` has found.

        Returns:
            The secret for the client, and the token for `confirm` and `leave`.
        """
        self._learn_from(token)
        token.waiting += 1
        secret = new_secret()
        brought = ResumeToken(digest(secret), presented=token, attached=True)
        self._add(brought)
        return secret, brought

    def confirm(self, brought: ResumeToken) -> None:
        """The client has acknowledged something on the connection that brought this token.

        This retires the one it came with, unless somebody else who came with that one has not
        confirmed anything yet. After the first time it does nothing.
        """
        old = brought.presented
        if old is None or not brought.attached:
            return
        brought.presented = None
        brought.reached, brought.superseded = True, False
        old.waiting -= 1
        if not old.waiting and old in self._valid:
            self._valid.remove(old)

    def leave(self, brought: ResumeToken) -> None:
        """The connection that brought this token is gone; unconfirmed, both stay valid."""
        if not brought.attached:
            return
        brought.attached = False
        if brought.presented is not None:
            brought.presented.waiting -= 1
            self._unlink(brought)

    def _learn_from(self, token: ResumeToken) -> None:
        """Whoever comes with `token` has no need of what came before it, nor got what came after.

        That does not retire anything, for a second client may hold the same token; but if one
        has to go for want of room, these go first.
        """
        token.reached, token.superseded = True, False
        if token.presented is not None:
            token.presented.superseded = True
            self._unlink(token)
        for other in self._valid:
            if other.presented is token:
                other.superseded = True

    def _unlink(self, token: ResumeToken) -> None:
        """Forget what `token` replaces as soon as nothing follows from it, so no chain grows."""
        if token.reached and not token.attached:
            token.presented = None

    def _add(self, token: ResumeToken) -> None:
        self._valid.append(token)
        if len(self._valid) > MAX_TOKENS:
            # The first of equals is the oldest.
            others = self._valid[:-1]
            self._valid.remove(min(others, key=lambda t: (t.in_use, not t.superseded)))


class OneTimeCodes(Generic[T]):
    """Codes that are good once and for a short while, each for a value.

    Args:
        lifetime: Seconds for which a code can be used.
    """

    def __init__(self, lifetime: float) -> None:
        self._lifetime = lifetime
        self._codes: OrderedDict[bytes, tuple[float, T]] = OrderedDict()

    def issue(self, value: T, now: float) -> str:
        """Make a code for `value`; `now` in seconds."""
        self._forget_expired(now)
        if len(self._codes) >= MAX_CODES:
            self._codes.popitem(last=False)
        code = new_secret()
        self._codes[digest(code)] = (now + self._lifetime, value)
        return code

    def redeem(self, code: str, now: float) -> T | None:
        """The value of a code, once; None where it is unknown, used or too old."""
        self._forget_expired(now)
        entry = self._codes.pop(digest(code), None)
        return entry[1] if entry else None

    def _forget_expired(self, now: float) -> None:
        while self._codes and next(iter(self._codes.values()))[0] <= now:
            self._codes.popitem(last=False)
