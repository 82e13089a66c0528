"""``{base}api/admin/...``: what only administrators may ask for."""

from __future__ import annotations

import dataclasses
import math
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tornado.web import HTTPError

from tornterm.errors import ConfigError, Forbidden, SessionNotFound
from tornterm.sessions.session import Session
from tornterm.types import EventFilter
from tornterm.web.admin.desk import Desk
from tornterm.web.admin.history import INTERVAL
from tornterm.web.admin.people import user_rows
from tornterm.web.admin.recent import event_json
from tornterm.web.context import public_base
from tornterm.web.handler import Handler
from tornterm.web.shapes import session_json

__all__ = [
    "AdminHandler",
    "AdminSessionHandler",
    "AdminSessionsHandler",
    "AuditHandler",
    "HistoryHandler",
    "LoginsHandler",
    "OlderEventsHandler",
    "PluginsHandler",
    "ReloadHandler",
    "ServerHandler",
    "UsersHandler",
    "WatchHandler",
]

WATCH_LIFETIME = 3600.0
"""Seconds for which an administrator may watch a session before having to ask anew."""

MOST_EVENTS = 500
MAX_TEXT = 256
MAX_NUMBER = 2**53 - 1


class AdminHandler(Handler):
    """A handler for those to whom no plugin says no, and at least one says yes."""

    async def prepare(self) -> None:
        """Refuse whoever may not administrate, after all the other checks.

        Raises:
            Forbidden: It is somebody else.
        """
        await super().prepare()
        if self._finished:
            return
        if not await self.terminals.plugins.authorize(self.person, "admin", None):
            raise Forbidden(
                f"{self.person.name} may not administrate", "This is for administrators only."
            )

    @property
    def desk(self) -> Desk:
        """What the administration keeps in memory."""
        return self.terminals.desk

    def record(self, name: str, session_id: str = "", **facts: Any) -> None:
        """Audit what the administrator does."""
        audit = self.terminals.audit
        user = self.person.name
        audit.record(
            audit.event(name, user=user, remote=self.remote, session_id=session_id, **facts)
        )

    def whole_number(self, name: str, default: int, most: int = MAX_NUMBER) -> int:
        """A number in the query.

        Args:
            name: The argument's name.
            default: What it is where it is left out.
            most: The highest that makes sense; more than that is that.

        Raises:
            HTTPError: 400, it is no number.
        """
        text = self.get_query_argument(name, None)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 17):
            raise HTTPError(400, reason=f"{name} must be a whole number")
        return min(int(text), most)

    def words(self, *names: str) -> dict[str, str]:
        """Short texts in the query, each empty where it is left out.

        Raises:
            HTTPError: 400, one of them is too long.
        """
        found = {name: self.get_query_argument(name, "") for name in names}
        for name, text in found.items():
            if len(text) > MAX_TEXT:
                raise HTTPError(400, reason=f"{name} must not have more than {MAX_TEXT} characters")
        return found

    def wanted(self) -> EventFilter:
        """Which audit events the query asks for."""
        return EventFilter(**self.words("event", "user", "session", "remote"))


class ServerHandler(AdminHandler):
    """``{base}api/admin/server``: the server itself."""

    def get(self) -> None:
        """How full it is, since when it runs, and whether it can read its configuration again."""
        terminals = self.terminals
        try:
            known = version("tornterm")
        except PackageNotFoundError:  # run from its sources
            known = ""
        self.answer(
            {
                "version": known,
                "started": self.desk.started,
                "now": terminals.clock.wall(),
                "sessions": terminals.sessions.active_count,
                "max_sessions": terminals.sessions.quotas.ledger.max_sessions,
                "connections": terminals.logins.connections,
                "logins": len(terminals.logins),
                "audit_lost": terminals.audit.lost,
                "draining": terminals.sessions.draining,
                "reloadable": self.desk.reread is not None,
            }
        )


class HistoryHandler(AdminHandler):
    """``{base}api/admin/history``: the last hour in figures."""

    def get(self) -> None:
        """One list for each figure, the oldest first."""
        self.answer({"interval": INTERVAL, **self.desk.history.columns()})


class PluginsHandler(AdminHandler):
    """``{base}api/admin/plugins``: the plugins, and how they are doing."""

    def get(self) -> None:
        """In the order in which they are asked; their settings are none of the page's business."""
        described = self.desk.health.describe(self.terminals.plugins.describe())
        self.answer({"plugins": described})


class UsersHandler(AdminHandler):
    """``{base}api/admin/users``: who is here, and what they have."""

    def get(self) -> None:
        """Everybody who has a session or is logged in."""
        sessions = self.terminals.sessions
        rows = user_rows(
            sessions.owned(), self.terminals.logins, sessions.quotas, self.terminals.clock.now()
        )
        self.answer({"users": list(rows.values())})


class LoginsHandler(AdminHandler):
    """``{base}api/admin/logins``: who is logged in."""

    def delete(self) -> None:
        """End the logins of one `user` and close what depends on them; their sessions go on.

        Raises:
            HTTPError: 400, it is left open whose.
        """
        user = self.words("user")["user"]
        if not user:
            raise HTTPError(400, reason="user must be named")
        # First: the caller's own may be among them, and then nobody is left to be named.
        ended = self.terminals.logins.end_user(user)
        self.record("admin.logout", owner=user, logins=ended)
        self.answer({"ended": ended})


