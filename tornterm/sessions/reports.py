"""Saying what happens to sessions: to the audit log, and to the plugins that want to know."""

from __future__ import annotations

import logging
from typing import Any

from tornterm.audit import AuditLog, printable
from tornterm.errors import SpawnError, TorntermError
from tornterm.plugins import PluginHost
from tornterm.sessions.attachment import Attachment
from tornterm.sessions.control import ControlChange
from tornterm.sessions.session import Session
from tornterm.sessions.shares import Share
from tornterm.types import User

__all__ = ["Reports"]

logger = logging.getLogger("tornterm.sessions")


class Reports:
    """Writes down each event under its stable name, and announces it; never waits, never raises.

    Args:
        audit: Where events go.
        plugins: Who is told.
    """

    def __init__(self, audit: AuditLog, plugins: PluginHost) -> None:
        self._audit = audit
        self._plugins = plugins

    # Coming to be.

    def created(self, session: Session, remote: str) -> None:
        """A session's program runs."""
        self._record(
            "session.created",
            user=session.owner.name,
            remote=remote,
            session_id=session.id,
            profile=session.profile,
        )
        self._plugins.session_started(session.info(), session.owner)

    def denied(self, user: User, remote: str, error: BaseException, session_id: str = "") -> None:
        """A session did not come to be."""
        reason, why = type(error).__name__, ""
        if isinstance(error, TorntermError):
            reason, why = error.code, str(error)
        if isinstance(error, SpawnError):
            name = printable(user.name)  # it may be what made the attempt fail
            logger.warning("session %s of %s did not start: %s", session_id, name, error)
        self._record(
            "session.denied",
            user=user.name,
            remote=remote,
            session_id=session_id,
            reason=reason,
            why=why,
        )

    # Coming and going.

    def attached(self, session: Session, attachment: Attachment, *, again: bool) -> None:
        """A connection has been attached; `again` tells a resume from a creation."""
        if again:
            self._connection("session.resumed", session, attachment)
        if self._plugins.hears("tornterm_session_attached"):
            self._plugins.session_attached(session.info(), attachment.user)

    def detached(self, session: Session, attachment: Attachment) -> None:
        """A connection has gone."""
        self._connection("session.detached", session, attachment)
        if self._plugins.hears("tornterm_session_detached"):
            self._plugins.session_detached(session.info(), attachment.user)

    def control_changed(self, session: Session, change: ControlChange) -> None:
        """Another client writes from now on, or none."""
        by, writer = change.by, change.writer
        self._record(
            "control.changed",
            user=by.user.name if by else "",
            remote=by.transport.remote if by else "",
            session_id=session.id,
            how=change.how,
            client=writer.client.id if writer else "",
            writer=writer.user.name if writer else "",
        )
        if self._plugins.hears("tornterm_session_control_changed"):
            now = writer.user if writer else None
            self._plugins.session_control_changed(session.info(), now, change.how)

    # Ending.

    def killed(self, session: Session, by: User | None, remote: str) -> None:
        """Somebody wants a session to end; None for the server itself."""
        self._record(
            "session.killed",
            user=by.name if by else "",
            remote=remote,
            session_id=session.id,
            owner=session.owner.name,
        )

    def expired(self, session: Session, cause: str) -> None:
        """A session's time has come."""
        self._record("session.expired", user=session.owner.name, session_id=session.id, cause=cause)

    def ended(self, session: Session) -> None:
        """A session's program is gone."""
        assert session.ending is not None
        self._record(
            "session.exited",
            user=session.owner.name,
            session_id=session.id,
            code=session.ending.exit.code,
            signal=session.ending.exit.signal,
            cause=session.cause,
            output=session.log.end,
        )
        self._plugins.session_ended(session.info(), session.cause)

    # Shares.

    def share_created(self, session: Session, share: Share, remote: str) -> None:
        """The owner has made a share."""
        self._record(
            "share.created",
            user=session.owner.name,
            remote=remote,
            session_id=session.id,
            share=share.id,
            right=share.right.name.lower(),
            expires=share.expires,
        )

    def share_revoked(self, session: Session, share: Share, remote: str) -> None:
        """The owner has taken a share back."""
        self._record(
            "share.revoked",
            user=session.owner.name,
            remote=remote,
            session_id=session.id,
            share=share.id,
        )

    def watch(self, session: Session, share: Share, by: User, remote: str) -> None:
        """An administrator is about to look at a session."""
        self._record(
            "admin.watch",
            user=by.name,
            remote=remote,
            session_id=session.id,
            owner=session.owner.name,
            share=share.id,
            expires=share.expires,
        )

    def _connection(self, name: str, session: Session, attachment: Attachment) -> None:
        self._record(
            name,
            user=attachment.user.name,
            remote=attachment.transport.remote,
            session_id=session.id,
            client=attachment.client.id,
            right=attachment.right.name.lower(),
        )

    def _record(self, name: str, **facts: Any) -> None:
        self._audit.record(self._audit.event(name, **facts))
