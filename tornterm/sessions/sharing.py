"""Sharing sessions: making shares, taking them back, and what their holders may do."""

from __future__ import annotations

from tornterm.audit import AuditLog
from tornterm.errors import SessionNotFound
from tornterm.plugins import PluginHost
from tornterm.sessions.members import Right
from tornterm.sessions.register import Register
from tornterm.sessions.reports import Reports
from tornterm.sessions.session import Session
from tornterm.sessions.shares import Share
from tornterm.types import User

__all__ = ["Sharing"]


class Sharing:
    """The shares of all sessions of one application.

    Args:
        register: The sessions.
        plugins: Who may forbid watching.
        audit: What has to be possible before a share is made.
        reports: Who passes on what happens.
    """

    def __init__(
        self, register: Register, plugins: PluginHost, audit: AuditLog, reports: Reports
    ) -> None:
        self._register = register
        self._plugins = plugins
        self._audit = audit
        self._reports = reports

    @property
    def active(self) -> bool:
        """Whether any session has a share, so that somebody may come who is not logged in."""
        return any(len(session.shares) for session in self._register.all())

    def covers(self, session_id: str) -> bool:
        """Whether there is a session of that id that has a share."""
        session = self._register.get(session_id)
        return session is not None and len(session.shares) > 0

    def find(self, session_id: str, secret: str) -> tuple[Session, Share]:
        """The session and the share that a secret opens.

        Args:
            session_id: The public id of the session.
            secret: The share's.

        Raises:
            SessionNotFound: There is no such session, or no such share of it: it looks the same.
        """
        session = self._register.get(session_id)
        share = session.shares.find(secret) if session is not None else None
        if session is None or share is None:
            raise SessionNotFound(session_id)
        return session, share

    def of_token(self, session_id: str, token: str) -> tuple[Session, Share] | None:
        """The session and the share whose holder was given this resume token, or None."""
        session = self._register.get(session_id)
        share = session.shares.of_token(token) if session is not None else None
        return None if session is None or share is None else (session, share)

    async def right(self, user: User, session: Session, share: Share) -> Right:
        """What somebody who holds a share may do.

        Args:
            user: The user; `Share.stranger` for one who is not logged in.
            session: The session.
            share: A valid share of it.

        Raises:
            SessionNotFound: A plugin forbids it, or session or share have gone in the meantime.
        """
        info, right = session.info(), share.right
        if share.by not in ("", user.name):
            raise SessionNotFound(session.id)
        # For what an administrator made, the owner has not said yes.
        allowed = await self._plugins.authorize(user, "watch", info, invited=not share.by)
        if allowed and right is Right.ASK:
            may_ask = await self._plugins.authorize(user, "control", info, invited=True)
            right = Right.ASK if may_ask else Right.WATCH
        there = self._register.get(session.id) is session and session.shares.valid(share)
        if not allowed or not there:
            raise SessionNotFound(session.id)
        return right

    def share(
        self, session: Session, right: Right, lifetime: float, *, remote: str
    ) -> tuple[str, Share]:
        """Make a share of a session for its owner.

        Args:
            session: The session.
            right: What the share's holders may do at the most.
            lifetime: Seconds until it ends.
            remote: From where it is asked for.

        Returns:
            The secret, which nobody can be told again, and the share.

        Raises:
            LimitExceeded: The session has too many.
            AuditUnavailable: The audit log is required and cannot be written.
        """
        self._audit.check()
        secret, share = session.shares.issue(right, lifetime)
        self._reports.share_created(session, share, remote)
        return secret, share

    def watch(
        self, session: Session, by: User, lifetime: float, *, remote: str
    ) -> tuple[str, Share]:
        """Let an administrator see a session; its people are told once that happens.

        Args:
            session: The session.
            by: The administrator, who has been found to be one; nobody else can use the share.
            lifetime: Seconds until it ends.
            remote: From where it is asked for.

        Returns:
            As `share`.

        Raises:
            As `share`.
        """
        self._audit.check()
        secret, share = session.shares.issue(Right.WATCH, lifetime, by.name)
        self._reports.watch(session, share, by, remote)
        return secret, share

    def revoke(self, session: Session, share_id: str, *, remote: str) -> bool:
        """End a share of the owner's and the connections that came by it.

        Args:
            session: The session.
            share_id: The public name of the share.
            remote: From where it is asked for.

        Returns:
            Whether there was one to end.
        """
        mine = any(share.id == share_id for share in session.shares.all())
        share = session.shares.revoke(share_id) if mine else None
        if share is not None:
            self._reports.share_revoked(session, share, remote)
        return share is not None
