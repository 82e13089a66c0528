"""What probes and scrapers ask."""

from __future__ import annotations

from tornado.web import HTTPError

from tornterm.errors import AuditUnavailable, Forbidden
from tornterm.types import User
from tornterm.web.credentials import bearer_token
from tornterm.web.handler import Handler

__all__ = ["HealthHandler", "MetricsHandler", "ReadyHandler"]

SCRAPER = User("metrics", backend="metrics", admin=False)
"""Who comes with the token of ``[metrics]``; may read numbers and nothing else."""


class HealthHandler(Handler):
    """``{base}healthz``: the process answers."""

    def get(self) -> None:
        """Always the same."""
        self.answer({"status": "ok"})

    head = get


class _ForScrapers(Handler):
    """A handler that also lets the scraper in."""

    async def authenticate(self) -> User:
        """Find out who it is; the scraper's token is known nowhere else."""
        kept = self.terminals.settings.metrics.token
        shown = bearer_token(self.request.headers)
        if kept is not None and shown is not None and kept.matches(shown):
            self.user, self.via = SCRAPER, "bearer"
            return SCRAPER
        return await super().authenticate()


class ReadyHandler(_ForScrapers):
    """``{base}readyz``: new sessions are possible."""

    def get(self) -> None:
        """503 with the reason while they are not; to be full is no reason, that is for users."""
        reason = ""
        if self.terminals.sessions.draining:
            reason = "going_away"
        else:
            try:
                self.terminals.audit.check()
            except AuditUnavailable as error:
                reason = error.code
        self.answer({"ready": not reason, "reason": reason}, 503 if reason else 200)


class MetricsHandler(_ForScrapers):
    """``{base}metrics``: numbers, for admins and for who has the scraper's token."""

    def get(self) -> None:
        """All numbers in the text format of Prometheus."""
        if not self.terminals.settings.metrics.enabled:
            raise HTTPError(404)
        if self.person is not SCRAPER and not self.person.admin:
            raise Forbidden(f"{self.person.name} is no admin")
        metrics = self.terminals.metrics
        metrics.sessions.set(self.terminals.sessions.active_count)
        metrics.logged_in.set(len(self.terminals.logins))
        metrics.connections.set(self.terminals.logins.connections)
        metrics.audit_lost.set(self.terminals.audit.lost)
        screens = self.terminals.sessions.screens
        if screens is not None:
            metrics.screen_deaths.set(screens.deaths)
        metrics.screens_lost.set(self.terminals.sessions.screens_lost)
        self.set_header("Content-Type", metrics.content_type)
        self.finish(metrics.render())