class AuditHandler(AdminHandler):
    """``{base}api/admin/audit``: the latest audit events."""

    def get(self) -> None:
        """Those that the query asks for, the newest first."""
        wanted = self.wanted()
        before = self.whole_number("before", 0)
        most = self.whole_number("limit", 100, MOST_EVENTS)
        found = self.desk.recent.find(wanted, before=before, most=most)
        self.answer({"events": [one.as_dict() for one in found]})


class OlderEventsHandler(AdminHandler):
    """``{base}api/admin/audit/older``: what the audit sinks have kept."""

    async def get(self) -> None:
        """Those that the query asks for at or before `until`, or behind `cursor`, the newest first.

        Raises:
            HTTPError: 400, the query is wrong; 404, no sink can say.
            LimitExceeded: The administrator has asked already.
        """
        wanted = self.wanted()
        sink, cursor = self.words("sink", "cursor").values()
        if cursor and not sink:
            raise HTTPError(400, reason="a cursor belongs to the sink that gave it")
        begin = cursor or self._until()
        limit = max(1, self.whole_number("limit", 100, MOST_EVENTS))
        with self.desk.reading(self.person.name):
            found = await self.terminals.plugins.older_events(wanted, begin, limit, sink)
        if found is None:
            raise HTTPError(404, reason="No audit sink can give older events")
        name, older = found
        events = [event_json(event) for event in older.events]
        self.answer({"events": events, "sink": name, "cursor": older.cursor})

    def _until(self) -> float:
        text = self.get_query_argument("until", None)
        if text is None:
            return self.terminals.clock.wall()
        try:
            until = float(text)
        except ValueError:
            until = math.nan
        if not math.isfinite(until):
            raise HTTPError(400, reason="until must be a number of seconds")
        return until


class ReloadHandler(AdminHandler):
    """``{base}api/admin/reload``: read the configuration again."""

    async def post(self) -> None:
        """Take up what can be taken up, and say what needs a restart."""
        self.fields()
        if self.desk.reread is None:
            reason = "The configuration belongs to the application around the terminals"
            raise HTTPError(409, reason=reason)
        try:
            restart = list(await self.desk.reread())
        except ConfigError as error:
            self.record("admin.reload", ok=False, problems=len(error.problems))
            problems = [str(problem) for problem in error.problems]
            message = "The configuration is wrong, so nothing has changed."
            self.answer(
                {"error": {"code": error.code, "message": message, "problems": problems}}, 422
            )
        else:
            self.record("admin.reload", ok=True, restart=restart)
            self.answer({"restart": restart})


class AdminSessionsHandler(AdminHandler):
    """``{base}api/admin/sessions``: the sessions of everybody."""

    def get(self) -> None:
        """All that live, the oldest first; those of one user with ``?user=``."""
        user = self.words("user")["user"]
        infos = self.terminals.sessions.list_sessions()
        shown = [session_json(info) for info in infos if user in ("", info.user)]
        self.answer({"sessions": shown})


class AdminSessionHandler(AdminHandler):
    """``{base}api/admin/sessions/<id>``: one session of anybody's."""

    async def get(self, session_id: str) -> None:
        """What is known about it, and who is there."""
        session = await self.terminals.sessions.find(self.person, session_id, "admin")
        self.answer(_details(session))

    async def delete(self, session_id: str) -> None:
        """End it, and answer when its program is gone; its people are told."""
        sessions = self.terminals.sessions
        await sessions.find(self.person, session_id, "kill")
        await sessions.destroy_session(session_id, by=self.person, remote=self.remote)
        self.set_status(204)


class WatchHandler(AdminHandler):
    """``{base}api/admin/sessions/<id>/watch``: see what is on somebody's screen."""

    async def post(self, session_id: str) -> None:
        """A link for this administrator alone; the session's people are told when it is used."""
        self.fields()
        sessions = self.terminals.sessions
        session = await sessions.find(self.person, session_id, "watch")
        if not session.alive:
            raise SessionNotFound(session_id)
        secret, share = sessions.sharing.watch(
            session, self.person, WATCH_LIFETIME, remote=self.remote
        )
        path = f"{public_base(self.terminals)}s/{session.id}#share={secret}"
        self.answer({"path": path, "expires": share.expires}, 201)


def _details(session: Session) -> dict[str, Any]:
    members = {member.client: member for member in session.members()}
    people = [
        {
            **dataclasses.asdict(members[attachment.client.id]),
            "remote": attachment.transport.remote,
            "behind": session.log.end - attachment.position,
        }
        for attachment in session.attachments
        if attachment.client.id in members
    ]
    return {
        "session": session_json(session.info()),
        "people": people,
        "pid": session.terminal.pid,
        "scrollback": session.log.end - session.log.start,
        "queued": session.queued,
        "shares": len(session.shares),
        "screen_lost": session.model.lost,
    }
